"""A paper as this system writes it, read just as far as its next signature needs.

`documents.compact` and `signing.appending` write in one spelling each, so what they wrote is recognised as a whole and
need not be parsed. Whatever is spelled otherwise, by a tool that a signer used elsewhere or by an earlier hocba, is
Unusual here and left to pyHanko.
"""

import re
import struct
import zlib
from dataclasses import dataclass
from typing import Final

from signing.archival import MAX_BYTES
from signing.fields import FieldState

_START = re.compile(rb"\nstartxref\n(\d+)\n%%EOF\n\Z")
_ID = rb"(\([\w+/=]*\)|<[0-9a-f]*>)"
_SECTION = re.compile(
    rb"\d+ 0 obj\n<</Type/XRef/W\[1 4 2\](?:/Index\[([\d ]+)\])?/Size (\d+)/Root (\d+) 0 R/Info (\d+) 0 R/ID\["
    + _ID * 2
    + rb"\](?:/Prev (\d+))?(/Filter/FlateDecode)?/Length (\d+)>>\nstream\n"
)
_OBJECTS = re.compile(rb"/Type/ObjStm/N \d+/First (\d+)/Filter/FlateDecode/Length (\d+)>>\nstream\n")
_FORM_OF = re.compile(rb"/AcroForm (\d+) 0 R")
_FORM = re.compile(rb"<</Fields\[((?:\d+ 0 R ?)+)\]/SigFlags 3/DR<</Font<<(/[\w-]+) (\d+) 0 R>>>>>>")
_FIELD = re.compile(
    rb"(<</Type/Annot/Subtype/Widget/FT/Sig/T\(([\w:.-]+)\)/TU<FEFF[0-9A-F]*>/F 132/Rect\[(\d+) (\d+) (\d+) (\d+)\]"
    rb"/P \d+ 0 R/AP<</N )\d+( 0 R>>(?:/Lock (\d+) 0 R)?)(/V \d+ 0 R)?>>"
)
_LOCK: Final = b"<</Type/SigFieldLock/Action/All/P 1>>"
ROW: Final = struct.Struct(">BIH")  # of a cross-reference stream: kind, place, generation or index
IN_FILE, _IN_STREAM = 1, 2
_MOST_UNPACKED = 5_000_000


class Unusual(Exception):
    """Written otherwise than this system writes."""


@dataclass(frozen=True)
class _Section:
    """One cross-reference stream: rows of the objects (first, number of) in `runs`."""

    rows: bytes
    runs: tuple[tuple[int, int], ...]

    def at(self, number: int) -> tuple[int, int, int] | None:
        before = 0
        for first, count in self.runs:
            if first <= number < first + count:
                kind, where, extra = ROW.unpack_from(self.rows, (before + number - first) * ROW.size)
                return kind, where, extra
            before += count
        return None


@dataclass(frozen=True)
class OwnField:
    """A signature field: `head` and `tail` stand around its appearance; `width` and `height` are points."""

    number: int
    name: str
    head: bytes
    tail: bytes
    width: int
    height: int
    is_locking: bool
    is_signed: bool


class OwnPaper:
    """`catalogue` is the object's dictionary as it stands, `identity` names the first revision (/ID).

    `size` is one more than the highest number of an object, `start` where the newest cross-references begin; `fields`
    are in signing order.
    """

    def __init__(self, pdf: bytes) -> None:
        """Raises Unusual."""
        self.pdf = pdf
        self._streams: dict[int, tuple[bytes, int, list[int]]] = {}
        if len(pdf) > MAX_BYTES:
            raise Unusual
        try:
            self._read()
        except (ValueError, IndexError, struct.error) as error:
            raise Unusual from error

    def _read(self) -> None:
        pdf = self.pdf
        self.start = _number(_START.search(pdf[-64:]))
        newest = _SECTION.match(pdf, self.start)
        if newest is None:
            raise Unusual
        self.size, self.root, self.info, self.identity = int(newest[2]), int(newest[3]), int(newest[4]), newest[5]
        self._sections = tuple(_sections(pdf, self.start))
        self.catalogue = self._body(self.root)
        form = _FORM.fullmatch(self._body(_number(_FORM_OF.search(self.catalogue))))
        if form is None:
            raise Unusual
        self.font_name, self.font = form[2].decode(), int(form[3])
        self.fields = tuple(self._field(int(number)) for number in form[1].split()[::3])

    @property
    def states(self) -> list[FieldState]:
        return [FieldState(field.name, field.is_signed) for field in self.fields]

    def _field(self, number: int) -> OwnField:
        found = _FIELD.fullmatch(self._body(number))
        if found is None or (found[8] and self._body(int(found[8])) != _LOCK):
            raise Unusual
        left, low, right, high = (int(found[at]) for at in range(3, 7))
        return OwnField(
            number=number,
            name=found[2].decode(),
            head=found[1],
            tail=found[7],
            width=right - left,
            height=high - low,
            is_locking=found[8] is not None,
            is_signed=found[9] is not None,
        )

    def _body(self, number: int) -> bytes:
        """What stands between `obj` and `endobj` of a dictionary, in its newest revision."""
        kind, where, extra = next((row for each in self._sections if (row := each.at(number))), (0, 0, 0))
        if kind == _IN_STREAM:
            return self._packed(number, where, extra)
        head = b"%d 0 obj\n" % number
        end = self.pdf.find(b"\nendobj\n", where)
        if kind != IN_FILE or not self.pdf.startswith(head, where) or end < 0:
            raise Unusual
        return self.pdf[where + len(head) : end]

    def _packed(self, number: int, stream: int, at: int) -> bytes:
        if stream not in self._streams:
            self._streams[stream] = self._opened(stream)
        data, first, index = self._streams[stream]
        if index[2 * at : 2 * at + 1] != [number]:
            raise Unusual
        end = first + index[2 * at + 3] - 1 if 2 * at + 3 < len(index) else len(data)
        return data[first + index[2 * at + 1] : end]

    def _opened(self, number: int) -> tuple[bytes, int, list[int]]:
        """Content of an object stream, where its first object starts, and its index (ISO 32000-1, 7.5.7)."""
        kind, where, _ = self._sections[-1].at(number) or (0, 0, 0)
        head = b"%d 0 obj\n<<" % number
        found = _OBJECTS.match(self.pdf, where + len(head))
        if kind != IN_FILE or not self.pdf.startswith(head, where) or found is None:
            raise Unusual
        data, first = _unpacked(self.pdf[found.end() : found.end() + int(found[2])]), int(found[1])
        return data, first, [*map(int, data[:first].split())]


def _sections(pdf: bytes, start: int) -> list[_Section]:
    """The newest first."""
    found: list[_Section] = []
    at: int | None = start
    while at is not None:
        head = _SECTION.match(pdf, at)
        if head is None:
            raise Unusual
        rows = pdf[head.end() : head.end() + int(head[9])]
        index = [int(each) for each in head[1].split()] if head[1] else [0, int(head[2])]
        section = _Section(_unpacked(rows) if head[8] else rows, tuple(zip(index[::2], index[1::2], strict=True)))
        if len(section.rows) != ROW.size * sum(count for _, count in section.runs):
            raise Unusual
        found.append(section)
        before = int(head[7]) if head[7] else None
        if before is not None and before >= at:
            raise Unusual
        at = before
    return found


def _unpacked(data: bytes) -> bytes:
    opened = zlib.decompressobj()
    try:
        plain = opened.decompress(data, _MOST_UNPACKED)
    except zlib.error:
        raise Unusual from None
    if not opened.eof:
        raise Unusual
    return plain


def _number(found: re.Match[bytes] | None) -> int:
    if found is None:
        raise Unusual
    return int(found[1])
