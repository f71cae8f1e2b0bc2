"""Live updates: who is told of what, how little is held for it, and what happens when a part goes away."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from ssl import PROTOCOL_TLS_CLIENT, SSLContext
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response
from sqlalchemy import text

from api import live
from api.guard import COOKIE
from api.live import TOPICS, Listener
from api.main import create_app
from api.pages import live as live_page
from domain.decisions import Action
from domain.scales import CellKind
from storage import journal, saving, visitors
from storage.database import Sessions
from storage.listening import NAME, Change
from storage.tables import AccountSession, TeachingAssignment
from tests.api.assembled import make_services
from tests.api.browsing import free_port, serving
from tests.api.classroom import live_school
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.api.world import Keyring, sign_in
from tests.factories import ClassCast, OpenBook, edit, fill, make_class, open_book

PATIENCE = 8.0
PLAIN = SSLContext(PROTOCOL_TLS_CLIENT)  # nobody speaks TLS here, and httpx would load all authorities for each browser
ENDED = 'ended ""'


@dataclass(frozen=True)
class Cast:
    """Two classes of a school, and one of another."""

    mine: ClassCast
    beside: ClassCast
    foreign: ClassCast


@dataclass(frozen=True)
class Served:
    url: str
    sessions: Sessions

    @asynccontextmanager
    async def following(self, staff_id: UUID) -> AsyncIterator[AsyncIterator[str]]:
        """The events of a person's stream, once it stands: `name data`."""
        with self.sessions.begin() as session:
            cookie = sign_in(session, staff_id)
        stream = {"Accept": "text/event-stream"}
        async with (
            AsyncClient(base_url=self.url, cookies={COOKIE: cookie}, timeout=PATIENCE, verify=PLAIN) as client,
            client.stream("GET", "/truc-tiep", headers=stream) as answer,
            aclosing(_events(answer)) as events,
        ):
            assert await anext(events) == 'ready ""'
            yield events

    def submit(self, cast: ClassCast, slot: str = "toan") -> OpenBook:
        with self.sessions.begin() as session:
            book = open_book(session, cast)
            fill(book, [slot])
            book.act(Action.SUBMIT, slot)
        return book


@pytest.fixture(scope="module")
def cast(live_sessions: Sessions) -> Cast:
    with live_sessions.begin() as session:
        school = live_school(session)
        foreign = make_class(session, live_school(session), "1A1")
        return Cast(make_class(session, school, "1A1"), make_class(session, school, "1A2"), foreign)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def served(
    live_sessions: Sessions, cast: Cast, keys: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Served]:
    port, folder = free_port(), tmp_path_factory.mktemp("live")
    served = Served(f"http://127.0.0.1:{port}", live_sessions)
    async with serving(create_app(make_services(live_sessions, FakeApprovals(), keys, folder)), port):
        async with served.following(cast.mine.homeroom) as events:
            assert (await told(events))["class_terms"] is None  # the connection stands
        yield served


async def _events(answer: Response) -> AsyncGenerator[str, None]:
    name = ""
    async for line in answer.aiter_lines():
        if line.startswith("event: "):
            name = line.removeprefix("event: ")
        if line.startswith("data: "):
            yield f"{name} {line.removeprefix('data: ')}"


async def told(events: AsyncIterator[str]) -> dict[str, list[str] | None]:
    async with asyncio.timeout(PATIENCE):
        name, _, data = (await anext(events)).partition(" ")
    assert name == "live"
    found: dict[str, list[str] | None] = json.loads(data)
    return found


async def topics(events: AsyncIterator[str]) -> list[str]:
    return (await told(events))["topics"] or []


def tell(sessions: Sessions, staff_id: UUID, about: str) -> None:
    with sessions.begin() as session:
        journal.add_notices(session, None, "deadline", [(staff_id, about)], None)


async def test_a_decision_is_told_to_those_who_may_see_its_class(served: Served, cast: Cast) -> None:
    people = (cast.mine.school.principal, cast.mine.homeroom, cast.beside.homeroom, cast.foreign.school.principal)
    async with AsyncExitStack() as stack:
        principal, homeroom, colleague, stranger = [
            await stack.enter_async_context(served.following(who)) for who in people
        ]
        book = served.submit(cast.mine)
        for events in (principal, homeroom):
            assert await told(events) == {"topics": ["board", "entry"], "class_terms": [str(book.id)]}
        # The others' next news is their own: they heard nothing of this.
        foreign_book = served.submit(cast.foreign)
        assert (await told(stranger))["class_terms"] == [str(foreign_book.id)]
        tell(served.sessions, cast.beside.homeroom, "live/colleague")
        assert await topics(colleague) == ["notices"]


async def test_notices_and_orders_are_for_their_person_alone(served: Served, cast: Cast) -> None:
    async with (
        served.following(cast.mine.homeroom) as told_one,
        served.following(cast.mine.school.principal) as other,
    ):
        tell(served.sessions, cast.mine.homeroom, "live/one")
        assert await topics(told_one) == ["notices"]
        tell(served.sessions, cast.mine.school.principal, "live/other")
        assert await topics(other) == ["notices"]
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1.5):
                await anext(told_one)


async def test_two_hundred_browsers_hold_one_connection(
    served: Served, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 200)  # of one person here, of a school in earnest
    count = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()")
    with served.sessions() as session:
        before = session.scalar(count) or 0
    async with AsyncExitStack() as stack:
        many = [await stack.enter_async_context(served.following(cast.mine.homeroom)) for _ in range(200)]
        with served.sessions() as session:
            assert (session.scalar(count) or 0) <= max(before, 13)  # the pool of the tests, and who listens
        tell(served.sessions, cast.mine.homeroom, "live/many")
        assert [await topics(events) for events in many] == [["notices"]] * 200


async def test_a_connection_that_is_cut_is_made_again_and_everybody_looks_anew(served: Served, cast: Cast) -> None:
    mine = f"datname = current_database() AND application_name = '{NAME}'"
    cut = text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}")  # noqa: S608 - two constants
    async with served.following(cast.mine.homeroom) as events:
        with served.sessions() as session:
            assert session.scalars(cut).all()
        assert await told(events) == {"topics": sorted(TOPICS), "class_terms": None}
        tell(served.sessions, cast.mine.homeroom, "live/after")
        assert await topics(events) == ["notices"]


async def test_a_stream_ends_with_its_session(served: Served, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_page, "LOOK_EVERY", 0.3)
    async with served.following(cast.beside.music) as events:
        with served.sessions.begin() as session:
            mine = session.query(AccountSession).filter_by(staff_id=cast.beside.music, ended_at=None).all()
            visitors.end(session, mine[0].account_id, [each.id for each in mine], datetime.now(UTC))
        async with asyncio.timeout(PATIENCE):
            assert await anext(events) == ENDED
            assert [event async for event in events] == []


async def test_a_stream_ends_with_the_duties_of_its_person(
    served: Served, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_page, "LOOK_EVERY", 0.3)
    async with served.following(cast.foreign.music) as events:
        with served.sessions.begin() as session:
            mine = session.query(TeachingAssignment).filter_by(staff_id=cast.foreign.music).all()
            for each in mine:
                each.valid_to = datetime.now(UTC)
        async with asyncio.timeout(PATIENCE):
            assert [event async for event in events if event == ENDED] == [ENDED]


async def test_nobody_follows_in_more_windows_than_anybody_opens(
    served: Served, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 1)
    with served.sessions.begin() as session:
        cookie = sign_in(session, cast.mine.homeroom)
    async with (
        served.following(cast.mine.homeroom),
        served.following(cast.beside.homeroom),
        AsyncClient(base_url=served.url, cookies={COOKIE: cookie}) as more,
    ):
        assert (await more.get("/truc-tiep", headers={"Accept": "text/event-stream"})).status_code == 429


async def test_a_server_that_stops_does_not_wait_for_its_readers(
    live_sessions: Sessions, cast: Cast, keys: Keyring, tmp_path_factory: pytest.TempPathFactory
) -> None:
    port = free_port()
    app = create_app(make_services(live_sessions, FakeApprovals(), keys, tmp_path_factory.mktemp("stop")))
    served = Served(f"http://127.0.0.1:{port}", live_sessions)
    async with AsyncExitStack() as stack:
        async with serving(app, port):
            events = await stack.enter_async_context(served.following(cast.mine.homeroom))
            began = asyncio.get_running_loop().time()
        assert asyncio.get_running_loop().time() - began < 3
        assert [event async for event in events if not event.startswith("live")] == []


async def test_whoever_does_not_follow_a_stream_is_not_kept_waiting(desk: As) -> None:
    assert (await desk("principal").get("/truc-tiep")).status_code == 404


async def test_a_slow_browser_is_told_once_of_many_changes() -> None:
    listener = Listener("school", "person", None)
    for number in range(1000):
        listener.take(Change("school", "board", "class", f"term {number}"))
    news = await listener.news(PATIENCE)
    assert (news and news.topics, news and news.class_terms) == (frozenset({"board"}), None)
    assert await listener.news(0.05) is None


async def test_what_people_type_is_told_less_often_than_decisions() -> None:
    listener, loop = Listener("school", "person", None), asyncio.get_running_loop()
    listener.take(Change("school", "entry", "class", "term"))
    assert await listener.news(PATIENCE)
    listener.take(Change("school", "entry", "class", "term"))
    assert await listener.news(1.5) is None
    began = loop.time()
    listener.take(Change("school", "board", "class", "term"))
    news = await listener.news(PATIENCE)
    assert news is not None
    assert news.topics == {"entry", "board"}
    assert loop.time() - began < 1


async def test_a_saved_cell_is_told(served: Served, cast: Cast) -> None:
    with served.sessions.begin() as session:
        book = open_book(session, cast.beside)
    async with served.following(cast.beside.homeroom) as events:
        with served.sessions.begin() as session:
            book.session = session
            given = edit(book, "toan", CellKind.COMMENT, "Có tiến bộ.")
            saving.save_cells(session, book.id, "toan", [given], cast.beside.homeroom).require_all()
        assert await told(events) == {"topics": ["entry"], "class_terms": [str(book.id)]}
