"""Kills this worker at a named point, once, when a demo or a test asked for it; the proof that nothing is done twice.

The request is a file holding `ACTIVITY after` or `ACTIVITY N`: after the activity's work is committed but before its
completion is reported, or at its Nth heartbeat. The file is removed before the kill, so the next run goes through.
"""

import os
import signal
from pathlib import Path
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)

AFTER = "after"


class CrashInterceptor(Interceptor):
    def __init__(self, request: Path) -> None:
        self._request = request

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Inbound(next, self._request)


class _Inbound(ActivityInboundInterceptor):
    def __init__(self, next: ActivityInboundInterceptor, request: Path) -> None:  # noqa: A002
        super().__init__(next)
        self._request = request

    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        super().init(_Outbound(outbound, self._request))

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        result = await super().execute_activity(input)
        crash_if_asked(self._request, activity.info().activity_type, AFTER)
        return result


class _Outbound(ActivityOutboundInterceptor):
    def __init__(self, next: ActivityOutboundInterceptor, request: Path) -> None:  # noqa: A002
        super().__init__(next)
        self._request = request

    def heartbeat(self, *details: Any) -> None:  # noqa: ANN401
        super().heartbeat(*details)
        crash_if_asked(self._request, activity.info().activity_type, str(details[0] if details else ""))


def crash_if_asked(request: Path, name: str, point: str) -> None:
    """End this process as a power cut would, if the request names this very point."""
    try:
        asked = request.read_text().split()
    except FileNotFoundError:
        return
    if asked == [name, point]:
        request.unlink()
        os.kill(os.getpid(), signal.SIGKILL)
