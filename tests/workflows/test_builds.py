"""Workers of two builds on Temporal's own server: the current one gets the work, and open books go over to the next."""

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
from temporalio.client import Client

from cli.services.temporal_in_memory import temporal_server
from cli.trouble import Trouble
from cli.workers import builds, use_build
from config.builds import plugins_of
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.playing import start_book, workers


@pytest_asyncio.fixture(loop_scope="session")
async def server() -> AsyncIterator[Client]:
    """One of its own: once a queue has a current build, workers without one get nothing from it any more."""
    async with temporal_server() as environment:
        yield environment.client


async def of_build(server: Client, build: str) -> Client:
    return await Client.connect(
        server.service_client.config.target_host,
        namespace=server.namespace,
        data_converter=server.data_converter,
        plugins=plugins_of(build),
    )


async def in_use(server: Client, build: str) -> None:
    """As an operator does who has just started the workers: until all their queues are known, it is refused."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await use_build(server, build)
            except Trouble:
                await asyncio.sleep(0.05)


async def test_an_open_book_goes_over_to_the_next_build(
    server: Client, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    book = await start_book(server)
    submitted = asyncio.create_task(book.submit_all())
    async with AsyncExitStack() as first:
        await first.enter_async_context(workers(await of_build(server, "0.1.0"), database, papers, threads))
        await asyncio.sleep(0.5)
        assert not database.written  # nothing runs before a build is the current one
        await in_use(server, "0.1.0")
        await submitted
        async with workers(await of_build(server, "0.2.0"), database, papers, threads):
            await book.do(Action.REVIEW, HOMEROOM)
            await in_use(server, "0.2.0")
            await first.aclose()  # whoever is left has the new build
            await book.sign_subjects()
            await book.finish()
            await book.handle.result()
    assert len(database.written) == len(papers.completed) + len((*book.state.subject_slots, HOMEROOM)) + 2
    assert dict(await builds(server)) == {
        "0.1.0": "ends what it has begun",
        "0.2.0": "gets the work",
    }


async def test_a_build_that_nobody_has_cannot_get_the_work(server: Client) -> None:
    with pytest.raises(Trouble, match="Build 9 cannot get the work yet"):
        await use_build(server, "9")
    with pytest.raises(Trouble, match="No worker has said of which build it is"):
        await builds(server)
