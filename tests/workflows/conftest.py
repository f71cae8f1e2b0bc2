"""A class-term's workflow on Temporal's own server, with workers that forget everything between two tasks."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from cli.services.temporal_in_memory import time_skipping_server
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import Book, start_book, workers


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
    async with time_skipping_server() as environment:
        yield environment
