"""One class-term as its own page shows it: who fills each slot and how far it is, who is waited for, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.labelled import Labelled
from domain.lifecycle import HOLDERS_BACK
from domain.outstanding import Outstanding
from domain.slot_marks import slot_name
from domain.stages import Stage
from domain.work import Work
from storage import arrivals, staffing, standing_in
from storage.board import slot_counts
from storage.entries import curriculum_of
from storage.open_work import OpenWork
from storage.outstanding import outstanding
from storage.staffing import Holder
from storage.standing_in import StandIns
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Command,
    Staff,
    TermRecord,
)
from storage.transfers import moves
from storage.transfers.moves import PupilMove


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
    UNLOCK = "unlock", "đã mở khoá"
    RECALL = "recall", "đã thu hồi học bạ để sửa"
    RENEW = "renew", "đã đổi thông tin học sinh"
    DETACH_BEGIN = "detach_begin", "dừng sổ của học sinh đang chuyển trường"
    DETACH_CANCEL = "detach_cancel", "mở lại sổ của học sinh thôi chuyển trường"
    DETACH_COMMIT = "detach_commit", "đưa học sinh đã chuyển trường ra khỏi sổ"
    ATTACH = "attach", "đưa học sinh chuyển đến vào sổ"


@dataclass(frozen=True)
class SlotState:
    """`holders` are who fills the slot now, since `since`, `for_whom` if they stand in; the counts are of pupils."""

    slot: str
    name: str
    holders: tuple[str, ...]
    since: datetime | None
    submitted: int
    signed: int
    waits: tuple[Outstanding, ...]
    for_whom: str = ""


@dataclass(frozen=True)
class Happened:
    at: datetime
    who: str
    deed: Deed
    slot_name: str
    is_late: bool
    for_whom: str = ""


@dataclass(frozen=True)
class ClassView:
    pupils: int
    held: int
    counts: Mapping[Stage, int]
    since: datetime
    slots: tuple[SlotState, ...]
    happened: tuple[Happened, ...]
    moves: tuple[PupilMove, ...] = ()

    @property
    def releasers(self) -> tuple[str, ...]:
        """Either of them may let go what is held."""
        return tuple(name for slot in HOLDERS_BACK for each in self.slots if each.slot == slot for name in each.holders)

    @property
    def kept_back(self) -> Outstanding | None:
        return next((wait for each in self.slots for wait in each.waits if wait.work is Work.RELEASE), None)

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
        moves=tuple(moves.of_class(session, group.id)),
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
    waits = outstanding(OpenWork(session, ClassTermRow.id == row.id, at))
    progress = slot_counts(session, row.id)
    holders = staffing.by_slot(session, group.id, at)
    stand_ins = standing_in.of_class(session, group.id, group.school_id)
    return [
        SlotState(
            slot,
            slot_name(curriculum, slot),
            *_who(holders.get(slot, ())),
            *progress.get(slot, (0, 0)),
            tuple(each for each in waits if slot in _turn_of(each)),
            _for_whom(stand_ins, group, slot, holders.get(slot, ()), at),
        )
        for slot in (*curriculum.slots, PRINCIPAL, SEAL)
    ]


def _for_whom(stand_ins: StandIns, group: ClassGroup, slot: str, holders: Sequence[Holder], at: datetime) -> str:
    return next((stand_ins.for_whom(each.staff_id, group.id, (slot,), at) for each in holders), "")


def _turn_of(wait: Outstanding) -> tuple[str, ...]:
    return HOLDERS_BACK if wait.work is Work.RELEASE else (wait.slot,)


def _who(holders: Sequence[Holder]) -> tuple[tuple[str, ...], datetime | None]:
    return tuple(each.full_name for each in holders), holders[0].since if holders else None


def _happened(session: Session, row: ClassTermRow, group: ClassGroup) -> tuple[Happened, ...]:
    query = (
        select(Command, Staff.full_name)
        .outerjoin(Staff, Staff.id == Command.actor_id)
        .where(Command.class_term_id == row.id)
        .order_by(Command.wf_seq.desc())
        .limit(_SHOWN)
    )
    term, stand_ins = Term(row.term), standing_in.of_class(session, group.id, group.school_id)
    return tuple(
        Happened(
            each.created_at, name or "", Deed(each.action), _slot_of(group, term, each), each.is_late,
            stand_ins.for_whom(each.actor_id, group.id, (each.slot,), each.created_at) if each.actor_id else "",
        )
        for each, name in session.execute(query)
    )  # fmt: skip


def _slot_of(group: ClassGroup, term: Term, command: Command) -> str:
    """Subjects are named; what homeroom teacher, head and clerk do is told by the deed."""
    own = Action(command.action) in {Action.SUBMIT, Action.SIGN} and command.slot != HOMEROOM
    return slot_name(curriculum_of(group, term), command.slot) if own and command.slot else ""
