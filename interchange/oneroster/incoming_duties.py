"""What enrollments.csv says: which pupil is in which class, and who teaches what."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM
from domain.errors import Invalid
from domain.rostering import (
    Assignment,
    Enrolment,
    Period,
    Post,
    Pupil,
    StaffMember,
    booked_twice,
    double_booked,
)
from interchange.oneroster.incoming_classes import Lesson
from interchange.oneroster.incoming_people import period_of
from interchange.oneroster.records import Record
from interchange.oneroster.source import Source
from interchange.oneroster.vocabulary import STUDENT, TEACHER

_ORDER = re.compile("[0-9]{1,4}")


def enrolments_of(source: Source, lessons: Mapping[str, Lesson], pupils: Mapping[str, Pupil]) -> tuple[Enrolment, ...]:
    """Pupils in their homeroom classes, each in one at a time; that they attend its subjects goes without saying."""
    found: dict[object, tuple[Record, Enrolment]] = {}
    for record, lesson in _lines(source, lessons, STUDENT):
        pupil = pupils.get(record.text("userSourcedId"))
        if lesson.slot != HOMEROOM or pupil is None:
            continue
        with source.findings.refusals(record, "endDate"):
            enrolment = _enrolment(record, lesson, pupil)
            first, _ = found.setdefault((lesson.group, pupil.code), (record, enrolment))
            if first is not record:
                source.findings.blame(record, "userSourcedId", f"Học sinh đã có trong lớp này ở dòng {first.line}.")
    _refuse_two_classes(source, found.values())
    return tuple(enrolment for _, enrolment in found.values())


def _enrolment(record: Record, lesson: Lesson, pupil: Pupil) -> Enrolment:
    joined_on, left_on, order = record.day("beginDate"), record.day("endDate"), record.ours("orderNo")
    if joined_on and left_on:
        Period.of_days(joined_on, left_on)
    if order and not _ORDER.fullmatch(order):
        raise Invalid(f"Số thứ tự trong lớp (metadata.hocba.orderNo) không hợp lệ: “{order}”.")
    return Enrolment(lesson.group, pupil.code, int(order or 0), record.ours("registerNo"), joined_on, left_on)


def _refuse_two_classes(source: Source, found: Iterable[tuple[Record, Enrolment]]) -> None:
    seen: dict[object, Record] = {}
    for record, enrolment in found:
        if enrolment.left_on is None:
            first = seen.setdefault((enrolment.pupil, enrolment.group.year), record)
            if first is not record:
                message = (
                    f"Học sinh đang học lớp khác trong cùng năm học (dòng {first.line}); hãy ghi endDate ở lớp cũ."
                )
                source.findings.blame(record, "classSourcedId", message)


def assignments_of(
    source: Source,
    lessons: Mapping[str, Lesson],
    staff: Mapping[tuple[str, str], StaffMember],
    first_days: Mapping[SchoolYear, date],
) -> tuple[Assignment, ...]:
    """Teachers of classes; the primary one signs, or the only one where none is said to be."""
    lines = list(_lines(source, lessons, TEACHER))
    teachers = Counter(record.text("classSourcedId") for record, _ in lines)
    found: list[tuple[Record, Assignment]] = []
    for record, lesson in lines:
        member = staff.get((record.text("schoolSourcedId"), record.text("userSourcedId")))
        if member is None:
            continue
        is_only = teachers[record.text("classSourcedId")] == 1
        signs = record.text("primary") == "true" or (is_only and not record.text("primary"))
        with source.findings.refusals(record, "endDate"):
            period = period_of(record, first_days[lesson.group.year])
            found.append((record, Assignment(lesson.group, member.personal_id, lesson.slot, signs, period)))
    refuse_double_booked(source, found)
    return tuple(assignment for _, assignment in found)


def refuse_double_booked(source: Source, found: list[tuple[Record, Post]]) -> None:
    """Blame the later line of two that claim one seat at the same time."""
    lines = {id(post): record for record, post in found}
    for post in double_booked([post for _, post in found]):
        source.findings.blame(lines[id(post)], "", booked_twice(post))


def _lines(source: Source, lessons: Mapping[str, Lesson], role: str) -> Iterator[tuple[Record, Lesson]]:
    for record in source.table("enrollments"):
        lesson = lessons.get(record.text("classSourcedId"))
        if lesson is not None and record.text("role") == role:
            yield record, lesson


def check_enrollments(source: Source) -> None:
    """An enrolment's school is its class's; roles other than pupil and teacher are not used."""
    unused: Counter[str] = Counter()
    for record in source.table("enrollments"):
        of_class = source.get("classes", record.text("classSourcedId")).text("schoolSourcedId")
        if record.text("schoolSourcedId") != of_class:
            source.findings.blame(record, "schoolSourcedId", "Không phải trường của lớp.")
        if record.text("role") not in {STUDENT, TEACHER}:
            unused[record.text("role")] += 1
    for role, count in unused.items():
        source.findings.skip("enrollments.csv", "role", f"hocba không dùng vai trò “{role}”; đã bỏ qua {count} dòng.")
