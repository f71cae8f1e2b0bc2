"""Reads the cross-reference streams of our own documents in bulk; pyHanko reads them byte by byte.

A tagged year record has some 250 objects, and reading their table was more than half the time of preparing a signature.
Layouts that neither Typst's packed PDF nor pyHanko writes are left to pyHanko, and so is every check of how the
sections of a file fit together.
"""

import struct
from collections.abc import Iterator
from typing import BinaryIO

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
    parse_xref_stream,
)

# Widths of the three columns (/W, ISO 32000-1, 7.5.8.2): ours and pyHanko's.
_ROWS = {(1, 4, 2): struct.Struct(">BIH"), (1, 8, 2): struct.Struct(">BQH")}
_FREE, _IN_FILE, _IN_STREAM = 0, 1, 2


class BulkXRefBuilder(XRefBuilder):
    def __init__(self, handler: PdfHandler, stream: BinaryIO, last_startxref: int) -> None:
        super().__init__(handler, stream, strict=True, last_startxref=last_startxref)

    def _read_xref_stream(self, declared_startxref: int) -> int | None:
        """As pyHanko does it, but for how the rows are read. Returns where the section before stands."""
        start = self.stream.tell()
        reference, stream = self._read_xref_stream_object()
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
        previous = stream.get("/Prev")
        return None if previous is None else int(previous)


def section_data(stream: StreamObject) -> XRefSectionData:
    """The entries of one cross-reference stream. Raises PdfStrictReadError for rows that are missing or too many."""
    section = XRefSectionData()
    row = _ROWS.get(tuple(int(width) for width in stream["/W"]))
    if row is None:
        section.process_entries(parse_xref_stream(stream, strict=True), strict=True)
        return section
    numbers = list(_numbers(stream))
    data = stream.read_data(DecodePurpose.XREF_STREAM, expected_size=(row.size + 1) * len(numbers))
    if len(data) != row.size * len(numbers):
        raise PdfStrictReadError("Cross-reference stream has not one row for each object")
    for number, (kind, where, extra) in zip(numbers, row.iter_unpack(data), strict=True):
        if number:
            _take(section, number, kind, where, extra)
    return section


def _numbers(stream: StreamObject) -> Iterator[int]:
    index = [int(each) for each in stream.get("/Index", [0, stream["/Size"]])]
    for first, count in zip(index[::2], index[1::2], strict=True):
        yield from range(first, first + count)


def _take(section: XRefSectionData, number: int, kind: int, where: int, extra: int) -> None:
    if kind == _IN_STREAM:
        section.xrefs_in_objstm[number] = ObjStreamRef(where, extra)
        section.obj_streams_used.add(where)
        section.explicit_refs_in_revision.add((number, 0))
    elif kind == _IN_FILE:
        section.standard_xrefs[number] = (extra, where)
        section.explicit_refs_in_revision.add((number, extra))
    elif kind == _FREE:
        section.freed[number] = extra
        section.explicit_refs_in_revision.add((number, extra - 1))
