"""What people decide about a transfer: each command once, whoever may, in the order of the steps."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.curriculum import HOMEROOM as HOMEROOM_SLOT
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.identity import normalise_name
from domain.matters.transfers import News
from domain.transfers import phases
from domain.transfers.messages import TransferDeed, TransferStanding
from domain.transfers.phases import CLERK, HOMEROOM, PRINCIPAL, Deed, Direction, Ground, Phase
from domain.transfers.states import Side
from storage import staffing
from storage.corrections import on_the_way
from storage.matters import papers, steps, waits
from storage.matters.steps import Step
from storage.staffing import in_force
from storage.tables import ClassGroup, Matter, Position, Staff, Transfer
from storage.transfers import dues, matching, telling

_LONGEST_NUMBER: Final = 30


def take(session: Session, deed: TransferDeed, at: datetime) -> TransferStanding:
    """Carry out what somebody decided; the same command again changes nothing.

    Raises NotAllowed for whose turn it is not, Conflict for a step that is not due, Invalid for what is not to be.
    """
    matter = steps.lock(session, UUID(deed.matter_id))
    row = session.get_one(Transfer, matter.id, with_for_update=True)
    actor = UUID(deed.actor_id)
    if _is_known(session, row, deed.command_id):
        return dues.standing(session, row)
    after = phases.require(Direction(row.direction), Phase(row.phase), deed.deed)
    phases.require_reason(deed.deed, deed.reason_id)
    _require_office(session, row, deed, actor, at)
    detail = _DOES.get(deed.deed, _nothing)(session, row, deed, at)
    reason_id = UUID(deed.reason_id) if deed.reason_id else None
    steps.note(session, row.matter_id, Step(deed.command_id, deed.deed, at, actor, reason_id, detail))
    lead(session, row, after, at)
    _tell(session, row, deed, actor, at)
    return dues.standing(session, row)


def lead(session: Session, row: Transfer, after: Phase, at: datetime) -> None:
    """Go on to a phase: what is due in it, and whom it waits for. The caller holds the matter's lock."""
    row.phase = after.value
    session.flush()
    due_at = dues.keep_due(session, row)
    waits.wait_for(session, row.matter_id, dues.waits(session, row, due_at, at), at)
    dues.show_state(steps.lock(session, row.matter_id), row, at)
    session.flush()


def _is_known(session: Session, row: Transfer, command_id: str) -> bool:
    from_diary = steps.known(session, row.matter_id, command_id)
    return from_diary is not None


def _require_office(session: Session, row: Transfer, deed: TransferDeed, actor: UUID, at: datetime) -> None:
    sides = sides_of(session, row, actor, at)
    if deed.deed is Deed.CANCEL:
        is_requester = CLERK in sides.get(asking_side(session, row), frozenset())
        if not is_requester and not any(PRINCIPAL in offices for offices in sides.values()):
            raise NotAllowed("Chỉ văn thư của trường đã nhập đơn, hoặc hiệu trưởng của một trong hai trường, huỷ được.")
        return
    if deed.deed is Deed.RETRY and may_retry(sides):
        return
    move = phases.move_of(Direction(row.direction), Phase(row.phase), deed.deed)
    if move is None or not sides.get(move.side, frozenset()) & move.offices:
        raise NotAllowed(f"Việc “{deed.deed.label}” lúc này không thuộc vai trò của thầy/cô.")


def may_retry(sides: Mapping[Side, frozenset[str]]) -> bool:
    return any(offices & {PRINCIPAL, CLERK} for offices in sides.values())


def sides_of(session: Session, row: Transfer, staff_id: UUID, at: datetime) -> Mapping[Side, frozenset[str]]:
    """What a person is at the schools of a transfer now: offices, and homeroom teacher of the new class."""
    school_id = session.get_one(Staff, staff_id).school_id
    held = select(Position.role).where(
        Position.staff_id == staff_id, Position.school_id == school_id, in_force(Position, at)
    )
    offices = frozenset(session.scalars(held))
    found: dict[Side, frozenset[str]] = {}
    if school_id is not None and school_id == row.from_school_id:
        found[Side.SENDING] = offices
    if school_id is not None and school_id == row.to_school_id:
        found[Side.RECEIVING] = offices | _homeroom(session, row, staff_id, at)
    return found


def _homeroom(session: Session, row: Transfer, staff_id: UUID, at: datetime) -> frozenset[str]:
    if row.to_class_id is None:
        return frozenset()
    slots = staffing.slots_of(session, staff_id, row.to_class_id, at)
    return frozenset({HOMEROOM}) if HOMEROOM_SLOT in slots else frozenset()


def asking_side(session: Session, row: Transfer) -> Side:
    """Of the school whose clerk entered the application."""
    opened_by = session.get_one(Matter, row.matter_id).opened_by
    asking = session.get_one(Staff, opened_by).school_id
    return Side.SENDING if asking == row.from_school_id else Side.RECEIVING


def _nothing(_session: Session, _row: Transfer, _deed: TransferDeed, _at: datetime) -> Mapping[str, object]:
    return {}


def _accept(session: Session, row: Transfer, deed: TransferDeed, at: datetime) -> Mapping[str, object]:
    group = session.get(ClassGroup, UUID(deed.class_id)) if deed.class_id else None
    if group is None or group.school_id != row.to_school_id:
        raise NotFound("Chưa chọn lớp cho học sinh.")
    match = matching.refuse_unfit(session, row, group)
    if match is not None and match.must_be_settled and not deed.reason_id:
        raise NotAllowed("Lớp này có môn mà học sinh chưa học; phải ghi cách bổ sung kiến thức.")
    row.to_class_id, row.counted_from = group.id, day_of(at)
    row.subject_gaps = matching.gaps_of(match)
    return {"class": str(group.id), "gaps": list(row.subject_gaps)}


def _release(session: Session, row: Transfer, _deed: TransferDeed, _at: datetime) -> Mapping[str, object]:
    on_the_way.refuse_recalled(session, row.pupil_id)
    return {}


def _object(_session: Session, row: Transfer, deed: TransferDeed, _at: datetime) -> Mapping[str, object]:
    if deed.ground not in set(Ground):
        raise Invalid("Không đồng ý cho chuyển phải theo một căn cứ trong quy định.")
    row.ground = deed.ground
    return {"ground": deed.ground}


def _bring(_session: Session, row: Transfer, deed: TransferDeed, _at: datetime) -> Mapping[str, object]:
    """A package from outside; its report comes with it."""
    if not deed.package_sha256:
        raise Invalid("Chưa có tệp nào được nộp.")
    row.package_sha256, row.is_sound, row.report = deed.package_sha256, None, None
    return {"package": deed.package_sha256}


def _confirm(session: Session, row: Transfer, deed: TransferDeed, at: datetime) -> Mapping[str, object]:
    if row.direction == Direction.WITHIN and not row.is_sound:
        raise Conflict("Hồ sơ có điểm không kiểm chứng được; hiệu trưởng phải chấp nhận có lý do, hoặc trả lại.")
    if row.direction == Direction.IN and row.package_sha256 and not row.is_sound:
        raise Conflict("Hồ sơ mang đến không kiểm chứng được; hiệu trưởng phải chấp nhận có lý do.")
    if matching.new_gaps(session, row):
        raise Conflict("Lớp có môn mà hồ sơ cho biết học sinh chưa học; hiệu trưởng phải ghi cách bổ sung kiến thức.")
    return _overrule(session, row, deed, at)


def _overrule(session: Session, row: Transfer, _deed: TransferDeed, _at: datetime) -> Mapping[str, object]:
    gaps = matching.new_gaps(session, row)
    return {"package": row.package_sha256 or "", **({"gaps": gaps} if gaps else {})}


def keep_register_no(session: Session, matter_id: UUID, staff_id: UUID, text: str, at: datetime) -> None:
    """Under which number the receiving school enters the pupil (số đăng bộ): kept here, as no message carries it.

    It comes before the confirmation; of whoever may not confirm nothing is kept. Raises Invalid for what is too long.
    """
    number = normalise_name(text)
    if len(number) > _LONGEST_NUMBER:
        raise Invalid(f"Số đăng bộ dài quá {_LONGEST_NUMBER} ký tự.")
    steps.lock(session, matter_id)
    row = session.get_one(Transfer, matter_id, with_for_update=True)
    offices = sides_of(session, row, staff_id, at).get(Side.RECEIVING, frozenset())
    if row.phase == Phase.CHECKING and offices & {PRINCIPAL, CLERK, HOMEROOM}:
        row.register_no = number


def _send_back(session: Session, row: Transfer, deed: TransferDeed, at: datetime) -> Mapping[str, object]:
    """The school that is left writes, signs and packs anew."""
    drop_paper(session, row, at, deed.reason_id)
    row.counted_from = day_of(at)
    return {"package": row.package_sha256 or ""}


def _cancel(session: Session, row: Transfer, deed: TransferDeed, at: datetime) -> Mapping[str, object]:
    if row.to_enrolment_id is not None or row.moved_on is not None:
        raise Conflict("Học sinh đã thuộc trường nơi đến nên không huỷ được nữa.")
    drop_paper(session, row, at, deed.reason_id)
    return {"phase": row.phase}


def drop_paper(session: Session, row: Transfer, at: datetime, reason_id: str = "") -> None:
    """The partial result and the package count no more; they stay readable."""
    if row.from_enrolment_id is not None:
        papers.withdraw_paper(session, row.matter_id, UUID(reason_id) if reason_id else None, at)
    row.document_id = None
    if row.package_sha256 is not None and row.expired_at is None:
        row.expired_at = at
    row.is_sound, row.report = None, None
    session.flush()


_DOES: Final[Mapping[Deed, Callable[[Session, Transfer, TransferDeed, datetime], Mapping[str, object]]]] = {
    Deed.ACCEPT: _accept,
    Deed.RELEASE: _release,
    Deed.OBJECT: _object,
    Deed.BRING: _bring,
    Deed.CONFIRM: _confirm,
    Deed.OVERRULE: _overrule,
    Deed.SEND_BACK: _send_back,
    Deed.CANCEL: _cancel,
}
_NEWS: Final = {
    Deed.ACCEPT: News.ACCEPTED,
    Deed.REFUSE: News.REFUSED,
    Deed.OBJECT: News.OBJECTED,
    Deed.SEND_BACK: News.SENT_BACK,
}


def _tell(session: Session, row: Transfer, deed: TransferDeed, actor: UUID, at: datetime) -> None:
    """Of a cancellation both schools are told once nothing is left to give back."""
    if (news := _NEWS.get(deed.deed)) is not None:
        own = session.get_one(Staff, actor).school_id
        if own is not None:
            telling.tell_other_clerks(session, row, own, news, at)
    if row.phase == Phase.CANCELLED:
        telling.tell_schools(session, row, News.CANCELLED, at)
