"""The CMS of a signature as a template: pyHanko builds one per certificate and length, every further one is spliced.

For one certificate chain and mechanism two equally long CMS of a PAdES B-B signature differ only in the message digest
and the signature value (ETSI EN 319 142-1: content-type, message-digest and signing-certificate-v2 are signed; the
time stands in the PDF's /M). Building the ASN.1 is half the cost of a signature, so it is done once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import cms
from asn1crypto.x509 import Certificate as Asn1Certificate
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.coroutines import run_coroutine
from signing.errors import SigningFailed
from signing.mechanisms import Mechanism, cms_algorithm, signature_bytes

# Values that cannot occur by chance in the rest of the structure, to find the two places to splice.
_DIGEST_MARK = bytes(range(0xA0, 0xE0))


@dataclass(frozen=True)
class CmsTemplate:
    """`attrs` is the DER of the signed attributes as a SET (RFC 5652 section 5.4), the bytes that are signed."""

    certificates: tuple[x509.Certificate, ...]
    mechanism: Mechanism
    attrs: bytes
    digest_at: int
    cms: bytes
    cms_digest_at: int
    cms_signature_at: int
    signature_length: int

    @property
    def hex_length(self) -> int:
        """Room the CMS needs between < and >, in hex characters."""
        return 2 * len(self.cms)

    def signed_attributes(self, document_digest: bytes) -> bytes:
        """The bytes to be signed for a document with this digest."""
        if len(document_digest) != self.mechanism.digest_bytes:
            raise SigningFailed("Mã băm của tài liệu không đúng độ dài.")
        return _spliced(self.attrs, self.digest_at, document_digest)

    def complete(self, document_digest: bytes, raw: bytes) -> bytes:
        """DER of the CMS with this digest and signature value."""
        if len(raw) != self.signature_length:
            # An ECDSA signature's DER varies by a byte or two, and with it every length around it.
            return cms_template(self.certificates, self.mechanism, len(raw)).splice(document_digest, raw)
        return self.splice(document_digest, raw)

    def splice(self, document_digest: bytes, raw: bytes) -> bytes:
        """The template with both values put in. Raises SigningFailed when a length differs."""
        if len(raw) != self.signature_length or len(document_digest) != self.mechanism.digest_bytes:
            raise SigningFailed("Độ dài chữ ký khác với khuôn, không thể ghép.")
        return _spliced(_spliced(self.cms, self.cms_digest_at, document_digest), self.cms_signature_at, raw)


@lru_cache(maxsize=256)
def cms_template(
    certificates: tuple[x509.Certificate, ...], mechanism: Mechanism, signature_length: int | None = None
) -> CmsTemplate:
    """The template for a chain (leaf first, root left out), built once per process, chain and length.

    `signature_length` is the longest that the key makes, unless told otherwise.
    """
    length = signature_length or signature_bytes(certificates[0])
    mark = bytes([0xA5, 0x5A]) * length
    raw = mark[:length]
    digest = _DIGEST_MARK[: mechanism.digest_bytes]
    attrs = build_attributes(certificates, mechanism, digest)
    der = build_cms(certificates, mechanism, attrs, raw)
    return CmsTemplate(
        certificates=certificates,
        mechanism=mechanism,
        attrs=attrs,
        digest_at=_only_place(attrs, digest),
        cms=der,
        cms_digest_at=_only_place(der, digest),
        cms_signature_at=_only_place(der, raw),
        signature_length=length,
    )


def build_attributes(certificates: Sequence[x509.Certificate], mechanism: Mechanism, digest: bytes) -> bytes:
    """Signed attributes as pyHanko makes them, DER as a SET."""
    signer = external_signer(certificates, mechanism)
    attributes: cms.CMSAttributes = run_coroutine(signer.signed_attrs(digest, mechanism.digest, use_pades=True))
    return bytes(attributes.dump())


def build_cms(certificates: Sequence[x509.Certificate], mechanism: Mechanism, attrs: bytes, raw: bytes) -> bytes:
    """A whole CMS as pyHanko makes it, DER."""
    signer = external_signer(certificates, mechanism, raw)
    attributes = cms.CMSAttributes.load(attrs)
    building = signer.async_sign_prescribed_attributes(mechanism.digest, signed_attrs=attributes)
    built: cms.ContentInfo = run_coroutine(building)
    return bytes(built.dump())


def with_timestamp(der: bytes, token: bytes) -> bytes:
    """The CMS with a time stamp of its signature value as its only unsigned attribute (RFC 3161, appendix A)."""
    content = cms.ContentInfo.load(der)
    attribute = {"type": "signature_time_stamp_token", "values": [cms.ContentInfo.load(token)]}
    content["content"]["signer_infos"][0]["unsigned_attrs"] = [cms.CMSAttribute(attribute)]
    return bytes(content.dump())


def external_signer(
    certificates: Sequence[x509.Certificate], mechanism: Mechanism, raw: bytes | None = None
) -> ExternalSigner:
    """A signer of pyHanko's for a key that is elsewhere."""
    leaf, *above = (asn1_certificate(each) for each in certificates)
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(above)
    algorithm = cms_algorithm(mechanism)
    value = raw if raw is not None else signature_bytes(certificates[0])
    return ExternalSigner(leaf, store, signature_value=value, signature_mechanism=algorithm, embed_roots=False)


def asn1_certificate(certificate: x509.Certificate) -> Asn1Certificate:
    return Asn1Certificate.load(certificate.public_bytes(Encoding.DER))


def _only_place(der: bytes, mark: bytes) -> int:
    if der.count(mark) != 1:
        raise SigningFailed("Không dựng được khuôn chữ ký.")
    return der.index(mark)


def _spliced(der: bytes, at: int, value: bytes) -> bytes:
    return der[:at] + value + der[at + len(value) :]
