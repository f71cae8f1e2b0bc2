"""What was changed in the parts that a correction opened: each cell before and after, for those who confirm it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.entry import cells_of
from domain.slot_marks import slot_name
from storage.corrections import records
from storage.entries import curriculum_of
from storage.tables import (
    CellChange,
    ClassGroup,
    ClassTermRow,
    CorrectedRecord,
    Enrolment,
    PupilRow,
    Staff,
    TermRecord,
)


@dataclass(frozen=True)
class ChangedCell:
    """A cell that holds something else than when its part was opened."""

    record_id: UUID
    order_no: int
    full_name: str
    slot: str
    part: str
    label: str
    before: str
    after: str
    by: str
    at: datetime


def of_matter(session: Session, matter_id: UUID, slots: Collection[str] | None = None) -> list[ChangedCell]:
    """In the order of the class; only of some parts for those who may not see the others."""
    rows = [row for row in records.of_matter(session, matter_id) if row.opened_at is not None]
    return [each for row in rows for each in _of_record(session, row) if slots is None or each.slot in slots]


def under_way(session: Session, class_term_id: UUID) -> dict[UUID, list[ChangedCell]]:
    """The same of every correction of a class-term that is not settled yet, by record."""
    query = (
        select(CorrectedRecord)
        .join(TermRecord, TermRecord.id == CorrectedRecord.record_id)
        .where(
            TermRecord.class_term_id == class_term_id, CorrectedRecord.settled_at.is_(None),
            CorrectedRecord.opened_at.is_not(None),
        )
    )  # fmt: skip
    found: dict[UUID, list[ChangedCell]] = {}
    for row in session.scalars(query):
        found.setdefault(row.record_id, []).extend(_of_record(session, row))
    return {record_id: cells for record_id, cells in found.items() if cells}


def _of_record(session: Session, row: CorrectedRecord) -> list[ChangedCell]:
    """The first value of each cell since then, and the last one; what came back to it is no change."""
    query = (
        select(CellChange, Staff.full_name)
        .outerjoin(Staff, Staff.id == CellChange.staff_id)
        .where(
            CellChange.record_id == row.record_id, CellChange.slot.in_(row.slots),
            CellChange.id > (row.changes_after or 0),
        )
        .order_by(CellChange.id)
    )  # fmt: skip
    first: dict[tuple[str, str, str, str], str] = {}
    last: dict[tuple[str, str, str, str], tuple[CellChange, str]] = {}
    for change, by in session.execute(query):
        key = (change.slot, change.point, change.item, change.kind)
        first.setdefault(key, change.before)
        last[key] = (change, by or "")
    changed = {key: found for key, found in last.items() if first[key] != found[0].after}
    return _named(session, row.record_id, first, changed) if changed else []


def _named(
    session: Session,
    record_id: UUID,
    first: dict[tuple[str, str, str, str], str],
    last: dict[tuple[str, str, str, str], tuple[CellChange, str]],
) -> list[ChangedCell]:
    whose = (
        select(ClassGroup, ClassTermRow.term, Enrolment.order_no, PupilRow.full_name)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.id == record_id)
    )
    group, term, order_no, name = session.execute(whose).one()
    curriculum = curriculum_of(group, Term(term))
    cells = {
        (slot, cell.key.point.value, cell.key.item, cell.key.kind.value): cell.label
        for slot in {key[0] for key in last}
        for cell in cells_of(curriculum, Term(term), slot)
    }
    return [
        ChangedCell(
            record_id, order_no, name, key[0], slot_name(curriculum, key[0]), cells.get(key, key[2]), first[key],
            change.after, by, change.changed_at,
        )
        for key, (change, by) in last.items()
    ]  # fmt: skip
