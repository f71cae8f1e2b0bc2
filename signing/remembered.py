"""What was once found out about certificates and answers, for the documents that follow with the same ones.

Nothing is kept but results of functions that depend on nothing else than what the key says. A key is the SHA-256 over
all of it, so that the finding of one document never stands for another that differs in a byte of what it rests on.
Of the moment it says the stretch of time in which nothing begins or ends (`signing.eras`).
"""

import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import local
from typing import Any, TypeVar

T = TypeVar("T")
_MOST = 2_000


def key_of(*parts: bytes | str | int | None) -> bytes:
    """SHA-256 over the parts, each with its kind and length: no two sequences of parts share one."""
    return hashlib.sha256(b"".join(map(_framed, parts))).digest()


def _framed(part: bytes | str | int | None) -> bytes:
    if isinstance(part, bytes):
        return b"b%d %b" % (len(part), part)
    data = str(part).encode()
    return b"%b %d %b" % (type(part).__name__.encode(), len(data), data)


class Remembered(local):
    """The last results, by key. Each thread has its own: asn1crypto parses what it has read as it is looked at."""

    def __init__(self, most: int = _MOST) -> None:
        self._most, self._found = most, OrderedDict[tuple[str, bytes], Any]()

    def get(self, kind: str, key: bytes, make: Callable[[], T]) -> T:
        """What was made of this kind for this key, made now if need be; nothing is kept of what raises."""
        place = (kind, key)
        if place in self._found:
            self._found.move_to_end(place)
        else:
            self._found[place] = make()
            if len(self._found) > self._most:
                self._found.popitem(last=False)
        found: T = self._found[place]
        return found

    def has(self, kind: str, key: bytes) -> bool:
        return (kind, key) in self._found

    def clear(self) -> None:
        self._found.clear()


remembered = Remembered()
