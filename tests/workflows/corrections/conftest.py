"""Temporal's own server, whose workflows' clocks can be turned, and a database of the tests' own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from cli.services.temporal_in_memory import TIME_SKIPPING, temporal_server
from storage.database import make_engine, make_sessions
from tests.database import migrated_database
from tests.workflows.corrections.playing import theatre
from tests.workflows.moves.world import Stage


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def stage(postgres_url: str) -> AsyncIterator[Stage]:
    url = migrated_database(postgres_url, "corrections")
    engine = make_engine(url, pool_size=20)
    async with (
        temporal_server(arguments=TIME_SKIPPING) as server,
        theatre(server.client, make_sessions(engine)) as found,
    ):
        yield found
    engine.dispose()
