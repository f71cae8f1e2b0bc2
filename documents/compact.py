"""Packs a Typst PDF: small objects go into compressed object streams, the cross-reference table becomes a stream.

Typst writes every tag as an object of its own, so a tagged table costs more bytes than its text. PDF 1.5 object streams
(ISO 32000-1, 7.5.7 and 7.5.8; allowed in PDF/A-2 and later) store the same objects compressed: nothing a reader sees
changes. The result depends on the input alone.
"""

import re
import struct
import zlib
from dataclasses import dataclass

_XREF_ENTRY = re.compile(rb"(\d{10}) (\d{5}) ([nf])")
_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*\Z", re.DOTALL)
# Metadata must stay uncompressed in PDF/A-1 only (ISO 19005-1, 6.7.2).
_PLAIN_METADATA = re.compile(
    rb"\d+ 0 obj\s<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\n(.*)\nendstream\s+endobj\s*", re.DOTALL
)
_PER_STREAM = 1000
_ROW = struct.Struct(">BIH")


@dataclass(frozen=True)
class _Object:
    number: int
    data: bytes  # from "N 0 obj" up to the next object


def compact(pdf: bytes) -> bytes:
    """Return the same document in fewer bytes. Raises `ValueError` if the file is not laid out as Typst lays it out."""
    trailer = _TRAILER.search(pdf)
    if trailer is None:
        raise ValueError("the PDF does not end in a trailer")
    objects = _objects(pdf, int(trailer[2]))
    packed = [one for one in objects if b"endstream" not in one.data]
    groups = [packed[start : start + _PER_STREAM] for start in range(0, len(packed), _PER_STREAM)]
    first_new = max(one.number for one in objects) + 1
    return _Writer(pdf[: _header_end(pdf)]).write(objects, groups, first_new, trailer[1])


def _header_end(pdf: bytes) -> int:
    start = re.search(rb"\d+ 0 obj", pdf)
    if start is None:
        raise ValueError("the PDF holds no object")
    return start.start()


def _objects(pdf: bytes, xref_at: int) -> list[_Object]:
    """Cut the file at the offsets of its cross-reference table."""
    section = re.match(rb"xref\s+0 (\d+)\s+", pdf[xref_at:])
    if section is None:
        raise ValueError("the PDF has no plain cross-reference table")
    entries = _XREF_ENTRY.findall(pdf, xref_at + section.end())[: int(section[1])]
    starts = sorted((int(offset), number) for number, (offset, _, kind) in enumerate(entries) if kind == b"n")
    ends = [offset for offset, _ in starts[1:]] + [xref_at]
    return [_Object(number, pdf[offset:end]) for (offset, number), end in zip(starts, ends, strict=True)]


def _body(one: _Object) -> bytes:
    head, tail = b"%d 0 obj" % one.number, one.data.rfind(b"endobj")
    if tail < 0 or not one.data.startswith(head):
        raise ValueError(f"object {one.number} is not written as Typst writes it")
    return one.data[len(head) : tail].strip()


class _Writer:
    """Writes objects one after another and remembers where each one went."""

    def __init__(self, header: bytes) -> None:
        self._out = bytearray(header)
        self._places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}

    def write(self, objects: list[_Object], groups: list[list[_Object]], first_new: int, trailer: bytes) -> bytes:
        grouped = {one.number for group in groups for one in group}
        for one in objects:
            if one.number not in grouped:
                self._write_stream(one)
        for number, group in enumerate(groups, first_new):
            self._write_object_stream(number, group)
        return self._finish(first_new + len(groups), trailer)

    def _write_stream(self, one: _Object) -> None:
        plain = _PLAIN_METADATA.fullmatch(one.data)
        if plain is not None:
            self._stream(one.number, b"/Type/Metadata/Subtype/XML", plain[1])
            return
        self._places[one.number] = (1, len(self._out), 0)
        self._out += one.data.rstrip() + b"\n"

    def _write_object_stream(self, number: int, group: list[_Object]) -> None:
        bodies = [_body(one) for one in group]
        offset, index = 0, []
        for position, (one, body) in enumerate(zip(group, bodies, strict=True)):
            self._places[one.number] = (2, number, position)
            index.append(b"%d %d" % (one.number, offset))
            offset += len(body) + 1
        head = b" ".join(index) + b"\n"
        self._stream(number, b"/Type/ObjStm/N %d/First %d" % (len(group), len(head)), head + b"\n".join(bodies))

    def _finish(self, number: int, trailer: bytes) -> bytes:
        start = len(self._out)
        self._places[number] = (1, start, 0)
        rows = [self._places.get(one, (0, 0, 65535)) for one in range(number + 1)]
        table = b"".join(_ROW.pack(*row) for row in rows)
        kept = re.sub(rb"/Size \d+", b"", trailer).strip()
        self._stream(number, b"/Type/XRef/W[1 4 2]/Size %d" % (number + 1) + kept, table)
        self._out += b"startxref\n%d\n%%%%EOF\n" % start
        return bytes(self._out)

    def _stream(self, number: int, entries: bytes, data: bytes) -> None:
        packed = zlib.compress(data)
        self._places.setdefault(number, (1, len(self._out), 0))
        self._out += b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n" % (number, entries, len(packed))
        self._out += packed + b"\nendstream\nendobj\n"
