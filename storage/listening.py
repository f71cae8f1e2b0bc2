"""What the database tells as soon as it is committed: one connection that listens, and comes back after a loss."""

import asyncio
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import psycopg
from psycopg import AsyncConnection
from sqlalchemy import Connection, Engine

from storage.database import Sessions

CHANNEL: Final = "hocba"
NAME: Final = "hocba live"  # in PostgreSQL's own list of connections
FIRST_PAUSE: Final = 0.2
LONGEST_PAUSE: Final = 10.0
QUIET: Final = 30.0  # after so many seconds without news the connection is asked whether it lives
PATIENCE: Final = 10.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Change:
    """Something of a school changed: of one class and term, or for one person, where it names them."""

    school_id: str
    topic: str
    class_id: str = ""
    class_term_id: str = ""
    staff_id: str = ""


def address_of(sessions: Sessions) -> str:
    """Where the sessions' database is, as libpq takes it."""
    bind: Engine | Connection = sessions.kw["bind"]
    return bind.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


async def listen(address: str, heard: Callable[[Change | None], None]) -> None:
    """Hand over every change, for ever; None once the connection stands again: nobody knows what was missed."""
    pause = FIRST_PAUSE
    while True:
        try:
            async with await _connect(address) as connection:
                await connection.execute(f"LISTEN {CHANNEL}")
                pause = FIRST_PAUSE
                heard(None)
                await _hear(connection, heard)
        except (psycopg.OperationalError, TimeoutError):
            _log.warning("the database does not tell changes; trying again in %g s", pause)
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


async def _connect(address: str) -> AsyncConnection:
    return await AsyncConnection.connect(address, autocommit=True, connect_timeout=int(PATIENCE), application_name=NAME)


async def _hear(connection: AsyncConnection, heard: Callable[[Change | None], None]) -> None:
    while True:
        async for told in connection.notifies(timeout=QUIET):
            heard(_change(told.payload))
        async with asyncio.timeout(PATIENCE):
            await connection.execute("SELECT 1")


def _change(payload: str) -> Change:
    told = json.loads(payload)
    return Change(
        told["school"], told["topic"], told.get("class", ""), told.get("class_term", ""), told.get("staff", "")
    )
