"""Bytes that were once in order: what hypothesis does to a genuine file, and how far one looks."""

import os
from collections.abc import Callable
from typing import Any, Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

TIMES: Final = int(os.environ.get("FUZZ", "1"))  # `make fuzz` looks many times as far as the other tests
MOST_PIECES: Final = 6
# What parsers trip over: ends, lengths, signs, numbers, and names with a meaning.
ODD: Final = (
    b"", b"\0", b"\xff" * 4, b"\x00\x00\x00\x80", b"-1", b"9" * 40, b"1e999", b"\xed\xa0\x80", b"\xff\xfe",
    b"\xe2\x80\xae", b"%s%n",
    b"../../", b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"[" * 3000, b"(" * 3000, b"<a>" * 3000, b"{" * 3000,
    b"<<" * 3000, b" 0 R", b"endobj", b"PK\x03\x04", b"\r\n\r\n", b"A" * 70_000,
)  # fmt: skip


def looked_at(examples: int) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """So many inputs, and the same ones each time; with `make fuzz` many more, and others each time."""
    return settings(
        max_examples=examples * TIMES,
        derandomize=TIMES == 1,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


@st.composite
def damaged(draw: st.DrawFn, *genuine: bytes) -> bytes:
    """One of these files with some pieces changed, left out, repeated or put elsewhere."""
    data = bytearray(draw(st.sampled_from(genuine)))
    for _ in range(draw(st.integers(1, MOST_PIECES))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 1, 2, 4, 16, 200, 5000))))
        piece = bytes(data[start:end])
        new = draw(
            st.sampled_from(ODD)
            | st.binary(min_size=1, max_size=8)
            | st.just(piece * 2)
            | st.integers(0, 255).map(lambda flip, piece=piece: bytes(each ^ flip for each in piece))  # type: ignore[misc]
        )
        data[start:end] = new
    return bytes(data)
