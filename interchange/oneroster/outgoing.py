"""A roster as a OneRoster package: the least that another system needs, the same bytes for the same roster."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from domain.curriculum import HOMEROOM
from domain.rostering import ClassKey, Group, Roster, School, YearSpan, curriculum_of
from interchange.oneroster.archive import write_archive
from interchange.oneroster.outgoing_people import Line, school_id, users_and_roles, whole
from interchange.oneroster.package import MANIFEST
from interchange.oneroster.records import OURS
from interchange.oneroster.specification import EXTENSION, SPECIFICATION
from interchange.oneroster.vocabulary import (
    ORG_TYPES,
    STUDENT,
    TEACHER,
    end_date,
    grade_code,
    moment_text,
    sourced_id,
)

Lines: TypeAlias = list[Line]
HOMEROOM_COURSE: Final = "Chủ nhiệm"


def write_package(roster: Roster) -> bytes:
    """Return the zip of one roster; a file without lines is absent, as the standard asks (section 3).

    Raises Invalid for a class that cannot be as it is said.
    """
    tables: dict[str, Lines] = {
        "orgs": [*_authorities(roster), *_schools(roster)],
        "academicSessions": [line for year in roster.years for line in _sessions(year)],
        "courses": _courses(roster),
        "classes": [line for group in roster.groups for line in _classes(group, _session_ids(roster, group))],
        **users_and_roles(roster),
        "enrollments": [*_taught(roster), *_attended(roster)],
    }
    filled = {name: lines for name, lines in tables.items() if lines}
    files = {MANIFEST: _manifest(filled), **filled}
    return write_archive({f"{name}.csv": _csv(name, lines) for name, lines in files.items()})


def _manifest(tables: Iterable[str]) -> Lines:
    modes = {f"file.{name}": "bulk" if name in tables else "absent" for name in SPECIFICATION.manifest_files}
    properties = {**SPECIFICATION.versions, **modes, "source.systemName": "hocba"}
    return [{"propertyName": name, "value": value} for name, value in properties.items()]


def _csv(name: str, lines: Lines) -> bytes:
    """All columns of the specification, then those of our own that hold anything."""
    ours = sorted({column for line in lines for column, text in line.items() if column.startswith(EXTENSION) and text})
    headings = [*(column.name for column in SPECIFICATION.files[name]), *ours]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, headings, restval="", extrasaction="ignore", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _authorities(roster: Roster) -> Iterator[Line]:
    for each in roster.authorities:
        yield {
            "sourcedId": _org_id(each.code),
            "name": each.name,
            "type": ORG_TYPES[each.kind],
            "identifier": each.code,
            "parentSourcedId": _org_id(each.parent),
            f"{OURS}since": each.since.isoformat() if each.since else "",
        }


def _schools(roster: Roster) -> Iterator[Line]:
    for school in roster.schools:
        yield {
            "sourcedId": school_id(school.code),
            "name": school.name,
            "type": "school",
            "identifier": school.code,
            "parentSourcedId": _org_id(school.authority),
            **_address(school),
            f"{OURS}since": school.managed_since.isoformat() if school.managed_since else "",
        }


def _address(school: School) -> Line:
    return {f"{OURS}{part}": getattr(school, part) for part in ("commune", "district", "province")}


def _org_id(code: str) -> str:
    return sourced_id("org", code) if code else ""


def _year_id(year: object) -> str:
    return sourced_id("year", str(year))


def _sessions(span: YearSpan) -> Iterator[Line]:
    ends_in = str(span.year.end)
    yield {
        "sourcedId": _year_id(span.year),
        "title": f"Năm học {span.year}",
        "type": "schoolYear",
        "startDate": span.starts_on.isoformat(),
        "endDate": end_date(span.ends_on),
        "schoolYear": ends_in,
    }
    for number, each in enumerate(span.terms, start=1):
        yield {
            "sourcedId": sourced_id("term", str(span.year), each.term),
            "title": f"Học kì {'I' * number} năm học {span.year}",
            "type": "term",
            "startDate": each.starts_on.isoformat(),
            "endDate": end_date(each.ends_on),
            "parentSourcedId": _year_id(span.year),
            "schoolYear": ends_in,
        }


def _slots(group: Group) -> dict[str, str]:
    """What the class comes together for, by slot."""
    return {HOMEROOM: HOMEROOM_COURSE, **{subject.code: subject.name for subject in curriculum_of(group).subjects}}


def _courses(roster: Roster) -> Lines:
    """One per school, year, grade and slot, whichever classes take it."""
    courses = {}
    for group in roster.groups:
        for slot, name in _slots(group).items():
            course_id = _course_id(group, slot)
            courses[course_id] = {
                "sourcedId": course_id,
                "schoolYearSourcedId": _year_id(group.key.year),
                "title": f"{name} lớp {group.grade}",
                "courseCode": slot,
                "grades": grade_code(group.grade),
                "orgSourcedId": school_id(group.key.school),
            }
    return list(courses.values())


def _course_id(group: Group, slot: str) -> str:
    return sourced_id("course", group.key.school, str(group.key.year), str(group.grade), slot)


def _class_id(key: ClassKey, slot: str) -> str:
    return sourced_id("class", key.school, str(key.year), key.name, slot)


def _session_ids(roster: Roster, group: Group) -> str:
    terms = [each.term for span in roster.years if span.year == group.key.year for each in span.terms]
    return ",".join(sourced_id("term", str(group.key.year), term) for term in terms) or _year_id(group.key.year)


def _classes(group: Group, session_ids: str) -> Iterator[Line]:
    """The class with its homeroom teacher, and one more for each subject it is taught."""
    key = group.key
    for slot, name in _slots(group).items():
        is_homeroom = slot == HOMEROOM
        yield {
            "sourcedId": _class_id(key, slot),
            "title": key.name if is_homeroom else f"{name} {key.name}",
            "grades": grade_code(group.grade),
            "courseSourcedId": _course_id(group, slot),
            "classType": "homeroom" if is_homeroom else "scheduled",
            "schoolSourcedId": school_id(key.school),
            "termSourcedIds": session_ids,
            f"{OURS}homeroom": "" if is_homeroom else _class_id(key, HOMEROOM),
            f"{OURS}studyTopics": ",".join(group.topics) if is_homeroom else "",
            f"{OURS}signaturePlan": group.plan or "" if is_homeroom else "",
        }


def _taught(roster: Roster) -> Iterator[Line]:
    users = {(each.school, each.personal_id): str(each.uid) for each in roster.staff}
    for each in roster.assignments:
        class_id, user_id = _class_id(each.group, each.slot), users[each.group.school, each.personal_id]
        yield {
            "sourcedId": sourced_id("enrollment", class_id, user_id, moment_text(each.period.since)),
            "classSourcedId": class_id,
            "schoolSourcedId": school_id(each.group.school),
            "userSourcedId": user_id,
            "role": TEACHER,
            "primary": "true" if each.is_signer else "false",
            **whole(each.period),
        }


def _attended(roster: Roster) -> Iterator[Line]:
    """Every pupil in the class and in each subject it is taught."""
    users = {pupil.code: str(pupil.uid) for pupil in roster.pupils}
    slots = {group.key: tuple(_slots(group)) for group in roster.groups}
    for each in roster.enrolments:
        for slot in slots[each.group]:
            class_id, is_homeroom = _class_id(each.group, slot), slot == HOMEROOM
            yield {
                "sourcedId": sourced_id("enrollment", class_id, users[each.pupil]),
                "classSourcedId": class_id,
                "schoolSourcedId": school_id(each.group.school),
                "userSourcedId": users[each.pupil],
                "role": STUDENT,
                "beginDate": each.joined_on.isoformat() if each.joined_on else "",
                "endDate": each.left_on.isoformat() if each.left_on else "",
                f"{OURS}orderNo": str(each.order_no or "") if is_homeroom else "",
                f"{OURS}registerNo": each.register_no if is_homeroom else "",
            }
