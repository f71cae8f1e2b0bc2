"""The school's signature on an exported XML record: enveloped XAdES-B-B (ETSI EN 319 132-1), made in two phases.

Like a PDF's, the signature may be made anywhere and take minutes: what stands between the phases is plain stored
state. One XML carries exactly one signature, over the whole root element; a second would break the first.
There is no timestamp in B-B: a certificate is judged at the time its signer claims.
"""

import copy
import logging
from base64 import b64decode, b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree  # type: ignore[import-untyped]
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSignatureConfiguration, XAdESSigner, XAdESVerifier

from signing.authority import subject_id
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.errors import SigningFailed, SigningRefused
from signing.mechanisms import Mechanism, signature_fits

# signxml writes all it canonicalises, which is the whole record, to its debug log.
logging.getLogger("signxml").setLevel(logging.WARNING)

MAX_BYTES = 1 << 20  # the longest record has some 20 KB
MAX_CHAIN = 8  # certificates; finding a path through more takes time that a stranger should not have
ROOT = "HocBa"
SCHOOL_CODE = "TruongHoc/MaTruong"  # where the record names its school
UNREADABLE = "Tệp không phải là học bạ XML nguyên vẹn có đúng một chữ ký số."
ALTERED = "Nội dung đã ký đã bị thay đổi, hoặc chữ ký số không đúng."
LATER = "Thời điểm ký đã khai nằm sau thời điểm kiểm tra."
UNTRUSTED = "Chứng thư số không do tổ chức được tin cậy cấp, hoặc không có hiệu lực vào thời điểm ký đã khai."
OTHER_SCHOOL = "Chứng thư số không phải của trường được ghi trong học bạ."

_HOLE = b"<ds:SignatureValue/>"
_XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
_SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_SIGNATURE_VALUE = "{http://www.w3.org/2000/09/xmldsig#}SignatureValue"
_METHOD_NAMES = {"rsa": "RSA_{}", "rsassa_pss": "{}_RSA_MGF1", "ecdsa": "ECDSA_{}"}
_METHODS = {each: SignatureMethod[_METHOD_NAMES[each.scheme].format(each.digest.upper())] for each in Mechanism}
_DIGESTS = {each: DigestAlgorithm[each.digest.upper()] for each in Mechanism}
_FORMAT = XAdESDataObjectFormat(Description="Học bạ số", MimeType="text/xml")
T = TypeVar("T")


@dataclass(frozen=True)
class PreparedXml:
    """A document waiting for one signature value; every part can be stored.

    `xml` is complete but for an empty ds:SignatureValue; `to_be_signed` is its ds:SignedInfo, canonical (UTF-8).
    """

    xml: bytes
    mechanism: Mechanism
    to_be_signed: bytes


@dataclass(frozen=True)
class XmlVerdict:
    """What a verification found; `reason` (Vietnamese) is empty if all holds.

    `record` is the root element without its signature, exactly what was signed; None unless all holds.
    """

    reason: str
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None
    record: etree._Element | None = None

    @property
    def holds(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class _Signed:
    """A document taken apart; nothing of it is proven yet."""

    root: etree._Element
    record: etree._Element
    properties: etree._Element
    key_info: etree._Element
    certificates: tuple[x509.Certificate, ...]
    signer_id: str
    signed_at: datetime


def prepare_xml(
    root: etree._Element, chain: Sequence[x509.Certificate], mechanism: Mechanism, signed_at: datetime
) -> PreparedXml:
    """The document with a signature that lacks its value. The same input gives the same bytes; `root` stays as it is.

    `root` has an Id; `chain` is leaf first, without the root; `signed_at` is aware and cut to the second.
    Raises SigningRefused if the document is signed already or the certificate is not valid at that time.
    """
    if root.find(f".//{_SIGNATURE}") is not None:
        raise SigningRefused("Tệp XML đã có chữ ký, không thể ký thêm.")
    if not chain[0].not_valid_before_utc <= signed_at <= chain[0].not_valid_after_utc:
        raise SigningRefused("Chứng thư số chưa có hiệu lực hoặc đã hết hạn vào thời điểm ký.")
    key = _AbsentKey()
    signer = _Signer(mechanism, signed_at)
    # signxml asks for a key and only ever calls what _AbsentKey has.
    signed = signer.sign(root, key=key, cert=list(chain), always_add_key_value=False)  # type: ignore[arg-type]
    signed.find(f"{_SIGNATURE}/{_SIGNATURE_VALUE}").text = None
    return PreparedXml(etree.tostring(signed, encoding="UTF-8", xml_declaration=True), mechanism, key.asked[0])


def embed_xml(prepared: PreparedXml, chain: Sequence[x509.Certificate], raw: bytes) -> bytes:
    """The signed document. A pure function: the same prepared document and value give the same bytes.

    `raw` is the signature of `to_be_signed`, ECDSA in DER; XML wants r and s side by side (XML Signature 1.1, 6.4.3).
    Raises SigningFailed if the value is not this certificate's signature, or the prepared state does not hold together.
    """
    if not signature_fits(chain[0], prepared.mechanism, raw, prepared.to_be_signed):
        raise SigningFailed("Chữ ký nhận được không khớp với chứng thư số của người ký.")
    value = b64encode(_xml_value(chain[0], raw))
    xml = prepared.xml.replace(_HOLE, b"<ds:SignatureValue>" + value + b"</ds:SignatureValue>")
    signed = _attempt(lambda: _taken_apart(xml))
    if signed is None or signed.certificates != tuple(chain) or not _is_intact(signed):
        raise SigningFailed("Tệp XML đã thay đổi sau khi chuẩn bị ký, hoặc được chuẩn bị cho chứng thư số khác.")
    return xml


def sign_xml(
    root: etree._Element,
    chain: Sequence[x509.Certificate],
    mechanism: Mechanism,
    sign: Callable[[bytes], bytes],
    *,
    signed_at: datetime,
) -> bytes:
    """Both phases at once, for a key at hand; `sign` gives the raw signature of the bytes. Raises as the two do."""
    prepared = prepare_xml(root, chain, mechanism, signed_at)
    return embed_xml(prepared, chain, sign(prepared.to_be_signed))


def verify_xml(data: bytes, roots: Sequence[x509.Certificate], *, at: datetime) -> XmlVerdict:
    """Whether the school that the record names signed all of it. Needs no network and no clock; raises nothing.

    `at` (aware) is a time by which the file existed: now, or an earlier one that is proven. The certificate is judged
    at the claimed signing time, without revocation data: XAdES-B-B carries none.
    """
    signed = _attempt(lambda: _taken_apart(data))
    if signed is None:
        return XmlVerdict(UNREADABLE)
    reason = _failure(signed, roots, at)
    return XmlVerdict(reason, signed.certificates[0], signed.signed_at, None if reason else signed.record)


@dataclass
class _AbsentKey:
    """Stands where signxml wants a private key: notes what it is asked to sign, and answers with any value."""

    asked: list[bytes] = field(default_factory=list)
    key_size = 8  # of the values in the answer

    def sign(self, data: bytes, **_: object) -> bytes:
        self.asked.append(data)
        return encode_dss_signature(1, 1)


class _Signer(XAdESSigner):
    """signxml's signer with our time instead of the clock's, and fixed instead of random ids."""

    def __init__(self, mechanism: Mechanism, signed_at: datetime) -> None:
        super().__init__(
            data_object_format=_FORMAT, signature_algorithm=_METHODS[mechanism], digest_algorithm=_DIGESTS[mechanism]
        )
        self._signed_at = signed_at.astimezone(UTC).isoformat(timespec="seconds")

    def add_signing_time(
        self, signed_signature_properties: etree._Element, sig_root: etree._Element, signing_settings: SigningSettings
    ) -> None:
        super().add_signing_time(signed_signature_properties, sig_root, signing_settings)
        signed_signature_properties.find(f"{_XADES}SigningTime").text = self._signed_at

    def _get_token(self, length: int = 4) -> str:
        # Every id it goes into has a prefix of its own, and there is one signature in a file.
        return "0" * length


def _xml_value(certificate: x509.Certificate, raw: bytes) -> bytes:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return raw
    length = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(length, "big") for number in decode_dss_signature(raw))


def _attempt(work: Callable[[], T]) -> T | None:
    """The work's result; None if it fails in any way whatever."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything, and a verdict is owed for each
        return None


def _taken_apart(data: bytes) -> _Signed:
    if len(data) > MAX_BYTES:
        raise ValueError(len(data))
    root = etree.fromstring(data, _parser())
    document = root.getroottree()
    # Nothing may stand beside the record: no DTD, and no instruction that makes a browser show something else.
    if root.tag != ROOT or document.docinfo.doctype or document.xpath("count(/node())") != 1:
        raise ValueError(root.tag)
    (signature,) = root.iter(_SIGNATURE)
    signed_info, _, key_info, container = signature
    # Two algorithms and three references: signxml would hash the file anew for each of a thousand more.
    _, _, _, _, _ = signed_info
    (qualifying,) = container
    (properties,) = qualifying
    record = copy.deepcopy(root)
    record.remove(record.find(_SIGNATURE))
    chain = _certificates(key_info)
    return _Signed(root, record, properties, key_info, chain, subject_id(chain[0]), _claimed_time(properties))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def _certificates(key_info: etree._Element) -> tuple[x509.Certificate, ...]:
    (x509_data,) = key_info
    if len(x509_data) > MAX_CHAIN:
        raise ValueError(len(x509_data))
    return tuple(x509.load_der_x509_certificate(b64decode(each.text)) for each in x509_data)


def _claimed_time(properties: etree._Element) -> datetime:
    claimed = datetime.fromisoformat(properties.findtext(f"{_XADES}SignedSignatureProperties/{_XADES}SigningTime"))
    if claimed.tzinfo is None:
        raise ValueError(claimed)
    return claimed


def _failure(signed: _Signed, roots: Sequence[x509.Certificate], at: datetime) -> str:
    """The first reason not to accept it; empty if there is none."""
    if not _is_intact(signed):
        return ALTERED
    if signed.signed_at > at:
        return LATER
    if not _attempt(lambda: run_coroutine(_has_trusted_chain(signed, roots))):
        return UNTRUSTED
    return "" if signed.signer_id and signed.signer_id == signed.record.findtext(SCHOOL_CODE) else OTHER_SCHOOL


def _is_intact(signed: _Signed) -> bool:
    """Whether the first certificate's key signed the whole record, SignedProperties and KeyInfo, and nothing else."""
    # A reference says by an id what it covers, and ids can be made to point elsewhere: compare what was really hashed.
    # Comments are left out of a hash, so a document with any differs from it.
    return bool(_attempt(lambda: _hashed(signed) == _canonical(signed.record, signed.properties, signed.key_info)))


def _canonical(*parts: etree._Element) -> list[bytes]:
    return [etree.tostring(part, method="c14n") for part in parts]


def _hashed(signed: _Signed) -> list[bytes]:
    """What the references cover, in order; raises whatever signxml does if the signature does not hold."""
    config = XAdESSignatureConfiguration(
        location="./",
        expect_references=3,
        signature_methods=frozenset(_METHODS.values()),
        digest_algorithms=frozenset(_DIGESTS.values()),
        # signxml checks the dates of this one certificate; they are judged with the whole chain's instead.
        verification_time=signed.certificates[0].not_valid_before_utc,
    )
    results = XAdESVerifier().verify(
        signed.root, x509_cert=signed.certificates[0], parser=_parser(), expect_config=config
    )
    return [result.signed_data for result in results]


async def _has_trusted_chain(signed: _Signed, roots: Sequence[x509.Certificate]) -> bool:
    """True, or whatever error certvalidator has."""
    leaf, *above = (asn1_certificate(each) for each in signed.certificates)
    context = ValidationContext(
        trust_roots=[asn1_certificate(root) for root in roots], moment=signed.signed_at, allow_fetching=False
    )
    try:
        validator = CertificateValidator(leaf, intermediate_certs=above, validation_context=context)
        await validator.async_validate_usage({"non_repudiation"})  # type: ignore[no-untyped-call]
    finally:
        await context.aclose()  # type: ignore[no-untyped-call]
    return True
