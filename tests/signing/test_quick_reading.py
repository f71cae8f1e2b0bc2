"""Our quick reading of single values, and of whole revisions, beside pyHanko's own."""

import io
from collections.abc import Iterator

import pytest
from pyhanko.pdf_utils.generic import ContentOpReading, PdfObject, Reference, read_object
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import HistoricalResolver

from domain.documents import DocumentKind
from signing.archival import ArchivalReader
from signing.known_objects import _read, known_indirect_object, known_object
from signing.quick_reading import byte_by_byte
from signing.revisions import Revision
from tests.signing.conftest import Cast
from tests.signing.readings import Handler, described
from tests.signing.verification.objects import pdf

TEXTS = [
    b"<48656C6c6f>", b"<>", b"<4>", b"<48 65>", b"<48%\n65>", b"<4x>", b"<48", b"<" + b"ab" * 9000 + b">",
    b"/Name ", b"/ ", b"/A#42 ", b"/A#4", b"/A\xe1 ", b"/A(b)", b"/A", b"/A%b\n",
    b"[]", b"[ 1 -2\n+3 0.5 10.25 ]", b"[1 2 R]", b"[1 2 R 3]", b"[1]", b"[.5]", b"[1. 2]", b"[1..2]", b"[1 2",
    b"[--1]", b"[1,2]", b"[1\t2]", b"[1\r\n2]", b"[1%x\n2]", b"[1(a)2]", b"[1/a 2]", b"[1 [2 3] 4]",
    b"[1 -]", b"[1 +]", b"[1 2.]",
    b"[00012 -0 -0.0 1.50]", b"[12 0 R 7 1 R]", b"[0 0 R]", b"[12  0 R]", b"[12\n0\nR]", b"[12 0 R 0 0 R]",
    b"[12 0 R 1]", b"[ 12 0 R\n7 0 R ]", b"[12 0 R7 0 R]", b"[12\t0\tR]", b"[012 0 R]",
    b"[12 0 Rx]", b"[12 0R]",
    b"<</A 1/B[1 2]/C<</D/E>>/F<6162>/G 3 0 R>>", b"<</A 1/A 2>>", b"<</A>>", b"<< % x\n/A 1 >>", b"<</A 1", b"null",
]  # fmt: skip


def read(text: bytes, *, inside: ContentOpReading = ContentOpReading.NO) -> tuple[object, int]:
    """The value and where it ends, or the error."""
    stream = io.BytesIO(text)
    try:
        value: PdfObject = read_object(stream, Reference(9, 0, Handler()), in_content_stream=inside)
    except Exception as error:  # noqa: BLE001 - whatever pyHanko raises
        return type(error), 0
    return described(value), stream.tell()


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("end", [b"", b" ", b"\n/X", b">>"])
def test_a_value_is_what_pyhanko_reads(text: bytes, end: bytes) -> None:
    for inside in ContentOpReading:
        quick = read(text + end, inside=inside)
        with byte_by_byte():
            assert quick == read(text + end, inside=inside)


def test_pyhanko_stands_as_it_comes_only_for_a_while() -> None:
    from pyhanko.pdf_utils import generic  # noqa: PLC0415 - its functions are looked up as they are now

    quick = generic.read_hex_string_from_stream
    with byte_by_byte():
        assert generic.read_hex_string_from_stream.__module__ == "pyhanko.pdf_utils.generic"
    assert generic.read_hex_string_from_stream is quick


@pytest.mark.parametrize("text", [b"<</A[1 2 0 R]>>", b"[/A/B]", b"<<>>\n"])
def test_an_object_known_by_its_bytes_is_what_is_read_in_its_place(text: bytes) -> None:
    data, place = b"0 " + text + b"(next)", Reference(7, 0, Handler())
    known = known_object(data, 2, 2 + len(text))
    assert known is not None
    first, second = known.within(place), known.within(place)
    assert described(first) == described(second) == read(text)[0]
    assert first is not second
    assert first.container_ref == place


@pytest.mark.parametrize(
    ("text", "behind"),
    [
        (b"<<>>", b"stream\n"), (b"<<>>", b" stream\n"), (b"<<>>", b"%x\nstream"), (b"<</A 1", b""), (b"12", b" 0 R"),
        (b"<</Length 1>>stream\na\nendstream", b""), (b"<</A " + b"1" * 2000 + b">>", b""), (b"(text)", b""),
        (b"7 0 R", b""), (b"", b"<<>>"),
    ],
)  # fmt: skip
def test_what_hangs_on_what_follows_is_not_known_by_its_bytes(text: bytes, behind: bytes) -> None:
    assert known_object(text + behind, 0, len(text)) is None


@pytest.mark.parametrize(
    ("text", "is_known"),
    [
        (b"7 0 obj\n<</A 1>>\nendobj", True), (b"7 0 obj\n[1 2 0 R]endobj\n", True), (b"8 0 obj\n<<>>\nendobj", False),
        (b"7 1 obj\n<</A 1>>\nendobj", False), (b"7 0 obj <<>>\nendobj", False),
        (b"7 0 obj\n<</A(endobj)>>\nendobj", False),
        (b"7 0 obj\n<</A 1>> 2\nendobj", False), (b"7 0 obj\n<</A 1>>%x\nendobj", False), (b"7 0 obj\n<</A 1>>", False),
        (b"7 0 obj\n<</Length 1>>\nstream\na\nendstream\nendobj", False), (b"7 0 obj\n12\nendobj", False),
    ],
)  # fmt: skip
def test_an_object_of_its_own_is_known_only_in_the_usual_spelling(text: bytes, is_known: bool) -> None:  # noqa: FBT001
    assert (known_indirect_object(b"%%" + text, 2, Reference(7, 0, Handler())) is not None) is is_known


def every_reference(reader: ArchivalReader) -> Iterator[Reference]:
    for number in range(int(reader.trailer["/Size"])):
        yield Reference(number, 0, reader)


def ways(view: HistoricalResolver, reader: ArchivalReader) -> dict[int, set[object]]:
    view._load_reverse_xref_cache()  # type: ignore[no-untyped-call]
    return {each.idnum: set(view._get_usages_of_ref(each)) for each in every_reference(reader)}


@pytest.mark.parametrize("kind", [DocumentKind.YEAR_RECORD, DocumentKind.SUBJECT_SHEET])
def test_every_way_to_every_object_is_pyhankos(cast: Cast, kind: DocumentKind) -> None:
    reader = ArchivalReader(cast.finished(kind))
    for number in range(reader.total_revisions):
        found = ways(reader.get_historical_resolver(number), reader)
        assert found == ways(HistoricalResolver(reader, number), reader)
        assert sum(map(len, found.values())) > 50
    assert len(reader.webs) == reader.total_revisions


def test_where_parts_are_replaced_and_freed_the_ways_are_pyhankos(sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    shared = writer.add_object(pdf({"/Type": "/Shared"}))
    for key in ("/First", "/Second"):
        writer.root[pdf(key)] = pdf({"/Kept": [shared, shared], "/Parent": shared, "/P": shared})
    writer.update_root()  # type: ignore[no-untyped-call]
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    reader = ArchivalReader(output.getvalue())
    for number in range(reader.total_revisions):
        assert ways(reader.get_historical_resolver(number), reader) == ways(HistoricalResolver(reader, number), reader)
    assert len(reader.get_historical_resolver(reader.total_revisions - 1)._get_usages_of_ref(shared.reference)) == 6


def test_a_structure_that_is_written_otherwise_is_left_to_pyhanko(sealed: bytes) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(sealed))
    root = writer.root["/StructTreeRoot"]
    root[pdf("/K")] = pdf({"/Type": "/StructElem", "/S": "/Document", "/K": [root.raw_get("/K")]})
    writer.update_container(root)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    reader = ArchivalReader(output.getvalue())
    last = reader.get_historical_resolver(reader.total_revisions - 1)
    assert isinstance(last, Revision)
    assert ways(last, reader) == ways(HistoricalResolver(reader, reader.total_revisions - 1), reader)
    assert last._web is None


def test_what_is_let_go_is_read_again(sealed: bytes) -> None:
    reader = ArchivalReader(sealed)
    before = described(reader.root)
    reader.forget()
    assert not reader.resolved_objects
    assert described(reader.root) == before
    assert _read.cache_info().currsize > 0
