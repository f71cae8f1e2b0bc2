"""The overrides of pyHanko, each pinned: it still overrides something, and still does what the archive needs."""

import io

import pytest
from pyhanko.pdf_utils.generic import Reference, StreamObject
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfStrictReadError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.pdf_utils.xref import ObjStreamRef
from pyhanko.sign.signers import pdf_signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from documents.compact import compact
from documents.form import place_fields
from documents.pdf_objects import cut
from domain.documents import FIELDS, SignatureField
from signing.archival import ArchivalPdfSigner, ArchivalReader, ArchivalWriter
from signing.cms_template import external_signer
from signing.mechanisms import Mechanism
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import SIGNED_AT, YEAR, Cast, prepared_for

HOMEROOM = SignatureField.HOMEROOM


def _revised(writer: IncrementalPdfFileWriter) -> bytes:
    writer.update_root()  # type: ignore[no-untyped-call]
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def test_objects_in_streams_are_read_as_pyhanko_reads_them(cast: Cast) -> None:
    packed = compact(cut(cast.unsigned()))
    ours, stock = ArchivalReader(packed), PdfFileReader(io.BytesIO(packed))
    in_streams = [number for number in range(1, int(stock.trailer["/Size"])) if _is_in_stream(stock, number)]
    assert len(in_streams) > 20
    assert [_text(ours, each) for each in in_streams] == [_text(stock, each) for each in in_streams]


def _text(reader: PdfFileReader, number: int) -> str:
    return str(reader.get_object(Reference(number)))  # type: ignore[no-untyped-call]


def _is_in_stream(reader: PdfFileReader, number: int) -> bool:
    return isinstance(reader.xrefs[Reference(number)], ObjStreamRef)


def test_an_object_in_another_place_than_said_is_refused(cast: Cast) -> None:
    reader = ArchivalReader(compact(cut(cast.unsigned())))
    place = next(place for number in range(1, 99) if isinstance(place := reader.xrefs[Reference(number)], ObjStreamRef))
    for index in (-1, 100_000, place.ix_in_stream):
        with pytest.raises(PdfStrictReadError):
            reader._get_object_from_stream(9999, place.obj_stream_id, index)


def test_an_index_that_is_damaged_anywhere_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    reader = ArchivalReader(compact(cut(cast.unsigned())))
    number, place = next(
        (number, place)
        for number in range(1, 99)
        if isinstance(place := reader.xrefs[Reference(number)], ObjStreamRef) and place.ix_in_stream == 0
    )
    stream = reader.get_object(Reference(place.obj_stream_id))  # type: ignore[no-untyped-call]
    sound, first = stream.data, int(stream["/First"])
    damaged = sound[: first - 2] + b"x" + sound[first - 1 :]  # the last object's start
    monkeypatch.setattr(StreamObject, "read_data", lambda *_, **__: damaged)
    with pytest.raises(PdfStrictReadError):
        reader._get_object_from_stream(number, place.obj_stream_id, place.ix_in_stream)


def test_a_stream_that_holds_no_objects_is_refused(cast: Cast) -> None:
    reader = ArchivalReader(cast.unsigned())
    with pytest.raises(PdfStrictReadError):
        reader._get_object_from_stream(1, reader.root.raw_get("/Metadata").reference.idnum, 0)


def test_a_packed_document_is_signed_and_verified_alike(cast: Cast) -> None:
    placed = place_fields(cast.unsigned(), samples.places(YEAR))
    assert verify(cast.signed(placed, *FIELDS[YEAR]), cast.roots).failures() == ()


def test_the_names_overridden_still_exist_in_pyhanko() -> None:
    assert {"_get_object_from_stream", "_read_object"} <= vars(PdfFileReader).keys()
    assert "_update_meta" in vars(BasePdfFileWriter)
    assert "_handle_id" in vars(IncrementalPdfFileWriter)
    assert {"register_extensions", "init_signing_session", "_enforce_certification_constraints"} <= vars(
        PdfSigner
    ).keys()
    assert callable(pdf_signer._ensure_esic_ext)


def test_metadata_stay_as_the_renderer_wrote_them(cast: Cast) -> None:
    original = cast.unsigned()
    assert _revised(IncrementalPdfFileWriter(io.BytesIO(original))).count(b"<?xpacket begin") == 2
    assert _revised(ArchivalWriter(io.BytesIO(original))).count(b"<?xpacket begin") == 1


def test_a_sealed_record_has_one_declaration_of_pdf_a(cast: Cast, sealed: bytes) -> None:
    assert sealed.count(b"/Type/Metadata") + sealed.count(b"/Type /Metadata") == 1
    reader = PdfFileReader(io.BytesIO(sealed))
    assert reader.trailer.raw_get("/Info").reference.idnum < PdfFileReader(io.BytesIO(cast.unsigned())).trailer["/Size"]


def test_a_revision_is_named_by_the_one_before_it(cast: Cast) -> None:
    original = cast.unsigned()
    assert _revised(ArchivalWriter(io.BytesIO(original))) == _revised(ArchivalWriter(io.BytesIO(original)))
    identity = PdfFileReader(io.BytesIO(_revised(ArchivalWriter(io.BytesIO(original))))).trailer["/ID"]
    assert identity[0] != identity[1]


def test_a_curve_leaves_the_document_a_pdf_1_7(curve_cast: Cast) -> None:
    placed = curve_cast.placed()
    reader = PdfFileReader(io.BytesIO(prepared_for(curve_cast.keys[HOMEROOM], placed, HOMEROOM).pdf))
    assert reader.input_version == (1, 7)
    assert "/Version" not in reader.root
    assert list(reader.root["/Extensions"]) == ["/ESIC"]


def test_stock_pyhanko_would_make_it_a_pdf_2_0(curve_cast: Cast) -> None:
    writer = IncrementalPdfFileWriter(io.BytesIO(curve_cast.placed()))
    signer = external_signer(curve_cast.keys[HOMEROOM].certificates, Mechanism.ECDSA)
    PdfSigner(PdfSignatureMetadata(field_name="homeroom"), signer).register_extensions(writer, md_algorithm="sha256")
    assert "/ISO_" in writer.root["/Extensions"]


def test_signatures_take_the_time_of_the_batch(sealed: bytes) -> None:
    signatures = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    assert [signature.self_reported_timestamp for signature in signatures] == [SIGNED_AT] * 3


def test_the_signer_skips_what_the_plan_has_checked() -> None:
    assert "_enforce_certification_constraints" in vars(ArchivalPdfSigner)


def test_the_first_signature_certifies_and_the_seal_forbids_changes(sealed: bytes) -> None:
    first, _, seal = PdfFileReader(io.BytesIO(sealed)).embedded_signatures
    certification = PdfFileReader(io.BytesIO(sealed)).root["/Perms"].raw_get("/DocMDP").reference
    assert first.sig_field.raw_get("/V").reference == certification
    assert first.docmdp_level.name == "FILL_FORMS"
    assert seal.docmdp_level.name == "NO_CHANGES"
    assert seal.fieldmdp.action.name == "ALL"
