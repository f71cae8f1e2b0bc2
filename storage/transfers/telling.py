"""Whom a transfer tells of what happened: the clerks of both schools, and whom the news is about."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.matters.transfers import News
from storage import staffing
from storage.campaigns import officers
from storage.matters import waits
from storage.staffing import in_force
from storage.tables import Enrolment, Position, Transfer


def offices_of(
    session: Session, school_ids: Collection[UUID | None], roles: Collection[str], at: datetime
) -> set[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id.in_([each for each in school_ids if each]), Position.role.in_(roles), in_force(Position, at)
    )
    return set(session.scalars(query))


def tell_other_clerks(session: Session, row: Transfer, own: UUID, news: News, at: datetime) -> None:
    """Of what one school did, the other one's clerks learn."""
    others = {row.from_school_id, row.to_school_id} - {own, None}
    waits.tell(session, row.matter_id, news, offices_of(session, others, ("seal_clerk",), at), at)


def tell_schools(session: Session, row: Transfer, news: News, at: datetime) -> None:
    """Principals and clerks of both schools."""
    schools = (row.from_school_id, row.to_school_id)
    people = offices_of(session, schools, ("principal", "seal_clerk"), at)
    waits.tell(session, row.matter_id, news, people, at)


def tell_teachers(session: Session, row: Transfer, at: datetime) -> None:
    """The homeroom teachers: a pupil has left, a pupil has come."""
    former = session.get(Enrolment, row.from_enrolment_id) if row.from_enrolment_id else None
    for class_id, news in ((former.class_id if former else None, News.LEFT), (row.to_class_id, News.PLACED)):
        teacher = staffing.in_charge(session, class_id, at).get(HOMEROOM) if class_id else None
        if teacher is not None:
            waits.tell(session, row.matter_id, news, {teacher.staff_id}, at)


def tell_late(session: Session, row: Transfer, school_id: UUID, at: datetime) -> None:
    """The head of the school whose delay it is, and those who manage it."""
    people = offices_of(session, (school_id,), ("principal",), at)
    people |= officers.managing(session, (school_id,), at)[school_id]
    waits.tell(session, row.matter_id, News.ESCALATE, people, at)
