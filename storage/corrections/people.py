"""Who may do what about a correction, by the offices and assignments of the moment."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.curriculum import HOMEROOM
from domain.errors import NotAllowed
from storage import staffing
from storage.campaigns import authorities
from storage.staffing import in_force, in_office
from storage.tables import Position, SchoolAuthority, Staff

_NOT_YOURS = "Việc này không thuộc vai trò của thầy/cô."
PRINCIPAL, ADMIN, CLERK, OFFICE_HEAD = "principal", "system_admin", "seal_clerk", "office_head"


def holders_of(session: Session, school_id: UUID, role: str, at: datetime) -> set[UUID]:
    return set(session.scalars(select(Position.staff_id).where(in_office(school_id, role, at))))


def require_office(session: Session, school_id: UUID, staff_id: UUID, at: datetime, *roles: str) -> None:
    """Raises NotAllowed unless the person holds one of these offices of the school."""
    if not any(staff_id in holders_of(session, school_id, role, at) for role in roles):
        raise NotAllowed(_NOT_YOURS)


def executors(session: Session, school_id: UUID, at: datetime) -> tuple[str, set[UUID]]:
    """The office that carries out what the principal decided: the admin's, or where there is none the principal's."""
    admins = holders_of(session, school_id, ADMIN, at)
    return (ADMIN, admins) if admins else (PRINCIPAL, holders_of(session, school_id, PRINCIPAL, at))


def require_among(staff_id: UUID, people: Collection[UUID]) -> None:
    if staff_id not in people:
        raise NotAllowed(_NOT_YOURS)


def require_own_slots(session: Session, class_id: UUID, staff_id: UUID, slots: Collection[str], at: datetime) -> None:
    """A homeroom teacher asks for any part of the class, a subject teacher for his own."""
    mine = staffing.slots_of(session, staff_id, class_id, at)
    if HOMEROOM not in mine and not set(slots) <= mine:
        raise NotAllowed("Thầy/cô chỉ đề nghị được cho phần mình phụ trách.")


def school_of(session: Session, staff_id: UUID) -> UUID:
    school_id = session.get_one(Staff, staff_id).school_id
    if school_id is None:
        raise NotAllowed(_NOT_YOURS)
    return school_id


def homeroom_of(session: Session, class_id: UUID, at: datetime) -> UUID | None:
    found = staffing.in_charge(session, class_id, at).get(HOMEROOM)
    return found.staff_id if found else None


def authority_of(session: Session, school_id: UUID, at: datetime) -> UUID | None:
    """The office that manages the school that day."""
    query = select(SchoolAuthority.authority_id).where(
        SchoolAuthority.school_id == school_id, authorities.in_force(SchoolAuthority, day_of(at))
    )
    return session.scalars(query).first()


def require_head_of_office_over(session: Session, school_id: UUID, staff_id: UUID, at: datetime) -> UUID:
    """The authority that the person heads. Raises NotAllowed unless it manages the school."""
    query = select(Position.authority_id).where(
        Position.staff_id == staff_id, Position.role == OFFICE_HEAD, in_force(Position, at)
    )
    for authority_id in session.scalars(query):
        if authority_id is not None and authorities.manages(session, authority_id, school_id, day_of(at)):
            return authority_id
    raise NotAllowed(_NOT_YOURS)
