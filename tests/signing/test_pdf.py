"""Placing fields, preparing and embedding signatures, and everything that is refused on the way."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import typst

from documents.form import place_fields
from domain.documents import DocumentKind, SignatureField
from signing.errors import SigningFailed, SigningRefused, Unreadable
from signing.mechanisms import Mechanism, sign
from signing.pdf import BatchSigner, embed
from signing.verification.verify import verify
from tests.signing import samples
from tests.signing.conftest import SIGNED_AT, Cast, prepared_for, raw_by, signed_by

HOMEROOM, PRINCIPAL, SEAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL, SignatureField.SEAL


def test_all_signatures_of_a_record_hold(sealed: bytes, cast: Cast) -> None:
    assert verify(sealed, cast.roots).failures() == ()


def test_a_document_of_one_signature_holds(sheet: bytes, cast: Cast) -> None:
    assert verify(sheet, cast.roots).failures() == ()


def test_three_signatures_with_stamps_add_less_than_thirty_kilobytes(sealed: bytes, cast: Cast) -> None:
    assert len(sealed) - len(cast.unsigned()) < 30_000


def test_preparing_twice_gives_the_same_bytes(cast: Cast, placed: bytes) -> None:
    assert prepared_for(cast.keys[HOMEROOM], placed, HOMEROOM) == prepared_for(cast.keys[HOMEROOM], placed, HOMEROOM)


def test_embedding_twice_gives_the_same_bytes(cast: Cast, placed: bytes) -> None:
    key = cast.keys[HOMEROOM]
    prepared = prepared_for(key, placed, HOMEROOM)
    raw = raw_by(key, prepared)
    assert embed(prepared, key.certificates, raw) == embed(prepared, key.certificates, raw)


def test_earlier_revisions_stay_byte_for_byte(placed: bytes, sealed: bytes) -> None:
    assert sealed.startswith(placed)


@pytest.mark.parametrize("mechanism", [Mechanism.RSA_PKCS1, Mechanism.RSA_PSS])
def test_both_paddings_of_rsa_hold(cast: Cast, mechanism: Mechanism) -> None:
    placed = cast.placed(DocumentKind.SUBJECT_SHEET)
    teacher = SignatureField.SUBJECT_TEACHER
    signed = signed_by(cast.keys[teacher], placed, teacher, mechanism)
    assert verify(signed, cast.roots).failures() == ()


def test_signatures_on_a_curve_hold(curve_cast: Cast) -> None:
    assert verify(curve_cast.finished(), curve_cast.roots).failures() == ()


def test_a_field_that_is_not_there_is_refused(cast: Cast, placed: bytes) -> None:
    with pytest.raises(SigningRefused, match="không có ô chữ ký"):
        prepared_for(cast.keys[HOMEROOM], placed, SignatureField.SUBJECT_TEACHER)


def test_a_document_without_fields_is_refused(cast: Cast) -> None:
    with pytest.raises(SigningRefused, match="không có ô chữ ký"):
        prepared_for(cast.keys[HOMEROOM], cast.unsigned(), HOMEROOM)


def test_a_field_already_signed_is_refused(cast: Cast, placed: bytes) -> None:
    signed = cast.signed(placed, HOMEROOM)
    with pytest.raises(SigningRefused, match="đã được ký"):
        prepared_for(cast.keys[HOMEROOM], signed, HOMEROOM)


@pytest.mark.parametrize("field", [PRINCIPAL, SEAL])
def test_signing_out_of_turn_is_refused(cast: Cast, placed: bytes, field: SignatureField) -> None:
    with pytest.raises(SigningRefused, match="Chưa đến lượt"):
        prepared_for(cast.keys[field], placed, field)


def test_nothing_is_signed_after_the_seal(cast: Cast) -> None:
    # A plan that puts the seal first is none of ours, but the lock must hold whatever the order of the fields.
    seal, *others = reversed(samples.places(DocumentKind.YEAR_RECORD))
    signed = cast.signed(place_fields(cast.unsigned(), [seal, *others]), SEAL)
    with pytest.raises(SigningRefused, match="đã đóng dấu"):
        prepared_for(cast.keys[PRINCIPAL], signed, PRINCIPAL)


def test_a_certificate_out_of_date_is_refused(cast: Cast) -> None:
    key = cast.authority.issue_person("Người ký thử", "079190000098", not_after=datetime.now(UTC) - timedelta(days=2))
    with pytest.raises(SigningRefused, match="đã hết hạn"):
        BatchSigner(key.certificates, signed_at=SIGNED_AT)


@pytest.mark.parametrize("content", [b"", b"khong phai PDF", b"%PDF-1.7\n1 0 obj\n"])
def test_what_is_no_pdf_is_refused(cast: Cast, content: bytes) -> None:
    with pytest.raises(Unreadable):
        prepared_for(cast.keys[HOMEROOM], content, HOMEROOM)


def test_the_signature_of_another_key_is_not_embedded(cast: Cast, placed: bytes) -> None:
    prepared = prepared_for(cast.keys[HOMEROOM], placed, HOMEROOM)
    with pytest.raises(SigningFailed, match="không khớp với chứng thư số"):
        embed(prepared, cast.keys[HOMEROOM].certificates, raw_by(cast.keys[PRINCIPAL], prepared))


def test_the_signature_of_another_document_is_not_embedded(cast: Cast, placed: bytes) -> None:
    key = cast.keys[HOMEROOM]
    prepared = prepared_for(key, placed, HOMEROOM)
    with pytest.raises(SigningFailed, match="không khớp với chứng thư số"):
        embed(prepared, key.certificates, sign(key.private_key, Mechanism.RSA_PKCS1, b"khac"))


def test_a_document_prepared_for_someone_else_is_not_embedded(cast: Cast, placed: bytes) -> None:
    prepared = prepared_for(cast.keys[HOMEROOM], placed, HOMEROOM)
    with pytest.raises(SigningFailed, match="chứng thư số khác"):
        embed(prepared, cast.keys[PRINCIPAL].certificates, raw_by(cast.keys[PRINCIPAL], prepared))


def test_a_prepared_document_that_was_changed_is_not_embedded(cast: Cast, placed: bytes) -> None:
    key = cast.keys[HOMEROOM]
    prepared = prepared_for(key, placed, HOMEROOM)
    changed = replace(prepared, pdf=prepared.pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    with pytest.raises(SigningFailed, match="đã thay đổi"):
        embed(changed, key.certificates, raw_by(key, prepared))


def test_signing_and_verifying_need_no_typst(cast: Cast, placed: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    # A forked child hangs in Typst if its parent has compiled; so signing and verifying may not.
    monkeypatch.setattr(typst, "compile", None)
    assert verify(cast.signed(placed, HOMEROOM, PRINCIPAL, SEAL), cast.roots).holds
