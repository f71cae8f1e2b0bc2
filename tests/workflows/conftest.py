"""A class-term's workflow on Temporal's own server, with workers that forget everything between two tasks."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor

import pytest
import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import Book, start_book, workers


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest.fixture
def papers() -> FakePapers:
    return FakePapers()


@pytest_asyncio.fixture(loop_scope="session")
async def book(
    temporal_env: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers
) -> AsyncIterator[Book]:
    """An open class-term of three pupils and two subjects."""
    with ThreadPoolExecutor(4) as threads:
        async with workers(temporal_env.client, database, papers, threads) as queues:
            book = await start_book(temporal_env.client, queues)
            yield book
            await book.end()
