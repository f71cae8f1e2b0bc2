"""Where a class-term stands by its projection: what a workflow starts from when its book was over."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.deadlines import OFFSETS, Deadline, Hook
from domain.errors import NotFound
from domain.record_states import RecordState
from domain.stages import Stage
from storage import entries
from storage.opening import OpenedTerm
from storage.staffing import signs_records
from storage.tables import ClassGroup, ClassTermRow, Enrolment, RecordSlot, TermRecord


@dataclass(frozen=True)
class BookStanding:
    """The records of a class-term, its number of class summaries, and the number of its newest decision.

    Hooks of a deadline that are past count as fired: nobody is reminded of what was over when they came.
    """

    records: dict[str, RecordState]
    parts: int
    seq: int
    deadline: Deadline
    fired: tuple[Hook, ...]


def book(session: Session, class_term_id: UUID) -> OpenedTerm:
    """What names a class-term's workflow and starts it, without its records. Raises NotFound."""
    row = session.get(ClassTermRow, class_term_id)
    if row is None:
        raise NotFound("Không tìm thấy lớp này.")
    group, term = session.get_one(ClassGroup, row.class_id), Term(row.term)
    slots = entries.curriculum_of(group, term).slots
    return OpenedTerm(
        row.id, group.school_id, group.id, group.name, group.school_year, term, slots[:-1], (), row.due_at,
        row.policy_version, signs_records(group, term),
    )  # fmt: skip


def standing(session: Session, class_term_id: UUID, now: datetime) -> BookStanding:
    row = session.get_one(ClassTermRow, class_term_id)
    slots = _slots(session, class_term_id)
    query = (
        select(TermRecord)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no, TermRecord.id)
    )
    return BookStanding(
        records={str(record.id): _state(record, slots[record.id]) for record in session.scalars(query)},
        parts=row.parts,
        seq=row.wf_seq,
        deadline=Deadline(row.policy_version, row.due_at),
        fired=tuple(hook for hook, offset in OFFSETS.items() if row.due_at + offset <= now),
    )


def _slots(session: Session, class_term_id: UUID) -> dict[UUID, list[RecordSlot]]:
    """The slots of each record, in the order of the curriculum."""
    order = entries.curriculum_in(session, class_term_id)[0].slots
    query = (
        select(RecordSlot)
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id)
    )
    found: dict[UUID, list[RecordSlot]] = defaultdict(list)
    for slot in sorted(session.scalars(query), key=lambda each: order.index(each.slot)):
        found[slot.record_id].append(slot)
    return found


def _state(record: TermRecord, slots: list[RecordSlot]) -> RecordState:
    """`held` of a moving record is not known apart; a book that is over has neither."""
    return RecordState(
        Stage(record.stage),
        record.revision,
        tuple(each.slot for each in slots if each.state == "open"),
        tuple(each.slot for each in slots if each.slot != HOMEROOM and not each.is_signed),
        record.part,
        record.held and not record.moving,
        record.moving,
    )
