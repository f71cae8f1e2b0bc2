"""How a long-lived Python process handles its memory."""

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager

# mallopt(3) of glibc; other C libraries have no such function.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_KEPT, _ASKED = 64 * 1024 * 1024, 16 * 1024 * 1024  # bytes


def await_turn() -> None:
    """Return once whoever started this process says so, by a line on its standard input.

    Raises SystemExit if that one is gone.
    """
    if not sys.stdin.buffer.readline():
        raise SystemExit("Whoever started this process is gone.")


@contextmanager
def importing() -> Iterator[None]:
    """Around what a program loads and makes once: looking for garbage among it takes a quarter of the time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_rarely() -> None:
    """Call once everything is imported: what is loaded never needs looking at again, and cycles are few.

    A request or a paper leaves thousands of objects behind; collecting at Python's own pace costs a tenth of the time,
    and every full round over the loaded libraries stops a process for a tenth of a second.
    """
    gc.freeze()
    gc.set_threshold(50_000)


def keep_memory() -> None:
    """For a process that takes and frees megabytes with each paper: handing them back each time costs a page fault for
    every 4 KB, a twentieth of the time.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for option, value in ((_TRIM_THRESHOLD, _KEPT), (_MMAP_THRESHOLD, _KEPT), (_TOP_PAD, _ASKED)):
            mallopt(option, value)
