"""What is missing or doubtful in the data of a class, or of a school's classes, in the order of the class lists."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of
from domain.documents import PupilContent, SchoolContent
from domain.entry import cells_of, missing_cells
from domain.identity import parse_sex
from domain.reports.missing import MissingCells, MissingReport, PupilProblem, id_problems
from domain.slot_marks import slot_name
from storage import entries
from storage.paper_facts import members, pupil_content, school_content
from storage.reports.reading import present_records
from storage.reports.year_lists import classes_of
from storage.staffing import in_charge
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Enrolment,
    PupilRow,
    ReviewItem,
)

# What is wrong with the profile of a pupil of a grade at a school, as sentences; the rules are the receiver's.
ProfileCheck: TypeAlias = Callable[[int, SchoolContent, PupilContent], Iterable[str]]
Pupils: TypeAlias = Sequence[tuple[ClassGroup, Enrolment, PupilRow]]


def missing_of_class(
    session: Session, class_term_id: UUID, at: datetime, check: ProfileCheck | None = None
) -> MissingReport:
    """`check` finds fields of the national record that are missing; without it nobody looks."""
    row = session.get_one(ClassTermRow, class_term_id)
    group = session.get_one(ClassGroup, row.class_id)
    school, pupils = school_content(session, group.school_id, day_of(at)), _pupils(session, [group.id])
    return MissingReport(
        school=school,
        school_year=group.school_year,
        term=Term(row.term),
        class_name=group.name,
        cells=tuple(_cells(session, group, row, at)),
        ids=tuple(_ids(session, pupils)),
        fields=_fields(pupils, school, check),
    )


def missing_of_school(
    session: Session, school_id: UUID, year: SchoolYear, term: Term, at: datetime, check: ProfileCheck | None = None
) -> MissingReport:
    """Cells of every open book of the term, personal ids and profiles of every class of the year."""
    school = school_content(session, school_id, day_of(at))
    classes = classes_of(session, school_id, year, term)
    pupils = _pupils(session, [group.id for group, _ in classes])
    return MissingReport(
        school=school,
        school_year=str(year),
        term=term,
        class_name="",
        cells=tuple(cells for group, row in classes if row for cells in _cells(session, group, row, at)),
        ids=tuple(_ids(session, pupils)),
        fields=_fields(pupils, school, check),
    )


def ids_of_school(session: Session, school_id: UUID, school_year: str) -> list[PupilProblem]:
    """Personal ids of a year's pupils that are missing or doubtful."""
    query = select(ClassGroup.id).where(ClassGroup.school_id == school_id, ClassGroup.school_year == school_year)
    doubtful = select(ReviewItem.pupil_id).where(ReviewItem.resolved_at.is_(None))
    which = or_(PupilRow.personal_id == "", PupilRow.id.in_(doubtful))
    return list(_ids(session, _pupils(session, session.scalars(query).all(), which)))


def _cells(session: Session, group: ClassGroup, row: ClassTermRow, at: datetime) -> Iterator[MissingCells]:
    term = Term(row.term)
    curriculum, records = entries.curriculum_of(group, term), present_records(session, row.id)
    record_ids = [record.id for record in records]
    entered, waived = entries.values_of(session, curriculum.slots, record_ids), entries.waived_of(session, record_ids)
    pupils, teachers = members(session, records), in_charge(session, group.id, at)
    for slot in curriculum.slots:
        cells = cells_of(curriculum, term, slot)
        for member in pupils:
            values = entered.get(member.record.id, {}).get(slot, {})
            empty = missing_cells(cells, values, assessment_waived=member.record.id in waived)
            if empty:
                yield MissingCells(
                    class_name=group.name,
                    slot_name=slot_name(curriculum, slot),
                    teacher=teachers[slot].full_name if slot in teachers else "",
                    pupil_code=member.pupil.pupil_code,
                    full_name=member.pupil.full_name,
                    cells=tuple(cell.heading for cell in empty),
                )


def _ids(session: Session, pupils: Pupils) -> Iterator[PupilProblem]:
    """Ids that are missing, or that somebody should look at and nobody has."""
    doubts = _doubts(session, {group.id for group, *_ in pupils})
    for group, _, pupil in pupils:
        codes = doubts.get(pupil.id, set())
        for problem in id_problems(pupil.personal_id, parse_sex(pupil.sex), pupil.birth_date, codes):
            yield PupilProblem(group.name, pupil.pupil_code, pupil.full_name, problem)


def _fields(pupils: Pupils, school: SchoolContent, check: ProfileCheck | None) -> tuple[PupilProblem, ...] | None:
    if check is None:
        return None
    return tuple(
        PupilProblem(group.name, pupil.pupil_code, pupil.full_name, problem)
        for group, enrolment, pupil in pupils
        for problem in check(group.grade, school, pupil_content(pupil, enrolment))
    )


def _pupils(session: Session, class_ids: Collection[UUID], *which: ColumnElement[bool]) -> Pupils:
    """The pupils of these classes in the order of their lists."""
    query = (
        select(ClassGroup, Enrolment, PupilRow)
        .join(Enrolment, Enrolment.class_id == ClassGroup.id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(ClassGroup.id.in_(class_ids), Enrolment.left_on.is_(None), *which)
        .order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name, Enrolment.order_no, Enrolment.id)
    )
    return [(group, enrolment, pupil) for group, enrolment, pupil in session.execute(query)]


def _doubts(session: Session, class_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    query = (
        select(ReviewItem.pupil_id, ReviewItem.code)
        .join(Enrolment, Enrolment.pupil_id == ReviewItem.pupil_id)
        .where(Enrolment.class_id.in_(class_ids), ReviewItem.resolved_at.is_(None))
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for pupil_id, code in session.execute(query):
        found[pupil_id].add(code)
    return found
