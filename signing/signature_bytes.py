"""The bytes of a signature itself, which it does not cover: whether they can be any others.

A signature leaves a hole for itself (/Contents). The CMS in it has parts that nothing protects, and zeros behind it;
whoever changes those changes nothing that is signed, but has altered the file all the same. So a CMS is put together
anew, in strict DER, from what is signed or checked with the signature, and must come out as it is.
Freedoms remain where no later signature or evidence covers the hole: of an ECDSA signature (r, s) everybody can make
(r, n - s), and other programs may write absent parameters of an algorithm as NULL. A time stamp on the signature ends
the first one, but has both itself.
"""

from functools import cache, partial

from asn1crypto import cms
from asn1crypto.algos import DigestAlgorithm, DigestAlgorithmId, SignedDigestAlgorithmId
from asn1crypto.core import Integer, Null, ObjectIdentifier, OctetString
from asn1crypto.core import Sequence as Asn1Sequence
from asn1crypto.parser import emit
from asn1crypto.x509 import Certificate
from pyhanko.sign.general import extract_signer_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.cms_outline import certificates_in, outline
from signing.mechanisms import Mechanism, cms_algorithm
from signing.remembered import remembered
from signing.tokens import DIGEST_BYTES, as_read, sequence_of, signed_data

_BYTE_RANGE_LENGTH = 4
_UNIVERSAL, _CONTEXT = 0, 2
_PRIMITIVE, _CONSTRUCTED = 0, 1
_BIT_STRING, _SET = 3, 17


def covered_length(signature: EmbeddedPdfSignature) -> int:
    """Length of the file when the signature was made, its own hole included; 0 if its /ByteRange is out of shape."""
    ranges = _ranges(signature)
    return 0 if ranges is None else ranges[2] + ranges[3]


def is_whole_file(signature: EmbeddedPdfSignature, file_length: int) -> bool:
    """Whether the signature covers the file from its first byte to its last, but for its own hole."""
    return covered_length(signature) == file_length


def strict_bytes(signature: EmbeddedPdfSignature) -> bytes:
    """The CMS as it would stand in strict DER, b"" if it is none; its only unsigned attribute may be one time stamp."""
    return _strict(signature.signed_data, timestamp_token(signature.signer_info))


def has_strict_bytes(
    pdf: bytes, signature: EmbeddedPdfSignature, strict: bytes, *, only_capitals: bool = False
) -> bool:
    """Whether the hole is the CMS in `strict_bytes`, in hex (all capital or all small) and padded with zeros."""
    ranges = _ranges(signature)
    if ranges is None:
        return False
    hole = pdf[ranges[1] : ranges[2]]
    der = strict.hex()
    spellings = [der.upper()] if only_capitals else [der.upper(), der]
    return hole in [b"<%b>" % each.encode().ljust(len(hole) - 2, b"0") for each in spellings]


def has_algorithms_as_we_write_them(signer_info: cms.SignerInfo) -> bool:
    """Whether parameters of algorithms are NULL or absent as in our own signatures, where both would be understood."""
    return {as_read(signer_info[name]) for name in ("digest_algorithm", "signature_algorithm")} <= _our_forms()


def is_strict_token(token: bytes) -> bool:
    """Whether a time-stamp token that can be read is in strict DER, without unsigned attributes."""
    return _strict(signed_data(token), None) == token


def strict_certificates(signed: cms.SignedData) -> list[bytes]:
    """The certificates in a CMS, each in strict DER."""
    own, write = outline(signed), partial(_certificates, signed)
    return remembered.get("strict certificates", own, write) if own else write()


def timestamp_token(signer_info: cms.SignerInfo) -> bytes | None:
    """The time stamp of a signature, DER; None if it has none, or not exactly one."""
    attributes = [each for each in signer_info["unsigned_attrs"] if each["type"].native == "signature_time_stamp_token"]
    tokens = [value for attribute in attributes for value in attribute["values"]]
    return as_read(tokens[0]) if len(tokens) == 1 else None


def _ranges(signature: EmbeddedPdfSignature) -> tuple[int, int, int, int] | None:
    """The four numbers of /ByteRange, or None if they are not two ranges from the first byte around one hole."""
    ranges = [int(number) for number in signature.byte_range]
    if len(ranges) != _BYTE_RANGE_LENGTH or ranges[0] != 0:
        return None
    first, length, start, rest = ranges
    hole = len(signature.pkcs7_content) * 2 + 2
    return (first, length, start, rest) if start == length + hole and rest > 0 else None


def _strict(signed: cms.SignedData, token: bytes | None) -> bytes:
    """As `_rebuilt`, but empty for what cannot be built."""
    try:
        return _rebuilt(signed, token)
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything
        return b""


def _rebuilt(signed: cms.SignedData, token: bytes | None) -> bytes:
    """A ContentInfo (RFC 5652 sections 3 and 5) of what is signed or checked; `token` is all that is unsigned.

    Raises ValueError for algorithms in another form than theirs; errors of any kind for what is no SignedData.
    """
    content = signed["encap_content_info"]
    is_plain = content["content_type"].native == "data" and _is_named(extract_signer_info(signed))
    data = sequence_of(
        Integer(1 if is_plain else 3).dump(),
        _set(as_read(extract_signer_info(signed)["digest_algorithm"])),
        sequence_of(content["content_type"].dump(), _encapsulated(content)),
        _tagged(0, *sorted(strict_certificates(signed))),
        _set(_signer(signed, token)),
    )
    return sequence_of(cms.ContentType("signed_data").dump(), _tagged(0, data))


def _certificates(signed: cms.SignedData) -> list[bytes]:
    return [_certificate(each.chosen) for each in signed["certificates"]]


def _certificate(certificate: Certificate) -> bytes:
    """RFC 5280 section 4.1: of what stands around the signed part, parsers overlook unused bits and the algorithm."""
    signed, value = certificate["tbs_certificate"], certificate["signature_value"].native
    signature = emit(_UNIVERSAL, _PRIMITIVE, _BIT_STRING, b"\x00" + value)
    return sequence_of(as_read(signed), as_read(signed["signature"]), signature)


def _signer(signed: cms.SignedData, token: bytes | None) -> bytes:
    info, certificate = extract_signer_info(signed), certificates_in(signed).signer_cert
    is_named = _is_named(info)
    stamp = sequence_of(cms.CMSAttributeType("signature_time_stamp_token").dump(), _set(token)) if token else b""
    return sequence_of(
        Integer(1 if is_named else 3).dump(),
        _name(certificate) if is_named else emit(_CONTEXT, _PRIMITIVE, 0, certificate.key_identifier),
        _one_of(info["digest_algorithm"], _digest_forms()),
        _tagged(0, info["signed_attrs"].contents),
        _one_of(info["signature_algorithm"], _signature_forms()),
        OctetString(info["signature"].native).dump(),
        _tagged(1, stamp) if token else b"",
    )


def _is_named(info: cms.SignerInfo) -> bool:
    return bool(info["sid"].name == "issuer_and_serial_number")


def _name(certificate: Certificate) -> bytes:
    # From the certificate: asn1crypto compares names without regard to letters' case and spaces.
    return sequence_of(as_read(certificate.issuer.chosen), certificate["tbs_certificate"]["serial_number"].dump())


def _encapsulated(content: cms.EncapsulatedContentInfo) -> bytes:
    is_detached = content["content_type"].native == "data"
    return b"" if is_detached else _tagged(0, OctetString(bytes(content["content"])).dump())


def _one_of(algorithm: Asn1Sequence, forms: frozenset[bytes]) -> bytes:
    der = as_read(algorithm)
    if der not in forms:
        raise ValueError(der)
    return der


@cache
def _digest_forms() -> frozenset[bytes]:
    return frozenset(form for name in DIGEST_BYTES for form in _with_and_without_null(DigestAlgorithmId(name)))


@cache
def _signature_forms() -> frozenset[bytes]:
    plain = [each.value for each in Mechanism if each.scheme != "rsassa_pss"]
    # Many programs name RSA alone here; the digest is named beside it.
    named = [*plain, "rsassa_pkcs1v15"]
    forms = [form for name in named for form in _with_and_without_null(SignedDigestAlgorithmId(name))]
    return frozenset(forms) | {cms_algorithm(each).dump() for each in Mechanism if each.scheme == "rsassa_pss"}


@cache
def _our_forms() -> frozenset[bytes]:
    digests = [DigestAlgorithm({"algorithm": name}) for name in DIGEST_BYTES]
    return frozenset(each.dump() for each in (*digests, *map(cms_algorithm, Mechanism)))


def _with_and_without_null(oid: ObjectIdentifier) -> tuple[bytes, bytes]:
    return sequence_of(oid.dump()), sequence_of(oid.dump(), Null().dump())


def _set(*parts: bytes) -> bytes:
    der: bytes = emit(_UNIVERSAL, _CONSTRUCTED, _SET, b"".join(parts))
    return der


def _tagged(tag: int, *parts: bytes) -> bytes:
    der: bytes = emit(_CONTEXT, _CONSTRUCTED, tag, b"".join(parts))
    return der
