"""PostgreSQL: whether it answers, its tables, its clock; and by what it holds, the work that should be done by now."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy.exc import OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from cli.checks import work
from cli.checks.finding import Finding, State, fine, watch, wrong
from config.settings import Settings
from storage import health
from storage.migrate import FOLDER

SKEW: Final = 5.0  # seconds; the time stamps of what follows one another would no longer do so
FAR_OFF: Final = 60.0


async def examine(settings: Settings) -> list[Finding]:
    return await asyncio.to_thread(_examine, settings)


def _examine(settings: Settings) -> list[Finding]:
    url = settings.database_url.replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_engine(
        url, poolclass=NullPool, isolation_level="AUTOCOMMIT", hide_parameters=True, connect_args={"connect_timeout": 5}
    )
    try:
        with engine.connect() as connection:
            version = connection.dialect.server_version_info or (0,)
            answers = fine("PostgreSQL", f"version {version[0]} answers")
            shape = _form(connection)
            is_older = shape.state is State.WRONG
            found = [answers, shape, *_of_session(Session(connection), settings, is_older=is_older)]
    except OperationalError:
        start = "start it: 'make run', or the service that HOCBA_DATABASE_URL names; read its log"
        found = [wrong("PostgreSQL", "does not answer", start)]
    engine.dispose()
    return found


def _form(connection: Connection) -> Finding:
    try:
        applied = set(MigrationContext.configure(connection).get_current_heads())
    except ProgrammingError:
        return watch(
            "tables", "only their owner can tell their form", "run this with the owner in HOCBA_DATABASE_URL, too"
        )
    return tables(applied, set(ScriptDirectory(str(FOLDER)).get_heads()))


def tables(applied: set[str], newest: set[str]) -> Finding:
    if applied == newest:
        return fine("tables", "have the newest form")
    return wrong("tables", "are not in the newest form", "run 'hocba migrate', then start hocba again")


def _of_session(session: Session, settings: Settings, *, is_older: bool) -> Iterator[Finding]:
    yield database_clock(session, datetime.now(UTC))
    if is_older:
        return
    try:
        yield from work.examine(session, settings, datetime.now(UTC))
    except ProgrammingError:
        yield wrong(
            "work", "cannot be read by this database role", "name the role of the workers in HOCBA_DATABASE_URL"
        )


def database_clock(session: Session, now: datetime) -> Finding:
    return clock("database's clock", (health.clock(session) - now).total_seconds())


def clock(subject: str, skew: float) -> Finding:
    """`skew` in seconds: the other clock less ours."""
    said = f"is {abs(skew):.1f} s {'ahead of' if skew > 0 else 'behind'} this machine's"
    advice = "have both machines keep time by NTP (chrony, systemd-timesyncd): signatures and deadlines go by it"
    if abs(skew) >= FAR_OFF:
        return wrong(subject, said, advice)
    return watch(subject, said, advice) if abs(skew) >= SKEW else fine(subject, said)
