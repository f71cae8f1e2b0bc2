"""The engine and sessions of the database."""

import time
from contextlib import AbstractContextManager

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from storage import scope

Sessions = sessionmaker[Session]
TRUSTED_SECONDS = 5.0


def make_engine(database_url: str, pool_size: int = 5, *, scoped: bool = False) -> Engine:
    """An engine for psycopg 3; `database_url` may be a plain `postgresql://` URL.

    With `scoped` each connection is told, when it is taken, whose rows it is for (`storage.scope`).
    """
    url = database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    # Errors are logged and kept in workflow histories: the values of rows must not be in them.
    engine = create_engine(url, pool_size=pool_size, max_overflow=2, hide_parameters=True)
    event.listen(engine, "checkin", _remember_use)
    event.listen(engine, "checkout", _try_if_long_unused)
    if scoped:
        event.listen(engine, "checkout", _tell_scope)
    return engine


def make_sessions(engine: Engine) -> Sessions:
    return _Sessions(engine)


class _Sessions(sessionmaker[Session]):
    """A plain session is for reading: each statement by itself, without messages to begin and end a transaction.

    At PostgreSQL's usual isolation a statement sees no more and no less for it. Whoever writes says `begin()`.
    """

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine.execution_options(isolation_level="AUTOCOMMIT"), expire_on_commit=False)
        self._writing = sessionmaker(engine, expire_on_commit=False)

    def begin(self) -> AbstractContextManager[Session]:
        return self._writing.begin()


def _remember_use(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
    entry.info["used_at"] = time.monotonic()


def _try_if_long_unused(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """SQLAlchemy's own `pool_pre_ping` asks before every use, and with several short sessions in each request half of
    all messages to the server were such questions. A connection used a moment ago is trusted.
    """
    if time.monotonic() - entry.info.get("used_at", time.monotonic()) < TRUSTED_SECONDS:
        return
    try:
        connection.cursor().execute("SELECT 1")
        connection.rollback()
    except Exception as error:
        raise DisconnectionError from error  # the pool connects anew and tries again


def _tell_scope(connection: DBAPIConnection, entry: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Once for each connection and scope: the next request is often of the same school."""
    wanted = scope.current()
    if entry.info.get(scope.SETTING) == wanted:
        return
    entry.info.pop(scope.SETTING, None)
    try:
        connection.cursor().execute("SELECT set_config(%s, %s, false)", (scope.SETTING, wanted))
        connection.commit()  # a setting made in a transaction that is rolled back is forgotten
    except Exception as error:
        raise DisconnectionError from error
    entry.info[scope.SETTING] = wanted
