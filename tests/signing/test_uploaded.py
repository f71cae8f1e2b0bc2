"""Documents that a desk program signed as a whole: taken by the prefix rule only."""

import io
import re

import pytest
from asn1crypto import cms, core
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.generic import StreamObject, pdf_name
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_signer import PdfSignatureMetadata, PdfSigner
from pyhanko.stamp import NoOpStampStyle

from domain.documents import SignatureField
from signing.archival import MAX_BYTES
from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate
from signing.errors import SigningRefused, Unreadable
from signing.uploaded import require_signed_by
from tests.signing.conftest import Cast
from tests.signing.stock import simple_signer
from tests.signing.verification.holes import changed, cms_in, hole, with_cms

HOMEROOM, PRINCIPAL = SignatureField.HOMEROOM, SignatureField.PRINCIPAL


def by_program(pdf: bytes, key: IssuedKey, field: str = HOMEROOM, digest: str = "sha256") -> bytes:
    """Signed as another program would: plain pyHanko, with its own layout of everything."""
    meta = PdfSignatureMetadata(field_name=field, md_algorithm=digest, subfilter=SigSeedSubFilter.PADES)
    signer = PdfSigner(meta, simple_signer(key), stamp_style=NoOpStampStyle())
    output = signer.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=16384)
    assert isinstance(output, io.BytesIO)
    return output.getvalue()


def repainted(pdf: bytes) -> bytes:
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    page, _ = writer.find_page_for_modification(-1)  # type: ignore[no-untyped-call]
    page.get_object()[pdf_name("/Contents")] = writer.add_object(StreamObject(stream_data=b"0 0 9 9 re f"))
    writer.mark_update(page)
    output = io.BytesIO()
    writer.write(output)  # type: ignore[no-untyped-call]
    return output.getvalue()


def test_the_first_signature_is_taken(placed: bytes, cast: Cast) -> None:
    key = cast.keys[HOMEROOM]
    require_signed_by(placed, by_program(placed, key), HOMEROOM, key.certificates)


def test_a_later_signature_is_taken(placed: bytes, cast: Cast) -> None:
    original, key = cast.signed(placed, HOMEROOM), cast.keys[PRINCIPAL]
    require_signed_by(original, by_program(original, key, PRINCIPAL), PRINCIPAL, key.certificates)


def refused(original: bytes, uploaded: bytes, cast: Cast, words: str, field: SignatureField = HOMEROOM) -> None:
    with pytest.raises(SigningRefused, match=words):
        require_signed_by(original, uploaded, field, cast.keys[field].certificates)


def test_the_same_file_unsigned_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, placed, cast, "tải về để ký")


def test_another_document_is_refused(placed: bytes, cast: Cast) -> None:
    other = cast.signed(placed, HOMEROOM)
    refused(other, by_program(placed, cast.keys[HOMEROOM]), cast, "tải về để ký")


def test_a_signature_in_another_field_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(placed, cast.keys[HOMEROOM], PRINCIPAL), cast, "đúng một chữ ký")


def test_a_field_of_ones_own_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(placed, cast.keys[HOMEROOM], "mine"), cast, "đúng một chữ ký")


def test_two_signatures_are_refused(placed: bytes, cast: Cast) -> None:
    key = cast.keys[HOMEROOM]
    refused(placed, by_program(by_program(placed, key), key, PRINCIPAL), cast, "đúng một chữ ký")


def test_somebody_elses_certificate_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(placed, cast.keys[PRINCIPAL]), cast, "chứng thư số đã đăng ký")


def test_a_page_changed_before_signing_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(repainted(placed), cast.keys[HOMEROOM]), cast, "thay đổi nội dung")


def test_a_page_changed_under_an_earlier_signature_is_refused(placed: bytes, cast: Cast) -> None:
    original = cast.signed(placed, HOMEROOM)
    uploaded = by_program(repainted(original), cast.keys[PRINCIPAL], PRINCIPAL)
    refused(original, uploaded, cast, "thay đổi nội dung", PRINCIPAL)


def test_bytes_after_the_signature_are_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(placed, cast.keys[HOMEROOM]) + b"\n", cast, "toàn bộ tệp")


def test_an_old_digest_is_refused(placed: bytes, cast: Cast) -> None:
    refused(placed, by_program(placed, cast.keys[HOMEROOM], digest="sha1"), cast, "không được phép")


def test_a_signature_that_does_not_fit_is_refused(placed: bytes, cast: Cast) -> None:
    uploaded = by_program(placed, cast.keys[HOMEROOM])
    value = max(re.finditer(rb"<([0-9a-fA-F]{5000,})>", uploaded), key=lambda found: found.start())[1].rstrip(b"0")
    forged = value[:-8] + (b"A" if value[-8:-7] != b"A" else b"B") + value[-7:]
    refused(placed, uploaded.replace(value, forged), cast, "không đúng với nội dung")


@pytest.mark.parametrize("tail", [b"%%EOF", b"\nxref\n0 1\ntrailer<<>>\nstartxref\n9\n%%EOF\n"])
def test_what_cannot_be_read_is_refused(placed: bytes, cast: Cast, tail: bytes) -> None:
    with pytest.raises((Unreadable, SigningRefused)):
        require_signed_by(placed, placed + tail, HOMEROOM, cast.keys[HOMEROOM].certificates)


def test_a_huge_file_is_refused(placed: bytes, cast: Cast) -> None:
    with pytest.raises(Unreadable, match="quá lớn"):
        require_signed_by(placed, placed + bytes(MAX_BYTES), HOMEROOM, cast.keys[HOMEROOM].certificates)


def test_a_signature_with_loose_bytes_is_refused_before_others_sign_below_it(placed: bytes, cast: Cast) -> None:
    """In the room behind the signature, in letters of both cases, as attributes that nothing protects."""
    signed = by_program(placed, cast.keys[HOMEROOM])
    start, end = hole(signed)
    middle = start + 2 * len(cms_in(signed))
    note = cms.CMSAttribute({"type": "1.2.3.4", "values": [core.OctetString(b"note")]})

    def add(content: cms.SignedData) -> None:
        content["signer_infos"][0]["unsigned_attrs"] = [note]

    padded = signed[: end - 1] + b"1" + signed[end:]
    mixed = signed[: middle - 100] + signed[middle - 100 : middle].swapcase() + signed[middle:]
    for loose in (padded, mixed, changed(signed, add)):
        assert loose != signed
        refused(placed, loose, cast, "phần thừa")


def test_certificates_that_come_along_are_those_of_the_signer(placed: bytes, cast: Cast) -> None:
    """Of the root a good copy may; a bit of the issuer's that is another would be found when all have signed."""
    key, issuing = cast.keys[HOMEROOM], cast.authority.issuing.certificate
    signed = by_program(placed, key)
    der, whole = cms_in(signed), issuing.public_bytes(Encoding.DER)
    at = der.index(whole) + 60
    flipped = with_cms(signed, der[:at] + bytes([der[at] ^ 1]) + der[at + 1 :])
    strange = changed(signed, lambda content: content["certificates"].append(asn1_certificate(other(cast))))
    for loose in (flipped, strange):
        refused(placed, loose, cast, "phần thừa")
    rooted = changed(signed, lambda content: content["certificates"].append(asn1_certificate(cast.authority.root)))
    refused(placed, rooted, cast, "phần thừa")
    require_signed_by(placed, rooted, HOMEROOM, key.certificates, [cast.authority.root])


def other(cast: Cast) -> x509.Certificate:
    return cast.keys[PRINCIPAL].certificate
