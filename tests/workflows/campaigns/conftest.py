"""Campaigns on Temporal's own server over PostgreSQL: an office with three schools, in a database of their own."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from api.campaigns import Campaigns
from domain.calendar import day_of
from domain.duties import Duty
from storage.campaigns import offices, policies, running
from storage.campaigns.offices import OfficeFacts
from storage.campaigns.running import NewCampaign
from storage.database import Sessions, make_engine, make_sessions
from storage.staffing import Person
from storage.tables import Campaign
from tests.database import migrated_database, of_worker
from tests.factories import YEAR, ClassCast, make_class, make_school
from workflows.campaign import CampaignState
from workflows.queues import MAIN_QUEUE
from workflows.starting import start_campaign
from workflows.workers import LEAN, WORKFLOWS, campaign_worker, main_activities

LONG_AGO = date(2020, 1, 1)
_NUMBERS = count(1)

TENTH = 10  # whose classes choose their subjects


@pytest.fixture(scope="session")
def season_sessions(postgres_url: str) -> Iterator[Sessions]:
    url = migrated_database(postgres_url, "season")
    engine = make_engine(url, pool_size=12)
    with make_sessions(engine).begin() as session:
        policies.ensure_shipped(session)
    yield make_sessions(engine)
    engine.dispose()


@dataclass(frozen=True)
class Season:
    """A campaign of one grade of its own, so that tests do not meet."""

    sessions: Sessions
    client: Client
    campaign_id: UUID
    grade: int
    head: Person
    classes: tuple[ClassCast, ...]

    @property
    def schools(self) -> tuple[UUID, ...]:
        return tuple(each.school.school_id for each in self.classes)

    @property
    def chosen(self) -> dict[str, Any]:
        """What a class of this grade needs besides its name."""
        return chosen_in(self.grade)

    @property
    def office(self) -> UUID:
        assert self.head.authority_id is not None
        return self.head.authority_id

    @property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.client, self.sessions)

    def campaign(self) -> Campaign:
        with self.sessions() as session:
            return session.get_one(Campaign, self.campaign_id)


def chosen_in(grade: int) -> dict[str, Any]:
    return {"optional": ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")} if grade >= TENTH else {}


def make_season(sessions: Sessions, client: Client, schools: int = 3, pupils: int = 2) -> Season:
    """Schools 10, 20, … under one city department that is the test's own; not started."""
    number = next(_NUMBERS)
    grade, year = number, YEAR  # one season for each grade, at most
    at = datetime.now(UTC)
    with sessions.begin() as session:
        facts = OfficeFacts(f"so/{number}", f"Sở Mẫu {number}", "city_department", None, LONG_AGO)
        office = offices.add_authority(session, facts)
        head_id = offices.add_officer(session, office, (f"0790000{number:05}", "Lãnh đạo Mẫu"), Duty.OFFICE_HEAD, at)
        casts = []
        for position in range(schools):
            school = make_school(session, 10 * number + position)
            offices.move_school(session, school.school_id, office, day_of(at))
            casts.append(make_class(session, school, f"{grade}A1", pupils, **chosen_in(grade)))
        policy = next(each for each in policies.plans(session, [office]) if each.code == "hcm-2024")
        campaign = running.open_campaign(
            session, NewCampaign(office, year, grade, policy.policy_id, policy.version, head_id)
        )
    head = Person(head_id, UUID(int=0), "Lãnh đạo Mẫu", frozenset({"office_head"}), authority_id=office)
    return Season(sessions, client, campaign.id, grade, head, tuple(casts))


async def start(season: Season, *terms: str) -> None:
    campaign = season.campaign()
    await start_campaign(season.client, CampaignState(str(campaign.id), campaign.school_year, campaign.grade, terms))


@asynccontextmanager
async def season_workers(client: Client, sessions: Sessions) -> AsyncIterator[None]:
    with of_worker(sessions) as working, ThreadPoolExecutor(8) as threads:
        async with AsyncExitStack() as stack:
            main = Worker(
                client,
                task_queue=MAIN_QUEUE,
                workflows=WORKFLOWS,
                activities=main_activities(working),
                activity_executor=threads,
                workflow_runner=LEAN,
            )
            for worker in (main, campaign_worker(client, working, threads)):
                await stack.enter_async_context(worker)
            yield


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def season_engine(temporal_env: WorkflowEnvironment, season_sessions: Sessions) -> AsyncIterator[Client]:
    async with season_workers(temporal_env.client, season_sessions):
        yield temporal_env.client


@pytest.fixture
def season(season_engine: Client, season_sessions: Sessions) -> Season:
    return make_season(season_sessions, season_engine)
