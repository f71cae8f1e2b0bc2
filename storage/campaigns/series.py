"""How many records were done at the end of each day: of one phase, over all schools of an office or at one of them."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.calendar import day_of
from storage.campaigns.radar import PhaseKey
from storage.campaigns.standings import View, managed, standings
from storage.tables import PhaseForecast, ProgressDay


@dataclass(frozen=True)
class Point:
    day: date
    done: int
    total: int


@dataclass(frozen=True)
class Series:
    """Days in order, today's live count last; the forecast begins there and ends at the deadline."""

    points: tuple[Point, ...]
    due_on: date | None
    expected: int | None  # done at the end of the due day
    low: int | None
    high: int | None


def series(session: Session, view: View, key: PhaseKey, due_at: datetime, school_id: UUID | None = None) -> Series:
    points = [*_past(session, view, key, school_id), _live(session, view, key, school_id)]
    due_on = day_of(due_at - timedelta(microseconds=1))
    total = points[-1].total
    ahead = _ahead(session, view, key, school_id) if due_on >= day_of(view.at) else None
    if ahead is None:
        return Series(tuple(points), due_on, None, None, None)
    # Means add up over schools; the ends of their intervals do not.
    low, high = (max(total - each, 0) for each in (ahead[2], ahead[1])) if school_id else (None, None)
    return Series(tuple(points), due_on, max(total - ahead[0], points[-1].done), low, high)


def _past(session: Session, view: View, key: PhaseKey, school_id: UUID | None) -> list[Point]:
    step, cohort = key
    table = ProgressDay
    query = (
        select(table.day, func.sum(table.done), func.sum(table.total))
        .where(table.campaign_id == view.campaign.id, table.step == step.value, table.cohort == cohort.value)
        .where(table.day < day_of(view.at))
        .group_by(table.day)
        .order_by(table.day)
    )
    if school_id is not None:
        query = query.where(table.school_id == school_id)
    else:
        query = query.where(table.school_id.in_(select(managed(view).c.school_id)))
    return [Point(day, int(done), int(total)) for day, done, total in session.execute(query)]


def _live(session: Session, view: View, key: PhaseKey, school_id: UUID | None) -> Point:
    table = standings(view, key[0].value, school_id)
    sums = select(func.coalesce(func.sum(table.c.done), 0), func.coalesce(func.sum(table.c.total), 0))
    done, total = session.execute(sums.where(table.c.cohort == key[1].value)).one()
    return Point(day_of(view.at), int(done), int(total))


def _ahead(session: Session, view: View, key: PhaseKey, school_id: UUID | None) -> tuple[int, int, int] | None:
    """Missing at the deadline: expected, low, high. None where nobody has made a forecast."""
    step, cohort = key
    table = PhaseForecast
    query = select(func.sum(table.mean), func.sum(table.low), func.sum(table.high)).where(
        table.campaign_id == view.campaign.id, table.step == step.value, table.cohort == cohort.value
    )
    if school_id is not None:
        query = query.where(table.school_id == school_id)
    else:
        query = query.where(table.school_id.in_(select(managed(view).c.school_id)))
    found = session.execute(query).one()
    return None if found[0] is None else (round(found[0]), int(found[1]), int(found[2]))
