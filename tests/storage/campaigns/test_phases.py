"""What stands of a school's phases after another plan, and what happened to them."""

from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.campaigns.alarms import PhaseAlarm
from domain.campaigns.phases import Cohort, Owner, Step
from domain.campaigns.policies import Policy
from domain.campaigns.states import PhaseEventKind
from storage.campaigns import drilldown, dues, phases, policies, radar, running, standings
from storage.tables import CampaignPhase, CampaignSchool, Notice, PhaseForecast
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)
ALL = Cohort.ALL


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


def escalated(office: OfficeWorld, to: Owner) -> None:
    alarm = PhaseAlarm(
        Step.DATA_REVIEW, ALL, office.campaign.base_version, PhaseEventKind.ESCALATION, 2, to, AT
    )  # fmt: skip
    phases.note_alarm(office.session, office.campaign.id, office.schools[0], alarm, AT)


def test_two_escalations_of_one_day_reach_both(office: OfficeWorld) -> None:
    office.phase(0, Step.DATA_REVIEW, -3, at=AT)
    for to in (Owner.PRINCIPAL, Owner.AUTHORITY, Owner.AUTHORITY):
        escalated(office, to)
    told = [row.staff_id for row in office.session.query(Notice)]
    assert set(told) == {office.casts[0].school.principal, office.people["ward head"]}
    found = drilldown.events(office.session, office.campaign.id, office.schools[0])
    assert {each.to for each in found} == {Owner.PRINCIPAL, Owner.AUTHORITY}
    assert len(told) == len(found) == 2


def test_every_time_that_a_phase_is_done_or_open_again_is_kept(office: OfficeWorld) -> None:
    office.phase(0, Step.TRAINING, 3, at=AT)
    member = office.session.get_one(CampaignSchool, (office.campaign.id, office.schools[0]))
    for trained_on in (date(2027, 6, 1), None, date(2027, 6, 2)):
        member.trained_on = trained_on
        office.session.flush()
        for _ in range(2):
            phases.settle_all(office.session, office.campaign, AT)
    found = drilldown.events(office.session, office.campaign.id, office.schools[0])
    assert [each.kind.value for each in reversed(found)] == ["done", "reopened", "done"]
