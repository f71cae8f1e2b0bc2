"""What of class-terms waits for which slots: the one reading of the projection behind tasks, lists and notices."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.stages import Stage
from domain.work import WHOLE_RECORDS, Work
from storage.among import among
from storage.tables import ClassGroup, ClassTermRow, RecordSlot, TermRecord

_CLASSES = (ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)  # 1A2 before 1A10
NEWEST_FIRST = (ClassGroup.school_year.desc(), ClassTermRow.term.desc(), *_CLASSES)


@dataclass(frozen=True)
class Book:
    """A class-term that is not over, and its class."""

    row: ClassTermRow
    group: ClassGroup


@dataclass(frozen=True)
class Piece:
    """Work of one slot for so many pupils at one stage, `returned` of whom came back.

    `round` grows when the same comes again after a return.
    """

    class_term_id: UUID
    slot: str
    work: Work
    pupils: int
    returned: int
    round: int
    stage: Stage


def open_books(session: Session, *which: ColumnElement[bool]) -> dict[UUID, Book]:
    """The class-terms in which something may wait, in order; `which` speaks of `class_terms` and `class_groups`."""
    held = select(TermRecord.class_term_id).where(TermRecord.held, ~TermRecord.moving)  # it stays behind its class
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(*which, or_(ClassTermRow.stage != Stage.ISSUED, ClassTermRow.id.in_(held)))
        .order_by(ClassGroup.school_year, ClassTermRow.term, *_CLASSES)
    )
    return {row.id: Book(row, group) for row, group in session.execute(query)}


def of_slots(session: Session, ids: Collection[UUID]) -> list[Piece]:
    """Parts that are not submitted, sheets that are not signed."""
    is_open = (TermRecord.stage == Stage.ENTRY) & (RecordSlot.state == "open")
    is_unsigned = (TermRecord.stage == Stage.REVIEWED) & ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    work = case((is_open, Work.ENTER.value), else_=Work.SIGN.value)
    returned = func.count().filter(RecordSlot.revision > 1)
    query = (
        select(
            TermRecord.class_term_id, RecordSlot.slot, work, func.count(), returned, func.max(RecordSlot.revision),
            TermRecord.stage,
        )
        .join(RecordSlot, RecordSlot.record_id == TermRecord.id)
        .where(among(TermRecord.class_term_id, ids), ~TermRecord.held, or_(is_open, is_unsigned))
        .group_by(TermRecord.class_term_id, RecordSlot.slot, work, TermRecord.stage)
    )  # fmt: skip
    return [
        Piece(class_term_id, slot, Work(code), pupils, back, number, Stage(stage))
        for class_term_id, slot, code, pupils, back, number, stage in session.execute(query)
    ]


def of_records(session: Session, ids: Collection[UUID]) -> list[Piece]:
    """What homeroom teacher, principal and clerk do for records as a whole; of those held, one piece for each stage."""
    returned = func.count().filter(TermRecord.revision > 1)
    query = (
        select(
            TermRecord.class_term_id, TermRecord.stage, TermRecord.held, func.count(), returned,
            func.max(TermRecord.revision),
        )
        .where(among(TermRecord.class_term_id, ids), or_(TermRecord.stage.in_(WHOLE_RECORDS), TermRecord.held))
        .where(~TermRecord.moving)
        .group_by(TermRecord.class_term_id, TermRecord.stage, TermRecord.held)
    )  # fmt: skip
    found = []
    for class_term_id, stage, is_held, pupils, back, number in session.execute(query):
        work, slot = (Work.RELEASE, PRINCIPAL) if is_held else WHOLE_RECORDS[Stage(stage)]
        found.append(Piece(class_term_id, slot, work, pupils, back, number, Stage(stage)))
    return found
