"""People of a roster as lines of users.csv, demographics.csv and roles.csv; no address, password or contact."""

from collections.abc import Iterator
from typing import TypeAlias

from domain.rostering import Period, Position, Pupil, Roster, StaffMember
from interchange.oneroster.records import OURS
from interchange.oneroster.vocabulary import (
    GENDERS,
    SITE_ADMINISTRATOR,
    STUDENT,
    TEACHER,
    end_date,
    is_whole_days,
    join_name,
    moment_text,
    role_of,
    sourced_id,
    split_name,
)

Line: TypeAlias = dict[str, str]


def users_and_roles(roster: Roster) -> dict[str, list[Line]]:
    """The lines of the three files; staff first, everybody in the roster's order."""
    return {
        "users": [*map(_member, roster.staff), *map(_pupil, roster.pupils)],
        "roles": [*_staff_roles(roster), *_pupil_roles(roster)],
        "demographics": [_demographics(pupil) for pupil in roster.pupils],
    }


def whole(period: Period) -> Line:
    """The first day and the one after the last, and the instants where those do not tell all."""
    exact = not is_whole_days(period)
    return {
        "beginDate": period.first_day.isoformat(),
        "endDate": end_date(period.last_day) if period.last_day else "",
        f"{OURS}validFrom": moment_text(period.since) if exact else "",
        f"{OURS}validUntil": moment_text(period.until) if exact else "",
    }


def _user(uid: object, full_name: str, personal_id: str) -> Line:
    family, middle, given = split_name(full_name)
    return {
        "sourcedId": str(uid),
        "enabledUser": "true",
        "username": str(uid),  # there are no user names to tell
        "givenName": given,
        "familyName": family,
        "middleName": middle,
        f"{OURS}fullName": "" if join_name(family, middle, given) == full_name else full_name,
        f"{OURS}personalId": personal_id,
        f"{OURS}consents": "",  # of pupils
    }


def _member(member: StaffMember) -> Line:
    return _user(member.uid, member.full_name, member.personal_id)


def _pupil(pupil: Pupil) -> Line:
    user = _user(pupil.uid, pupil.full_name, pupil.personal_id)
    return {**user, "identifier": pupil.code, f"{OURS}consents": ",".join(pupil.consents)}


def _demographics(pupil: Pupil) -> Line:
    return {
        "sourcedId": str(pupil.uid),
        "birthDate": pupil.birth_date.isoformat(),
        "sex": GENDERS[pupil.sex],
        f"{OURS}ethnicity": pupil.ethnicity,
        f"{OURS}nationality": pupil.nationality,
        f"{OURS}placeOfBirth": pupil.place_of_birth,
    }


def _staff_roles(roster: Roster) -> Iterator[Line]:
    """Offices first: the first role of a person is the primary one."""
    teaching = {(each.group.school, each.personal_id) for each in roster.assignments}
    held: dict[tuple[str, str], list[Position]] = {}
    for position in roster.positions:
        held.setdefault((position.school, position.personal_id), []).append(position)
    for member in roster.staff:
        who = member.school, member.personal_id
        roles = [_office(member, each) for each in held.get(who, ())]
        if who in teaching or not roles:
            roles.append(_role(str(member.uid), member.school, TEACHER))
        for number, role in enumerate(roles):
            yield {**role, "roleType": "secondary" if number else "primary"}


def _office(member: StaffMember, position: Position) -> Line:
    role = role_of(position.office)
    return {
        **_role(str(member.uid), member.school, role, position.office, moment_text(position.period.since)),
        **whole(position.period),
        f"{OURS}office": position.office if role == SITE_ADMINISTRATOR else "",
        f"{OURS}title": "" if position.title == position.office.label else position.title,
    }


def _pupil_roles(roster: Roster) -> Iterator[Line]:
    """One in each school in which the pupil is in a class."""
    users = {pupil.code: str(pupil.uid) for pupil in roster.pupils}
    for pupil, school in dict.fromkeys((each.pupil, each.group.school) for each in roster.enrolments):
        yield {**_role(users[pupil], school, STUDENT), "roleType": "primary"}


def _role(user_id: str, school: str, role: str, *more: str) -> Line:
    return {
        "sourcedId": sourced_id("role", user_id, school, role, *more),
        "userSourcedId": user_id,
        "role": role,
        "orgSourcedId": school_id(school),
    }


def school_id(code: str) -> str:
    return sourced_id("school", code)
