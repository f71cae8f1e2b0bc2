"""Whom a plan would touch in a campaign: schools, classes, pupils, and which schools would be late at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear, end_of_day
from domain.campaigns.differences import Difference, differences
from domain.campaigns.measures import MEASURES
from domain.campaigns.phases import Phase
from storage.campaigns import decisions, dues
from storage.campaigns.counted import unopened
from storage.campaigns.decisions import Reach
from storage.campaigns.standings import counts
from storage.tables import Campaign, CampaignPhase, CampaignSchool


@dataclass(frozen=True)
class LatePhase:
    """A phase whose deadline would be over, and how many schools would be late with it."""

    phase: Phase
    schools: int


@dataclass(frozen=True)
class Touch:
    """What comes of it in one campaign when its schools follow these phases."""

    campaign: Campaign
    reach: Reach
    changes: Sequence[Difference]
    late: Sequence[LatePhase]


def touch(session: Session, campaign: Campaign, phases: Sequence[Phase], at: datetime) -> Touch:
    reach = decisions.reach(session, campaign, None, None, at)
    changes = differences(dues.phases_of(session, campaign), phases)
    year = SchoolYear.parse(campaign.school_year)
    over = [each for each in phases if end_of_day(each.due(year)) <= at]
    undone = _undone(session, campaign, over) if over else {}
    return Touch(campaign, reach, changes, [LatePhase(each, undone[each.key]) for each in over if undone[each.key]])


def _undone(session: Session, campaign: Campaign, phases: Sequence[Phase]) -> dict[tuple[str, str], int]:
    """How many schools are not through with each phase, as the radar counts them."""
    table = counts(campaign, unopened(session, campaign))
    counted = {(each.school_id, each.term, each.cohort): each for each in session.execute(select(table))}
    joined = select(CampaignSchool).where(CampaignSchool.campaign_id == campaign.id)
    schools = list(session.scalars(joined))
    settled = select(CampaignPhase.school_id, CampaignPhase.step, CampaignPhase.cohort).where(
        CampaignPhase.campaign_id == campaign.id, CampaignPhase.state.in_(("done", "excepted"))
    )
    known = {(row[0], row[1], row[2]) for row in session.execute(settled)}

    def is_open(school: CampaignSchool, phase: Phase) -> bool:
        measure = MEASURES[phase.step]
        if measure.school:
            return getattr(school, measure.school) is None
        found = counted.get((school.school_id, measure.term, phase.cohort)) if measure.count else None
        if found is None or not found.pupils:
            return (school.school_id, phase.step.value, phase.cohort.value) not in known
        return int(getattr(found, measure.count)) < int(found.pupils)

    return {each.key: sum(is_open(school, each) for school in schools) for each in phases}
