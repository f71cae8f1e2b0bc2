"""The engine of a season: PostgreSQL and Temporal of its own, and the workers in this process."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from temporalio.client import Client
from temporalio.worker import Worker

from cli.seasons.clocks import Clocks
from cli.seasons.papers import UnsignedPapers
from cli.services.services import database_only
from cli.services.temporal_in_memory import TIME_SKIPPING, temporal_server
from config.settings import Settings
from storage.campaigns import policies
from storage.database import Sessions, make_engine, make_sessions
from storage.migrate import upgrade
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE
from workflows.workers import LEAN, WORKFLOWS, campaign_worker, main_activities

_THREADS = 12


@dataclass(frozen=True)
class Engine:
    client: Client
    sessions: Sessions
    clocks: Clocks


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[Engine]:
    """An empty engine in the state folder of the settings, for as long as the block runs."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(database_only(settings))
        yield await stack.enter_async_context(served(settings.database_url))


@asynccontextmanager
async def served(database_url: str) -> AsyncIterator[Engine]:
    """The same over a database that is there and empty."""
    upgrade(database_url)
    database = make_engine(database_url, pool_size=_THREADS)
    sessions = make_sessions(database)
    with sessions.begin() as session:
        policies.ensure_shipped(session)
    async with AsyncExitStack() as stack:
        stack.callback(database.dispose)
        server = await stack.enter_async_context(temporal_server(arguments=TIME_SKIPPING))
        threads = stack.enter_context(ThreadPoolExecutor(_THREADS))
        for worker in _workers(server.client, sessions, threads):
            await stack.enter_async_context(worker)
        yield Engine(server.client, sessions, Clocks(server.client))


def _workers(client: Client, sessions: Sessions, threads: ThreadPoolExecutor) -> list[Worker]:
    main = Worker(
        client,
        task_queue=MAIN_QUEUE,
        workflows=WORKFLOWS,
        activities=main_activities(sessions),
        activity_executor=threads,
        workflow_runner=LEAN,
    )
    signs = Worker(
        client,
        task_queue=SIGN_QUEUE,
        activities=[UnsignedPapers(sessions).complete_order],
        activity_executor=threads,
    )
    return [main, signs, campaign_worker(client, sessions, threads)]
