"""Our quick reading of our own documents, object by object beside pyHanko's."""

import io
from collections.abc import Iterator
from contextlib import suppress

import pytest
from pyhanko.pdf_utils.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NullObject,
    PdfObject,
    Reference,
    StreamObject,
    read_object,
)
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader

from domain.documents import DocumentKind, SignatureField
from signing.archival import ArchivalReader, ArchivalWriter, OwnReader, open_for_update
from signing.plain_objects import Unusual, read_indirect, read_value
from signing.verification.verify import verify
from tests.signing.conftest import Cast

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL


def described(value: PdfObject) -> object:
    """A value with its types, whatever document it hangs in."""
    match value:
        case StreamObject():
            return ("stream", entries(value), value.encoded_data)
        case DictionaryObject():
            return entries(value)
        case ArrayObject():
            return [described(value.raw_get(at)) for at in range(len(value))]
        case IndirectObject():
            return (value.idnum, value.generation)
        case NullObject():
            return None
        case _:
            return (type(value).__name__, repr(value))


def entries(value: DictionaryObject) -> dict[str, object]:
    return {key: described(value.raw_get(key)) for key in value}


def references(reader: PdfFileReader) -> Iterator[Reference]:
    """All objects of a document; a number may also be free or skipped."""
    for number in range(1, int(reader.trailer["/Size"])):
        with suppress(KeyError):
            if reader.xrefs[Reference(number)] is not None:
                yield Reference(number, 0, reader)


@pytest.mark.parametrize("kind", [DocumentKind.YEAR_RECORD, DocumentKind.SUBJECT_SHEET])
def test_every_object_is_what_pyhanko_reads(cast: Cast, kind: DocumentKind) -> None:
    pdf = cast.finished(kind)
    ours, stock = OwnReader(pdf), PdfFileReader(io.BytesIO(pdf))
    found = list(references(stock))
    assert len(found) > 40
    for reference in found:
        mine: PdfObject = ours.get_object(Reference(reference.idnum, 0, ours))  # type: ignore[no-untyped-call]
        theirs: PdfObject = stock.get_object(reference)  # type: ignore[no-untyped-call]
        assert described(mine) == described(theirs)
        if isinstance(mine, DictionaryObject | ArrayObject):  # what is marked when something in it changes
            assert mine.container_ref == theirs.container_ref == reference
    assert described(ours.trailer.flatten()) == described(stock.trailer.flatten())


@pytest.mark.parametrize(
    "text",
    [
        b"<</A/B/C[1 -2 +3 .5 1. 0.25]/D 12 0 R/E(a\\(b\\)\\141)/F<feff00e1>/G true/H null>> ",
        b"[<</Type/X>>[/Y 1 2 R 3 0 R]] ",
        b"(\\376\\377\\000C)  ",
        b"<> ",
        b"/Name ",
        b"-17 ",
    ],
)
def test_values_are_what_pyhanko_reads(text: bytes) -> None:
    reference = Reference(9, 0, _Handler())
    ours, end = read_value(text, 0, reference)
    assert described(ours) == described(read_object(io.BytesIO(text), reference))
    assert text[end:].isspace()


class _Handler:
    strict = True


@pytest.mark.parametrize(
    "text",
    [
        b"", b"% remark\n1", b"/A#42 ", b"(a\nb)", b"(a\\nb)", b"(a(b)c)", b"(a\\777)", b"<abc>", b"<<", b"[1", b"]",
        b">>", b"1.2.3", b"12x", b"trues",
        b"<</A 1/A 2>>", b"<<1 2>>", b"<</A>>", b"[1 2", b"nul", b"{", b"R",
    ],
)  # fmt: skip
def test_what_is_unusual_is_left_to_pyhanko(text: bytes) -> None:
    with pytest.raises(Unusual):
        read_value(text, 0, Reference(9, 0, _Handler()))


@pytest.mark.parametrize(
    "text",
    [
        b"9 0 ob <<>> endobj",
        b"9 0 obj <<>> endo",
        b"9 0 obj <</Length 9 0 R>>\nstream\nabc\nendstream endobj",
        b"9 0 obj <</Length 99>>\nstream\nabc\nendstream endobj",
        b"9 0 obj <</Length 2>>\nstream\nabc\nendstream endobj",
        b"9 0 obj <<>>\nstream\nabc\nendstream endobj",
    ],
)
def test_an_object_not_closed_as_usual_is_left_to_pyhanko(text: bytes) -> None:
    with pytest.raises(Unusual):
        read_indirect(text, 0, _Handler())  # type: ignore[arg-type]


def test_an_unusual_document_is_signed_all_the_same(cast: Cast, placed: bytes) -> None:
    signed = cast.signed(placed, HOMEROOM)
    remarked = signed.replace(b"/Rect [ 397", b"/Rect[%\n397", 1)
    assert remarked != signed
    assert open_for_update(cast.signed(remarked, PRINCIPAL)).prev.total_revisions == 3


def test_another_object_at_the_place_is_refused(placed: bytes) -> None:
    reader = OwnReader(placed)
    (number, (_, place)), *_ = reader.xrefs._xref_sections[0].xref_data.standard_xrefs.items()
    with pytest.raises(PdfError):
        reader._read_object(Reference(number + 1, 0, reader), place)


def test_what_strangers_hand_in_is_not_read_so(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    sealed = cast.finished()

    def refuse(*_: object) -> None:
        raise AssertionError("read quickly")

    monkeypatch.setattr("signing.archival.read_value", refuse)
    monkeypatch.setattr("signing.archival.read_indirect", refuse)
    monkeypatch.setattr("signing.cross_references.read_indirect", refuse)
    assert verify(sealed, cast.roots).holds
    ArchivalWriter(io.BytesIO(sealed), prev=ArchivalReader(sealed))
