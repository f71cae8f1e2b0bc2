"""Opening a handover: what somebody fills, who is to have each part of it, and what ends by itself at the moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict, Invalid, NotAllowed
from domain.matters import MatterKind
from domain.matters.handovers import CONFIRM_WITHIN, SHORT_LEAVE, Deed, HandoverKind, HandoverState, moment
from storage import registration
from storage.handovers.applying import hold_classes
from storage.handovers.deciding import NOT_YOURS, Clock, is_opener, require_colleague
from storage.handovers.ending import SUSPENDED, end_of_giver, suspended_of
from storage.handovers.holding import Held, held_from
from storage.matters import steps
from storage.matters.steps import Step
from storage.reassigning import TO_ONESELF
from storage.staffing import in_force
from storage.tables import Handover, HandoverItem, Matter, Position

_FARTHEST: Final = timedelta(days=400)
# However soon the moment is, whoever leaves has so long before somebody else confirms.
_AT_LEAST: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Wish:
    """Who is to have a part, by (class, slot, role); nobody: it stays vacant."""

    key: tuple[UUID | None, str, str]
    successor_id: UUID | None


@dataclass(frozen=True)
class NewHandover:
    """A handover as it is asked for; its id is that of the command."""

    matter_id: UUID
    kind: HandoverKind
    school_id: UUID
    opened_by: UUID
    staff_id: UUID
    reason_id: UUID
    effective_at: datetime
    until: datetime | None
    wishes: tuple[Wish, ...]


def open_handover(session: Session, new: NewHandover, clock: Clock) -> bool:
    """Open a handover; False when it is open already.

    Raises NotFound for people of another school, NotAllowed for whoever may not, Invalid and Conflict for what cannot
    be handed over so.
    """
    if session.get(Matter, new.matter_id) is not None:
        return False
    _require_people(session, new, clock())
    registration.lock_school(session, new.school_id)
    hold_classes(session, {each.class_id for each in held_from(session, new.staff_id, clock()) if each.class_id})
    at = moment(new.effective_at, clock())
    _require_times(new, at, clock())
    parts = _parts(session, new, at)
    _require_administrator(session, new, parts, at)
    row = _new_row(new, at, clock())
    suspended = suspended_of(session, new.staff_id) if new.kind.revokes else []
    detail = _detail(new, at) | {SUSPENDED: [str(each) for each in suspended]}
    first = Step(str(new.matter_id), Deed.OPEN, clock(), new.opened_by, new.reason_id, detail)
    state = HandoverState.CONFIRMING if row.confirm_due else HandoverState.ACCEPTING
    if steps.open_matter(session, MatterKind.HANDOVER, new.matter_id, new.school_id, state, first) is None:
        return False
    session.add(row)
    items = [_item(new, each, successor) for each, successor in parts]
    session.add_all(items)
    session.flush()
    end_of_giver(session, row, items, new.opened_by, suspended)
    return True


def _require_people(session: Session, new: NewHandover, now: datetime) -> None:
    if new.kind is HandoverKind.MERGER:
        raise Invalid("Sáp nhập trường được làm theo quyết định của cơ quan quản lý.")
    require_colleague(session, new.staff_id, new.school_id)
    if not is_opener(session, new.opened_by, new.school_id, now):
        _require_short_leave(new)
    running = (
        select(Handover.matter_id)
        .join(Matter, Matter.id == Handover.matter_id)
        .where(Handover.staff_id == new.staff_id, Matter.settled_at.is_(None), Handover.kind == new.kind.value)
    )
    if new.kind is not HandoverKind.DELEGATION and session.scalars(running).first() is not None:
        raise Conflict("Đã có một việc bàn giao như vậy của người này đang làm.")
    for wish in new.wishes:
        if wish.successor_id is not None:
            require_successor(session, new, wish.successor_id)


def _require_short_leave(new: NewHandover) -> None:
    """All that somebody opens who does not manage the school: the own teaching, for some days."""
    if new.kind is not HandoverKind.DELEGATION or new.opened_by != new.staff_id:
        raise NotAllowed(NOT_YOURS)
    if any(role for _, _, role in (each.key for each in new.wishes)):
        raise NotAllowed("Chức vụ do hiệu trưởng hoặc cán bộ quản trị lập bàn giao; thầy/cô nhờ được phần giảng dạy.")
    if new.until is not None:
        require_short(new.effective_at, new.until)


def require_short(since: datetime, until: datetime) -> None:
    if until - since > SHORT_LEAVE:
        raise Invalid(
            f"Nghỉ ngắn ngày nhiều nhất {SHORT_LEAVE.days} ngày; nghỉ lâu hơn thì nhờ hiệu trưởng lập bàn giao."
        )


def require_successor(session: Session, new: NewHandover, successor_id: UUID) -> None:
    require_colleague(session, successor_id, new.school_id)
    if successor_id == new.staff_id:
        raise Invalid("Người nhận việc phải là người khác.")


def _require_times(new: NewHandover, at: datetime, now: datetime) -> None:
    if at > now + _FARTHEST:
        raise Invalid("Thời điểm bàn giao quá xa, hãy xem lại năm.")
    if new.kind.is_temporary and new.until is None:
        raise Invalid("Hãy ghi ngày kết thúc: người vắng nhận lại việc từ hôm sau.")
    if not (new.kind.is_temporary or new.kind.may_come_back) and new.until is not None:
        raise Invalid("Việc bàn giao này không có ngày kết thúc.")
    if new.until is not None and new.until <= at:
        raise Invalid("Ngày kết thúc phải sau ngày bắt đầu.")


def _parts(session: Session, new: NewHandover, at: datetime) -> list[tuple[Held, UUID | None]]:
    """What is handed over, each with who is to have it. Whoever leaves or is away hands everything over."""
    asked: Mapping[tuple[UUID | None, str, str], UUID | None] = {each.key: each.successor_id for each in new.wishes}
    held = [each for each in held_from(session, new.staff_id, at) if not new.kind.role or each.role == new.kind.role]
    if asked.keys() - {each.key for each in held}:
        raise Conflict("Người này không còn phụ trách một phần việc đã chọn; hãy tải lại trang.")
    whole = new.kind.is_leaving or new.kind.is_leave
    parts = [(each, asked.get(each.key)) for each in held if whole or asked.get(each.key)]
    if not parts and not whole:
        raise Invalid("Chưa chọn người nhận cho phần việc nào.")
    for each, successor in parts:
        if successor is not None:
            require_fit(session, each.role, successor, at, new.until)
            refuse_oneself(each.role, successor, new.opened_by)
    return parts


def require_fit(session: Session, role: str, successor_id: UUID, at: datetime, until: datetime | None) -> None:
    """For a while only a vice principal signs for the head."""
    if role == "principal" and until is not None:
        vice = select(Position.id).where(
            Position.staff_id == successor_id, Position.role == "vice_principal", in_force(Position, at)
        )
        if session.scalars(vice).first() is None:
            raise Invalid("Chỉ phó hiệu trưởng được ký thay hiệu trưởng (KT.).")


def refuse_oneself(role: str, successor_id: UUID, *choosers: UUID) -> None:
    """As `storage.reassigning.appoint` does, before anybody is asked."""
    if role and successor_id in choosers:
        raise NotAllowed(TO_ONESELF)


def _require_administrator(
    session: Session, new: NewHandover, parts: Sequence[tuple[Held, UUID | None]], at: datetime
) -> None:
    """A school is never left without somebody who can open the next handover."""
    if not new.kind.is_for_good(new.until):
        return
    ending = {each.source_id for each, successor in parts if each.role and successor is None}
    query = select(Position.id).where(
        Position.school_id == new.school_id, Position.role.in_(("principal", "system_admin")), in_force(Position, at)
    )
    left = set(session.scalars(query)) - ending
    if not left and any(each.role in {"principal", "system_admin"} for each, _ in parts):
        raise Conflict("Trường sẽ không còn hiệu trưởng hay cán bộ quản trị nào; hãy chọn người nhận chức vụ này.")


def _new_row(new: NewHandover, at: datetime, now: datetime) -> Handover:
    asks = new.kind.has_minutes and not new.kind.giver_is_gone
    due = max(min(now + CONFIRM_WITHIN, at), now + _AT_LEAST)
    return Handover(
        matter_id=new.matter_id, kind=new.kind.value, staff_id=new.staff_id, effective_at=at, until=new.until,
        reason_id=new.reason_id, confirm_due=due if asks else None, step_since=now,
        overridden_by=new.opened_by if new.kind.giver_is_gone else None,
        override_reason_id=new.reason_id if new.kind.giver_is_gone else None,
        giver_left_out=new.kind.giver_is_gone,
    )  # fmt: skip


def _item(new: NewHandover, held: Held, successor_id: UUID | None) -> HandoverItem:
    return HandoverItem(
        id=uuid5(new.matter_id, str(held.source_id)), matter_id=new.matter_id, class_id=held.class_id, slot=held.slot,
        role=held.role, title=held.title, source_id=held.source_id, source_until=held.source_until,
        successor_id=successor_id if held.is_signer else None,
    )  # fmt: skip


def _detail(new: NewHandover, at: datetime) -> dict[str, object]:
    until = new.until.isoformat() if new.until else ""
    return {"kind": new.kind.value, "staff": str(new.staff_id), "at": at.isoformat(), "until": until}
