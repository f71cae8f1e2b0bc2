"""Who is told of an alarm: one notice for each person, phase and alarm; the morning's message gathers them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Owner, Step
from domain.curriculum import HOMEROOM
from domain.deadlines import last_day
from storage import journal
from storage.among import among
from storage.campaigns import officers
from storage.campaigns.dues import TERM_OF_STEP
from storage.campaigns.notices import OFFICE
from storage.staffing import designated, in_force
from storage.tables import Campaign, ClassGroup, ClassTermRow, Position, TeachingAssignment
from storage.waiting import waiting

_ROLES: Final = {Owner.ADMIN: "system_admin", Owner.CLERK: "seal_clerk", Owner.PRINCIPAL: "principal"}
_CHUNK: Final = 2000


@dataclass(frozen=True)
class Raised:
    """An alarm that went off at a school at a moment, of a phase with this deadline."""

    school_id: UUID
    alarm: PhaseAlarm
    due_at: datetime
    at: datetime


def tell(session: Session, campaign: Campaign, raised: Iterable[Raised], now: datetime) -> None:
    """Tell those whom each alarm is for by now; whoever was told of it already is not told again."""
    together: dict[tuple[Owner, Step], list[Raised]] = defaultdict(list)
    for each in raised:
        together[each.alarm.to, each.alarm.step].append(each)
    for (to, step), those in together.items():
        people = _people(session, campaign, {each.school_id for each in those}, (to, step), now)
        told = sorted({(person, _about(campaign, each)) for each in those for person in people[each.school_id]})
        for start in range(0, len(told), _CHUNK):
            journal.add_notices(session, None, "campaign", told[start : start + _CHUNK], None)


def _about(campaign: Campaign, raised: Raised) -> str:
    """Kind, step, group, last day: what the sentence is made of. At an authority one for all schools of a day."""
    alarm, last = raised.alarm, last_day(raised.due_at)
    said = (alarm.kind.value, alarm.step.value, alarm.cohort.value, str(last), str(campaign.id))
    if alarm.to in {Owner.AUTHORITY, Owner.CITY}:
        return "/".join((*said, OFFICE, str(day_of(raised.at))))
    return "/".join((*said, str(raised.school_id), str(alarm.days), str(alarm.version)))


def _people(
    session: Session, campaign: Campaign, school_ids: Collection[UUID], matter: tuple[Owner, Step], at: datetime
) -> dict[UUID, set[UUID]]:
    """By school."""
    to, step = matter
    if to is Owner.CITY:
        return dict.fromkeys(school_ids, officers.of_office(session, campaign.authority_id, at))
    if to is Owner.AUTHORITY:
        return officers.managing(session, school_ids, at, campaign.authority_id)
    if to in _ROLES:
        return _by_school(_office_holders(session, school_ids, _ROLES[to], at))
    if to is Owner.TEACHERS:
        return _by_school(_with_work(session, campaign, school_ids, step, at))
    return _by_school(_homeroom_teachers(session, campaign, school_ids, at))


def _by_school(pairs: Iterable[tuple[UUID, UUID]]) -> dict[UUID, set[UUID]]:
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for school_id, staff_id in pairs:
        found[school_id].add(staff_id)
    return found


def _office_holders(
    session: Session, school_ids: Collection[UUID], role: str, at: datetime
) -> Iterable[tuple[UUID, UUID]]:
    query = select(Position.school_id, Position.staff_id).where(
        Position.school_id.in_(school_ids), Position.role == role, in_force(Position, at)
    )
    return ((school_id, staff_id) for school_id, staff_id in session.execute(query) if school_id)


def _with_work(
    session: Session, campaign: Campaign, school_ids: Collection[UUID], step: Step, at: datetime
) -> Iterable[tuple[UUID, UUID]]:
    """Whoever still has something to do in the books of this phase; nobody else is bothered."""
    which = (
        among(ClassGroup.school_id, school_ids)
        & (ClassGroup.school_year == campaign.school_year)
        & (ClassGroup.grade == campaign.grade)
    )
    term = TERM_OF_STEP.get(step)
    if term is not None:
        which &= ClassTermRow.term == term.value
    return ((task.place.school_id, task.staff_id) for task in waiting(session, which, at))


def _homeroom_teachers(
    session: Session, campaign: Campaign, school_ids: Collection[UUID], at: datetime
) -> Iterable[tuple[UUID, UUID]]:
    query = (
        select(ClassGroup.school_id, TeachingAssignment.staff_id)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(
            among(ClassGroup.school_id, school_ids),
            ClassGroup.school_year == campaign.school_year,
            ClassGroup.grade == campaign.grade,
            TeachingAssignment.slot == HOMEROOM,
            designated(at),
        )
    )
    return ((school_id, staff_id) for school_id, staff_id in session.execute(query))
