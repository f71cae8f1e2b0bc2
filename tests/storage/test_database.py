"""Connections that went away while nobody used them, and which sessions are transactions."""

from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError

from storage import database, scope
from storage.database import Sessions, make_engine, make_sessions

MY_PROCESS = text("SELECT pg_backend_pid()")


@pytest.fixture
def engine(postgres_url: str) -> Iterator[Engine]:
    engine = make_engine(postgres_url, pool_size=1)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> Sessions:
    return make_sessions(engine)


def break_connection(sessions: Sessions, postgres_url: str) -> int:
    """End the server's side of the pool's one connection; gives its process."""
    with sessions() as session:
        process: int = session.execute(MY_PROCESS).scalar_one()
    other = make_engine(postgres_url)
    with make_sessions(other)() as session:
        session.execute(text("SELECT pg_terminate_backend(:process, 5000)"), {"process": process})
    other.dispose()
    return process


def test_a_connection_that_broke_while_unused_is_replaced_unseen(
    sessions: Sessions, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TRUSTED_SECONDS", 0.0)
    broken = break_connection(sessions, postgres_url)
    with sessions() as session:
        assert session.execute(MY_PROCESS).scalar_one() != broken


def test_a_connection_that_broke_just_now_fails_once(sessions: Sessions, postgres_url: str) -> None:
    broken = break_connection(sessions, postgres_url)
    with pytest.raises(OperationalError), sessions() as session:
        session.execute(MY_PROCESS)
    with sessions() as session:
        assert session.execute(MY_PROCESS).scalar_one() != broken


def test_one_that_broke_just_now_is_replaced_unseen_when_it_is_for_other_rows(postgres_url: str) -> None:
    engine = make_engine(postgres_url, pool_size=1, scoped=True)
    sessions = make_sessions(engine)
    broken = break_connection(sessions, postgres_url)
    scope.limit_to(uuid4())
    with sessions() as session:
        assert session.execute(MY_PROCESS).scalar_one() != broken
        assert session.execute(text(f"SHOW {scope.SETTING}")).scalar_one() == scope.current()
    engine.dispose()


def test_only_a_session_that_was_begun_is_a_transaction(sessions: Sessions) -> None:
    started = text("SELECT now() = statement_timestamp()")  # now() is the transaction's time
    with sessions() as session:
        assert [session.execute(started).scalar_one() for _ in range(2)] == [True, True]
    with sessions.begin() as session:
        assert [session.execute(started).scalar_one() for _ in range(2)] == [False, False]


def test_a_transaction_after_a_reading_on_the_same_connection_is_undone_by_an_error(sessions: Sessions) -> None:
    with sessions() as session:
        first = session.execute(MY_PROCESS).scalar_one()
    with suppress(ZeroDivisionError), sessions.begin() as session:
        assert session.execute(MY_PROCESS).scalar_one() == first
        session.execute(text("CREATE TABLE left_behind (id int)"))
        raise ZeroDivisionError
    with sessions() as session:
        assert session.execute(text("SELECT to_regclass('left_behind')")).scalar_one() is None
