"""The bytes of a signature itself, which no signature covers: they must be exactly what our own signing writes.

A signature leaves a hole for itself (/Contents). The CMS in it holds parts that its signature does not protect, and
padding behind it; whoever changes those changes nothing that is signed, but has altered the file all the same.
"""

from asn1crypto import cms
from cryptography import x509
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from signing.cms_template import cms_template, with_timestamp
from signing.mechanisms import mechanism_of

_BYTE_RANGE_LENGTH = 4


def is_whole_file(signature: EmbeddedPdfSignature, file_length: int) -> bool:
    """Whether the signature covers the file from its first byte to its last, but for its own hole."""
    ranges = _ranges(signature)
    return ranges is not None and ranges[2] + ranges[3] == file_length


def has_expected_bytes(pdf: bytes, signature: EmbeddedPdfSignature) -> bool:
    """Whether the hole is the CMS that pyHanko would build of the same parts, in capital hex, padded with zeros."""
    ranges = _ranges(signature)
    if ranges is None:
        return False
    hole = pdf[ranges[1] : ranges[2]]
    if hole[:1] != b"<" or hole[-1:] != b">":
        return False
    written = _rebuilt(signature).hex().upper().encode()
    return hole[1:-1] == written.ljust(len(hole) - 2, b"0")


def _ranges(signature: EmbeddedPdfSignature) -> tuple[int, int, int, int] | None:
    """The four numbers of /ByteRange, or None if they are not two ranges from the first byte around one hole."""
    ranges = [int(number) for number in signature.byte_range]
    if len(ranges) != _BYTE_RANGE_LENGTH or ranges[0] != 0:
        return None
    first, length, start, rest = ranges
    hole = len(signature.pkcs7_content) * 2 + 2
    return (first, length, start, rest) if start == length + hole and rest > 0 else None


def _rebuilt(signature: EmbeddedPdfSignature) -> bytes:
    # Leaf and chain in the order in which pyHanko writes them: the signer's first.
    leaf = x509.load_der_x509_certificate(signature.signer_cert.dump())
    above = [x509.load_der_x509_certificate(each.dump()) for each in signature.other_embedded_certs]
    mechanism = mechanism_of(signature.signer_info["signature_algorithm"])
    template = cms_template((leaf, *above), mechanism)
    built = template.complete(signature.compute_digest(), signature.signer_info["signature"].native)
    token = timestamp_token(signature.signer_info)
    return built if token is None else with_timestamp(built, token)


def timestamp_token(signer_info: cms.SignerInfo) -> bytes | None:
    """The time stamp of a signature, DER; None if it has none, or not exactly one."""
    attributes = [each for each in signer_info["unsigned_attrs"] if each["type"].native == "signature_time_stamp_token"]
    tokens = [value for attribute in attributes for value in attribute["values"]]
    return bytes(tokens[0].dump()) if len(tokens) == 1 else None
