"""Whenever the database goes away within a request, people are asked to press again, and pressing again is harmless."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import pytest_asyncio
from httpx import Response
from sqlalchemy import Connection, Engine, Pool, event, text

from domain.curriculum import HOMEROOM
from storage.database import Sessions
from tests.api.classroom import Classroom

AGAIN = 503


@dataclass
class Deaths:
    """Ends the server's side of a connection before the statement with this number, once."""

    pool: Pool  # of the connections that may be hit
    others: Sessions
    at: int
    seen: int = 0
    killed: list[str] = field(default_factory=list)

    def __call__(self, connection: Connection, _cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401
        if connection.engine.pool is not self.pool:
            return
        if self.seen == self.at and not self.killed:
            self.killed.append(statement)
            process = connection.connection.dbapi_connection.info.backend_pid  # type: ignore[union-attr]
            with self.others() as session:
                session.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
        self.seen += 1


@contextmanager
def dying(deaths: Deaths) -> Iterator[None]:
    event.listen(Engine, "before_cursor_execute", deaths)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", deaths)


@pytest_asyncio.fixture
async def subject_signed(new_class: Callable[[], Classroom]) -> Classroom:
    """A class that waits for its homeroom teacher."""
    room = new_class()
    await room.open()
    await room.review_all()
    await room.sign_subjects()
    return room


async def test_an_order_survives_a_death_at_any_statement(
    subject_signed: Classroom, interface_sessions: Sessions, live_sessions: Sessions
) -> None:
    with interface_sessions() as session:
        pool = session.connection().engine.pool
    room, order_id = subject_signed, uuid4()

    async def prepared(deaths: Deaths) -> Response:
        again = uuid4()
        with dying(deaths):
            answer = await room.prepare("sign", HOMEROOM, again)
        assert (await room.prepare("sign", HOMEROOM, again)).json()["state"] == "prepared"
        return answer

    async def confirmed(deaths: Deaths) -> Response:
        with dying(deaths):
            return await room.confirm(HOMEROOM, order_id)

    assert await statuses(prepared, pool, live_sessions) == [AGAIN] * 13  # statements
    assert (await room.prepare("sign", HOMEROOM, order_id)).status_code == 200
    assert set(await statuses(confirmed, pool, live_sessions)) == {AGAIN}
    [outcome] = (await room.confirm(HOMEROOM, order_id)).json()
    assert (outcome["problem"], outcome["outcome"]["done"]) == (None, room.records)


async def test_a_trouble_of_the_database_s_own_is_no_fault_of_ours(
    subject_signed: Classroom, interface_sessions: Sessions
) -> None:
    def fails(connection: Connection, _cursor: object, statement: str, *more: Any) -> tuple[str, Any]:  # noqa: ANN401
        if connection.engine.pool is not pool or not statement.startswith("INSERT INTO signing_orders"):
            return statement, more[0]
        return "DO $$ BEGIN RAISE EXCEPTION 'could not read a block' USING ERRCODE = 'XX000'; END $$", None

    with interface_sessions() as session:
        pool = session.connection().engine.pool
    event.listen(Engine, "before_cursor_execute", fails, retval=True)
    try:
        answer = await subject_signed.prepare("sign", HOMEROOM, uuid4())
    finally:
        event.remove(Engine, "before_cursor_execute", fails)
    assert (answer.status_code, answer.json()["type"]) == (AGAIN, "urn:hocba:Unavailable")


async def statuses(act: Callable[[Deaths], Awaitable[Response]], pool: Pool, others: Sessions) -> list[int]:
    """What was answered, for a death at each statement."""
    found: list[int] = []
    for at in count():
        deaths = Deaths(pool, others, at)
        answer = await act(deaths)
        if not deaths.killed:
            return found
        found.append(answer.status_code)
    raise AssertionError
