"""What migrations since a release do to a database, and what the release's code would do in it meanwhile."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Final, Self

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, MetaData, Table, event, text
from sqlalchemy.exc import DBAPIError

from storage import migrate
from storage.database import make_engine

RELEASED: Final = migrate.FOLDER / "RELEASED"
# Tables of which a city has millions of rows: what reads or rewrites one whole keeps people waiting.
LARGE: Final = frozenset({
    "assessments", "audit_entries", "cell_changes", "commands", "document_records", "documents", "notices",
    "order_items", "pupil_terms", "record_slots", "signatures", "term_records",
})  # fmt: skip


def releases(file: Path = RELEASED) -> dict[str, str]:
    """The last migration of each release, newest last."""
    lines = file.read_text(encoding="utf-8").splitlines()
    return dict(line.split() for line in lines if line and not line.startswith("#"))


def to(revision: str, address: str) -> None:
    """Bring a database to a revision."""
    migrate._with_connection(address, lambda config: command.upgrade(config, revision))


@dataclass(frozen=True)
class Change:
    """A statement of a migration; `excuse` is what its author says against a finding (`BESIDE_OLD_CODE`)."""

    revision: str
    statement: str
    excuse: str = ""


def changes_since(revision: str, address: str) -> list[Change]:
    """Run everything that comes after a revision, and tell what it did."""
    config = Config()
    config.set_main_option("script_location", str(migrate.FOLDER))
    script = ScriptDirectory.from_config(config)
    found: list[Change] = []
    for step in reversed(list(script.iterate_revisions("head", revision))):
        excuse = str(getattr(step.module, "BESIDE_OLD_CODE", ""))
        with _told(found, step.revision, excuse):
            to(step.revision, address)
    return found


@contextmanager
def _told(found: list[Change], revision: str, excuse: str) -> Iterator[None]:
    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        found.append(Change(revision, " ".join(statement.split()), excuse))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", note)


_TABLE: Final = r"(?:ONLY )?(?P<table>\w+)"
_RULES: Final[Mapping[str, re.Pattern[str]]] = {
    "the released code does not fill this column, and it has no default": re.compile(
        rf"ALTER TABLE {_TABLE} ADD COLUMN (?!.*\bDEFAULT\b)(?!.*GENERATED).*NOT NULL"
    ),
    "the released code still uses this column": re.compile(rf"ALTER TABLE {_TABLE} DROP COLUMN"),
    "the released code still uses this table": re.compile(rf"DROP TABLE {_TABLE}"),
    "the released code knows it by its old name": re.compile(rf"ALTER TABLE {_TABLE} RENAME"),
    "the released code writes the old type, and the table is rewritten": re.compile(
        rf"ALTER TABLE {_TABLE} ALTER COLUMN \w+ (?:SET DATA )?TYPE"
    ),
    "the released code may leave it empty": re.compile(rf"ALTER TABLE {_TABLE} ALTER COLUMN \w+ SET NOT NULL"),
}
_OF_LARGE: Final[Mapping[str, re.Pattern[str]]] = {
    "nobody writes to a large table while its index is built": re.compile(
        rf"CREATE (?:UNIQUE )?INDEX (?!CONCURRENTLY).* ON {_TABLE}"
    ),
    "a large table is read whole under a lock; add it NOT VALID, validate it in the next migration": re.compile(
        rf"ALTER TABLE {_TABLE} ADD CONSTRAINT \w+ (?:CHECK|FOREIGN KEY)(?!.*NOT VALID)"
    ),
}


def findings(changes: Iterable[Change]) -> list[str]:
    """What would disturb the code of the release; tables that are new themselves disturb nobody."""
    new: set[str] = set()
    found = []
    for change in changes:
        if made := re.match(r"CREATE TABLE (?:IF NOT EXISTS )?(\w+)", change.statement):
            new.add(made[1])
        for reason, table in _broken(change.statement):
            if table not in new and not change.excuse:
                found.append(f"{change.revision}: {reason}: {change.statement[:120]}")
    return found


def _broken(statement: str) -> Iterator[tuple[str, str]]:
    for reason, pattern in _RULES.items():
        if match := pattern.match(statement):
            yield reason, match["table"]
    for reason, pattern in _OF_LARGE.items():
        if (match := pattern.match(statement)) and match["table"] in LARGE:
            yield reason, match["table"]


class OldCode:
    """Reads and writes every table by the columns that there were: as a process does that was started before."""

    def __init__(self, address: str) -> None:
        self._engine = make_engine(address)
        tables = MetaData()
        tables.reflect(self._engine)
        self._tables = [each for name, each in tables.tables.items() if name != "alembic_version"]
        self._over, self._at_work = Event(), Event()
        self._thread = Thread(target=self._work)
        self.rounds = 0
        self.troubles: set[str] = set()

    def __enter__(self) -> Self:
        self._thread.start()
        self._at_work.wait()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self.close()

    def close(self) -> None:
        self._engine.dispose()

    def _work(self) -> None:
        while not self._over.is_set():
            # Several tables in one transaction, as people's work has it: whoever migrates gives way.
            with self._engine.connect() as connection, connection.begin() as transaction:
                self.troubles.update(self.troubles_in(connection))
                transaction.rollback()
            self.rounds += 1
            self._at_work.set()

    def troubles_in(self, connection: Connection) -> Iterator[str]:
        """What goes wrong in one round; nothing is changed."""
        connection.execute(text("SET statement_timeout = '10s'"))
        for table in self._tables:
            for statement in _statements(table):
                try:
                    with connection.begin_nested():
                        connection.execute(text(statement))
                except DBAPIError as error:
                    yield f"{table.name}: {str(error.orig).splitlines()[0]}"
            yield from self._left_empty(connection, table)

    @staticmethod
    def _left_empty(connection: Connection, table: Table) -> Iterator[str]:
        """Columns that have to be filled and that the old code does not know."""
        query = text(
            "SELECT attname FROM pg_attribute WHERE attrelid = to_regclass(:name) AND attnum > 0 AND attnotnull"
            " AND NOT atthasdef AND attidentity = '' AND attgenerated = '' AND NOT attisdropped"
        )
        known = {column.name for column in table.columns}
        needed = connection.execute(query, {"name": table.name}).scalars()
        yield from (f"{table.name}: nobody fills {name}" for name in needed if name not in known)


def _statements(table: Table) -> Iterator[str]:
    """Planned, which resolves every name and type, but not done."""
    names = [f'"{column.name}"' for column in table.columns]
    writable = [f'"{column.name}"' for column in table.columns if column.computed is None and column.identity is None]
    columns, own = ", ".join(names), ", ".join(writable)
    yield f"SELECT {columns} FROM {table.name} LIMIT 1"  # noqa: S608 -- names of tables and columns, reflected
    yield f"EXPLAIN INSERT INTO {table.name} ({own}) SELECT {own} FROM {table.name}"  # noqa: S608 -- as above
    if writable:
        same = ", ".join(f"{name} = {name}" for name in writable)
        yield f"EXPLAIN UPDATE {table.name} SET {same}"  # noqa: S608 -- as above
