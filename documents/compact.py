"""Packs a Typst PDF: small objects go into compressed object streams, the cross-reference table becomes a stream.

Typst writes every tag as an object of its own, so a tagged table costs more bytes than its text. PDF 1.5 object streams
(ISO 32000-1, 7.5.7 and 7.5.8; allowed in PDF/A-2 and later) store the same objects compressed: nothing a reader sees
changes. The result depends on the input alone.
"""

import re
import struct
import zlib
from collections.abc import Container, Sequence

from documents.pdf_objects import PdfFile, PdfObject

# Metadata must stay uncompressed in PDF/A-1 only (ISO 19005-1, 6.7.2).
_PLAIN_METADATA = re.compile(
    rb"\d+ 0 obj\s<</Length \d+/Type/Metadata/Subtype/XML>>\s*stream\n(.*)\nendstream\s+endobj\s*", re.DOTALL
)
_PER_STREAM = 1000
_LEVEL = 4  # half the time of zlib's usual 6, for 400 bytes more in a year record
_ROW = struct.Struct(">BIH")


def compact(file: PdfFile, apart: Container[int] = ()) -> bytes:
    """Return the same document in fewer bytes. Raises `ValueError` if an object is not written as Typst writes it.

    The objects whose numbers are `apart` share a stream of their own: what every signature asks for is found at once.
    """
    streams: list[PdfObject] = []
    packed: list[PdfObject] = []
    asked: list[PdfObject] = []
    for one in file.objects:
        (streams if one.has_stream else asked if one.number in apart else packed).append(one)
    groups = [packed[start : start + _PER_STREAM] for start in range(0, len(packed), _PER_STREAM)]
    return _Writer(file.header).write(file, streams, [*groups, asked] if asked else groups)


class _Writer:
    """Writes objects one after another and remembers where each one went."""

    def __init__(self, header: bytes) -> None:
        self._out = bytearray(header)
        self._places: dict[int, tuple[int, int, int]] = {0: (0, 0, 65535)}

    def write(self, file: PdfFile, streams: Sequence[PdfObject], groups: Sequence[Sequence[PdfObject]]) -> bytes:
        first_new = file.next_number
        for one in streams:
            self._write_stream(one)
        for number, group in enumerate(groups, first_new):
            self._write_object_stream(number, group)
        return self._finish(first_new + len(groups), file.trailer)

    def _write_stream(self, one: PdfObject) -> None:
        plain = _PLAIN_METADATA.fullmatch(one.data)
        if plain is not None:
            self._stream(one.number, b"/Type/Metadata/Subtype/XML", plain[1])
            return
        self._places[one.number] = (1, len(self._out), 0)
        self._out += one.data.rstrip() + b"\n"

    def _write_object_stream(self, number: int, group: Sequence[PdfObject]) -> None:
        bodies = [one.body for one in group]
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
        packed = zlib.compress(data, _LEVEL)
        self._places.setdefault(number, (1, len(self._out), 0))
        self._out += b"%d 0 obj\n<<%b/Filter/FlateDecode/Length %d>>\nstream\n" % (number, entries, len(packed))
        self._out += packed + b"\nendstream\nendobj\n"
