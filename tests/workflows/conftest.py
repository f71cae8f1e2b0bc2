"""A class-term's workflow on Temporal's own server, with workers that forget everything between two tasks."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import pytest_asyncio
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment

from cli.services.temporal import prepare_namespace, temporal_binary
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import Book, start_book, workers

# Time skipping on the real server: off unless asked for, and a skip takes a second unless timers are shifted finely.
TIME_SKIPPING = [
    "--dynamic-config-value", "frontend.WorkflowTimeSkippingEnabled=true",
    "--dynamic-config-value", 'history.timerProcessorMaxTimeShift="1ms"',
]  # fmt: skip


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def papers(database: FakeDatabase) -> FakePapers:
    return FakePapers(database)


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(4) as threads:
        yield threads


@pytest_asyncio.fixture(loop_scope="session")
async def book(
    temporal_env: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> AsyncIterator[Book]:
    """An open class-term of three pupils and two subjects."""
    async with workers(temporal_env.client, database, papers, threads):
        book = await start_book(temporal_env.client)
        yield book
        await book.end()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def clock() -> AsyncIterator[WorkflowEnvironment]:
    """Temporal's own server, whose workflows' clocks can be turned."""
    environment = await WorkflowEnvironment.start_time_skipping_v2(
        namespace="hocba",
        data_converter=pydantic_data_converter,
        dev_server_existing_path=temporal_binary(),
        dev_server_startup_timeout=timedelta(seconds=60),
        dev_server_log_level="error",
        dev_server_extra_args=TIME_SKIPPING,
    )
    async with environment:
        await prepare_namespace(environment.client)
        yield environment
