"""Transfers on Temporal's own server over PostgreSQL, in a database of their own."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.decisions import DecisionActivities
from storage.database import Sessions, make_engine, make_sessions
from tests.database import migrated_database, of_worker
from tests.workflows.playing import FAILURES
from tests.workflows.replaying import replayed_at_the_end
from tests.workflows.transfers.pretended import Pretended
from tests.workflows.transfers.schools import Journey, make_journey
from workflows.class_term import ClassTermWorkflow
from workflows.pupil_papers import ExtractWorkflow, IdentityWorkflow
from workflows.queues import MAIN_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.transfer import TransferWorkflow
from workflows.workers import matter_worker


@pytest.fixture(scope="session")
def moving_sessions(postgres_url: str) -> Iterator[Sessions]:
    url = migrated_database(postgres_url, "moving")
    engine = make_engine(url, pool_size=16)
    yield make_sessions(engine)
    engine.dispose()


@asynccontextmanager
async def moving_workers(client: Client, sessions: Sessions, pretended: Pretended) -> AsyncIterator[None]:
    with of_worker(sessions) as working, ThreadPoolExecutor(12) as threads:
        decisions = DecisionActivities(working)
        async with replayed_at_the_end(client) as runner, AsyncExitStack() as stack:
            main = Worker(
                client, task_queue=MAIN_QUEUE,
                workflows=[ClassTermWorkflow, IdentityWorkflow, ExtractWorkflow, TransferWorkflow],
                activities=[decisions.record_decision, decisions.note_deadline, decisions.load_book],
                activity_executor=threads, workflow_failure_exception_types=FAILURES, workflow_runner=runner,
            )  # fmt: skip
            sign = Worker(
                client, task_queue=SIGN_QUEUE, activity_executor=threads,
                activities=[pretended.complete_order, pretended.complete_matter_order],
            )  # fmt: skip
            proof = Worker(
                client,
                task_queue=PROOF_QUEUE,
                activities=[pretended.pack_transfer, pretended.check_brought],
                activity_executor=threads,
            )
            for worker in (main, sign, proof, matter_worker(client, working, threads)):
                await stack.enter_async_context(worker)
            yield


@pytest.fixture
def pretended(moving_sessions: Sessions) -> Pretended:
    return Pretended(moving_sessions)


@pytest_asyncio.fixture(loop_scope="session")
async def journey(
    temporal_env: WorkflowEnvironment, moving_sessions: Sessions, pretended: Pretended
) -> AsyncIterator[Journey]:
    async with moving_workers(temporal_env.client, moving_sessions, pretended):
        yield make_journey(moving_sessions, temporal_env.client, pretended)
