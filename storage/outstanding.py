"""What waits for whom at a school: SQL over the projection, by class-term and slot; people follow the assignments."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.outstanding import Outstanding, Task
from domain.slot_marks import slot_name
from domain.stages import Stage
from storage import arrivals
from storage.among import among
from storage.arrivals import Arrivals
from storage.entries import curriculum_of
from storage.tables import ClassGroup, ClassTermRow, RecordSlot, TermRecord

# What a record at a stage waits for as a whole.
_OF_STAGE: Final[Mapping[Stage, tuple[str, Task]]] = {
    Stage.SUBMITTED: (HOMEROOM, Task.REVIEW),
    Stage.SUBJECT_SIGNED: (HOMEROOM, Task.SIGN),
    Stage.HOMEROOM_SIGNED: (PRINCIPAL, Task.APPROVE),
    Stage.APPROVED: (SEAL, Task.SEAL),
}
OFFICE_SLOTS: Final = {PRINCIPAL: "Hiệu trưởng", SEAL: "Văn thư"}
_Row = tuple[ClassTermRow, ClassGroup]


def of_school(session: Session, school_id: UUID) -> list[Outstanding]:
    """Everything that waits at a school, the classes in order."""
    return _outstanding(session, ClassGroup.school_id == school_id)


def of_class_term(session: Session, class_term_id: UUID) -> list[Outstanding]:
    return _outstanding(session, ClassTermRow.id == class_term_id)


def name_of_slot(group: ClassGroup, term: Term, slot: str) -> str:
    """What people call a slot of a class, an office's one included."""
    return OFFICE_SLOTS.get(slot) or slot_name(curriculum_of(group, term), slot)


def _outstanding(session: Session, which: ColumnElement[bool]) -> list[Outstanding]:
    held = select(TermRecord.class_term_id).where(TermRecord.held)  # a held record stays behind its class
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(which, or_(ClassTermRow.stage != Stage.ISSUED, ClassTermRow.id.in_(held)))
        .order_by(ClassGroup.school_year, ClassTermRow.term, ClassGroup.grade, ClassGroup.name)
    )
    rows: dict[UUID, _Row] = {row[0].id: row for row in session.execute(query)}
    since = arrivals.of_class_terms(session, rows.keys())
    found = [*_of_slots(session, rows, since), *_of_records(session, rows, since)]
    place = {class_term_id: number for number, class_term_id in enumerate(rows)}
    return sorted(found, key=lambda each: place[each.class_term_id])


def _of_slots(session: Session, rows: Mapping[UUID, _Row], since: Arrivals) -> Iterator[Outstanding]:
    """Parts that are not submitted, sheets that are not signed."""
    is_open = (TermRecord.stage == Stage.ENTRY) & (RecordSlot.state == "open")
    is_unsigned = (TermRecord.stage == Stage.REVIEWED) & ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    task = case((is_open, Task.ENTER.value), else_=Task.SIGN.value)
    query = (
        select(TermRecord.class_term_id, RecordSlot.slot, task, func.count(), func.max(RecordSlot.revision))
        .join(RecordSlot, RecordSlot.record_id == TermRecord.id)
        .where(among(TermRecord.class_term_id, rows), ~TermRecord.held, or_(is_open, is_unsigned))
        .group_by(TermRecord.class_term_id, RecordSlot.slot, task)
    )
    for class_term_id, slot, code, pupils, revision in session.execute(query):
        row, group = rows[class_term_id]
        stage = Stage.ENTRY if code == Task.ENTER else Stage.REVIEWED
        # A part that nobody ever sent back has waited since the book was opened.
        came = None if stage is Stage.ENTRY and revision == 1 else since.came(class_term_id, stage)
        yield _line(row, group, (slot, Task(code)), pupils, came)


def _of_records(session: Session, rows: Mapping[UUID, _Row], since: Arrivals) -> Iterator[Outstanding]:
    """What the homeroom teacher, the principal and the clerk do for records as a whole."""
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, TermRecord.held, func.count())
        .where(among(TermRecord.class_term_id, rows), or_(TermRecord.stage.in_(_OF_STAGE), TermRecord.held))
        .group_by(TermRecord.class_term_id, TermRecord.stage, TermRecord.held)
    )
    held: dict[UUID, int] = {}
    for class_term_id, stage, is_held, pupils in session.execute(query):
        if is_held:
            held[class_term_id] = held.get(class_term_id, 0) + pupils
        else:
            came = since.came(class_term_id, Stage(stage))
            yield _line(*rows[class_term_id], _OF_STAGE[Stage(stage)], pupils, came)
    for class_term_id, pupils in held.items():
        came = since.held_since(class_term_id)
        yield _line(*rows[class_term_id], (PRINCIPAL, Task.RELEASE), pupils, came)


def _line(
    row: ClassTermRow, group: ClassGroup, what: tuple[str, Task], pupils: int, came: datetime | None
) -> Outstanding:
    slot, task = what
    term = Term(row.term)
    name = name_of_slot(group, term, slot)
    return Outstanding(
        row.id, group.id, group.name, group.school_year, term, slot, name, task, pupils,
        came or row.created_at, row.due_at,
    )  # fmt: skip


def late_of(work: Iterable[Outstanding], now: datetime) -> list[Outstanding]:
    return [each for each in work if each.is_late(now)]
