"""Who is told of a phase's alarm: one notice for each person, phase and alarm; the morning's message gathers them."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Owner, Step
from domain.curriculum import HOMEROOM
from domain.deadlines import last_day
from domain.duties import AUTHORITY
from storage import journal
from storage.campaigns import authorities
from storage.campaigns.dues import TERM_OF_STEP
from storage.campaigns.notices import OFFICE
from storage.staffing import designated, in_force
from storage.tables import (
    Campaign,
    CampaignPhase,
    ClassGroup,
    ClassTermRow,
    Position,
    Staff,
    TeachingAssignment,
)
from storage.waiting import waiting

_ROLES = {Owner.ADMIN: "system_admin", Owner.CLERK: "seal_clerk", Owner.PRINCIPAL: "principal"}


def tell_alarm(session: Session, campaign: Campaign, school_id: UUID, alarm: PhaseAlarm, at: datetime) -> None:
    people = set(_people(session, campaign, school_id, alarm, at))
    about = _about(session, campaign, school_id, alarm, at)
    journal.add_notices(session, None, "campaign", [(each, about) for each in people], None)


def _about(session: Session, campaign: Campaign, school_id: UUID, alarm: PhaseAlarm, at: datetime) -> str:
    """Kind, step, group, last day: what the sentence is made of. At an authority one for all schools of a day."""
    row = session.get_one(CampaignPhase, (campaign.id, school_id, alarm.step.value, alarm.cohort.value))
    said = (alarm.kind.value, alarm.step.value, alarm.cohort.value, str(last_day(row.due_at)), str(campaign.id))
    if alarm.to in {Owner.AUTHORITY, Owner.CITY}:
        return "/".join((*said, OFFICE, str(day_of(at))))
    return "/".join((*said, str(school_id), str(alarm.days), str(alarm.version)))


def _people(session: Session, campaign: Campaign, school_id: UUID, alarm: PhaseAlarm, at: datetime) -> Iterable[UUID]:
    if alarm.to in _ROLES:
        return _office_holders(session, school_id, _ROLES[alarm.to], at)
    if alarm.to is Owner.TEACHERS:
        return _with_work(session, campaign, school_id, alarm.step, at)
    if alarm.to is Owner.HOMEROOM:
        return _homeroom_teachers(session, campaign, school_id, at)
    return _officers(session, campaign, school_id, alarm.to, at)


def _office_holders(session: Session, school_id: UUID, role: str, at: datetime) -> Iterable[UUID]:
    query = select(Position.staff_id).where(
        Position.school_id == school_id, Position.role == role, in_force(Position, at)
    )
    return session.scalars(query)


def _with_work(session: Session, campaign: Campaign, school_id: UUID, step: Step, at: datetime) -> Iterable[UUID]:
    """Whoever still has something to do in the books of this phase; nobody else is bothered."""
    which = (
        (ClassGroup.school_id == school_id)
        & (ClassGroup.school_year == campaign.school_year)
        & (ClassGroup.grade == campaign.grade)
    )
    term = TERM_OF_STEP.get(step)
    if term is not None:
        which &= ClassTermRow.term == term.value
    return (task.staff_id for task in waiting(session, which, at))


def _homeroom_teachers(session: Session, campaign: Campaign, school_id: UUID, at: datetime) -> Iterable[UUID]:
    query = (
        select(TeachingAssignment.staff_id)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(
            ClassGroup.school_id == school_id,
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
            TeachingAssignment.slot == HOMEROOM,
            designated(at),
        )
    )
    return session.scalars(query)


def _officers(session: Session, campaign: Campaign, school_id: UUID, to: Owner, at: datetime) -> Iterable[UUID]:
    """Of the office that manages the school directly; of the city's department for what is the city's."""
    office = campaign.authority_id
    if to is Owner.AUTHORITY:
        office = authorities.manager_of(session, school_id, day_of(at)) or office
    query = (
        select(Staff.id)
        .join(Position, Position.staff_id == Staff.id)
        .where(
            Staff.authority_id == office,
            Position.role.in_([each.value for each in AUTHORITY]),
            in_force(Position, at),
        )
    )
    return session.scalars(query)
