"""Clears away what verified documents leave behind: not while one is read, and not after each."""

import gc

from config.process import keep_memory

_MOST_BYTES = 32 << 20


class Litter:
    """For a process that verifies document after document, and does nothing else with so many objects.

    A document's objects live until its answer is given: looking for garbage meanwhile is a fifth of the time. What is
    left of an ordinary one afterwards is little; one that was made to swell is cleared away before the next.
    """

    def __init__(self) -> None:
        gc.disable()
        gc.freeze()
        keep_memory()
        self._bytes = 0

    def left(self, size: int, *, is_ordinary: bool) -> None:
        """A document of `size` bytes was verified; an ordinary one was found valid."""
        self._bytes += size
        if self._bytes > _MOST_BYTES or not is_ordinary:
            gc.collect()
            self._bytes = 0
