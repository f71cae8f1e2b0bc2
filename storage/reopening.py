"""Where a class-term stands by its projection: what a workflow starts from when its book was over, or it was lost."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.deadlines import OFFSETS, Deadline, Hook
from domain.decisions import Action
from domain.errors import NotFound
from domain.record_states import RecordState
from domain.stages import Stage
from storage import entries
from storage.opening import OpenedTerm
from storage.staffing import signs_records
from storage.tables import (
    AuditEntry,
    ClassGroup,
    ClassTermRow,
    Command,
    DeadlineEvent,
    Enrolment,
    RecordSlot,
    TermRecord,
)

# Whoever pressed a button when the workflow was lost presses it again; that was one of the newest decisions.
_ANSWERED: Final = 20


@dataclass(frozen=True)
class Answered:
    """A decision that took effect: its command, its number, and the records that it moved."""

    command_id: str
    seq: int
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class BookStanding:
    """The records of a class-term, its number of class summaries, and the number of its newest decision.

    `fired` are the hooks of the deadline of which nobody is to hear any more; `answered` the newest decisions.
    """

    records: dict[str, RecordState]
    parts: int
    seq: int
    deadline: Deadline
    fired: tuple[Hook, ...]
    answered: tuple[Answered, ...] = ()


def is_unfinished() -> ColumnElement[bool]:
    """Of a class-term: its workflow runs, or ought to. A held pupil stays behind a class that is issued."""
    behind = exists().where(TermRecord.class_term_id == ClassTermRow.id, TermRecord.stage != Stage.ISSUED)
    return or_(ClassTermRow.stage != Stage.ISSUED, behind)


def open_books(session: Session) -> list[UUID]:
    """Unfinished class-terms, by id."""
    return list(session.scalars(select(ClassTermRow.id).where(is_unfinished()).order_by(ClassTermRow.id)))


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
    found = session.scalars(query).all()
    held = _held_while_moving(session, class_term_id) if any(record.moving for record in found) else frozenset()
    past = [hook for hook, offset in OFFSETS.items() if row.due_at + offset <= now]
    # Of a book that was over nobody is reminded of what was past when it was taken up.
    told = set(past) if all(record.stage == Stage.ISSUED for record in found) else _told(session, row)
    return BookStanding(
        records={str(record.id): _state(record, slots[record.id], held) for record in found},
        parts=row.parts,
        seq=row.wf_seq,
        deadline=Deadline(row.policy_version, row.due_at),
        fired=tuple(hook for hook in past if hook in told),
        answered=_answered(session, class_term_id),
    )


def _told(session: Session, row: ClassTermRow) -> set[Hook]:
    """Hooks that are on record, and those before the newest decision: its workflow was at work when they came."""
    mine = (DeadlineEvent.class_term_id == row.id) & (DeadlineEvent.policy_version == row.policy_version)
    kept = {Hook(kind) for kind in session.scalars(select(DeadlineEvent.kind).where(mine))}
    newest = session.scalar(select(func.max(Command.created_at)).where(Command.class_term_id == row.id))
    return kept | {hook for hook, offset in OFFSETS.items() if newest is not None and row.due_at + offset <= newest}


def _answered(session: Session, class_term_id: UUID) -> tuple[Answered, ...]:
    """The oldest first, as a workflow has them."""
    query = (
        select(Command.id, Command.wf_seq, AuditEntry.detail)
        .join(
            AuditEntry,
            (AuditEntry.class_term_id == Command.class_term_id) & (AuditEntry.wf_seq == Command.wf_seq),
        )
        .where(Command.class_term_id == class_term_id)
    )
    rows = session.execute(query.order_by(Command.wf_seq.desc()).limit(_ANSWERED)).all()
    return tuple(Answered(command_id, seq, tuple(_moved(detail))) for command_id, seq, detail in reversed(rows))


def _moved(detail: Mapping[str, object]) -> Mapping[str, tuple[str, int, bool]]:
    """Stage, revision, and whether it is kept back, of each record that a decision moved."""
    return cast("Mapping[str, tuple[str, int, bool]]", detail["records"])


def _held_while_moving(session: Session, class_term_id: UUID) -> frozenset[str]:
    """Records that somebody holds and nobody has let go since: their row only says that they are kept back."""
    query = select(AuditEntry.detail).where(
        AuditEntry.class_term_id == class_term_id,
        AuditEntry.detail["action"].astext.in_((Action.HOLD.value, Action.RELEASE.value)),
    )
    held: dict[str, bool] = {}
    for detail in session.scalars(query.order_by(AuditEntry.wf_seq)):
        # The others of a class summary that fell apart with a hold stand in it, too, and are not held.
        held |= {record_id: is_held for record_id, (_, _, is_held) in _moved(detail).items()}
    return frozenset(record_id for record_id, is_held in held.items() if is_held)


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


def _state(record: TermRecord, slots: list[RecordSlot], held_while_moving: frozenset[str]) -> RecordState:
    return RecordState(
        Stage(record.stage),
        record.revision,
        tuple(each.slot for each in slots if each.state == "open"),
        tuple(each.slot for each in slots if each.slot != HOMEROOM and not each.is_signed),
        record.part,
        str(record.id) in held_while_moving if record.moving else record.held,
        record.moving,
    )
