"""What of a CMS is the same for all signatures of one signer, so that it is judged once."""

from functools import partial

from asn1crypto.cms import SignedData, SignerInfo
from asn1crypto.core import Asn1Value, Void
from asn1crypto.x509 import Certificate
from cryptography.exceptions import InvalidSignature
from pyhanko.sign.general import SignedDataCerts, extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.utils import extract_message_digest
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator, SignatureValidationContext

from signing.remembered import Remembered, key_of, remembered

_SIGNED = ("version", "digest_algorithms", "certificates", "crls")
_outlines, _validator = Remembered(16), DefaultSignatureValidator()
_OF_SIGNER = ("version", "digest_algorithm", "signature_algorithm")


def outline(signed: SignedData) -> bytes | None:
    """A key over all of it but what is signed: content, its digest, the value, and what is added unsigned.

    These decide whether the signature fits, and nothing else. None if nothing is signed beside the content, or a time
    stamp of the content is, which is judged by the digest too.
    """
    return _outlines.get("outline", key_of(signed.contents), partial(_outline, signed))


def _outline(signed: SignedData) -> bytes | None:
    info, content = extract_signer_info(signed), signed["encap_content_info"]
    attributes = [(each["type"].native, each) for each in info["signed_attrs"]]
    if not attributes or "content_time_stamp" in dict(attributes):
        return None
    return key_of(
        content["content_type"].native,
        int(isinstance(content["content"], Void)),
        *(_read(signed[name]) for name in _SIGNED),
        *(_read(info[name]) for name in _OF_SIGNER),
        info["sid"].name,
        _read(info["sid"].chosen),
        *(_read(each) for kind, each in attributes if kind != "message_digest"),
    )


def certificates_in(signed: SignedData) -> SignedDataCerts:
    """As pyHanko extracts them: it compares the names of all issuers with the signer's, letter by letter."""
    own = outline(signed)
    found: SignedDataCerts = (
        remembered.get("certificates", own, partial(extract_certificate_info, signed))
        if own
        else extract_certificate_info(signed)
    )
    return found


def fits(signed: SignedData, content_type: str, digest: bytes) -> bool:
    """Whether it is a signature over content of this type and digest by the key of its certificate (RFC 5652, 5.6).

    As pyHanko's `validate_sig_integrity` says it. All that it looks at beside digest and value is looked at once.
    """
    own, info, certificate = outline(signed), extract_signer_info(signed), certificates_in(signed).signer_cert
    if own is None:
        return bool(validate_sig_integrity(info, certificate, content_type, digest) == (True, True))
    key = key_of(own, content_type)
    if not remembered.has("sound", key):
        is_sound = validate_sig_integrity(info, certificate, content_type, digest) == (True, True)
        if is_sound:
            remembered.get("sound", key, lambda: True)
        return is_sound
    return extract_message_digest(info) == digest and _is_signed(info, certificate)


def _is_signed(info: SignerInfo, certificate: Certificate) -> bool:
    algorithm, hashed_by = info["signature_algorithm"], info["digest_algorithm"]["algorithm"].native
    context = SignatureValidationContext(contextual_md_algorithm=hashed_by, prehashed=False)
    attributes, value = info["signed_attrs"].untag().dump(), info["signature"].native
    try:
        _validator.validate_signature(value, attributes, certificate.public_key, algorithm, context=context)
    except InvalidSignature:
        return False
    return True


def _read(value: Asn1Value) -> bytes | None:
    found: bytes | None = value.contents
    return found
