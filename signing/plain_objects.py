"""Reads the dictionaries, arrays and simple values of our own documents a token at a time; pyHanko reads byte by byte.

For documents of the store on their way to a signature only: what strangers hand in is read by pyHanko alone, so that
no difference between two readers can be played on. Whatever neither Typst's packed PDF nor pyHanko writes (comments,
escaped names, strings with line ends, a key named twice) is left to pyHanko here too.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from pyhanko.pdf_utils.generic import (
    ArrayObject,
    BooleanObject,
    Dereferenceable,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    Reference,
    StreamObject,
    pdf_string,
)
from pyhanko.pdf_utils.rw_common import PdfHandler

_TOKEN = re.compile(
    rb"""[\x00\t\n\x0c\r ]*(?:
    (?: (?P<name>/[!"$&'*-.0-;=?-Z\\^-z|~]+)
      | (?P<reference>([1-9]\d*)[ ](\d+)[ ]R)
      | (?P<real>[+-]?\d*\.\d+|[+-]?\d+\.) | (?P<integer>[+-]?\d+)
      | (?P<word>true|false|null)
    ) (?=[\x00\t\n\x0c\r ()<>\[\]{}/%]|\Z)
    | (?P<open><<) | (?P<close>>>) | (?P<array>\[) | (?P<end>\])
    | \((?P<text>(?:[^()\\\r\n]|\\[0-3][0-7]{2}|\\[()\\])*)\)
    | <(?P<hex>(?:[0-9A-Fa-f]{2})*)>
    )""",
    re.VERBOSE,
)
_HEADER = re.compile(rb"[\x00\t\n\x0c\r ]*(\d+)[ ](\d+)[ ]obj\b")
_STREAM = re.compile(rb"[\x00\t\n\x0c\r ]*stream\r?\n")
_END_OF_STREAM = re.compile(rb"\s*endstream(?=\s*endobj\b)")
_END = re.compile(rb"[\x00\t\n\x0c\r ]*endobj\b")
_ESCAPE = re.compile(rb"\\([0-3][0-7]{2}|[()\\])")


class Unusual(Exception):
    """Something that pyHanko must read."""


def read_value(data: bytes, at: int, container: Dereferenceable) -> tuple[PdfObject, int]:
    """The value that begins at `at`, and where it ends. Raises Unusual."""
    found = _TOKEN.match(data, at)
    if found is None:
        raise Unusual
    value, end = _value(data, found, container)
    if isinstance(value, DictionaryObject | ArrayObject | IndirectObject):
        value.container_ref = container  # what pyHanko marks as changed when something in it changes
    return value, end


def read_indirect(data: bytes, at: int, handler: PdfHandler) -> tuple[Reference, PdfObject, int]:
    """The object whose `N G obj` begins at `at`, its reference, and where it or its stream ends. Raises Unusual."""
    head = _HEADER.match(data, at)
    if head is None:
        raise Unusual
    reference = Reference(int(head[1]), int(head[2]), handler)
    value, end = read_value(data, head.end(), reference)
    stream = _STREAM.match(data, end) if isinstance(value, DictionaryObject) else None
    if stream is None:
        closed = _END.match(data, end)
    else:
        value, end = _with_stream(value, data, stream.end())
        value.container_ref = reference
        closed = _END_OF_STREAM.match(data, end)
    if closed is None:
        raise Unusual
    return reference, value, closed.end()


def _with_stream(entries: PdfObject, data: bytes, start: int) -> tuple[StreamObject, int]:
    length = entries.get("/Length") if isinstance(entries, DictionaryObject) else None
    if not isinstance(length, NumberObject) or not 0 <= length <= len(data) - start:
        raise Unusual
    end = start + int(length)
    return StreamObject(dict(entries), encoded_data=data[start:end]), end  # type: ignore[call-overload]


def _value(data: bytes, found: re.Match[bytes], container: Dereferenceable) -> tuple[PdfObject, int]:
    kind, end = found.lastgroup or "", found.end()
    if kind in _SIMPLE:
        return _SIMPLE[kind](found[kind]), end
    if kind in _NESTED:
        return _NESTED[kind](data, end, container)
    if kind != "reference":  # a bracket that closes nothing
        raise Unusual
    handler = container.get_pdf_handler()  # type: ignore[no-untyped-call]
    return IndirectObject(int(found[3]), int(found[4]), handler), end  # type: ignore[no-untyped-call]


def _dictionary(data: bytes, at: int, container: Dereferenceable) -> tuple[PdfObject, int]:
    entries: dict[NameObject, PdfObject] = {}
    while True:
        found = _TOKEN.match(data, at)
        if found is None:
            raise Unusual
        if found.lastgroup == "close":
            return DictionaryObject(entries), found.end()  # type: ignore[no-untyped-call]
        if found.lastgroup != "name" or _name(found["name"]) in entries:
            raise Unusual
        entries[_name(found["name"])], at = read_value(data, found.end(), container)


def _array(data: bytes, at: int, container: Dereferenceable) -> tuple[PdfObject, int]:
    values = ArrayObject()
    while True:
        found = _TOKEN.match(data, at)
        if found is not None and found.lastgroup == "end":
            return values, found.end()
        value, at = read_value(data, at, container)
        values.append(value)


def _unescaped(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 8)]) if len(found[1]) > 1 else found[1]


# Names are few, the same in every document, and belong to none.
@lru_cache(maxsize=2_000)
def _name(token: bytes) -> NameObject:
    return NameObject(token.decode())


def _word(token: bytes) -> PdfObject:
    return NullObject() if token == b"null" else BooleanObject(token == b"true")  # type: ignore[no-untyped-call]


_SIMPLE: dict[str, Callable[[bytes], PdfObject]] = {
    "name": _name,
    "integer": NumberObject,
    "real": lambda token: FloatObject(token.decode()),  # type: ignore[no-untyped-call]
    "text": lambda token: pdf_string(_ESCAPE.sub(_unescaped, token)),
    "hex": lambda token: pdf_string(bytes.fromhex(token.decode())),
    "word": _word,
}
_NESTED = {"open": _dictionary, "array": _array}
