"""Unlocks before issue: teachers ask, the principal decides, the admin carries it out (KG295 art. 8.3, 11.2)."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.decisions import Action, BookDecision, Decision
from domain.errors import Conflict, Invalid
from domain.matters import MatterKind
from domain.matters.corrections import (
    UNLOCK_STEPS,
    Alarm,
    CorrectionCommand,
    CorrectionPlan,
    Deed,
    UnlockState,
    after,
)
from domain.reasons import NO_REASON
from domain.record_states import MATTER
from storage import staffing
from storage.corrections import people, records
from storage.corrections.records import has_left
from storage.matters import steps, waits
from storage.matters.steps import Step
from storage.matters.waits import Wait
from storage.tables import ClassTermRow, CorrectedRecord, Matter, RecordSlot, TermRecord, Unlock

LONGEST: Final = timedelta(days=14)
REMIND_BEFORE: Final = timedelta(hours=4)


def ask(session: Session, command: CorrectionCommand, at: datetime) -> None:
    """Open the matter. Raises what forbids an unlock of these parts."""
    matter_id, class_term_id = UUID(command.matter_id), UUID(command.class_term_id)
    if session.get(Matter, matter_id) is not None:
        return
    _row, group = records.class_of(session, class_term_id)
    records.require_slots(session, class_term_id, command.slots)
    people.require_own_slots(session, group.id, UUID(command.actor_id), command.slots, at)
    record_ids = [UUID(each) for each in command.record_ids]
    _require_sent(session, records.of_class_term(session, class_term_id, record_ids), command.slots)
    records.refuse_busy(session, record_ids, command.slots)
    steps.open_matter(session, MatterKind.UNLOCK, matter_id, group.school_id, UnlockState.ASKED, step_of(command, at))
    session.add(
        Unlock(
            matter_id=matter_id, class_term_id=class_term_id, state=UnlockState.ASKED.value,
            slots=list(command.slots), reason_id=UUID(command.reason_id),
        )
    )  # fmt: skip
    records.add(session, matter_id, [(each, command.slots) for each in record_ids])
    waits.wait_for(session, matter_id, [Wait("decide", role=people.PRINCIPAL, school_id=group.school_id)], at)


def _require_sent(session: Session, found: Collection[TermRecord], slots: Collection[str]) -> None:
    for record in found:
        if records.is_closed(record):
            raise Conflict("Học bạ đã đóng dấu; muốn sửa thì phải đề nghị thu hồi.", (str(record.id),))
        if record.held:
            raise Conflict("Hồ sơ đang được tạm giữ hoặc đang chuyển trường.", (str(record.id),))
        if len(records.sent_slots(session, record.id, slots)) != len(set(slots)):
            raise Conflict("Phần này đang mở để nhập, không cần mở khoá.", (str(record.id),))


def take(session: Session, matter: Matter, command: CorrectionCommand, at: datetime) -> None:
    """Carry a decision about an unlock out."""
    unlock = session.get_one(Unlock, matter.id)
    _require_may(session, matter, command, at)
    state = after(UNLOCK_STEPS, UnlockState(unlock.state), command.deed)
    _DEEDS[command.deed](session, matter, unlock, command, at)
    unlock.state = matter.state = state.value
    steps.note(session, matter.id, step_of(command, at, until=command.until.isoformat() if command.until else None))
    _wait(session, matter, unlock, at)
    if state in {UnlockState.REFUSED, UnlockState.WITHDRAWN}:
        records.close(session, matter, at)
    session.flush()


def _require_may(session: Session, matter: Matter, command: CorrectionCommand, at: datetime) -> None:
    staff_id = UUID(command.actor_id)
    match command.deed:
        case Deed.WITHDRAW:
            people.require_among(staff_id, {matter.opened_by})
        case Deed.EXECUTE:
            people.require_among(staff_id, people.executors(session, matter.school_id, at)[1])
        case _:
            people.require_office(session, matter.school_id, staff_id, at, people.PRINCIPAL)


def _grant(session: Session, matter: Matter, unlock: Unlock, command: CorrectionCommand, at: datetime) -> None:
    """The principal may grant less than was asked for, never more."""
    asked = records.of_matter(session, matter.id)
    chosen = {UUID(each) for each in command.record_ids}
    if not chosen or not chosen <= {each.record_id for each in asked}:
        raise Invalid("Hãy chọn học sinh trong danh sách được đề nghị.")
    if not command.slots or not set(command.slots) <= set(unlock.slots):
        raise Invalid("Hãy chọn phần trong danh sách được đề nghị.")
    unlock.until = require_until(command.until, at)
    unlock.slots, unlock.decided_by = list(command.slots), UUID(command.actor_id)
    unlock.decision_reason_id = UUID(command.reason_id) if command.reason_id else None
    for row in asked:
        if row.record_id in chosen:
            row.slots = sorted(command.slots)
        else:
            session.delete(row)
    session.flush()
    waits.tell(session, matter.id, "granted", {matter.opened_by}, at)


def _refuse(session: Session, matter: Matter, unlock: Unlock, command: CorrectionCommand, at: datetime) -> None:
    unlock.decided_by, unlock.decision_reason_id = UUID(command.actor_id), _reason(command)
    waits.tell(session, matter.id, "refused", {matter.opened_by}, at)


def _withdraw(_session: Session, _matter: Matter, _unlock: Unlock, _command: CorrectionCommand, _at: datetime) -> None:
    """Nothing else comes of it."""


def _execute(session: Session, matter: Matter, unlock: Unlock, command: CorrectionCommand, at: datetime) -> None:
    if unlock.until is None or unlock.until <= at:
        raise Conflict("Thời hạn mở khoá đã qua; hãy nhờ hiệu trưởng gia hạn.")
    unlock.executed_by = UUID(command.actor_id)
    rows = records.of_matter(session, matter.id)
    later = [each for row in rows if (each := _later(session, row)) is not None]
    records.add(session, matter.id, later)


def _later(session: Session, row: CorrectedRecord) -> tuple[UUID, list[str]] | None:
    """The same parts of the year's end, where they were sent: its sheets speak of the first term, too."""
    record = session.get_one(TermRecord, row.record_id)
    if has_left(record) or session.get_one(ClassTermRow, record.class_term_id).term != Term.HK1:
        return None
    year = records.in_term(session, record.enrolment_id, Term.YEAR_END)
    sent = records.sent_slots(session, year.id, row.slots) if year is not None else []
    if year is None or not sent or session.get(CorrectedRecord, (row.matter_id, year.id)) is not None:
        return None
    if records.is_closed(year):
        raise Conflict("Học bạ cả năm đã đóng dấu; muốn sửa học kì I thì phải đề nghị thu hồi.", (str(record.id),))
    return year.id, sent


def _extend(session: Session, matter: Matter, unlock: Unlock, command: CorrectionCommand, at: datetime) -> None:
    unlock.until = require_until(command.until, at)
    unlock.decision_reason_id = _reason(command)
    for row in records.of_matter(session, matter.id):
        mine = update(RecordSlot).where(
            RecordSlot.record_id == row.record_id, RecordSlot.slot.in_(row.slots),
            RecordSlot.state == "open", RecordSlot.open_until.is_not(None),
        )  # fmt: skip
        session.execute(mine.values(open_until=unlock.until))
    waits.tell(session, matter.id, "extended", _correctors(session, unlock, at), at)


_DEEDS: Final = {
    Deed.GRANT: _grant,
    Deed.REFUSE: _refuse,
    Deed.WITHDRAW: _withdraw,
    Deed.EXECUTE: _execute,
    Deed.EXTEND: _extend,
}


def require_until(until: datetime | None, at: datetime) -> datetime:
    if until is None or until <= at:
        raise Invalid("Thời hạn sửa phải ở sau lúc này.")
    if until > at + LONGEST:
        raise Invalid("Thời hạn sửa dài nhất là 14 ngày.")
    return until


def _reason(command: CorrectionCommand) -> UUID:
    if not command.reason_id:
        raise Invalid(NO_REASON)
    return UUID(command.reason_id)


def _wait(session: Session, matter: Matter, unlock: Unlock, at: datetime) -> None:
    """Whom it waits for. While a part is open its teacher finds it among the parts to enter."""
    if unlock.state == UnlockState.GRANTED:
        role, _people = people.executors(session, matter.school_id, at)
        wanted = [Wait("execute", unlock.until, role=role, school_id=matter.school_id)]
        waits.wait_for(session, matter.id, wanted, at)
    elif unlock.state != UnlockState.ASKED:
        waits.wait_for(session, matter.id, [], at)


def plan(session: Session, matter: Matter) -> CorrectionPlan:
    unlock = session.get_one(Unlock, matter.id)
    if unlock.state == UnlockState.GRANTED and unlock.executed_by is not None:
        return CorrectionPlan(_orders(session, unlock))
    if unlock.state != UnlockState.OPEN or unlock.sent_at is not None or unlock.until is None:
        return CorrectionPlan()
    return CorrectionPlan(alarms=_alarms(session, unlock))


def _orders(session: Session, unlock: Unlock) -> tuple[BookDecision, ...]:
    """Later terms first: once the parts asked for are open, everything is."""
    waiting: dict[tuple[UUID, tuple[str, ...]], list[str]] = {}
    for row in records.of_matter(session, unlock.matter_id):
        record = session.get_one(TermRecord, row.record_id)
        if row.opened_at is None and not has_left(record):
            waiting.setdefault((record.class_term_id, tuple(row.slots)), []).append(str(row.record_id))
    attempt = records.times(session, unlock.matter_id, Deed.STUCK)
    ordered = sorted(waiting.items(), key=lambda each: (each[0][0] == unlock.class_term_id, str(each[0])))
    return tuple(
        BookDecision(
            str(class_term_id),
            f"unlock/{unlock.matter_id}/{attempt}/{class_term_id}/{number}",
            Decision(
                Action.UNLOCK, MATTER, tuple(record_ids), actor_id=str(unlock.executed_by),
                reason_id=str(unlock.reason_id), to_slots=slots, matter_id=str(unlock.matter_id), until=unlock.until,
            ),
        )
        for number, ((class_term_id, slots), record_ids) in enumerate(ordered)
    )  # fmt: skip


def _alarms(session: Session, unlock: Unlock) -> tuple[Alarm, ...]:
    """A word before the time is over, and one to the principal after it."""
    assert unlock.until is not None  # noqa: S101 - the caller looked
    opened = [row.opened_at for row in records.of_matter(session, unlock.matter_id) if row.opened_at]
    ahead = min(REMIND_BEFORE, (unlock.until - max(opened)) / 2) if opened else REMIND_BEFORE
    moment = unlock.until.isoformat()
    alarms = (Alarm(f"soon/{moment}", unlock.until - ahead), Alarm(f"over/{moment}", unlock.until))
    return tuple(each for each in alarms if steps.known(session, unlock.matter_id, each.key) is None)


def alarm(session: Session, matter: Matter, due: Alarm, at: datetime) -> None:
    """Remind whoever still has to send; afterwards tell the principal. One that is outrun says nothing."""
    if due not in plan(session, matter).alarms:
        return
    steps.note(session, matter.id, Step(due.key, Deed.REMINDED, at))
    unlock = session.get_one(Unlock, matter.id)
    if due.key.startswith("soon/"):
        waits.tell(session, matter.id, "soon", _correctors(session, unlock, at), due.at)
    else:
        told = people.holders_of(session, matter.school_id, people.PRINCIPAL, at)
        waits.tell(session, matter.id, "over", told, due.at)


def _correctors(session: Session, unlock: Unlock, at: datetime) -> set[UUID]:
    """Who has the open parts in hand."""
    row, _group = records.class_of(session, unlock.class_term_id)
    slots = {
        slot for each in records.unsent(session, records.of_matter(session, unlock.matter_id)).values() for slot in each
    }
    holders = staffing.by_slot(session, row.class_id, at)
    return {holder.staff_id for slot in slots for holder in holders.get(slot, ())}


def stuck(session: Session, matter: Matter) -> None:
    """The book refused: the admin may try again."""
    session.get_one(Unlock, matter.id).executed_by = None


def step_of(command: CorrectionCommand, at: datetime, **more: object) -> Step:
    detail: dict[str, object] = {key: value for key, value in more.items() if value is not None}
    if command.slots:
        detail["slots"] = list(command.slots)
    if command.first_slots:
        detail["first_slots"] = list(command.first_slots)
    if command.record_ids:
        detail["records"] = list(command.record_ids)
    reason_id = UUID(command.reason_id) if command.reason_id else None
    return Step(command.command_id, command.deed.value, at, UUID(command.actor_id), reason_id, detail)
