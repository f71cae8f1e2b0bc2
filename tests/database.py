"""Fixtures of the database: built once per run by the migrations, every test rolled back."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from sqlalchemy import Connection, Engine, event, make_url
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from storage import scope
from storage.database import Sessions, make_engine, make_sessions
from storage.grants import API, WORKER
from storage.migrate import upgrade

MIGRATED = "migrated"


@pytest.fixture(scope="session")
def engine(postgres_url: str) -> Iterator[Engine]:
    """An engine of the migrated database."""
    upgrade(postgres_url)
    engine = make_engine(postgres_url)
    yield engine
    engine.dispose()


def another_database(postgres_url: str, name: str, template: str = "template1") -> str:
    """The address of a second, empty database of the same server, for tests that commit; it is made anew each time."""
    with _on_server(postgres_url) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return make_url(postgres_url).set(database=name).render_as_string(hide_password=False)


def migrated_database(postgres_url: str, name: str) -> str:
    """The same with our tables in it: a copy of one that is brought there once per server."""
    with _on_server(postgres_url) as connection:
        is_there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [MIGRATED]).fetchone() is not None
    if not is_there:
        upgrade(another_database(postgres_url, MIGRATED))
    return another_database(postgres_url, name, MIGRATED)


def _on_server(postgres_url: str) -> psycopg.Connection:
    plain = make_url(postgres_url).set(drivername="postgresql")
    return psycopg.connect(plain.render_as_string(hide_password=False), autocommit=True)


@pytest.fixture
def connection(engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole test, rolled back at its end."""
    with engine.connect() as connection, connection.begin() as transaction:
        yield connection
        transaction.rollback()


def sessions_on(connection: Connection) -> Sessions:
    """Sessions whose commits are savepoints of the connection's transaction."""
    return sessionmaker(connection, expire_on_commit=False, join_transaction_mode="create_savepoint")


@pytest.fixture
def sessions(connection: Connection) -> Sessions:
    """The owner's, in the test's transaction."""
    return sessions_on(connection)


@pytest.fixture
def db(sessions: Sessions) -> Iterator[Session]:
    with sessions() as session:
        yield session


def restricted(connection: Connection, role: str) -> Sessions:
    """Sessions of the test's transaction that may do what a process of this role may, in the scope of its request."""
    sessions = sessions_on(connection)

    def take_role(_session: Session, _transaction: SessionTransaction, taken: Connection) -> None:
        settings = ("role", role, scope.SETTING, scope.current())
        taken.exec_driver_sql("SELECT set_config(%s, %s, true), set_config(%s, %s, true)", settings)

    def leave_role(_session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            connection.exec_driver_sql("SET LOCAL role = none")

    event.listen(sessions, "after_begin", take_role)
    event.listen(sessions, "after_transaction_end", leave_role)
    return sessions


@contextmanager
def sessions_of(address: str, role: str = "") -> Iterator[Sessions]:
    """Sessions that commit, with the rights of a process of this role, or of the owner."""
    url = make_url(address).set(username=role) if role else make_url(address)
    engine = make_engine(url.render_as_string(hide_password=False), pool_size=20, scoped=role == API)
    yield make_sessions(engine)
    engine.dispose()


@contextmanager
def of_worker(owners: Sessions) -> Iterator[Sessions]:
    """Sessions that commit in the same database with the rights of a worker: for activities, beside the owner's."""
    address = owners.kw["bind"].url.render_as_string(hide_password=False)
    with sessions_of(address, WORKER) as sessions:
        yield sessions
