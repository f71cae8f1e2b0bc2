"""Reads names, references, hex strings and plain arrays at once, where pyHanko reads them byte by byte.

Half the time of reading a sealed record went into its signatures, which are hex strings, and the widths of its letters.
These functions stand in the place of pyHanko's own for all that read through this process: nothing of pyHanko lets a
reader choose. They take the plainest spellings only, which can be read in one way; all others are left to pyHanko.
"""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    ByteStringObject,
    ContentOpReading,
    Dereferenceable,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
    pdf_string,
)

_HEX = re.compile(rb"<([0-9A-Fa-f]*+)>")
# Printable, without delimiters and escapes; behind it white space or a delimiter.
_NAME = re.compile(rb"""/([!"$&'*-.0-;=?-Z\\^-z|~]*)(?=[\x00\t\n\x0c\r ()<>\[\]{}/%])""")
_REFERENCE = re.compile(rb"([1-9][0-9]*)[\n ]([0-9]+)[\n ]R")
# No group is possessive: Python before 3.11.5 goes on from within a repetition that failed (gh-106052). What ends a
# word is looked ahead to, so that there is one way to read it, and a long array that is none is given up at once.
_NUMBERS = re.compile(rb"\[((?:[\n ]*[+-]?[0-9]+(?:\.[0-9]+)?(?=[\n \]]))*)[\n ]*\]")
_REFERENCES = re.compile(rb"\[((?:[\n ]*[1-9][0-9]*[\n ][0-9]+[\n ]R(?=[\n \]]))+)[\n ]*\]")
_SKIPPED = frozenset({b"", b"\x00", b"\t", b"\n", b"\x0c", b"\r", b" ", b"%"})
_own_byte, _own_hex = generic.read_non_whitespace, generic.read_hex_string_from_stream  # type: ignore[attr-defined]
_own_name = NameObject.read_from_stream
_own_reference, _own_array = IndirectObject.read_from_stream, ArrayObject.read_from_stream


def _matched(expression: re.Pattern[bytes], stream: IO[bytes]) -> re.Match[bytes] | None:
    """What stands at the stream's place, which is moved behind it."""
    found = expression.match(stream.getvalue(), stream.tell()) if isinstance(stream, io.BytesIO) else None
    if found:
        stream.seek(found.end())
    return found


def _read_byte(stream: IO[bytes], seek_back: bool = False, allow_eof: bool = False) -> bytes:  # noqa: FBT001, FBT002 - pyHanko's signature
    byte = stream.read(1)
    if seek_back or byte in _SKIPPED:
        stream.seek(-len(byte), io.SEEK_CUR)
        own: bytes = _own_byte(stream, seek_back, allow_eof)  # type: ignore[no-untyped-call]
        return own
    return byte


def _read_hex(stream: IO[bytes]) -> ByteStringObject | TextStringObject:
    start, found = stream.tell(), _matched(_HEX, stream)
    if found and len(found[1]) % 2 == 0:
        return pdf_string(bytes.fromhex(found[1].decode()))
    stream.seek(start)
    return _own_hex(stream)


def _read_name(stream: IO[bytes]) -> NameObject:
    found = _matched(_NAME, stream)
    return NameObject("/" + found[1].decode()) if found else _own_name(stream)  # type: ignore[no-untyped-call]


def _read_reference(stream: IO[bytes], container_ref: Dereferenceable) -> IndirectObject:
    found = _matched(_REFERENCE, stream)
    if found is None:
        own: IndirectObject = _own_reference(stream, container_ref)
        return own
    return IndirectObject(int(found[1]), int(found[2]), container_ref.get_pdf_handler())  # type: ignore[no-untyped-call]


def _read_array(
    stream: IO[bytes], container_ref: Dereferenceable, in_content_stream: ContentOpReading = ContentOpReading.NO
) -> ArrayObject:
    read = _numbers(stream)
    if read is None and in_content_stream is ContentOpReading.NO:
        read = _references(stream, container_ref)
    if read is None:
        own: ArrayObject = _own_array(stream, container_ref, in_content_stream)
        return own
    for each in list.__iter__(read):
        each.container_ref = container_ref
    return read


def _numbers(stream: IO[bytes]) -> ArrayObject | None:
    found = _matched(_NUMBERS, stream)
    return None if found is None else ArrayObject(map(_number, found[1].split()))


def _references(stream: IO[bytes], container_ref: Dereferenceable) -> ArrayObject | None:
    found = _matched(_REFERENCES, stream)
    if found is None:
        return None
    words, pdf = found[1].split(), container_ref.get_pdf_handler()  # type: ignore[no-untyped-call]
    pairs = zip(map(int, words[::3]), map(int, words[1::3]), strict=True)
    return ArrayObject(IndirectObject(number, generation, pdf) for number, generation in pairs)  # type: ignore[no-untyped-call]


def _number(token: bytes) -> FloatObject | NumberObject:
    # Not by NumberObject's own constructor, which makes an int of an int.
    return FloatObject(token.decode()) if b"." in token else int.__new__(NumberObject, token)  # type: ignore[no-untyped-call]


_PLACES = (
    (generic, "read_non_whitespace", _read_byte, _own_byte),
    (generic, "read_hex_string_from_stream", _read_hex, _own_hex),
    (NameObject, "read_from_stream", staticmethod(_read_name), staticmethod(_own_name)),
    (IndirectObject, "read_from_stream", staticmethod(_read_reference), staticmethod(_own_reference)),
    (ArrayObject, "read_from_stream", staticmethod(_read_array), staticmethod(_own_array)),
)


def _install() -> None:
    for owner, name, quick, _ in _PLACES:
        setattr(owner, name, quick)


@contextmanager
def byte_by_byte() -> Iterator[None]:
    """PyHanko as it comes, to hold ours against it."""
    for owner, name, _, own in _PLACES:
        setattr(owner, name, own)
    try:
        yield
    finally:
        _install()


_install()
