"""What is counted each night: how far every phase was at the end of the day, gaps, states, and what to expect."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.calendar import day_of
from domain.campaigns.phases import RECORD_STEPS, Cohort, Step
from domain.deadlines import last_day
from domain.forecast import Forecast, Track, forecast
from storage.campaigns import measuring, policies
from storage.campaigns.measuring import NOTHING, Key, Measure
from storage.tables import Campaign, CampaignPhase, PhaseForecast, ProgressDay

# How far back the pace is looked at, in days.
LOOK_BACK: Final = timedelta(days=60)
_CHUNK: Final = 2000
BEFORE: Final = {Step.ISSUE: Step.ENTRY_SIGNING, Step.SUBMISSION: Step.ISSUE, Step.FREEZE: Step.SUBMISSION}


def keep_day(session: Session, campaign: Campaign, day: date) -> int:
    """Keep how far every phase of every school is as the end of that day; again, the newer count stands."""
    counted = measuring.measures(session, campaign)
    rows = [
        {
            "campaign_id": campaign.id,
            "day": day,
            "school_id": school_id,
            "step": step.value,
            "cohort": cohort.value,
            "total": counted.get((school_id, step, cohort), NOTHING).total,
            "done": counted.get((school_id, step, cohort), NOTHING).done,
        }
        for school_id, step, cohort in _phases(session, campaign)
    ]
    for start in range(0, len(rows), _CHUNK):
        new = insert(ProgressDay).values(rows[start : start + _CHUNK])
        session.execute(
            new.on_conflict_do_update(
                index_elements=["campaign_id", "day", "school_id", "step", "cohort"],
                set_={"total": new.excluded.total, "done": new.excluded.done},
            )
        )
    return len(rows)


def _phases(session: Session, campaign: Campaign) -> Iterable[Key]:
    query = select(CampaignPhase.school_id, CampaignPhase.step, CampaignPhase.cohort).where(
        CampaignPhase.campaign_id == campaign.id
    )
    return ((school_id, Step(step), Cohort(cohort)) for school_id, step, cohort in session.execute(query))


def keep_forecasts(session: Session, campaign: Campaign, today: date) -> int:
    """Make every forecast anew from the kept days, of which `today` is the last that is over; returns how many.

    The schools of one phase inform each other.
    """
    tracks = _tracks(session, campaign, today)
    workdays = policies.workdays(session)
    rows: list[dict[str, object]] = []
    for (step, cohort), by_school in tracks.items():
        found = forecast(by_school, today, workdays)
        rows += [_row(campaign.id, school_id, step, cohort, today, each) for school_id, each in found.items()]
    session.execute(delete(PhaseForecast).where(PhaseForecast.campaign_id == campaign.id))
    for start in range(0, len(rows), _CHUNK):
        session.execute(insert(PhaseForecast).values(rows[start : start + _CHUNK]))
    return len(rows)


def _row(
    campaign_id: UUID, school_id: UUID, step: Step, cohort: Cohort, today: date, found: Forecast
) -> dict[str, object]:
    key = {"campaign_id": campaign_id, "school_id": school_id, "step": step.value, "cohort": cohort.value}
    return {**key, "made_on": today, **vars(found)}


def _tracks(session: Session, campaign: Campaign, today: date) -> Mapping[tuple[Step, Cohort], dict[UUID, Track]]:
    """Of the phases that move records, by phase and school."""
    dues = select(CampaignPhase).where(
        CampaignPhase.campaign_id == campaign.id, CampaignPhase.step.in_([each.value for each in RECORD_STEPS])
    )
    due = {(row.school_id, row.step, row.cohort): last_day(row.due_at) for row in session.scalars(dues)}
    query = (
        select(ProgressDay)
        .where(ProgressDay.campaign_id == campaign.id, ProgressDay.day > today - LOOK_BACK, ProgressDay.day <= today)
        .order_by(ProgressDay.day)
    )
    done: dict[tuple[UUID, str, str], dict[date, int]] = defaultdict(dict)
    total: dict[tuple[UUID, str, str], int] = {}
    for row in session.scalars(query):
        key = row.school_id, row.step, row.cohort
        done[key][row.day], total[key] = row.done, row.total
    counted = measuring.measures(session, campaign)
    tracks: dict[tuple[Step, Cohort], dict[UUID, Track]] = defaultdict(dict)
    for key, day in due.items():
        if total.get(key):
            school_id, step, cohort = key[0], Step(key[1]), Cohort(key[2])
            ready = _ready(counted, school_id, step, cohort)
            tracks[step, cohort][school_id] = Track(total[key], day, done[key], ready)
    return tracks


def _ready(counted: Mapping[Key, Measure], school_id: UUID, step: Step, cohort: Cohort) -> int | None:
    """Unfinished records that only wait for this step; None where the step before is not counted."""
    before = BEFORE.get(step)
    if before is None:
        return None
    reached, done = (counted.get((school_id, each, cohort), NOTHING).done for each in (before, step))
    return max(0, reached - done)


def end_of(at: datetime) -> date:
    """The day that is over at night: shortly after midnight, the one before."""
    return day_of(at - timedelta(hours=12))
