"""Who works at the authorities that manage schools."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.duties import AUTHORITY, Duty
from storage.among import among
from storage.campaigns import authorities
from storage.staffing import in_force
from storage.tables import ManagingAuthority, Position, SchoolAuthority, Staff


def of_office(session: Session, office: UUID, at: datetime) -> set[UUID]:
    return {staff_id for staff_id, _ in _posts(session, {office}, at)[office]}


def managing(
    session: Session, school_ids: Collection[UUID], at: datetime, otherwise: UUID | None = None
) -> dict[UUID, set[UUID]]:
    """By school, whoever works where it is managed; where nobody there may decide, those above as well.

    `otherwise`: the office for a school that nobody manages.
    """
    query = select(SchoolAuthority.school_id, SchoolAuthority.authority_id).where(
        among(SchoolAuthority.school_id, school_ids), authorities.in_force(SchoolAuthority, day_of(at))
    )
    offices = dict.fromkeys(school_ids, otherwise) | dict(session.execute(query).all())
    people = _with_those_above(session, {each for each in offices.values() if each}, at)
    return {school_id: people[office] if office else set() for school_id, office in offices.items()}


def _with_those_above(session: Session, offices: Collection[UUID], at: datetime) -> dict[UUID, set[UUID]]:
    """By office; all of them climb together."""
    found: dict[UUID, set[UUID]] = {each: set() for each in offices}
    climbing = {each: each for each in offices}  # where each has arrived
    while climbing:
        reached = set(climbing.values())
        posts, above = _posts(session, reached, at), _parents(session, reached)
        for office, here in climbing.items():
            found[office] |= {staff_id for staff_id, _ in posts[here]}
        climbing = {
            office: above[here]
            for office, here in climbing.items()
            if here in above and Duty.OFFICE_HEAD.value not in {role for _, role in posts[here]}
        }
    return found


def _posts(session: Session, offices: Collection[UUID], at: datetime) -> dict[UUID, set[tuple[UUID, str]]]:
    """Who works at each office, and as what."""
    query = (
        select(Staff.authority_id, Staff.id, Position.role)
        .join(Position, Position.staff_id == Staff.id)
        .where(
            Staff.authority_id.in_(offices),
            Position.role.in_([each.value for each in AUTHORITY]),
            in_force(Position, at),
        )
    )
    found: dict[UUID, set[tuple[UUID, str]]] = defaultdict(set)
    for office, staff_id, role in session.execute(query):
        if office is not None:
            found[office].add((staff_id, role))
    return found


def _parents(session: Session, offices: Collection[UUID]) -> dict[UUID, UUID]:
    query = select(ManagingAuthority.id, ManagingAuthority.parent_id).where(ManagingAuthority.id.in_(offices))
    return {office: parent for office, parent in session.execute(query) if parent}
