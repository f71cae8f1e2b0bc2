"""Who has to be told of something, once: of a return, of a turn that cannot wait, of a deadline."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.deadlines import Hook
from domain.decisions import Decision
from domain.waiting import URGENT, Waiting
from storage import journal
from storage.staffing import by_slot, in_force
from storage.tables import ClassGroup, ClassTermRow, Notice, Position, TeachingAssignment
from storage.waiting import waiting

# How far back a look for new turns goes: a worker may have stood still, and telling twice is impossible.
LOOK_BACK: Final = timedelta(hours=12)
AT_ONCE: Final = 1000
LEADERS: Final = ("principal", "vice_principal")


def tell_returned(session: Session, row: ClassTermRow, decision: Decision, seq: int, at: datetime) -> None:
    """Whoever fills a slot that is open again has work; not who returned it to oneself."""
    holders = by_slot(session, row.class_id, at)
    told = [
        (each.staff_id, f"{row.id}/{slot}/{seq}/{len(decision.record_ids)}")
        for slot in decision.reopens
        for each in holders.get(slot, ())
        if str(each.staff_id) != decision.actor_id
    ]
    journal.add_notices(session, row.id, "returned", told, UUID(decision.reason_id) if decision.reason_id else None)


def tell_turns(session: Session, at: datetime) -> None:
    """Everybody whose turn it is where the day is near or past: the class moved, the day came, or the person did."""
    since = at - LOOK_BACK
    assigned = select(TeachingAssignment.class_id).where(
        in_force(TeachingAssignment, at), TeachingAssignment.valid_from > since
    )
    appointed = select(Position.school_id).where(in_force(Position, at), Position.valid_from > since)
    moved = or_(
        ClassTermRow.changed_at > since,
        ClassTermRow.due_at > since + URGENT,
        ClassGroup.id.in_(assigned),
        ClassGroup.school_id.in_(appointed),
    )
    rows = [
        {
            "staff_id": task.staff_id,
            "class_term_id": task.place.class_term_id,
            "kind": "turn",
            # The same step comes again after a return, and then is told again.
            "subject_ref": f"{task.place.class_term_id}/{task.code}/{task.round}",
        }
        for task in waiting(session, (ClassTermRow.due_at <= at + URGENT) & moved, at)
    ]
    for start in range(0, len(rows), AT_ONCE):
        session.execute(insert(Notice).values(rows[start : start + AT_ONCE]).on_conflict_do_nothing())


def tell_deadline(session: Session, class_term_id: UUID, policy_version: int, hook: Hook, at: datetime) -> None:
    """Whoever still has something to do is reminded before and at the deadline; afterwards the school's leaders."""
    tasks = waiting(session, ClassTermRow.id == class_term_id, at)
    if not tasks:
        return
    people: Iterable[UUID] = {task.staff_id for task in tasks}
    if hook is Hook.ESCALATION:
        people = _leaders(session, tasks[0], at)
    about = f"{class_term_id}/{hook}/{policy_version}"
    journal.add_notices(session, class_term_id, "deadline", [(staff_id, about) for staff_id in people], None)


def _leaders(session: Session, task: Waiting, at: datetime) -> Iterable[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id == task.place.school_id, Position.role.in_(LEADERS), in_force(Position, at)
    )
    return session.scalars(query).all()
