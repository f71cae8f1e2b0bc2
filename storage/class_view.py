"""One class-term as its own page shows it: who fills each slot and how far it is, who is waited for, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.labelled import Labelled
from domain.outstanding import Outstanding
from domain.stages import Stage
from storage import arrivals, assignments, outstanding
from storage.entries import curriculum_of
from storage.outstanding import OFFICE_SLOTS, name_of_slot
from storage.staffing import ROLE_OF_SLOT, in_force
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Command,
    Position,
    RecordSlot,
    Staff,
    TeachingAssignment,
    TermRecord,
)


class Deed(Labelled):
    """What a decision was, as it is told afterwards."""

    SUBMIT = "submit", "đã gửi"
    REVIEW = "review", "đã rà soát"
    RETURN = "return_for_rework", "đã trả lại"
    SIGN = "sign", "đã ký"
    APPROVE = "approve", "đã duyệt"
    SEAL = "seal", "đã đóng dấu"
    HOLD = "hold", "đã tạm giữ"
    RELEASE = "release", "đã thôi tạm giữ"
    ISSUE = "issue", "đã phát hành"


@dataclass(frozen=True)
class SlotState:
    """`holders` are who fills the slot now, since `since`; the counts are of pupils."""

    slot: str
    name: str
    holders: tuple[str, ...]
    since: datetime | None
    submitted: int
    signed: int
    waits: tuple[Outstanding, ...]


@dataclass(frozen=True)
class Happened:
    at: datetime
    who: str
    deed: Deed
    slot_name: str
    is_late: bool


@dataclass(frozen=True)
class ClassView:
    pupils: int
    held: int
    counts: Mapping[Stage, int]
    since: datetime
    slots: tuple[SlotState, ...]
    happened: tuple[Happened, ...]

    @property
    def waiting(self) -> tuple[SlotState, ...]:
        return tuple(each for each in self.slots if each.waits)


_SHOWN = 12  # of what happened


def class_view(session: Session, class_term_id: UUID, at: datetime) -> ClassView:
    row = session.get_one(ClassTermRow, class_term_id)
    group = session.get_one(ClassGroup, row.class_id)
    counts, held = _counts(session, class_term_id)
    came = arrivals.of_class_terms(session, [row.id]).came(row.id, Stage(row.stage))
    return ClassView(
        pupils=sum(counts.values()),
        held=held,
        counts=counts,
        since=came or row.created_at,
        slots=tuple(_slots(session, row, group, at)),
        happened=_happened(session, row, group),
    )


def _counts(session: Session, class_term_id: UUID) -> tuple[dict[Stage, int], int]:
    query = (
        select(TermRecord.stage, func.count(), func.count().filter(TermRecord.held))
        .where(TermRecord.class_term_id == class_term_id)
        .group_by(TermRecord.stage)
    )
    rows = session.execute(query).all()
    return {Stage(stage): count for stage, count, _ in rows}, sum(held for *_, held in rows)


def _slots(session: Session, row: ClassTermRow, group: ClassGroup, at: datetime) -> list[SlotState]:
    term = Term(row.term)
    curriculum = curriculum_of(group, term)
    waits = outstanding.of_class_term(session, row.id)
    progress = _progress(session, row.id)
    held = assignments.holdings(
        session, TeachingAssignment.class_id == group.id, TeachingAssignment.is_signer, in_force(TeachingAssignment, at)
    )
    people = {each.slot: ((each.full_name,), each.valid_from) for each in held} | _offices(session, group, at)
    return [
        SlotState(
            slot,
            name_of_slot(group, term, slot),
            *people.get(slot, ((), None)),
            *progress.get(slot, (0, 0)),
            tuple(each for each in waits if each.slot == slot),
        )
        for slot in (*curriculum.slots, *OFFICE_SLOTS)
    ]


def _progress(session: Session, class_term_id: UUID) -> dict[str, tuple[int, int]]:
    query = (
        select(
            RecordSlot.slot,
            func.count().filter(RecordSlot.state == "submitted"),
            func.count().filter(RecordSlot.is_signed),
        )
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id)
        .group_by(RecordSlot.slot)
    )
    return {slot: (submitted, signed) for slot, submitted, signed in session.execute(query)}


def _offices(session: Session, group: ClassGroup, at: datetime) -> dict[str, tuple[tuple[str, ...], datetime | None]]:
    query = (
        select(Position.role, Staff.full_name, Position.valid_from)
        .join(Staff, Staff.id == Position.staff_id)
        .where(Position.school_id == group.school_id, in_force(Position, at))
        .order_by(Position.valid_from)
    )
    rows = session.execute(query).all()
    found: dict[str, tuple[tuple[str, ...], datetime | None]] = {}
    for slot, role in ROLE_OF_SLOT.items():
        here = [(name, since) for each, name, since in rows if each == role]
        found[slot] = (tuple(name for name, _ in here), here[0][1] if here else None)
    return found


def _happened(session: Session, row: ClassTermRow, group: ClassGroup) -> tuple[Happened, ...]:
    query = (
        select(Command, Staff.full_name)
        .outerjoin(Staff, Staff.id == Command.actor_id)
        .where(Command.class_term_id == row.id)
        .order_by(Command.wf_seq.desc())
        .limit(_SHOWN)
    )
    term = Term(row.term)
    return tuple(
        Happened(each.created_at, name or "", Deed(each.action), _slot_of(group, term, each), each.is_late)
        for each, name in session.execute(query)
    )


def _slot_of(group: ClassGroup, term: Term, command: Command) -> str:
    """Subjects are named; what homeroom teacher, head and clerk do is told by the deed."""
    own = Action(command.action) in {Action.SUBMIT, Action.SIGN} and command.slot != HOMEROOM
    return name_of_slot(group, term, command.slot) if own and command.slot else ""
