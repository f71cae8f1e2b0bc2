"""Who sees a transfer, and how much of it: before its papers are released the other school sees no marks.

What came from outside goes with the pupil: also the school where the pupil is now sees it, after a merger, say.
"""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES
from domain.transfers.phases import Direction, Phase
from storage import presence, staffing
from storage.campaigns import authorities
from storage.staffing import Person
from storage.tables import ClassGroup, Matter, TeachingAssignment, Transfer


def receives(session: Session, matter: Matter, person: Person, at: datetime) -> bool:
    """Whether somebody may read the papers where the pupil comes to, or is by now: once they are released."""
    row = session.get(Transfer, matter.id)
    if row is None or row.packed_at is None or row.expired_at is not None:
        return False
    arriving = _at_receiver(person, at) | _brought_here(person, at)
    return session.scalar(select(Transfer.matter_id).where(Transfer.matter_id == matter.id, arriving)) is not None


def visible(person: Person, at: datetime) -> ColumnElement[bool]:
    """Rows of `transfers` of the own school, or of the schools of the own authority, that somebody sees in lists."""
    if person.authority_id is not None:
        schools = authorities.schools_under(person.authority_id, day_of(at))
        return or_(Transfer.from_school_id.in_(schools), Transfer.to_school_id.in_(schools))
    receiving = _at_receiver(person, at)
    return receiving | (Transfer.from_school_id == person.school_id) if person.roles & OFFICES else receiving


def may_open(person: Person, at: datetime) -> ColumnElement[bool]:
    """Those, and what brought one of the school's present pupils from outside."""
    return visible(person, at) | _brought_here(person, at)


def _at_receiver(person: Person, at: datetime) -> ColumnElement[bool]:
    if person.roles & OFFICES:
        return Transfer.to_school_id == person.school_id
    return Transfer.to_class_id.in_(_led_by(person, at))


def _brought_here(person: Person, at: datetime) -> ColumnElement[bool]:
    """Of who came from outside: whose present class is one of the person's, or of the person's school."""
    of_school = select(ClassGroup.id).where(ClassGroup.school_id == person.school_id)
    theirs = of_school if person.roles & OFFICES else _led_by(person, at)
    is_placed = and_(Transfer.direction == Direction.IN.value, Transfer.phase == Phase.PLACED.value)
    return is_placed & presence.class_of(Transfer.pupil_id).in_(theirs)


def _led_by(person: Person, at: datetime) -> Select[UUID]:
    return select(TeachingAssignment.class_id).where(
        TeachingAssignment.staff_id == person.staff_id,
        TeachingAssignment.slot == HOMEROOM,
        staffing.designated(at),
    )
