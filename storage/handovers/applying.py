"""Everybody has accepted: one transaction writes who fills what from the moment on, with no gap and no overlap."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.errors import Conflict
from domain.matters.handovers import ACTING_HEAD_TITLE, moment
from storage import reassigning, registration
from storage.handovers.deciding import Case, Clock
from storage.reassigning import Appointment, Change
from storage.staffing import Person
from storage.tables import ClassGroup, HandoverItem, Position, Reason, TeachingAssignment


def apply(session: Session, case: Case, items: Sequence[HandoverItem], clock: Clock) -> datetime:
    """Write what somebody has accepted of these parts, all that is still the giver's to hand over.

    Returns the moment of the change: never in the past, and taken after nobody can sign beside it any more.
    """
    hold(session, case)
    at = moment(case.row.effective_at, clock())
    if case.row.until is not None and at >= case.row.until:
        raise Conflict("Thời gian làm thay đã hết; hãy huỷ việc này và lập việc khác.")
    person = Person(case.matter.opened_by, case.matter.school_id, "", frozenset())
    begins = {each.id: _begins(session, each, at) for each in items if each.accepted_at and each.successor_id}
    taken = [each for each in items if each.id in begins and is_free(session, case, each, begins[each.id])]
    changes = [_change(case, each, begins[each.id]) for each in taken if each.class_id]
    why = (case.row.reason_id, session.get_one(Reason, case.row.reason_id).text)
    reassigning.change_slots(session, person, changes, why)
    for each in taken:
        if each.role:
            reassigning.appoint(session, person, _appointment(case, each, begins[each.id]), why)
        each.applied_at = begins[each.id]
    case.row.applied_at, case.row.moment = case.row.applied_at or clock(), case.row.moment or at
    session.flush()
    return at


def hold(session: Session, case: Case) -> None:
    """The school before its classes, as everywhere."""
    registration.lock_school(session, case.matter.school_id)
    hold_classes(session, {each.class_id for each in case.items if each.class_id})


def hold_classes(session: Session, class_ids: set[UUID]) -> None:
    session.execute(select(ClassGroup.id).where(ClassGroup.id.in_(class_ids)).order_by(ClassGroup.id).with_for_update())


def _begins(session: Session, item: HandoverItem, at: datetime) -> datetime:
    """What the giver was to fill only later is taken over then."""
    source = session.get(Position, item.source_id) if item.role else session.get(TeachingAssignment, item.source_id)
    return max(at, source.valid_from) if source else at


def is_free(session: Session, case: Case, item: HandoverItem, at: datetime) -> bool:
    """Not what somebody else has been given meanwhile by a plain correction, nor what ends before it would begin."""
    until = _until(case, item)
    if until is not None and until <= at:
        return False
    if item.role:
        return True
    holder = select(TeachingAssignment.staff_id).where(
        TeachingAssignment.class_id == item.class_id,
        TeachingAssignment.slot == item.slot,
        TeachingAssignment.is_signer,
        TeachingAssignment.valid_from <= at,
        (TeachingAssignment.valid_to > at) | TeachingAssignment.valid_to.is_(None),
    )
    return set(session.scalars(holder)) <= {case.row.staff_id}


def _change(case: Case, item: HandoverItem, at: datetime) -> Change:
    if item.class_id is None or item.successor_id is None:
        raise ValueError("a slot that somebody takes over")
    return Change(item.class_id, item.slot, item.successor_id, at, _until(case, item), case.matter.id)


def _appointment(case: Case, item: HandoverItem, at: datetime) -> Appointment:
    """Who signs for the head while the head is away says so in the title."""
    if item.successor_id is None:
        raise ValueError("an office that somebody takes over")
    acts = case.row.until is not None and item.role == "principal"
    return Appointment(
        item.successor_id,
        item.role,
        ACTING_HEAD_TITLE if acts else item.title,
        at,
        replaces=not case.kind.is_for_good(case.row.until),
        until=_until(case, item),
        stands_in_for=case.row.staff_id,
        matter_id=case.matter.id,
    )


def _until(case: Case, item: HandoverItem) -> datetime | None:
    """The end of the handover, or that of the giver's own period where it comes first."""
    return min((each for each in (case.row.until, item.source_until) if each), default=None)


def give_back(session: Session, case: Case, clock: Clock, asked: datetime | None) -> datetime:
    """Whoever was away takes everything up again at a moment, earlier or later than was planned."""
    hold(session, case)
    planned, at = case.row.until, moment(asked or clock(), clock())
    if planned is None or planned <= clock():
        raise Conflict("Việc này đã được trả lại rồi.")
    if at <= (case.row.moment or case.row.effective_at):
        raise Conflict("Việc làm thay chưa bắt đầu: hãy huỷ thay vì trả lại.")
    for table in (TeachingAssignment, Position):
        _move_boundary(session, case, table, (planned, at))
    case.row.until = at
    session.flush()
    return at


def _move_boundary(
    session: Session, case: Case, table: type[TeachingAssignment] | type[Position], planned: tuple[datetime, datetime]
) -> None:
    """First the period that becomes shorter, then the other: at no time do two people fill one place."""
    was, at = planned
    mine = select(table).where(table.matter_id == case.matter.id)
    standing = session.scalars(mine.where(table.valid_to == was, table.staff_id != case.row.staff_id)).all()
    resuming = session.scalars(mine.where(table.valid_from == was, table.staff_id == case.row.staff_id)).all()
    steps = [(standing, "valid_to"), (resuming, "valid_from")]
    for rows, end in steps if at < was else reversed(steps):
        for row in rows:
            setattr(row, end, at)
        reassigning.flush(session, reassigning.OVERLAP)
