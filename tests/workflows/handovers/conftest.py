"""Handovers on Temporal's own server over PostgreSQL, in a database of their own."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from api.handovers import Handovers, Wanted, WantedStep
from domain.matters import MatterKind, workflow_id
from domain.matters.handover_messages import ItemAsked
from domain.matters.handovers import Deed, HandoverKind, HandoverStanding
from storage import staffing
from storage.database import Sessions, make_engine, make_sessions
from storage.handovers.deciding import Case, case_of
from storage.staffing import Person
from storage.tables import Staff
from tests.database import migrated_database, of_worker
from tests.factories import ClassCast, make_certificate, make_class, make_school, make_staff
from tests.workflows.replaying import replayed_at_the_end
from workflows.queues import MAIN_QUEUE
from workflows.workers import WORKFLOWS, main_activities

_NUMBERS = count(1)
LATER = timedelta(days=10)


@pytest.fixture(scope="session")
def handover_sessions(postgres_url: str) -> Iterator[Sessions]:
    url = migrated_database(postgres_url, "handovers")
    engine = make_engine(url, pool_size=12)
    yield make_sessions(engine)
    engine.dispose()


@asynccontextmanager
async def handover_workers(client: Client, sessions: Sessions) -> AsyncIterator[None]:
    with of_worker(sessions) as working, ThreadPoolExecutor(8) as threads:
        async with (
            replayed_at_the_end(client) as runner,
            Worker(
                client,
                task_queue=MAIN_QUEUE,
                workflows=WORKFLOWS,
                activities=main_activities(working),
                activity_executor=threads,
                workflow_runner=runner,
            ),
        ):
            yield


@dataclass
class Office:
    """A school of its own with a class, and who plays in it."""

    client: Client
    sessions: Sessions
    cast: ClassCast
    one: UUID
    two: UUID
    door: Handovers = field(init=False)

    def __post_init__(self) -> None:
        self.door = Handovers(self.client, self.sessions)

    def person(self, staff_id: UUID) -> Person:
        with self.sessions() as session:
            found = staffing.person(session, datetime.now(UTC), Staff.id == staff_id)
        assert found is not None
        return found

    @property
    def head(self) -> Person:
        return self.person(self.cast.school.principal)

    def wanted(self, kind: HandoverKind, at: datetime, until: datetime | None = None, **who: UUID) -> Wanted:
        items = tuple(
            ItemAsked(class_id=str(self.cast.class_id), slot=slot, successor_id=str(staff_id))
            for slot, staff_id in who.items()
        )
        return Wanted(uuid4(), kind, self.cast.homeroom, "Theo quyết định", at, until, items)

    async def open(self, kind: HandoverKind, at: datetime, until: datetime | None = None, **who: UUID) -> UUID:
        wanted = self.wanted(kind, at, until, **who)
        await self.door.open(self.head, wanted)
        return wanted.command_id

    async def do(self, matter_id: UUID, deed: Deed, staff_id: UUID, **more: object) -> HandoverStanding:
        wanted = WantedStep(deed, more.pop("command_id", None) or uuid4(), **more)  # type: ignore[arg-type]
        return await self.door.step(self.person(staff_id), matter_id, wanted)

    def handle(self, matter_id: UUID) -> WorkflowHandle[Any, Any]:
        return self.client.get_workflow_handle(workflow_id(MatterKind.HANDOVER, matter_id), result_type=str)

    def case(self, matter_id: UUID) -> Case:
        with self.sessions() as session:
            return case_of(session, matter_id)

    def holder(self, slot: str, at: datetime) -> UUID | None:
        with self.sessions() as session:
            found = staffing.by_slot(session, self.cast.class_id, at).get(slot)
        return found[0].staff_id if found else None


def make_office(client: Client, sessions: Sessions) -> Office:
    number = next(_NUMBERS)
    with sessions.begin() as session:
        cast = make_class(session, make_school(session, number))
        one, two = (make_staff(session, cast.school.school_id, 90_000 + 10 * number + each) for each in (1, 2))
        for staff_id in (cast.homeroom, cast.school.principal, one, two):
            make_certificate(session, staff_id)
    return Office(client, sessions, cast, one, two)


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def engine_client(temporal_env: WorkflowEnvironment, handover_sessions: Sessions) -> AsyncIterator[Client]:
    async with handover_workers(temporal_env.client, handover_sessions):
        yield temporal_env.client


@pytest.fixture
def office(engine_client: Client, handover_sessions: Sessions) -> Office:
    return make_office(engine_client, handover_sessions)
