"""Kills this worker or another part at a named point, once, when a demo or a test asked for it: nothing is done twice.

The request is a file that holds an activity's name and a point of it: `after` its work is committed but before its
completion is reported, the number of a heartbeat, or `commit N`: just before its Nth commit, when everything before is
done and its row is not there yet. With `> FILE` behind it, the record of another part (`run/*.pid`), that part dies
just here with all its processes, and this one goes on. Several lines are several requests. A line is removed before
the kill, and with the last one the file, so the next run goes through.
"""

import os
import signal
import threading
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from sqlalchemy import Connection, Engine, event
from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

AFTER = "after"


@dataclass
class _UnderWay:
    """The activity that runs in this context, and how often it was about to commit."""

    request: Path
    name: str
    commits: int = 0


_under_way: ContextVar[_UnderWay | None] = ContextVar("activity_under_way", default=None)


class CrashInterceptor(Interceptor):
    def __init__(self, request: Path) -> None:
        self._request = request
        if not event.contains(Engine, "commit", _about_to_commit):
            event.listen(Engine, "commit", _about_to_commit)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Inbound(next, self._request)


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, request: Path) -> None:  # noqa: A002
        super().__init__(next)
        self._request = request

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self._request))

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        name = activity.info().activity_type
        _under_way.set(_UnderWay(self._request, name))  # this activity's threads have it, too
        result = await super().execute_activity(input)
        crash_if_asked(self._request, name, AFTER)
        return result


class _Outbound(ActivityOutboundInterceptor):
    def __init__(self, next: ActivityOutboundInterceptor, request: Path) -> None:  # noqa: A002
        super().__init__(next)
        self._request = request

    def heartbeat(self, *details: Any) -> None:  # noqa: ANN401
        super().heartbeat(*details)
        crash_if_asked(self._request, activity.info().activity_type, str(details[0] if details else ""))


def _about_to_commit(_connection: Connection) -> None:
    under_way = _under_way.get()
    if under_way is not None:
        under_way.commits += 1
        crash_if_asked(under_way.request, under_way.name, f"commit {under_way.commits}")


def crash_if_asked(request: Path, name: str, point: str) -> None:
    """End this process, or the part that is asked for, as a power cut would, if the request names this very point."""
    try:
        lines = request.read_text().splitlines()
    except FileNotFoundError:
        return
    for line in lines:
        asked, _, victim = line.partition(" > ")
        if asked.split() == [name, *point.split()]:
            _take(request, [each for each in lines if each != line])
            _kill(Path(victim) if victim else None)


def _take(request: Path, left: list[str]) -> None:
    """Whoever looks at the request meanwhile sees the old one or what is left of it."""
    if left:
        fresh = request.with_suffix(f".{os.getpid()}-{threading.get_ident()}")  # several may be at a point at once
        fresh.write_text("\n".join(left))
        fresh.replace(request)
    else:
        request.unlink(missing_ok=True)


def _kill(record: Path | None) -> None:
    """A part first and then its processes, so that it cannot begin them anew; one that is dead already stays so."""
    if record is None:
        os.kill(os.getpid(), signal.SIGKILL)
        return
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        part = psutil.Process(int(record.read_text().split()[0]))
        for each in (part, *part.children(recursive=True)):
            with suppress(psutil.Error):
                each.kill()
