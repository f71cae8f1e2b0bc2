"""Kills this worker or another part at a named point, once, when a demo or a test asked for it: nothing is done twice.

The request is a file that holds an activity's name and a point of it: `after` its work is committed but before its
completion is reported, the number of a heartbeat, or `commit N`: just before its Nth commit, when everything before is
done and its row is not there yet. The file is removed before the kill, so the next run goes through. A second line
names the record of another part (`run/*.pid`): that part dies with all its processes, just here, and this one goes on.
"""

import os
import signal
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
        asked, _, victim = request.read_text().partition("\n")
    except FileNotFoundError:
        return
    if asked.split() == [name, *point.split()]:
        request.unlink(missing_ok=True)
        if victim:
            _kill_part(Path(victim))
        else:
            os.kill(os.getpid(), signal.SIGKILL)


def _kill_part(record: Path) -> None:
    """The part itself first, so that it cannot begin its processes anew; one that is dead already stays so."""
    with suppress(OSError, ValueError, IndexError, psutil.Error):
        part = psutil.Process(int(record.read_text().split()[0]))
        children = part.children(recursive=True)
        for each in (part, *children):
            with suppress(psutil.Error):
                each.kill()
