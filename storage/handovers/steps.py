"""The steps of a handover: each is one command, one transaction, one line of the diary; again, it changes nothing."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from domain.documents import SignatureField
from domain.errors import Conflict, Invalid, NotAllowed
from domain.matters.handovers import Deed, HandoverKind, HandoverState, TimedAlarm, full_second, moment, require
from domain.reasons import NO_REASON
from storage import certificates
from storage.handovers import applying, ending, signing, standing
from storage.handovers.deciding import (
    Case,
    Clock,
    case_of,
    is_opener,
    require_colleague,
    require_one_of,
    require_opener,
)
from storage.handovers.opening import refuse_oneself, require_fit, require_short
from storage.matters import papers, steps
from storage.matters.steps import Step
from storage.tables import HandoverItem, StaffLeave

NO_CERTIFICATE: Final = (
    "Thầy/cô chưa có chứng thư số dùng được, nên chưa nhận được phần việc phải ký. "
    "Hãy nhờ cán bộ quản trị của trường đăng ký chứng thư số, rồi nhận lại."
)
GIVER: Final = SignatureField.GIVER.value
GIVEN: Final = "Phần việc này đã giao cho người khác ở trang phân công."
_NOT_ASKED: Final = "Thầy/cô không được đề nghị nhận phần việc nào ở đây."


@dataclass(frozen=True)
class Move:
    """What somebody does; `items` are those that it is about, none for all of one's own."""

    deed: Deed
    command_id: str
    staff_id: UUID
    reason_id: UUID | None = None
    items: tuple[UUID, ...] = ()
    successor_id: UUID | None = None
    at: datetime | None = None


def take(session: Session, matter_id: UUID, move: Move, clock: Clock) -> bool:
    """Take one step; False when it was taken before. Raises Conflict, NotAllowed, NotFound and Invalid."""
    case = case_of(session, matter_id, lock=True)
    now = clock()
    if steps.known(session, matter_id, move.command_id) is not None:
        return False
    require(case.state, move.deed)
    detail = _STEPS[move.deed](session, case, move, clock)
    steps.note(session, matter_id, Step(move.command_id, move.deed, now, move.staff_id, move.reason_id, detail))
    _go_on(session, case, clock)
    standing.refresh(session, case, clock())
    return True


Detail = Mapping[str, object]
_Do = Callable[[Session, Case, Move, Clock], Detail]


def _confirm(_: Session, case: Case, move: Move, clock: Clock) -> Detail:
    if move.staff_id != case.giver:
        raise NotAllowed("Chỉ người bàn giao xác nhận được tình trạng công việc của mình.")
    case.row.confirmed_at = clock()
    _enter(case, HandoverState.ACCEPTING, clock())
    return {}


def _override(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    """Somebody who manages the school goes on without the giver, once there was time enough to confirm."""
    require_opener(session, move.staff_id, case.matter.school_id, clock())
    if case.row.confirm_due is not None and clock() < case.row.confirm_due:
        raise Conflict("Người bàn giao còn thời gian để xác nhận; hết hạn thì hiệu trưởng mới quyết định thay được.")
    case.row.overridden_by, case.row.override_reason_id = move.staff_id, _reason(move)
    case.row.giver_left_out = True
    _enter(case, HandoverState.ACCEPTING, clock())
    return {}


def _accept(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    own = _own(case, move)
    at = moment(case.row.effective_at, clock())
    signs = any(each.class_id or each.role == "principal" for each in own)
    if signs and not certificates.can_sign(session, move.staff_id, at):
        raise NotAllowed(NO_CERTIFICATE)
    _require_here(session, move.staff_id, at, case.row.until)
    for each in own:
        require_fit(session, each.role, move.staff_id, at, case.row.until)
        each.accepted_at = clock()
    if case.row.applied_at is not None:
        _take_late(session, case, own, clock)
    return {"items": sorted(str(each.id) for each in own)}


def _require_here(session: Session, staff_id: UUID, at: datetime, until: datetime | None) -> None:
    """Nobody takes over work for a time in which one is away oneself."""
    away = session.query(StaffLeave).filter(StaffLeave.staff_id == staff_id)
    for leave in away:
        if (leave.ends_at is None or leave.ends_at > at) and (until is None or leave.starts_at < until):
            raise Conflict("Thầy/cô nghỉ trong thời gian này, nên không nhận được phần việc.")


def _decline(_: Session, case: Case, move: Move, __: Clock) -> Detail:
    own = _own(case, move)
    reason_id = _reason(move)
    for each in own:
        each.declined_by, each.decline_reason_id = move.staff_id, reason_id
        each.successor_id = each.accepted_at = None
    return {"items": sorted(str(each.id) for each in own)}


def _name(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    """Name somebody else for parts that nobody has accepted yet, or leave them vacant."""
    require_one_of(session, case, move.staff_id, clock(), _delegator(case))
    named = [each for each in case.items if each.id in set(move.items)]
    if not named or len(named) != len(set(move.items)):
        raise Invalid("Hãy chọn phần việc.")
    if any(each.accepted_at for each in named):
        raise Conflict("Phần việc này đã có người nhận.")
    if case.row.applied_at is not None:
        _require_vacant(session, case, named, clock())
    if move.successor_id is not None:
        _require_other(session, case, move, named, moment(case.row.effective_at, clock()))
    for each in named:
        each.successor_id, each.declined_by, each.decline_reason_id = move.successor_id, None, None
    return {"items": sorted(map(str, move.items)), "successor": str(move.successor_id or "")}


def _require_vacant(session: Session, case: Case, items: Sequence[HandoverItem], now: datetime) -> None:
    """What everybody has waited for in vain may be given by now, or have gone back. One that is over goes on."""
    if case.row.until is not None and case.row.until <= now:
        raise Conflict("Thời gian làm thay đã hết, người vắng đã nhận lại việc.")
    if not all(applying.is_free(session, case, each, full_second(now)) for each in items):
        raise Conflict(GIVEN)
    if case.state is HandoverState.DONE:
        case.matter.settled_at = None
        _enter(case, HandoverState.STANDING, now)


def _take_late(session: Session, case: Case, items: Sequence[HandoverItem], clock: Clock) -> None:
    """Part of it at once. Minutes under way are written anew; those that all have signed stay as they were."""
    applying.apply(session, case, items, clock)
    if not all(each.applied_at for each in items):
        raise Conflict(GIVEN)
    if case.state is HandoverState.SIGNING:
        papers.void_paper(session, case.matter.id, None)
    elif case.kind.has_minutes and papers.current(session, case.matter.id) is None:
        _enter(case, HandoverState.SIGNING, clock())


def _require_other(session: Session, case: Case, move: Move, named: Sequence[HandoverItem], at: datetime) -> None:
    successor_id = move.successor_id
    if successor_id is None or successor_id == case.giver:
        raise Invalid("Người nhận việc phải là người khác.")
    require_colleague(session, successor_id, case.matter.school_id)
    for each in named:
        require_fit(session, each.role, successor_id, at, case.row.until)
        refuse_oneself(each.role, successor_id, case.matter.opened_by, move.staff_id)


def _cancel(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    """Nothing of it remains but the diary. What has taken effect is not undone: it is handed over or back anew."""
    require_one_of(session, case, move.staff_id, clock(), _delegator(case))
    applying.hold(session, case)
    if case.row.moment is not None and case.row.moment <= clock():
        raise Conflict("Việc bàn giao đã có hiệu lực, không huỷ được nữa. Hãy trả lại việc, hoặc lập bàn giao khác.")
    ending.take_up_again(session, case, clock())
    papers.void_paper(session, case.matter.id, move.reason_id)
    standing.tell_all(session, case, "cancelled", clock())
    _settle(case, HandoverState.CANCELLED, clock())
    return {}


def _return(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    require_one_of(session, case, move.staff_id, clock(), case.row.staff_id)
    if case.kind is HandoverKind.DELEGATION and not is_opener(session, move.staff_id, case.matter.school_id, clock()):
        require_short(case.row.effective_at, move.at or clock())
    at = applying.give_back(session, case, clock, move.at)
    standing.move_leave(session, case.matter.id, at)
    standing.tell_all(session, case, "returned", clock())
    return {"at": at.isoformat()}


def _report(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    require_opener(session, move.staff_id, case.matter.school_id, clock())
    if not case.kind.revokes or case.row.reported_at is not None:
        raise Conflict("Không có chứng thư số nào cần báo, hoặc đã báo rồi.")
    case.row.reported_at = clock()
    return {}


def _without_giver(session: Session, case: Case, move: Move, clock: Clock) -> Detail:
    """The minutes go on without the giver's signature, for a reason that they name."""
    require_opener(session, move.staff_id, case.matter.school_id, clock())
    if case.row.giver_left_out or GIVER not in {each.field for each in signing.unsigned(session, case)}:
        raise Conflict("Biên bản không chờ chữ ký của người bàn giao.")
    papers.void_paper(session, case.matter.id, _reason(move))
    case.row.giver_left_out = True
    case.row.overridden_by, case.row.override_reason_id = move.staff_id, _reason(move)
    return {}


_STEPS: Final[Mapping[Deed, _Do]] = {
    Deed.CONFIRM: _confirm,
    Deed.OVERRIDE: _override,
    Deed.ACCEPT: _accept,
    Deed.DECLINE: _decline,
    Deed.NAME_SUCCESSOR: _name,
    Deed.CANCEL: _cancel,
    Deed.RETURN: _return,
    Deed.REPORT: _report,
    Deed.WITHOUT_GIVER: _without_giver,
}


def _own(case: Case, move: Move) -> list[HandoverItem]:
    own = [each for each in case.items if each.successor_id == move.staff_id and each.accepted_at is None]
    if move.items:
        own = [each for each in own if each.id in set(move.items)]
    if not own:
        raise NotAllowed(_NOT_ASKED)
    return own


def _delegator(case: Case) -> UUID | None:
    return case.row.staff_id if case.row.confirm_due is None and not case.kind.has_minutes else None


def _reason(move: Move) -> UUID:
    if move.reason_id is None:
        raise Invalid(NO_REASON)
    return move.reason_id


def begin(session: Session, matter_id: UUID, clock: Clock) -> None:
    """What follows an opening: where nobody is asked for anything, it takes effect at once."""
    case = case_of(session, matter_id, lock=True)
    _go_on(session, case, clock)
    standing.refresh(session, case, clock())


def tick(session: Session, matter_id: UUID, alarm: TimedAlarm | None, now: datetime) -> None:
    """A moment has come, or the minutes have another signature; again, nothing happens."""
    case = case_of(session, matter_id, lock=True)
    if alarm is not None:
        standing.ring(session, case, alarm, now)
    settle(session, case, now)
    standing.refresh(session, case, now)


def _go_on(session: Session, case: Case, clock: Clock) -> None:
    """What follows by itself: everybody has accepted, or everything is done."""
    if case.state is HandoverState.ACCEPTING and not case.open_items:
        at = applying.apply(session, case, case.items, clock)
        detail = {"moment": at.isoformat(), "parts": sum(each.applied_at is not None for each in case.items)}
        steps.note(
            session, case.matter.id, Step(f"{Deed.APPLIED}/{at.isoformat()}", Deed.APPLIED, clock(), detail=detail)
        )
        _enter(case, HandoverState.SIGNING, clock())
    settle(session, case, clock())


def settle(session: Session, case: Case, now: datetime) -> None:
    """Go to the state that follows from what is done; the last one ends the matter."""
    if case.state is HandoverState.SIGNING and not standing.minutes_are_due(session, case):
        _enter(case, HandoverState.STANDING, now)
    if case.state is HandoverState.STANDING and not (case.open_items or standing.still_stands(session, case, now)):
        _settle(case, HandoverState.DONE, now)


def _enter(case: Case, state: HandoverState, now: datetime) -> None:
    case.matter.state, case.row.step_since = state.value, now


def _settle(case: Case, state: HandoverState, now: datetime) -> None:
    _enter(case, state, now)
    case.matter.settled_at = now
