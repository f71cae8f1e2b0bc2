"""A clock that stands still where the test looks, while the servers that run beside it keep the real one."""

import asyncio
import time
from collections.abc import Callable

from freezegun import freeze_time

__all__ = ["freeze_time"]


def _own_time(_: asyncio.BaseEventLoop, monotonic: Callable[[], float] = time.monotonic) -> float:
    return monotonic()


# A server in another thread that asked the frozen clock when to wake up next would sleep for years, and the run with
# it. Freezegun's `real_asyncio` comes too late: it first replaces the clock in every module, which takes a while.
asyncio.BaseEventLoop.time = _own_time  # type: ignore[assignment, method-assign]
