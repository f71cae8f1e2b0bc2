"""What stands of a school's phases after another plan, and what happened to them."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.campaigns.policies import Policy
from storage.campaigns import dues, phases, policies, radar, running, standings
from storage.tables import CampaignPhase, PhaseForecast
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    return make_office(db)


def put_in_force(office: OfficeWorld, code: Policy) -> None:
    """The plan is in force, and every school has written down its deadlines."""
    plan = next(each for each in policies.plans(office.session, []) if each.code == code.value)
    running.put_in_force(office.session, office.campaign.id, plan.policy_id, plan.version)
    for held in dues.of_schools(office.session, office.campaign):
        phases.keep_dues(office.session, office.campaign.id, held.school_id, held.dues)


def keys(office: OfficeWorld, school_id: UUID) -> set[tuple[str, str]]:
    query = select(CampaignPhase.step, CampaignPhase.cohort).where(CampaignPhase.school_id == school_id)
    return {(step, cohort) for step, cohort in office.session.execute(query)}


def forecast(office: OfficeWorld, step: str, cohort: str) -> None:
    office.session.add(
        PhaseForecast(
            campaign_id=office.campaign.id, school_id=office.schools[0], step=step, cohort=cohort, missing=9, mean=9.0,
            low=1, high=20, made_on=date(2027, 6, 19), chance=0.9, pace=0.1,
        )
    )  # fmt: skip
    office.session.flush()


def test_a_new_plan_leaves_nothing_of_the_old_one_behind(office: OfficeWorld) -> None:
    put_in_force(office, Policy.TWO_TRACK_2025)
    forecast(office, "issue", "completed")
    forecast(office, "close_hk1", "all")
    assert ("issue", "supplementary") in keys(office, office.schools[0])
    put_in_force(office, Policy.HCM_2024)
    wanted = {(phase.step.value, phase.cohort.value) for phase in dues.phases_of(office.session, office.campaign)}
    for school_id in office.schools:
        assert keys(office, school_id) == wanted
    view = standings.view_of(
        office.session, office.campaign, office.city, date(2027, 9, 1), datetime(2027, 9, 1, tzinfo=UTC)
    )
    [issue] = [each for each in radar.of_school(office.session, view, office.schools[0]) if each.step == "issue"]
    assert issue.cohort == "all"
    assert [each.step for each in office.session.query(PhaseForecast)] == ["close_hk1"]


def test_deadlines_of_an_older_plan_that_come_late_take_nothing_away(office: OfficeWorld) -> None:
    put_in_force(office, Policy.TWO_TRACK_2025)
    [old, *_] = dues.of_schools(office.session, office.campaign, [office.schools[0]])
    put_in_force(office, Policy.HCM_2024)
    phases.keep_dues(office.session, office.campaign.id, old.school_id, old.dues)
    assert ("issue", "all") in keys(office, office.schools[0])
