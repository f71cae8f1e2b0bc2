"""What was entered: the cells of each record, readable by all steps."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint, Term
from domain.calendar import SchoolYear
from domain.curriculum import Curriculum, curriculum_for
from domain.entry import CellKey, Values, cells_of, missing_cells
from domain.errors import NotFound
from domain.rules.book import RuleBook, rule_book
from domain.scales import CellKind
from domain.slot_marks import Known, Place
from storage.among import among
from storage.tables import (
    Assessment,
    CellChange,
    ClassGroup,
    ClassTermRow,
    Enrolment,
    PupilTerm,
    RecordSlot,
    Staff,
    TermRecord,
)

FOREIGN: Final = "Có học sinh không thuộc lớp này."


class StoredCell(NamedTuple):
    """One cell of a record as stored, for reading."""

    record_id: UUID
    slot: str
    point: str
    item: str
    kind: str
    value: str
    version: int


def curriculum_of(group: ClassGroup, term: Term) -> Curriculum:
    """What a class is assessed in, by the rules in force when the term began."""
    return _curriculum(
        rule_book(), group.grade, group.school_year, term, tuple(group.optional_subjects), tuple(group.study_topics)
    )


@lru_cache(maxsize=512)
def _curriculum(
    book: RuleBook, grade: int, school_year: str, term: Term, optional: tuple[str, ...], topics: tuple[str, ...]
) -> Curriculum:
    rules = book.of_term(grade, SchoolYear.parse(school_year), term)
    return curriculum_for(grade, rules, optional=optional, topics=topics)


def curriculum_in(session: Session, class_term_id: UUID) -> tuple[Curriculum, Term]:
    """The same for a class-term, with its term."""
    row = session.get_one(ClassTermRow, class_term_id)
    term = Term(row.term)
    return curriculum_of(session.get_one(ClassGroup, row.class_id), term), term


def values_of(session: Session, slots: Iterable[str], record_ids: Iterable[UUID]) -> dict[UUID, dict[str, Values]]:
    """What slots entered, by record and slot; a slot that entered nothing has no key."""
    found: dict[UUID, dict[str, dict[CellKey, str]]] = defaultdict(lambda: defaultdict(dict))
    query = (
        select(
            Assessment.record_id, Assessment.slot, Assessment.item, Assessment.point, Assessment.kind, Assessment.value
        )
        .where(Assessment.slot.in_(list(slots)), among(Assessment.record_id, record_ids), Assessment.value != "")
        .order_by(Assessment.record_id, Assessment.point, Assessment.item, Assessment.kind)
    )
    for record_id, slot, item, point, kind, value in session.execute(query):
        found[record_id][slot][_key(item, point, kind)] = value
    return {record_id: dict(by_slot) for record_id, by_slot in found.items()}


@lru_cache(maxsize=4096)
def _key(item: str, point: str, kind: str) -> CellKey:
    """A school's cells are many, their keys few: each is made once."""
    return CellKey(item, AssessmentPoint(point), CellKind(kind))


def missing(
    session: Session, group: ClassGroup, term: Term, slot: str, record_ids: Sequence[UUID]
) -> dict[UUID, list[str]]:
    """Labels of required cells that are empty, by record; records with none are left out."""
    cells, waived = cells_of(curriculum_of(group, term), term, slot), waived_of(session, record_ids)
    entered = values_of(session, [slot], record_ids)
    labels = {
        record_id: [
            cell.label
            for cell in missing_cells(
                cells, entered.get(record_id, {}).get(slot, {}), assessment_waived=record_id in waived
            )
        ]
        for record_id in record_ids
    }
    return {record_id: names for record_id, names in labels.items() if names}


def waived_of(session: Session, record_ids: Iterable[UUID]) -> set[UUID]:
    """Which of these records are of disabled pupils who are not assessed."""
    query = select(PupilTerm.record_id).where(among(PupilTerm.record_id, record_ids), PupilTerm.assessment_waived)
    return set(session.scalars(query))


def known_cells(session: Session, slot: str, record_ids: Iterable[UUID]) -> dict[Place, Known]:
    """What the cells of a slot hold, those that were cleared, too, and who wrote each of them last."""
    cell = (Assessment.record_id, Assessment.item, Assessment.point, Assessment.kind)
    query = (
        select(*cell, Assessment.value, Assessment.version, Staff.full_name, Assessment.updated_at)
        .outerjoin(Staff, Staff.id == Assessment.updated_by)
        .where(Assessment.slot == slot, among(Assessment.record_id, record_ids))
    )
    return {
        (record_id, _key(item, point, kind)): Known(value, version, by or "", at)
        for record_id, item, point, kind, value, version, by, at in session.execute(query)
    }


def hashed_cells(session: Session, slot: str, record_ids: Iterable[UUID]) -> dict[UUID, list[list[str]]]:
    """Everything a slot entered, in a fixed order, as plain text: what its content hash is taken over.

    One line for each point and item: [point, item, level, score, comment].
    """
    wanted = list(record_ids)
    lines: dict[tuple[UUID, str, str], dict[str, str]] = defaultdict(dict)
    for row in _rows(session, [slot], wanted):
        lines[row.record_id, row.point, row.item][row.kind] = row.value
    found: dict[UUID, list[list[str]]] = {record_id: [] for record_id in wanted}
    for (record_id, point, item), values in lines.items():
        found[record_id].append([point, item, *(values.get(kind, "") for kind in CellKind)])
    return found


def cells_in(session: Session, class_term_id: UUID, slot: str, *, drafts: bool) -> Sequence[StoredCell]:
    """Every cell one slot entered in a class-term; without `drafts`, only what was submitted.

    Raises NotFound for a slot that the class does not have.
    """
    cells_of(*curriculum_in(session, class_term_id), slot)
    return _rows(session, [slot], records_in(session, class_term_id, slot, drafts=drafts))


def records_in(session: Session, class_term_id: UUID, slot: str, *, drafts: bool) -> Sequence[UUID]:
    """The records of a class-term in the order of the class; without `drafts`, those whose slot was submitted."""
    query = (
        select(TermRecord.id)
        .join(RecordSlot, (RecordSlot.record_id == TermRecord.id) & (RecordSlot.slot == slot))
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no, TermRecord.id)
    )
    return session.scalars(query if drafts else query.where(RecordSlot.state == "submitted")).all()


def refuse_foreign(session: Session, class_term_id: UUID, record_ids: set[UUID]) -> None:
    """Raises NotFound if one of the records is of another class-term."""
    own = select(TermRecord.id).where(TermRecord.class_term_id == class_term_id, among(TermRecord.id, record_ids))
    if set(session.scalars(own)) != record_ids:
        raise NotFound(FOREIGN)


class CellTrace(NamedTuple):
    """One change of a cell; `by` is empty for one that did not come through the application."""

    version: int
    before: str
    after: str
    by: str
    at: datetime


def history(session: Session, record_id: UUID, slot: str, key: CellKey) -> list[CellTrace]:
    """Every change of one cell, newest first."""
    query = (
        select(
            CellChange.version,
            CellChange.before,
            CellChange.after,
            func.coalesce(Staff.full_name, ""),
            CellChange.changed_at,
        )
        .outerjoin(Staff, Staff.id == CellChange.staff_id)
        .where(CellChange.record_id == record_id, CellChange.slot == slot, CellChange.item == key.item)
        .where(CellChange.point == key.point, CellChange.kind == key.kind)
        .order_by(CellChange.id.desc())
    )
    return [CellTrace(*row) for row in session.execute(query)]


def _rows(session: Session, slots: Iterable[str], record_ids: Iterable[UUID]) -> Sequence[StoredCell]:
    # Columns, not rows of the table: a class has a thousand cells, and an object of the session for each is slow.
    query = (
        select(*(getattr(Assessment, name) for name in StoredCell._fields))
        .where(Assessment.slot.in_(list(slots)), among(Assessment.record_id, record_ids))
        .order_by(Assessment.record_id, Assessment.point, Assessment.item, Assessment.kind)
    )
    return [StoredCell(*row) for row in session.execute(query)]
