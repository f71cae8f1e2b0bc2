"""The bytes of a signature itself, which it does not cover: whether they can be any others.

A signature leaves a hole for itself (/Contents). The CMS in it has parts that nothing protects, and zeros behind it;
whoever changes those changes nothing that is signed, but has altered the file all the same. So a CMS is put together
anew, in strict DER, from what is signed or checked with the signature, and must come out as it is.
Two freedoms remain where no later signature or evidence covers the hole: absent parameters of an algorithm may be
written as NULL, and of an ECDSA signature (r, s) everybody can make (r, n - s). A time stamp on the signature ends the
second one.
"""

from collections.abc import Collection
from functools import cache

from asn1crypto import cms
from asn1crypto.algos import DigestAlgorithm, SignedDigestAlgorithm
from asn1crypto.core import Integer, Null, ObjectIdentifier, OctetString
from asn1crypto.core import Sequence as Asn1Sequence
from asn1crypto.parser import emit
from asn1crypto.x509 import Certificate
from pyhanko.sign.general import extract_certificate_info, extract_signer_info
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.mechanisms import Mechanism, cms_algorithm
from signing.tokens import DIGEST_BYTES, as_read, sequence_of

_BYTE_RANGE_LENGTH = 4
_CONTEXT, _CONSTRUCTED, _PRIMITIVE, _UNIVERSAL, _SET = 2, 1, 0, 0, 17
_DATA = cms.ContentType("data")


def covered_length(signature: EmbeddedPdfSignature) -> int:
    """Length of the file when the signature was made, its own hole included; 0 if its /ByteRange is out of shape."""
    ranges = _ranges(signature)
    return 0 if ranges is None else ranges[2] + ranges[3]


def is_whole_file(signature: EmbeddedPdfSignature, file_length: int) -> bool:
    """Whether the signature covers the file from its first byte to its last, but for its own hole."""
    return covered_length(signature) == file_length


def has_expected_bytes(pdf: bytes, signature: EmbeddedPdfSignature, *, is_last: bool) -> bool:
    """Whether the hole is one CMS in strict DER, written in hex and padded with zeros.

    Capital hex, unless a later signature covers the hole: other programs write small letters.
    """
    ranges = _ranges(signature)
    if ranges is None:
        return False
    hole = pdf[ranges[1] : ranges[2]]
    rebuilt = _rebuilt(signature.signed_data, timestamp_token(signature.signer_info)).hex()
    spellings = [rebuilt.upper()] if is_last else [rebuilt.upper(), rebuilt]
    return hole in [b"<%b>" % each.encode().ljust(len(hole) - 2, b"0") for each in spellings]


def is_strict_token(der: bytes) -> bool:
    """Whether a time-stamp token is in strict DER, without unsigned attributes."""
    return _rebuilt(cms.ContentInfo.load(der)["content"], None) == der


def embedded_certificates(signed: cms.SignedData) -> frozenset[bytes]:
    """The certificates in a CMS, DER."""
    return frozenset(_certificates(signed))


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


def _rebuilt(signed: cms.SignedData, token: bytes | None) -> bytes:
    """A ContentInfo (RFC 5652 sections 3 and 5) of what is signed, without anything else; `token` is all unsigned."""
    certificates = _tagged(0, b"".join(sorted(_certificates(signed))))
    signer = _signer(signed, token)
    algorithm = _one_of(signed["digest_algorithms"][0], _digest_forms())
    content = signed["encap_content_info"]["content_type"]
    is_plain = content == _DATA and extract_signer_info(signed)["sid"].name == "issuer_and_serial_number"
    version = Integer(1 if is_plain else 3).dump()
    data = sequence_of(version, _set(algorithm), _encapsulated(signed), certificates, _set(signer))
    return sequence_of(cms.ContentType("signed_data").dump(), _tagged(0, data))


def _signer(signed: cms.SignedData, token: bytes | None) -> bytes:
    info = extract_signer_info(signed)
    signer = extract_certificate_info(signed).signer_cert
    by_name = info["sid"].name == "issuer_and_serial_number"
    stamp = b"" if token is None else _tagged(1, sequence_of(_TIME_STAMP.dump(), _set(token)))
    return sequence_of(
        Integer(1 if by_name else 3).dump(),
        _named(signer) if by_name else emit(_CONTEXT, _PRIMITIVE, 0, signer.key_identifier),
        _one_of(info["digest_algorithm"], _digest_forms()),
        _tagged(0, info["signed_attrs"].contents),
        _one_of(info["signature_algorithm"], _signature_forms()),
        OctetString(info["signature"].native).dump(),
        stamp,
    )
