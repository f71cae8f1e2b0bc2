"""Whose turn it is to have a file verified: strangers wait for each other, never the people who work here for them."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Final, TypeVar

from api.errors import Unavailable

Answer = TypeVar("Answer")
WAITING: Final = 12  # a file takes about a second, and half a minute at most
OF_ONE: Final = 4  # from one network: many of a school may look at the same time


class Turns:
    """One after the other, in a thread of their own: the verifying process takes one file at a time anyway."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, "verifying")
        self._waiting: Counter[str] = Counter()  # by network; touched on the event loop only

    async def take(self, network: str, work: Callable[[], Answer]) -> Answer:
        """Raises Unavailable when too many wait already."""
        if self._waiting.total() >= WAITING or self._waiting[network] >= OF_ONE:
            raise Unavailable
        self._waiting[network] += 1
        try:
            # Whose rows it may read is the request's (storage.scope), and a thread of another pool does not know of it.
            return await asyncio.get_running_loop().run_in_executor(self._thread, copy_context().run, work)
        finally:
            self._waiting[network] -= 1
            self._waiting += Counter()  # those that wait for nothing are forgotten
