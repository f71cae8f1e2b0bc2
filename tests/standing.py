"""What tests begin with, made once in a database of its own: each test works on it and is rolled back."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from storage.database import make_engine
from tests.database import another_database, sessions_on

Made = TypeVar("Made")


@dataclass(frozen=True)
class Standing(Generic[Made]):
    """What was made, with a session that is over, and the database where its rows stand."""

    engine: Engine
    made: Made


def copied(source: Engine, name: str) -> str:
    """The address of a database that begins as the source stands."""
    source.dispose()  # PostgreSQL copies none that somebody is connected with
    return another_database(source.url.render_as_string(hide_password=False), name, str(source.url.database))


@contextmanager
def standing(address: str, make: Callable[[Connection], Made]) -> Iterator[Standing[Made]]:
    """Make it for good in the database of this address."""
    engine = make_engine(address)
    with engine.begin() as connection:
        made = make(connection)
    yield Standing(engine, made)
    engine.dispose()


def in_session(make: Callable[[Session], Made]) -> Callable[[Connection], Made]:
    """The same for what is made by the owner alone."""

    def make_and_commit(connection: Connection) -> Made:
        with sessions_on(connection).begin() as session:
            return make(session)

    return make_and_commit


@contextmanager
def rolled_back(request: pytest.FixtureRequest, names: Iterable[str], otherwise: Engine) -> Iterator[Connection]:
    """A transaction for one test where the first of these fixtures stands that it asks for, if any."""
    found: Standing[Any] | None = next((request.getfixturevalue(n) for n in names if n in request.fixturenames), None)
    with (found.engine if found else otherwise).connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()
