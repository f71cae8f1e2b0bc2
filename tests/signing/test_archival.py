"""The overrides of pyHanko, each pinned: it still overrides something, and still does what the archive needs."""

import io

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.sign.signers import pdf_signer
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from domain.documents import SignatureField
from signing.archival import ArchivalPdfSigner, ArchivalWriter
from signing.cms_template import external_signer
from signing.mechanisms import Mechanism
from tests.signing.conftest import SIGNED_AT, Cast, prepared_for

HOMEROOM = SignatureField.HOMEROOM


def _revised(writer: IncrementalPdfFileWriter) -> bytes:
    writer.update_root()  # type: ignore[no-untyped-call]
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def test_the_names_overridden_still_exist_in_pyhanko() -> None:
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
    assert sealed.count(b"<?xpacket begin") == 1
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
