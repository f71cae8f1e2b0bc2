"""A document that its signer's own program signed as a whole: taken only if nothing but that signature was added.

Desk programs (VGCA Sign Service, say) fetch a file and bring it back signed. Our bytes must be its beginning, exactly
one new signature must stand in the field that was waiting, made by the signer's own registered certificate, and cover
the file to its last byte; what came with it may be nothing that pyHanko's analysis of changes does not allow.
"""

from collections.abc import Sequence
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, SuspiciousModification
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from domain.calendar import TIMEZONE
from signing.archival import MAX_BYTES, ArchivalReader
from signing.cms_template import asn1_certificate
from signing.errors import SigningRefused, Unreadable
from signing.fields import field_states
from signing.mechanisms import is_allowed_at, mechanism_of
from signing.signature_bytes import has_strict_bytes, is_whole_file, strict_bytes, strict_certificates


def require_signed_by(
    original: bytes,
    uploaded: bytes,
    field: str,
    chain: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate] = (),
) -> None:
    """Raises SigningRefused, in words for the signer, or Unreadable; whoever returns has brought what was asked for.

    `chain` is the signer's registered certificate and those above it; of others only `roots` may come along.
    """
    if len(uploaded) > MAX_BYTES:
        raise Unreadable("Tệp quá lớn, không phải văn bản đã tải về để ký.")
    if uploaded == original or not uploaded.startswith(original):
        raise SigningRefused("Tệp này không phải văn bản đã tải về để ký, hoặc đã bị sửa; hãy tải về và ký lại.")
    try:
        reader, before = ArchivalReader(uploaded), ArchivalReader(original)
        signature = _new_signature(reader, before, field)
        _require_untouched(reader, before)
        _require_sound(signature, chain[0], uploaded)
        _require_strict(uploaded, signature, (*chain, *roots))
    except SigningRefused:
        raise
    except Exception as error:
        # Bytes made to deceive make parsers raise anything.
        raise Unreadable("Tệp đã ký không đọc được theo đúng chuẩn PDF.") from error


def _new_signature(reader: ArchivalReader, before: ArchivalReader, field: str) -> EmbeddedPdfSignature:
    states = {state.name: state.is_signed for state in field_states(before)}
    now = {state.name: state.is_signed for state in field_states(reader)}
    filled = [name for name, is_signed in now.items() if is_signed and not states.get(name)]
    if filled != [field] or set(now) != set(states):
        raise SigningRefused("Tệp phải có thêm đúng một chữ ký, nằm ở ô ký của thầy/cô.")
    found: list[EmbeddedPdfSignature] = [each for each in reader.embedded_signatures if each.field_name == field]
    return found[0]


def _require_untouched(reader: ArchivalReader, before: ArchivalReader) -> None:
    found = DEFAULT_DIFF_POLICY.review_file(reader, before.total_revisions - 1, doc_mdp=MDPPerm.FILL_FORMS)
    if isinstance(found, SuspiciousModification):
        raise SigningRefused("Ngoài chữ ký, văn bản còn bị thay đổi nội dung; hãy tải về và ký lại.")


def _require_sound(signature: EmbeddedPdfSignature, certificate: x509.Certificate, uploaded: bytes) -> None:
    if signature.signer_cert.dump() != asn1_certificate(certificate).dump():
        raise SigningRefused("Chữ ký không được ký bằng chứng thư số đã đăng ký của thầy/cô.")
    if not is_whole_file(signature, len(uploaded)):
        raise SigningRefused("Chữ ký không bao trùm toàn bộ tệp.")
    if not _is_allowed(signature, certificate):
        raise SigningRefused("Thuật toán của chữ ký này không được phép dùng.")
    # The certificate is the registered one, so nobody has to be trusted for it here.
    is_intact, is_valid = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    if not (is_intact and is_valid):
        raise SigningRefused("Chữ ký trong tệp không đúng với nội dung.")


def _require_strict(uploaded: bytes, signature: EmbeddedPdfSignature, known: Sequence[x509.Certificate]) -> None:
    """Verification refuses loose bytes and strange certificates below a seal, too: better now than after the others."""
    ders = {each.public_bytes(Encoding.DER) for each in known}
    beside = set(strict_certificates(signature.signed_data))
    if not has_strict_bytes(uploaded, signature, strict_bytes(signature)) or not beside <= ders:
        raise SigningRefused(
            "Chữ ký trong tệp có phần thừa hoặc viết không đúng dạng, về sau không kiểm tra được; "
            "hãy ký lại hoặc dùng phần mềm khác."
        )


def _is_allowed(signature: EmbeddedPdfSignature, certificate: x509.Certificate) -> bool:
    try:
        mechanism = mechanism_of(signature.signer_info["signature_algorithm"])
    except ValueError:
        return False
    return is_allowed_at(certificate, mechanism, datetime.now(TIMEZONE))
