"""Deletes personal data whose time is over, by the policy (`domain.retention`), a few rows at a time."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import CursorResult, Date, Delete, Table, delete, select, tuple_
from sqlalchemy.orm import Session, sessionmaker

from domain.brakes import REMEMBERED
from domain.calendar import day_of
from domain.errors import Invalid
from domain.retention import RetentionPolicy
from storage.tables import Base

AT_ONCE: Final = 5_000
# All that can be deleted at all, with the column that its days count from: a policy's file says how long, never what.
COUNTED_FROM: Final[Mapping[str, str]] = {
    "record_views": "day",
    "mark_previews": "expires_at",
    "roster_previews": "expires_at",
    "sign_in_attempts": "attempted_at",
    "account_sessions": "expires_at",
    "known_devices": "seen_at",
    "account_links": "expires_at",
    "api_tokens": "expires_at",
    "notices": "created_at",
    "mails": "closed_at",
    "last_looks": "looked_at",
}
# The brakes at the door count what failed in this time.
_LEAST: Final = {"sign_in_attempts": REMEMBERED.days}


def require_complete(policy: RetentionPolicy) -> None:
    """Raises Invalid for a policy that forgets a table, or deletes what may not go, or too early."""
    forgotten = set(Base.metadata.tables) - set(policy.by_table) - policy.impersonal
    unknown = (set(policy.by_table) | policy.impersonal) - set(Base.metadata.tables)
    never = set(policy.deleted) - set(COUNTED_FROM)
    early = {table for table, least in _LEAST.items() if policy.deleted.get(table, least) < least}
    for tables, trouble in (
        (forgotten, "not named"),
        (unknown, "no such table"),
        (never, "must not be deleted"),
        (early, "deleted while still needed"),
    ):
        if tables:
            raise Invalid(f"{policy.version}: {', '.join(sorted(tables))}: {trouble}")


def sweep(sessions: sessionmaker[Session], policy: RetentionPolicy, at: datetime) -> int:
    """Delete all whose time is over; returns how much that was. Interrupted, the next sweep goes on with the rest."""
    tables = ((Base.metadata.tables[name], days) for name, days in policy.deleted.items())
    return sum(_sweep_table(sessions, table, at - timedelta(days=days)) for table, days in tables)


def _sweep_table(sessions: sessionmaker[Session], table: Table, before: datetime) -> int:
    gone, statement = 0, _oldest_of(table, before)
    while True:
        with sessions.begin() as session:
            result = session.execute(statement)
        found = result.rowcount if isinstance(result, CursorResult) else 0
        gone += found
        if found < AT_ONCE:
            return gone


def _oldest_of(table: Table, before: datetime) -> Delete:
    key, since = tuple_(*table.primary_key.columns), table.columns[COUNTED_FROM[table.name]]
    limit = day_of(before) if isinstance(since.type, Date) else before
    return delete(table).where(key.in_(select(*table.primary_key.columns).where(since < limit).limit(AT_ONCE)))
