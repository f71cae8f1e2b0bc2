"""Beats for every activity whose caller listens for heartbeats: a worker that dies is noticed by its silence.

The activity itself reports where it stands; in between, its newest report is said again.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.worker import (
    ActivityInboundInterceptor,
    ActivityOutboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
)


class BeatingInterceptor(Interceptor):
    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Inbound(next)


class _Inbound(ActivityInboundInterceptor):
    def init(self, outbound: ActivityOutboundInterceptor) -> None:
        self._reports = _Outbound(outbound)
        super().init(self._reports)

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        listening = activity.info().heartbeat_timeout
        beating = asyncio.create_task(self._reports.repeat(listening / 3)) if listening else None
        try:
            return await super().execute_activity(input)
        finally:
            if beating:
                beating.cancel()


class _Outbound(ActivityOutboundInterceptor):
    def __init__(self, next: ActivityOutboundInterceptor) -> None:  # noqa: A002
        super().__init__(next)
        self._newest: tuple[Any, ...] | None = None

    def heartbeat(self, *details: Any) -> None:  # noqa: ANN401
        self._newest = details
        super().heartbeat(*details)

    async def repeat(self, every: timedelta) -> None:
        while True:
            await asyncio.sleep(every.total_seconds())
            # A later attempt goes on from what an earlier one reported, until this one has got somewhere.
            super().heartbeat(*(activity.info().heartbeat_details if self._newest is None else self._newest))
