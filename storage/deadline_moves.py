"""Deadlines of a school's class-terms as people move them: each move with its reason, told to whom it concerns."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from storage import journal, staffing
from storage.tables import ClassTermRow, Notice, Reason, Staff, TeachingAssignment

MOVED = "moved/"  # how the subject of such a notice begins; the workflow's own notices name a hook


@dataclass(frozen=True)
class Move:
    """The newest move of a class-term's deadline."""

    reason: str
    by: str
    at: datetime


def tell_moved(session: Session, class_term_id: UUID, command_id: UUID, reason_id: UUID, at: datetime) -> None:
    """Tell whoever has a part in the class that its deadline was moved, and why; once for each move."""
    concerned = (
        select(TeachingAssignment.staff_id)
        .join(ClassTermRow, ClassTermRow.class_id == TeachingAssignment.class_id)
        .where(ClassTermRow.id == class_term_id, staffing.in_force(TeachingAssignment, at))
        .distinct()
    )
    told = [(staff_id, f"{MOVED}{command_id}") for staff_id in session.scalars(concerned)]
    journal.add_notices(session, class_term_id, "deadline", told, reason_id)


def moves_of(session: Session, class_term_ids: Collection[UUID]) -> dict[UUID, Move]:
    """The newest move of each class-term; none for those whose deadline is still the first one."""
    query = (
        select(Notice.class_term_id, Reason.text, Staff.full_name, Notice.created_at)
        .join(Reason, Reason.id == Notice.reason_id)
        .join(Staff, Staff.id == Reason.staff_id)
        .where(
            Notice.kind == "deadline", Notice.subject_ref.startswith(MOVED), Notice.class_term_id.in_(class_term_ids)
        )
        .ext(distinct_on(Notice.class_term_id))
        .order_by(Notice.class_term_id, Notice.created_at.desc())
    )
    found = session.execute(query)
    return {class_term_id: Move(reason, by, at) for class_term_id, reason, by, at in found if class_term_id}
