"""Who fills a slot or an office changes from a moment on: no gap, no overlap, and what was signed before stays."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from storage import journal, registration
from storage.staffing import Person
from storage.tables import ClassGroup, ClassTermRow, Position, SigningOrder, Staff, TeachingAssignment

SIGNED: Final = ("asked", "signed", "completed")
OVERLAP: Final = (
    "Thời gian này trùng với phân công khác của cùng phần việc; hãy tải lại trang để xem phân công mới nhất."
)
_TWO_HEADS: Final = (
    "Trường đã có hiệu trưởng trong thời gian này. Hãy ghi ngày thôi giữ chức của người trước, hoặc chọn thay người đó."
)
TO_ONESELF: Final = "Không tự giao chức vụ cho mình được. Hãy nhờ hiệu trưởng hoặc một cán bộ quản trị khác."


@dataclass(frozen=True)
class Change:
    """`staff_id` takes over a slot of a class at `at`; until `until` the present holder is only stood in for.

    `matter_id` is the handover under which it happens.
    """

    class_id: UUID
    slot: str
    staff_id: UUID
    at: datetime
    until: datetime | None = None
    matter_id: UUID | None = None


def change_slots(session: Session, person: Person, changes: Collection[Change], why: tuple[UUID, str]) -> int:
    """Make changes within the person's own school, all or none; returns how many there were, 0 when asked again.

    `why` is a reason with the id of the command. Raises NotFound for what is not of the school, Conflict where the
    holder has signed since, Invalid for an end before the beginning.
    """
    hold(session, person, changes)
    journal.add_reason(session, why[0], person.school_id, person.staff_id, why[1])
    made = sum(_change(session, each, person, why[0]) for each in changes)
    flush(session, OVERLAP)
    return made


def signed_since(session: Session, class_id: UUID, slot: str, at: datetime) -> datetime | None:
    """When a slot of a class was last signed at or after a moment."""
    query = (
        select(SigningOrder.signing_time)
        .join(ClassTermRow, ClassTermRow.id == SigningOrder.class_term_id)
        .where(
            ClassTermRow.class_id == class_id,
            SigningOrder.state.in_(SIGNED),
            or_(SigningOrder.slot == slot, SigningOrder.more_slots.contains([slot])),
            SigningOrder.signing_time >= at,
        )
    )
    return session.scalars(query.order_by(SigningOrder.signing_time.desc())).first()


def hold(session: Session, person: Person, changes: Collection[Change]) -> None:
    """Locks the classes, always in the same order: two people who change the same slot wait for each other, and who
    signs in one of them (`storage.authority`) is done before, or sees what was changed. Raises NotFound.
    """
    class_ids, staff_ids = {each.class_id for each in changes}, {each.staff_id for each in changes}
    own = select(ClassGroup.id).where(ClassGroup.id.in_(class_ids), ClassGroup.school_id == person.school_id)
    if set(session.scalars(own.order_by(ClassGroup.id).with_for_update())) != class_ids:
        raise NotFound("Không tìm thấy lớp này.")
    people = select(Staff.id).where(Staff.id.in_(staff_ids), Staff.school_id == person.school_id)
    if set(session.scalars(people)) != staff_ids:
        raise NotFound("Không tìm thấy người này trong trường.")


def _change(session: Session, change: Change, person: Person, reason_id: UUID) -> bool:
    if change.until is not None and change.until <= change.at:
        raise Invalid("Ngày kết thúc phải sau ngày bắt đầu.")
    present, following = _periods(session, change)
    if present is not None and present.staff_id == change.staff_id:
        return False
    if signed := signed_since(session, change.class_id, change.slot, change.at):
        raise Conflict(
            f"Phần việc này đã được ký ngày {day_of(signed):%d/%m/%Y}, nên không đổi người từ trước đó được. "
            "Chữ ký đã có vẫn giữ nguyên; hãy chọn ngày sau ngày ký."
        )
    last = present.valid_to if present else (following.valid_from if following else None)
    _end(session, present, change.at)
    until = change.until if change.until and (last is None or change.until < last) else last
    trail = {"reason_id": reason_id, "made_by": person.staff_id, "matter_id": change.matter_id}
    same = {"class_id": change.class_id, "slot": change.slot}
    session.add(TeachingAssignment(**same, **trail, staff_id=change.staff_id, valid_from=change.at, valid_to=until))
    if present is not None and until != last:
        back = {"staff_id": present.staff_id, "valid_from": until, "valid_to": last}
        session.add(TeachingAssignment(**same, **trail, **back))
    return True


def _periods(session: Session, change: Change) -> tuple[TeachingAssignment | None, TeachingAssignment | None]:
    """The assignment in force at the moment of the change, and the first one after it."""
    query = select(TeachingAssignment).where(
        TeachingAssignment.class_id == change.class_id,
        TeachingAssignment.slot == change.slot,
        TeachingAssignment.is_signer,
        or_(TeachingAssignment.valid_to.is_(None), TeachingAssignment.valid_to > change.at),
    )
    rows = list(session.scalars(query.order_by(TeachingAssignment.valid_from)))
    present = rows.pop(0) if rows and rows[0].valid_from <= change.at else None
    return present, (rows[0] if rows else None)


def _end(session: Session, present: TeachingAssignment | None, at: datetime) -> None:
    """A period that would last no time never was: what nobody signed under is taken back."""
    if present is None:
        return
    if present.valid_from == at:
        session.delete(present)
    else:
        present.valid_to = at
    session.flush()


@dataclass(frozen=True)
class Appointment:
    """An office for somebody from a moment on; `replaces` ends the present holder's at that very moment.

    With `until` the present holder (of several, `stands_in_for`) is only stood in for, under the handover `matter_id`.
    """

    staff_id: UUID
    role: str
    title: str
    at: datetime
    replaces: bool = False
    until: datetime | None = None
    stands_in_for: UUID | None = None
    matter_id: UUID | None = None


def appoint(session: Session, person: Person, new: Appointment, why: tuple[UUID, str]) -> bool:
    """Give an office; False if the person holds it then. Raises NotFound for somebody of another school, NotAllowed
    for oneself, Conflict for a second head, or where the present one has signed since.
    """
    registration.lock_school(session, person.school_id)
    _own_staff(session, person, new.staff_id)
    held = _positions(session, person.school_id, Position.role == new.role, new.at)
    if any(each.staff_id == new.staff_id for each in held):
        return False
    if new.staff_id == person.staff_id:
        raise NotAllowed(TO_ONESELF)
    journal.add_reason(session, why[0], person.school_id, person.staff_id, why[1])
    before = [each for each in held if new.stands_in_for in {None, each.staff_id}] if new.replaces else []
    back = [(each.staff_id, each.title, each.valid_to) for each in before]
    for each in before:
        end_position(session, each, new.at, (person.staff_id, why[0]))
    same = {
        "school_id": person.school_id, "role": new.role, "reason_id": why[0], "made_by": person.staff_id,
        "matter_id": new.matter_id,
    }  # fmt: skip
    session.add(Position(**same, staff_id=new.staff_id, title=new.title, valid_from=new.at, valid_to=new.until))
    for staff_id, title, end in back:
        if new.until is not None and (end is None or end > new.until):
            session.add(Position(**same, staff_id=staff_id, title=title, valid_from=new.until, valid_to=end))
    flush(session, _TWO_HEADS if new.role == "principal" else OVERLAP)
    return True


def retire(session: Session, person: Person, position_id: UUID, at: datetime, why: tuple[UUID, str]) -> None:
    """End an office at a moment, for a reason with the id of the command.

    Raises NotFound, and Conflict where its holder has signed since or it is the last administrator's.
    """
    registration.lock_school(session, person.school_id)
    query = select(Position).where(Position.id == position_id, Position.school_id == person.school_id)
    row = session.scalars(query).first()
    if row is None:
        raise NotFound("Không tìm thấy chức vụ này.")
    if row.valid_to is not None and row.valid_to <= at:
        return
    others = _positions(session, person.school_id, Position.role == row.role, at)
    if row.role == "system_admin" and all(each.id == row.id for each in others):
        raise Conflict("Đây là cán bộ quản trị duy nhất; hãy giao việc quản trị cho người khác trước.")
    journal.add_reason(session, why[0], person.school_id, person.staff_id, why[1])
    end_position(session, row, at, (person.staff_id, why[0]))


def end_position(session: Session, row: Position, at: datetime, by: tuple[UUID, UUID]) -> None:
    """`by`: who ends it, and the reason's id. Raises Conflict where its holder has signed since."""
    signed = select(SigningOrder.signing_time).where(
        SigningOrder.staff_id == row.staff_id,
        SigningOrder.action.in_(("approve", "seal")),
        SigningOrder.state.in_(SIGNED),
        SigningOrder.signing_time >= at,
    )
    newest = session.scalars(signed.order_by(SigningOrder.signing_time.desc())).first()
    if newest is not None:
        raise Conflict(
            f"Người giữ chức này đã ký ngày {day_of(newest):%d/%m/%Y}, nên không kết thúc từ trước đó được; "
            "hãy chọn ngày sau ngày ký."
        )
    if row.valid_from >= at:
        session.delete(row)
    else:
        row.valid_to, row.end_reason_id, row.ended_by = at, by[1], by[0]
    session.flush()


def _positions(session: Session, school_id: UUID, which: ColumnElement[bool], at: datetime) -> list[Position]:
    query = select(Position).where(
        Position.school_id == school_id, which, or_(Position.valid_to.is_(None), Position.valid_to > at)
    )
    return list(session.scalars(query.where(Position.valid_from <= at)))


def _own_staff(session: Session, person: Person, staff_id: UUID) -> None:
    query = select(Staff.id).where(Staff.id == staff_id, Staff.school_id == person.school_id)
    if session.scalars(query).first() is None:
        raise NotFound("Không tìm thấy người này trong trường.")


def flush(session: Session, refusal: str) -> None:
    """The database keeps two people from filling one place at once; its refusal is said in words."""
    try:
        session.flush()
    except IntegrityError as error:
        raise Conflict(refusal) from error
