"""Cross-reference streams read in bulk say what pyHanko reads from them, and refuse what it refuses."""

import io
import zlib

import pytest
from pyhanko.pdf_utils import xref
from pyhanko.pdf_utils.generic import ArrayObject, NumberObject, pdf_name
from pyhanko.pdf_utils.generic import StreamObject as Stream
from pyhanko.pdf_utils.misc import PdfReadError, PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.xref import XRefBuilder, XRefSectionData

from documents.form import place_fields
from domain.documents import FIELDS
from signing.archival import ArchivalReader
from signing.cross_references import section_data
from tests.signing import samples
from tests.signing.conftest import YEAR, Cast

FIVE = bytes([1, 0, 0, 0, 9, 0, 0]) * 5


def numbers(*values: int) -> ArrayObject:
    return ArrayObject(NumberObject(value) for value in values)  # type: ignore[no-untyped-call]


def table(data: bytes, widths: tuple[int, ...] = (1, 4, 2), size: int = 5, index: ArrayObject | None = None) -> Stream:
    """A cross-reference stream of these rows."""
    found = Stream(stream_data=data)
    found[pdf_name("/Size")], found[pdf_name("/W")] = numbers(size)[0], numbers(*widths)
    if index is not None:
        found[pdf_name("/Index")] = index
    return found


def what(section: XRefSectionData) -> dict[str, object]:
    return {name: value for name, value in vars(section).items() if value}


def test_every_section_is_what_pyhanko_reads(cast: Cast) -> None:
    signed = cast.signed(place_fields(cast.unsigned(), samples.places(YEAR)), *FIELDS[YEAR])
    ours, stock = ArchivalReader(signed), PdfFileReader(io.BytesIO(signed))
    assert ours.total_revisions == stock.total_revisions == 4
    for revision in range(4):
        assert what(ours.xrefs.get_xref_data(revision)) == what(stock.xrefs.get_xref_data(revision))
        assert vars(ours.xrefs.get_xref_container_info(revision)).keys() >= {"size", "start_location", "end_location"}
    assert (ours.last_startxref, ours.has_xref_stream) == (stock.last_startxref, stock.has_xref_stream)
    assert ours.trailer["/Root"].raw_get("/Type") == stock.trailer["/Root"].raw_get("/Type")


def test_free_objects_and_objects_in_streams_are_told_apart() -> None:
    rows = bytes([0, 0, 0, 0, 0, 255, 255, 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 7, 0, 3, 0, 0, 0, 0, 0, 0, 1])
    section = section_data(table(rows, size=4))
    assert section.standard_xrefs == {1: (0, 256)}
    assert section.xrefs_in_objstm[2] == xref.ObjStreamRef(7, 3)
    assert section.freed == {3: 1}
    assert section.obj_streams_used == {7}


def test_another_layout_is_left_to_pyhanko() -> None:
    section = section_data(table(bytes([1, 0, 0, 9, 0]) * 5, (1, 3, 1)))
    assert section.standard_xrefs == dict.fromkeys(range(1, 5), (0, 9))


@pytest.mark.parametrize("data", [FIVE[:-1], FIVE[:-7], b"", FIVE + FIVE[:1], FIVE + FIVE[:7]])
def test_a_row_too_few_or_too_many_is_refused(data: bytes) -> None:
    with pytest.raises((PdfStrictReadError, PdfReadError)):
        section_data(table(data))


@pytest.mark.parametrize("index", [(0, 3, 2, 2), (4, 3, 0, 2), (0, 6, 9, -1)])
def test_subsections_that_overlap_are_refused(index: tuple[int, ...]) -> None:
    with pytest.raises(PdfStrictReadError, match="overlap"):
        section_data(table(FIVE, index=numbers(*index)))


def test_a_claim_of_endless_objects_costs_nothing() -> None:
    packed = zlib.compress(FIVE)
    claimed = table(b"", size=10**15)
    claimed._encoded_data, claimed._data = packed, None
    claimed[pdf_name("/Filter")] = pdf_name("/FlateDecode")
    with pytest.raises(PdfStrictReadError):
        section_data(claimed)


def test_the_names_overridden_still_exist_in_pyhanko() -> None:
    assert {"_read_xref_stream", "_read_xref_stream_object", "read_xrefs"} <= vars(XRefBuilder).keys()
    assert callable(xref._prev)
    stock = vars(PdfFileReader(io.BytesIO(samples.render(b"{}"))))
    assert stock.keys() <= vars(ArchivalReader(samples.render(b"{}"))).keys()
