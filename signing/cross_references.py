"""Reads the cross-reference streams of our own documents in bulk; pyHanko reads them byte by byte.

A tagged year record has some 250 objects, and reading their table was more than half the time of preparing a signature.
Layouts that neither Typst's packed PDF nor pyHanko writes are left to pyHanko, and so is every check of how the
sections of a file fit together.
"""

import io
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.generic import StreamObject
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.rw_common import PdfHandler
from pyhanko.pdf_utils.xref import (
    ObjStreamRef,
    XRefBuilder,
    XRefSection,
    XRefSectionData,
    XRefSectionMetaInfo,
    XRefSectionType,
    _prev,
    parse_xref_stream,
)

# Widths of the three columns (/W, ISO 32000-1, 7.5.8.2): ours and pyHanko's.
_ROWS = {(1, 4, 2): struct.Struct(">BIH"), (1, 8, 2): struct.Struct(">BQH")}
_FREE, _IN_FILE, _IN_STREAM = 0, 1, 2


class BulkXRefBuilder(XRefBuilder):
    def __init__(self, handler: PdfHandler, stream: io.BytesIO, last_startxref: int) -> None:
        super().__init__(handler, stream, strict=True, last_startxref=last_startxref)
        self.stream: io.BytesIO = stream

    def _read_xref_stream(self, declared_startxref: int) -> int | None:
        """As pyHanko does it, but for how the rows are read. Returns where the section before stands."""
        start = self.stream.tell()
        reference, stream = self._read_xref_stream_object()  # type: ignore[no-untyped-call]
        place = XRefSectionMetaInfo(
            xref_section_type=XRefSectionType.STREAM,
            size=int(stream.raw_get("/Size")),
            declared_startxref=declared_startxref,
            start_location=start,
            end_location=self.stream.tell(),
            stream_ref=reference,
        )
        self.sections.append(XRefSection(place, section_data(stream)))
        self.trailer.add_trailer_revision(stream)
        previous: int | None = _prev(stream)
        return previous


@dataclass(frozen=True)
class _Rows:
    """The table of one section: its rows packed, and which objects they are of (first object, number of objects)."""

    row: struct.Struct
    data: bytes
    subsections: list[tuple[int, int]]

    def numbers(self) -> Iterator[int]:
        return chain.from_iterable(range(first, first + count) for first, count in self.subsections)


def section_data(stream: StreamObject) -> XRefSectionData:
    """The entries of one cross-reference stream.

    Raises PdfStrictReadError for rows that are missing or too many, and for subsections that overlap.
    """
    rows = _rows(stream)
    return _parsed(stream) if rows is None else _whole(rows)


def _parsed(stream: StreamObject) -> XRefSectionData:
    section = XRefSectionData()
    section.process_entries(parse_xref_stream(stream, strict=True), strict=True)
    return section


def _rows(stream: StreamObject) -> _Rows | None:
    """None for columns of other widths than ours and pyHanko's."""
    kind, where, extra = (int(width) for width in stream["/W"])
    row = _ROWS.get((kind, where, extra))
    if row is None:
        return None
    subsections = _subsections(stream)
    # Counted before anything is listed: whoever made the file may claim a million million objects.
    size = row.size * sum(count for _, count in subsections)
    data = stream.read_data(DecodePurpose.XREF_STREAM, expected_size=size)
    if len(data) != size:
        raise PdfStrictReadError("Cross-reference stream has not one row for each object")
    return _Rows(row, data, subsections)


def _whole(rows: _Rows) -> XRefSectionData:
    section = XRefSectionData()
    entries = zip(rows.numbers(), rows.row.iter_unpack(rows.data), strict=True)
    listed = [(number, *entry) for number, entry in entries if number]
    section.xrefs_in_objstm = {number: _place(where, at) for number, kind, where, at in listed if kind == _IN_STREAM}
    section.standard_xrefs = {number: (extra, where) for number, kind, where, extra in listed if kind == _IN_FILE}
    section.freed = {number: extra for number, kind, _, extra in listed if kind == _FREE}
    section.obj_streams_used = {place.obj_stream_id for place in section.xrefs_in_objstm.values()}
    section.explicit_refs_in_revision = {(number, 0) for number in section.xrefs_in_objstm}
    section.explicit_refs_in_revision |= {(number, extra) for number, (extra, _) in section.standard_xrefs.items()}
    section.explicit_refs_in_revision |= {(number, extra - 1) for number, extra in section.freed.items()}
    return section


# A class's papers are built alike, and making these anew took a quarter of the reading of a section.
_place = lru_cache(maxsize=10_000)(ObjStreamRef)


def _subsections(stream: StreamObject) -> list[tuple[int, int]]:
    """First object and number of objects of each subsection (/Index)."""
    index = [int(each) for each in stream.get("/Index", [0, stream["/Size"]])]
    pairs = list(zip(index[::2], index[1::2], strict=True))
    ends = [0, *(first + count for first, count in pairs)]
    if any(count < 0 or first < end for (first, count), end in zip(pairs, ends, strict=False)):
        raise PdfStrictReadError("Cross-reference subsections overlap")
    return pairs
