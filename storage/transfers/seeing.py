"""Who sees a transfer, and how much of it: before its papers are released the other school sees no marks."""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES
from storage import staffing
from storage.campaigns import authorities
from storage.staffing import Person
from storage.tables import Matter, TeachingAssignment, Transfer


def receives(session: Session, matter: Matter, person: Person, at: datetime) -> bool:
    """Whether somebody may read the papers at the school that the pupil comes to: once they are released."""
    row = session.get(Transfer, matter.id)
    if row is None or row.packed_at is None or row.expired_at is not None or person.school_id != row.to_school_id:
        return False
    return bool(person.roles & OFFICES) or _is_homeroom(session, row, person, at)


def visible(person: Person, at: datetime) -> ColumnElement[bool]:
    """Rows of `transfers` that somebody may open: of the own school, or of the schools of the own authority."""
    if person.authority_id is not None:
        schools = authorities.schools_under(person.authority_id, day_of(at))
        return or_(Transfer.from_school_id.in_(schools), Transfer.to_school_id.in_(schools))
    own = or_(Transfer.from_school_id == person.school_id, Transfer.to_school_id == person.school_id)
    if person.roles & OFFICES:
        return own
    mine = select(TeachingAssignment.class_id).where(
        TeachingAssignment.staff_id == person.staff_id,
        TeachingAssignment.slot == HOMEROOM,
        staffing.designated(at),
    )
    return and_(own, Transfer.to_class_id.in_(mine))


def _is_homeroom(session: Session, row: Transfer, person: Person, at: datetime) -> bool:
    return row.to_class_id is not None and HOMEROOM in staffing.slots_of(session, person.staff_id, row.to_class_id, at)
