"""How OneRoster's words and ids stand for ours."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from domain.errors import Invalid
from domain.identity import Sex, normalise_name
from domain.rostering import Office, Period

# The levels of the administration: province (Sở), district (Phòng, to 30/6/2025), commune (from 1/7/2025).
AUTHORITY_KINDS: Final[Mapping[str, str]] = {
    "state": "city_department",
    "district": "district_office",
    "local": "commune_authority",
}
ORG_TYPES: Final = {kind: org_type for org_type, kind in AUTHORITY_KINDS.items()}
TERM_TYPES: Final = ("term", "semester")
SEXES: Final[Mapping[str, Sex]] = {"male": Sex.MALE, "female": Sex.FEMALE}
GENDERS: Final = {sex.label: gender for gender, sex in SEXES.items()}

# Roles that are an office by themselves; a siteAdministrator is one only where our own column says which.
OFFICES: Final[Mapping[str, Office]] = {"principal": Office.PRINCIPAL, "systemAdministrator": Office.SYSTEM_ADMIN}
SITE_ADMINISTRATOR: Final = "siteAdministrator"
TEACHER: Final = "teacher"
STUDENT: Final = "student"
STAFF_ROLES: Final = (*OFFICES, SITE_ADMINISTRATOR, TEACHER)


_GRADE: Final = re.compile("0?[1-9]|1[0-2]")
_DAY: Final = timedelta(days=1)
_YEARS: Final = range(1900, 9999)  # which every time zone knows
_NAMESPACE: Final = UUID("6f0d4a52-1d0b-5a0c-9c53-0b6f3c1f7f7e")


def sourced_id(*parts: str) -> str:
    """An id made from codes: the same codes always give the same one."""
    return str(uuid5(_NAMESPACE, "/".join(parts)))


def uid_of(user_id: str) -> UUID:
    """The id of a person known by this sourcedId: itself where it is a UUID, else one made from it."""
    try:
        return UUID(user_id)
    except ValueError:
        return uuid5(_NAMESPACE, user_id)


def role_of(office: Office) -> str:
    return next((role for role, each in OFFICES.items() if each is office), SITE_ADMINISTRATOR)


def grade_code(grade: int) -> str:
    """The grade as the CEDS list of entry grade levels has it: 01 to 12."""
    return f"{grade:02}"


def parse_grade(codes: tuple[str, ...]) -> int:
    """Return the one grade of a class; raise Invalid unless it is exactly one of 1 to 12."""
    if len(codes) == 1 and _GRADE.fullmatch(codes[0]):
        return int(codes[0])
    raise Invalid("Lớp phải ghi đúng một khối, từ 01 đến 12.")


def split_name(full_name: str) -> tuple[str, str, str]:
    """Family, middle and given name of a Vietnamese name; a name of one word is both family and given name."""
    first, *others = full_name.split()
    return first, " ".join(others[:-1]), others[-1] if others else first


def join_name(family: str, middle: str, given: str) -> str:
    return normalise_name(f"{family} {middle} {given}")


def end_date(last: date) -> str:
    """The endDate of what lasts to the end of a day: the first day after it (academicSessions, roles, enrollments)."""
    return (last + _DAY).isoformat()


def last_day(end: date) -> date:
    """The last day of what has this endDate."""
    return end - _DAY


def period_of_days(first: date, end: date | None) -> Period:
    """From the first day to the one before endDate; raise Invalid where no day is left."""
    if end is not None and end <= first:
        began = f"ngày bắt đầu {first:%d/%m/%Y}"
        raise Invalid(f"endDate {end:%d/%m/%Y} phải đứng sau {began}: endDate là ngày đầu tiên không còn tính.")
    return Period.of_days(first, last_day(end) if end else None)


def moment_text(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else ""


def parse_moment(text: str) -> datetime:
    """Read an instant with its zone; raise Invalid otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        raise Invalid(f"“{text}” không phải là thời điểm có múi giờ theo ISO 8601, ví dụ 2026-09-05T07:00:00Z.")
    return moment.astimezone(UTC)


def is_whole_days(period: Period) -> bool:
    """Whether first and last day tell all of a period, so that nothing else has to be told."""
    return Period.of_days(period.first_day, period.last_day) == period
