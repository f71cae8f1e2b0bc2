"""A small season through the real engine agrees with its model, and what would differ is found."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest_asyncio
from sqlalchemy import select

from cli.seasons import comparing, recorded
from cli.seasons.comparing import differences
from cli.seasons.days import coming_plan, phases, postponed, school_year
from cli.seasons.directing import Played, opened, play
from cli.seasons.engine import Engine, served
from cli.seasons.recorded import Recorded
from cli.seasons.report import report_of
from cli.seasons.simulating import drifts_in
from domain.campaigns.phases import Step as Phase
from domain.campaigns.policies import dues_of
from domain.campaigns.states import PhaseState
from simulation.plan import Step
from simulation.season import make_season
from storage.tables import CampaignPhase, ClassTermRow
from tests.database import another_database

# A year far enough ahead for the test to be the same for a long time.
PLAN = postponed(coming_plan(date(2029, 6, 1)))


@dataclass(frozen=True)
class Seen:
    """One season for all tests of this file."""

    engine: Engine
    played: Played
    recorded: Recorded
    held: list[comparing.Era]

    def differences(self, **changed: object) -> list[str]:
        return list(differences(self.played, replace(self.recorded, **changed), self.held))  # type: ignore[arg-type]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def seen(postgres_url: str) -> AsyncIterator[Seen]:
    async with served(another_database(postgres_url, "simulated")) as engine:
        played = await opened(engine, make_season(3, 9, plan=PLAN))
        await play(played)
        with engine.sessions() as session:
            yield Seen(engine, played, recorded.read(session, played), comparing.eras(session, played))


async def test_engine_and_model_agree_on_a_season_with_a_moved_deadline(seen: Seen) -> None:
    report = report_of(seen.played, 10, await drifts_in(seen.engine))
    assert report.drifts == 0
    assert report.disagreements == []
    assert report.holds
    assert report.updates == sum(act.kind not in {"enter", "close_gap"} for act in seen.played.season.acts)
    assert report.updates_per_second == round(report.updates / 10, 1)
    assert [each.before for each in report.foresight] == [10, 5, 3]
    assert json.loads(json.dumps(report.as_json()))["schools"] == 3
    assert report.table().row_count == 16


def test_the_last_day_moved_for_every_school_and_book(seen: Seen) -> None:
    versions = [era.due.version for era in seen.held if era.due.step is Phase.ISSUE]
    assert len(versions) == 2
    assert versions[0] < versions[1]
    rung = {event.version for events in seen.recorded.events.values() for event in events if event.phase is Phase.ISSUE}
    assert max(versions) in rung
    with seen.engine.sessions() as session:
        assert set(session.scalars(select(CampaignPhase.version).where(CampaignPhase.step == "issue"))) == {versions[1]}
        assert set(session.scalars(select(ClassTermRow.policy_version))) <= set(versions)


def test_a_record_that_the_engine_lost_is_a_difference(seen: Seen) -> None:
    school = seen.played.season.schools[0].number
    steps = seen.recorded.progress[school]
    last = max(steps[Step.ISSUE])
    less = {**steps, Step.ISSUE: {**steps[Step.ISSUE], last: steps[Step.ISSUE][last] - 1}}
    found = seen.differences(progress={**seen.recorded.progress, school: less})
    assert found
    assert all(f"School {school}, issue" in sentence for sentence in found)


def test_an_alarm_too_many_or_too_few_is_a_difference(seen: Seen) -> None:
    school, events = next((number, events) for number, events in seen.recorded.events.items() if events)
    for wrong in (events[1:], [*events, events[0]]):
        assert len(seen.differences(events={**seen.recorded.events, school: wrong})) == 1


def test_a_wrong_state_night_or_lateness_is_a_difference(seen: Seen) -> None:
    school = seen.played.season.schools[0].number
    states = {**seen.recorded.states[school], Phase.ISSUE: PhaseState.EXCEPTED.value}
    assert len(seen.differences(states={**seen.recorded.states, school: states})) == 1
    nights = {key: done + 1 for key, done in seen.recorded.nights[school].items()}
    found = seen.differences(nights={**seen.recorded.nights, school: nights})
    assert len(found) == len(nights)
    late = {command: not is_late for command, is_late in seen.recorded.late.items()}
    assert len(seen.differences(late=late)) == len([each for each in late if each.startswith("act/")])


def test_the_plan_of_a_season_is_the_policy_of_its_campaign() -> None:
    plan = coming_plan(date(2027, 4, 21))
    assert plan.start == date(2027, 4, 22)
    assert coming_plan(date(2027, 4, 22)).start == date(2028, 4, 22)
    due = {each.step: each.on for each in dues_of(phases(plan), school_year(plan))}
    assert due[Phase.DATA_REVIEW] == plan.data_due
    assert due[Phase.ENTRY_SIGNING] == plan.workdays.add(plan.issue_due, -6)
    assert postponed(plan).due(Step.ISSUE, plan.end) == plan.issue_due + timedelta(days=7)
