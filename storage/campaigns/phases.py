"""The phases of a school in a campaign: their deadlines, where they stand, and what happened to them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Cohort, Due, Step
from domain.campaigns.states import CampaignState, PhaseEventKind, PhaseState
from storage.campaigns import measuring, telling
from storage.campaigns.measuring import NOTHING, Measure
from storage.campaigns.telling import Raised
from storage.tables import Campaign, CampaignPhase, CampaignSchool, PhaseEvent, PhaseForecast

_SETTLED = {PhaseState.DONE: PhaseEventKind.DONE, PhaseState.EXCEPTED: PhaseEventKind.EXCEPTED}


def keep_dues(session: Session, campaign_id: UUID, school_id: UUID, dues: Iterable[Due]) -> None:
    """Write the school's deadlines; an older one changes nothing, and a phase that the plan has no more is gone.

    What becomes of a phase whose deadline moved, `settle_school` says.
    """
    rows: list[dict[str, Any]] = [
        {
            "campaign_id": campaign_id,
            "school_id": school_id,
            "step": due.step.value,
            "cohort": due.cohort.value,
            "due_at": due.at,
            "version": due.version,
        }
        for due in dues
    ]
    new = insert(CampaignPhase).values(rows)
    session.execute(
        new.on_conflict_do_update(
            index_elements=["campaign_id", "school_id", "step", "cohort"],
            set_={"due_at": new.excluded.due_at, "version": new.excluded.version},
            where=CampaignPhase.version < new.excluded.version,
        )
    )
    newest = max((row["version"] for row in rows), default=0)
    _drop_others(session, campaign_id, school_id, {(row["step"], row["cohort"]) for row in rows}, newest)
    member = update(CampaignSchool).where(
        CampaignSchool.campaign_id == campaign_id, CampaignSchool.school_id == school_id
    )
    session.execute(member.values(deadline_version=func.greatest(CampaignSchool.deadline_version, newest)))


def _drop_others(session: Session, campaign_id: UUID, school_id: UUID, held: set[tuple[str, str]], newest: int) -> None:
    """The phases of an older plan; what happened to them and how far they were each day stays."""
    others = delete(CampaignPhase).where(
        CampaignPhase.campaign_id == campaign_id,
        CampaignPhase.school_id == school_id,
        CampaignPhase.version < newest,
        tuple_(CampaignPhase.step, CampaignPhase.cohort).not_in(held),
    )
    gone = session.execute(others.returning(CampaignPhase.step, CampaignPhase.cohort)).all()
    if gone:
        session.execute(
            delete(PhaseForecast).where(
                PhaseForecast.campaign_id == campaign_id,
                PhaseForecast.school_id == school_id,
                tuple_(PhaseForecast.step, PhaseForecast.cohort).in_([tuple(each) for each in gone]),
            )
        )


def note_alarm(session: Session, campaign_id: UUID, school_id: UUID, alarm: PhaseAlarm, at: datetime) -> None:
    """What an alarm does: a phase that is done is closed, else its people are told, once for each alarm.

    Nobody is told while the campaign is paused, but what is late is late all the same.
    """
    campaign = session.get_one(Campaign, campaign_id)
    row = _locked(session, campaign_id, school_id, alarm.step, alarm.cohort)
    if campaign.state == CampaignState.CLOSED or row is None or row.version != alarm.version:
        return
    measure = measuring.measures(session, campaign, [school_id]).get((school_id, alarm.step, alarm.cohort), NOTHING)
    if settle(session, row, measure, at) in _SETTLED:
        return
    if _add_event(session, row, alarm.kind, at, alarm) and campaign.state == CampaignState.OPEN:
        telling.tell(session, campaign, [Raised(school_id, alarm, row.due_at, at)], at)


def settle(session: Session, row: CampaignPhase, measure: Measure, at: datetime) -> PhaseState:
    """Bring a phase's state up to date with what is counted: done, late, or open. Done late is told by the times."""
    state = _state(measure, row.due_at, at)
    if state.value != row.state:
        was_done = row.state in _SETTLED
        row.state, row.since = state.value, at
        if state in _SETTLED:
            _add_event(session, row, _SETTLED[state], at)
        elif was_done:
            _add_event(session, row, PhaseEventKind.REOPENED, at)
        session.flush()
    return state


def _state(measure: Measure, due_at: datetime, at: datetime) -> PhaseState:
    if measure.is_done:
        return PhaseState.DONE
    if measure.is_excepted:
        return PhaseState.EXCEPTED
    return PhaseState.LATE if at >= due_at else PhaseState.OPEN


def settle_school(session: Session, campaign: Campaign, school_id: UUID, at: datetime) -> None:
    """Bring a school's phases up to date."""
    counted = measuring.measures(session, campaign, [school_id])
    query = select(CampaignPhase).where(CampaignPhase.campaign_id == campaign.id, CampaignPhase.school_id == school_id)
    for row in session.scalars(query.with_for_update()):
        settle(session, row, counted.get((school_id, Step(row.step), Cohort(row.cohort)), NOTHING), at)


def settle_all(session: Session, campaign: Campaign, at: datetime) -> int:
    """Bring every phase of a campaign up to date; returns how many changed.

    Only those are locked, and looked at once more: the school may be at it at this very moment.
    """
    counted = measuring.measures(session, campaign)
    changed = 0
    for row in session.scalars(select(CampaignPhase).where(CampaignPhase.campaign_id == campaign.id)):
        measure = counted.get((row.school_id, Step(row.step), Cohort(row.cohort)), NOTHING)
        if _state(measure, row.due_at, at).value != row.state:
            session.refresh(row, with_for_update=True)
            before = row.state
            changed += settle(session, row, measure, at).value != before
    return changed


def _locked(session: Session, campaign_id: UUID, school_id: UUID, step: Step, cohort: Cohort) -> CampaignPhase | None:
    key = (campaign_id, school_id, step.value, cohort.value)
    return session.get(CampaignPhase, key, with_for_update=True)


def _add_event(
    session: Session, row: CampaignPhase, kind: PhaseEventKind, at: datetime, alarm: PhaseAlarm | None = None
) -> bool:
    """Whether it was not on record yet; only an alarm can be."""
    told = {"days": alarm.days, "recipient": alarm.to.value} if alarm else {}
    new = insert(PhaseEvent).values(
        campaign_id=row.campaign_id, school_id=row.school_id, step=row.step, cohort=row.cohort, version=row.version,
        kind=kind.value, happened_at=at, **told,
    )  # fmt: skip
    added = session.scalars(new.on_conflict_do_nothing().returning(PhaseEvent.id)).first()
    return added is not None
