"""One moment of database and workflow state, taken while people work and without holding anybody up.

A workflow writes by activities: one is begun in Temporal, takes effect in the database, is ended in Temporal. So both
must be seen at the same moment. Temporal's file is read between two looks at the database; if nobody committed between
them, the database was at the moment of the file what it was at the first look. Else it is tried again.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg
from psycopg import IsolationLevel

from cli.trouble import Trouble

PATIENCE_SECONDS: Final = 60.0
_BUSY_SECONDS: Final = 5.0
# Which transactions have committed: two looks that say the same saw the same rows.
_LOOK: Final = "SELECT pg_current_snapshot()::text"


@dataclass(frozen=True)
class Moment:
    """Open as long as somebody reads: a transaction whose snapshot others share by its name, and Temporal's file."""

    database: psycopg.Connection[tuple[str, ...]]
    snapshot: str
    temporal: sqlite3.Connection
    tries: int
    seconds: float  # for which the database had to stand still, and did

    def copy_temporal(self, target: Path) -> None:
        """Temporal's file as it was, in one file by itself; afterwards it is let go."""
        with closing(sqlite3.connect(target)) as copy:
            self.temporal.backup(copy)
        self.temporal.execute("ROLLBACK")


@contextmanager
def one_moment(dsn: str, temporal_file: Path, patience: float = PATIENCE_SECONDS) -> Iterator[Moment]:
    """Raises Trouble when the database was never still in time."""
    uri = f"{temporal_file.absolute().as_uri()}?mode=ro"
    with (
        psycopg.connect(dsn, autocommit=True) as watching,
        psycopg.connect(dsn) as database,
        closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=_BUSY_SECONDS)) as temporal,
    ):
        database.isolation_level = IsolationLevel.REPEATABLE_READ
        database.read_only = True
        _read(temporal)  # so that nothing is opened for the first time while it counts
        yield _found(database, watching, temporal, patience)


def _found(
    database: psycopg.Connection[tuple[str, ...]],
    watching: psycopg.Connection[tuple[str, ...]],
    temporal: sqlite3.Connection,
    patience: float,
) -> Moment:
    tries, limit = 1, time.monotonic() + patience
    while True:
        began = time.perf_counter()
        before = _one(database, _LOOK)
        temporal.execute("BEGIN")
        _read(temporal)
        after, seconds = _one(watching, _LOOK), time.perf_counter() - began
        if before == after:
            return Moment(database, _one(database, "SELECT pg_export_snapshot()"), temporal, tries, seconds)
        temporal.execute("ROLLBACK")
        database.rollback()
        if time.monotonic() > limit:
            raise Trouble(f"The database never stood still for {seconds * 1000:.1f} ms; try when less is going on.")
        tries += 1


def _read(temporal: sqlite3.Connection) -> None:
    """In a transaction, what is read first fixes what all else will see (SQLite, "Isolation")."""
    temporal.execute("SELECT count(*) FROM sqlite_schema").fetchone()


def _one(connection: psycopg.Connection[tuple[str, ...]], query: str) -> str:
    row = connection.execute(query).fetchone()
    if row is None:
        raise RuntimeError(query)
    return row[0]
