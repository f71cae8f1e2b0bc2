"""A Python part of hocba as the storm starts it: `python -m tests.chaos.part worker|signer|api|authority`.

It is the part itself. Beside it: sleeping in spite of a shifted clock, and, for the interface, crashes at named points.
"""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

from config.process import importing

with importing():
    from sqlalchemy import Connection, Engine, event
    from sqlalchemy.engine.interfaces import DBAPIConnection
    from sqlalchemy.pool import ConnectionPoolEntry, Pool

    from worker.crash import crash_if_asked

if "FAKETIME_TIMESTAMP_FILE" in os.environ:
    # libfaketime 0.9.10 answers EINVAL to clock_nanosleep(2) with an absolute time, which Python's sleep uses.
    # The processes of the paper pool import this module, too.
    def sleep(seconds: float) -> None:
        Event().wait(seconds)

    time.sleep = sleep  # type: ignore[assignment]

WROTE, COMMITTED = "chaos_wrote", "chaos_committed"


def crash_at_statements(request: Path) -> None:
    """`api INSERT signing_orders before` (or `after`): around the commit of a transaction that did so."""

    def note(connection: Connection, _cursor: object, statement: str, *_: Any) -> None:  # noqa: ANN401
        verb, *rest = statement.split(None, 3)
        if verb in {"INSERT", "UPDATE"}:
            connection.info.setdefault(WROTE, set()).add(f"{verb} {rest[1] if verb == 'INSERT' else rest[0]}")

    def about_to_commit(connection: Connection) -> None:
        connection.info[COMMITTED] = wrote = connection.info.pop(WROTE, set())
        for each in wrote:
            crash_if_asked(request, "api", f"{each} before")

    def given_back(_connection: DBAPIConnection | None, entry: ConnectionPoolEntry) -> None:
        entry.info.pop(WROTE, None)
        for each in entry.info.pop(COMMITTED, ()):
            crash_if_asked(request, "api", f"{each} after")

    event.listen(Engine, "before_cursor_execute", note)
    event.listen(Engine, "commit", about_to_commit)
    event.listen(Pool, "checkin", given_back)


def _api() -> None:
    with importing():
        from api.running import serve  # noqa: PLC0415 - each part imports its own
        from config.settings import Settings  # noqa: PLC0415

    settings = Settings()
    if settings.crash_file:
        crash_at_statements(settings.crash_file)
    asyncio.run(serve(settings))


def _worker() -> None:
    from worker.__main__ import main  # noqa: PLC0415

    main()


def _authority() -> None:
    with importing():
        from cli.authority import main  # noqa: PLC0415

    main()


def main() -> None:
    name = sys.argv.pop(1)
    parts: dict[str, Callable[[], None]] = {
        "api": _api,
        "worker": _worker,
        "signer": _worker,
        "authority": _authority,
    }
    parts[name]()


if __name__ == "__main__":  # processes of the paper pool import this module again
    main()
