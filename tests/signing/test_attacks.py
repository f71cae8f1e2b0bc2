"""Attacks on a sealed record: each is found, whatever other software may say of it."""

import io

import pytest
from pyhanko.pdf_utils import embed
from pyhanko.pdf_utils.content import RawContent
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.layout import BoxConstraints
from pyhanko.sign.fields import SigFieldSpec
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner

from domain.documents import DocumentKind, SignatureField
from signing.archival import ArchivalWriter
from signing.errors import Unreadable
from signing.verification.verdicts import Check
from signing.verification.verify import verify
from tests.signing.conftest import Cast
from tests.signing.stock import simple_signer

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL


def _written(writer: IncrementalPdfFileWriter) -> bytes:
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def _repainted(pdf: bytes) -> bytes:
    """The last page with other content, as an incremental update."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _ = writer.find_page_for_modification(-1)  # type: ignore[no-untyped-call]
    forged = StreamObject(stream_data=b"0 0 1 rg 100 400 300 100 re f")
    page.get_object()[pdf_name("/Contents")] = writer.add_object(forged)
    writer.mark_update(page)
    return _written(writer)


def _restamped(pdf: bytes) -> bytes:
    """The homeroom teacher's stamp replaced by another picture."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    field = writer.root["/AcroForm"]["/Fields"][0]
    picture = RawContent(b"1 0 0 rg 0 0 99 44 re f", box=BoxConstraints(150, 45)).as_form_xobject()
    field["/AP"][pdf_name("/N")] = writer.add_object(picture)
    writer.update_container(field["/AP"])
    return _written(writer)


def _with_attachment(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    stream = embed.EmbeddedFileObject.from_file_data(writer, data=b"{}", mime_type="application/json")
    embed.embed_file(writer, embed.FileSpec("more.json", embedded_data=stream))
    return _written(writer)


def _signed_once_more(pdf: bytes, cast: Cast) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    signer = simple_signer(cast.keys[PRINCIPAL])
    specification = SigFieldSpec("extra", on_page=0, box=(10, 10, 60, 30))
    signed = PdfSigner(PdfSignatureMetadata(field_name="extra"), signer, new_field_spec=specification).sign_pdf(writer)
    assert isinstance(signed, io.BytesIO)
    return signed.getvalue()


def test_a_page_replaced_after_the_seal_is_found(sealed: bytes, cast: Cast) -> None:
    found = verify(_repainted(sealed), cast.roots)
    assert {Check.WHOLE_FILE, Check.REVISIONS} <= set(found.failures())
    assert found.failures().count(Check.UNCHANGED_AFTER) == 3


def test_a_page_replaced_before_the_seal_is_found(cast: Cast, placed: bytes) -> None:
    pdf = cast.signed(_repainted(cast.signed(placed, HOMEROOM, PRINCIPAL)), SEAL)
    assert {Check.UNCHANGED_AFTER, Check.REVISIONS} <= set(verify(pdf, cast.roots).failures())


def test_a_stamp_exchanged_after_the_seal_is_found(sealed: bytes, cast: Cast) -> None:
    assert {Check.WHOLE_FILE, Check.UNCHANGED_AFTER} <= set(verify(_restamped(sealed), cast.roots).failures())


def test_a_signature_after_the_seal_is_found(sealed: bytes, cast: Cast) -> None:
    found = verify(_signed_once_more(sealed, cast), cast.roots)
    assert {Check.PLAN, Check.WHOLE_FILE} <= set(found.failures())


def test_an_attachment_added_after_the_seal_is_found(sealed: bytes, cast: Cast) -> None:
    found = verify(_with_attachment(sealed), cast.roots)
    assert {Check.RECORD_ATTACHED, Check.WHOLE_FILE} <= set(found.failures())


@pytest.mark.parametrize("junk", [b"\n", b"junk", b"%%EOF\n", bytes(1000)])
def test_bytes_after_the_end_are_found(sealed: bytes, cast: Cast, junk: bytes) -> None:
    assert not verify(sealed + junk, cast.roots).holds


def test_a_revision_that_changes_nothing_is_found(cast: Cast, placed: bytes) -> None:
    writer = ArchivalWriter(io.BytesIO(cast.signed(placed, HOMEROOM, PRINCIPAL)))
    writer.update_root()  # type: ignore[no-untyped-call]
    pdf = cast.signed(_written(writer), SEAL)
    assert verify(pdf, cast.roots).failures() == (Check.REVISIONS,)


def test_a_file_cut_back_to_the_principals_revision_is_found(cast: Cast, placed: bytes, sealed: bytes) -> None:
    cut = cast.signed(placed, HOMEROOM, PRINCIPAL)
    assert sealed.startswith(cut)
    found = verify(cut, cast.roots)
    assert set(found.failures()) == {Check.ALL_SIGNED, Check.WHOLE_FILE}


def test_any_change_after_a_sheet_was_signed_is_found(sheet: bytes, cast: Cast) -> None:
    assert Check.WHOLE_FILE in verify(_repainted(sheet), cast.roots).failures()


def _is_valid(pdf: bytes, cast: Cast) -> bool:
    try:
        return verify(pdf, cast.roots).holds
    except Unreadable:
        return False


def test_any_byte_flipped_is_found(sealed: bytes, cast: Cast) -> None:
    positions = [0, 7, *range(100, len(sealed), 1201), len(sealed) - 2, len(sealed) - 1]
    for at in positions:
        for bit in (0x01, 0x20):
            changed = sealed[:at] + bytes([sealed[at] ^ bit]) + sealed[at + 1 :]
            assert not _is_valid(changed, cast), f"byte {at}, bit {bit:#x}"


def test_any_byte_flipped_inside_a_signature_is_found(sheet: bytes, cast: Cast) -> None:
    start = sheet.index(b"/Contents <") + len(b"/Contents <")
    end = sheet.index(b">", start)
    for at in range(start, end, 61):
        for bit in (0x01, 0x20):
            changed = sheet[:at] + bytes([sheet[at] ^ bit]) + sheet[at + 1 :]
            assert not _is_valid(changed, cast), f"byte {at}, bit {bit:#x}"


def test_a_hex_digit_in_small_letters_is_found(sheet: bytes, cast: Cast) -> None:
    start = sheet.index(b"/Contents <") + len(b"/Contents <")
    end = sheet.index(b">", start)
    changed = sheet[:start] + sheet[start:end].lower() + sheet[end:]
    assert verify(changed, cast.roots).failures() == (Check.ENCODING,)


def test_the_last_digit_behind_a_curve_signature_cannot_be_changed(curve_cast: Cast) -> None:
    # It is padding or not, as the length of this signature happens to be.
    signed = curve_cast.finished(DocumentKind.SUBJECT_SHEET)
    end = signed.index(b">", signed.index(b"/Contents <"))
    changed = signed[: end - 1] + (b"0" if signed[end - 1 : end] == b"1" else b"1") + signed[end:]
    assert verify(signed, curve_cast.roots).holds
    assert not _is_valid(changed, curve_cast)
