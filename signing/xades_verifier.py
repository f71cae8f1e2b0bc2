"""Whether the school of a packet of national records, or its head, signed all of it (XAdES-B-B, ETSI EN 319 132-1).

There is no timestamp in B-B: a certificate is judged at the time its signer claims.
"""

import copy
import logging
import re
from base64 import b64decode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeVar

from cryptography import x509
from lxml import etree  # type: ignore[import-untyped]
from pyhanko_certvalidator import CertificateValidator, ValidationContext
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from signxml.xades.xades import XAdESSignatureConfiguration, XAdESVerifier

from signing.authority import subject_id
from signing.cms_template import asn1_certificate
from signing.coroutines import run_coroutine
from signing.mechanisms import Mechanism, is_allowed_at

# signxml writes all it canonicalises, which is whole records, to its debug log.
logging.getLogger("signxml").setLevel(logging.WARNING)

MAX_BYTES = 1 << 20  # a class of 45 has some 800 KB
MAX_CHAIN = 8  # certificates; finding a path through more takes time that a stranger should not have
ROOT = "HocBa"
SCHOOL_CODE = "TruongHoc/MaTruong"  # where the packet names its school
RECORDS = "DanhSachHocBa/*"
UNREADABLE = "Tệp không phải là gói tin học bạ XML nguyên vẹn có đúng một chữ ký số."
TOO_LARGE = f"Tệp quá lớn: gói tin học bạ đã ký có nhiều nhất {MAX_BYTES >> 20} MB; hãy chia thành nhiều gói tin."
ALTERED = "Nội dung đã ký đã bị thay đổi, hoặc chữ ký số không đúng."
LATER = "Thời điểm ký đã khai nằm sau thời điểm kiểm tra."
UNTRUSTED = "Chứng thư số không do tổ chức được tin cậy cấp, hoặc không có hiệu lực vào thời điểm ký đã khai."
OTHER_SCHOOL = "Chứng thư số không phải của trường được ghi trong gói tin và trong mọi học bạ của gói tin."
OTHER_HEAD = "Chứng thư số không phải của người đứng đầu nhà trường được ghi trong mọi học bạ của gói tin."
WEAK = "Thuật toán hoặc độ dài khoá của chữ ký không được chấp nhận vào thời điểm ký đã khai."

XADES = "{http://uri.etsi.org/01903/v1.3.2#}"
SIGNATURE = "{http://www.w3.org/2000/09/xmldsig#}Signature"
_METHOD_NAMES = {"rsa": "RSA_{}", "rsassa_pss": "{}_RSA_MGF1", "ecdsa": "ECDSA_{}"}
METHODS = {each: SignatureMethod[_METHOD_NAMES[each.scheme].format(each.digest.upper())] for each in Mechanism}
_MECHANISMS = {method.value: each for each, method in METHODS.items()}
DIGESTS = {each: DigestAlgorithm[each.digest.upper()] for each in Mechanism}
_PERSONAL_ID = re.compile(r"[0-9]{12}")
T = TypeVar("T")


class PacketSigner(StrEnum):
    """Who signs a packet; the Ministry has not said which."""

    SCHOOL = "school"
    HEAD = "head"


@dataclass(frozen=True)
class XmlVerdict:
    """What a verification found; `reason` (Vietnamese) is empty if all holds.

    `packet` is the root element without its signature, exactly what was signed; None unless all holds.
    """

    reason: str
    certificate: x509.Certificate | None = None
    signed_at: datetime | None = None
    packet: etree._Element | None = None

    @property
    def holds(self) -> bool:
        return not self.reason


@dataclass(frozen=True)
class SignedXml:
    """A document taken apart; nothing of it is proven yet."""

    root: etree._Element
    packet: etree._Element
    properties: etree._Element
    key_info: etree._Element
    certificates: tuple[x509.Certificate, ...]
    mechanism: Mechanism | None
    signer_id: str
    signed_at: datetime


def verify_xml(
    data: bytes, roots: Sequence[x509.Certificate], *, at: datetime, signer: PacketSigner = PacketSigner.SCHOOL
) -> XmlVerdict:
    """Whether the school that the packet names, or the head that all its records name, signed all of it.

    Needs no network and no clock; raises nothing. `at` (aware) is a time by which the file existed: now, or an earlier
    one that is proven. The certificate is judged at the claimed signing time, without revocation data: XAdES-B-B
    carries none.
    """
    if len(data) > MAX_BYTES:
        return XmlVerdict(TOO_LARGE)
    signed = attempt(lambda: taken_apart(data))
    if signed is None:
        return XmlVerdict(UNREADABLE)
    reason = _failure(signed, roots, at) or _misfit(signed, signer)
    return XmlVerdict(reason, signed.certificates[0], signed.signed_at, None if reason else signed.packet)


def attempt(work: Callable[[], T]) -> T | None:
    """The work's result; None if it fails in any way whatever."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - bytes made to deceive make parsers raise anything, and a verdict is owed for each
        return None


def taken_apart(data: bytes) -> SignedXml:
    root = etree.fromstring(data, _parser())
    document = root.getroottree()
    # Nothing may stand beside the packet: no DTD, and no instruction that makes a browser show something else.
    if root.tag != ROOT or document.docinfo.doctype or document.xpath("count(/node())") != 1:
        raise ValueError(root.tag)
    (signature,) = root.iter(SIGNATURE)
    signed_info, _, key_info, container = signature
    # Two algorithms and three references: signxml would hash the file anew for each of a thousand more.
    _, method, _, _, _ = signed_info
    (qualifying,) = container
    (properties,) = qualifying
    packet = copy.deepcopy(root)
    packet.remove(packet.find(SIGNATURE))
    chain = _certificates(key_info)
    return SignedXml(
        root,
        packet,
        properties,
        key_info,
        certificates=chain,
        mechanism=_MECHANISMS.get(method.get("Algorithm")),
        signer_id=subject_id(chain[0]),
        signed_at=_claimed_time(properties),
    )


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, load_dtd=False, no_network=True, huge_tree=False)


def _certificates(key_info: etree._Element) -> tuple[x509.Certificate, ...]:
    (x509_data,) = key_info
    if len(x509_data) > MAX_CHAIN:
        raise ValueError(len(x509_data))
    return tuple(x509.load_der_x509_certificate(b64decode(each.text)) for each in x509_data)


def _claimed_time(properties: etree._Element) -> datetime:
    claimed = datetime.fromisoformat(properties.findtext(f"{XADES}SignedSignatureProperties/{XADES}SigningTime"))
    if claimed.tzinfo is None:
        raise ValueError(claimed)
    return claimed


def _failure(signed: SignedXml, roots: Sequence[x509.Certificate], at: datetime) -> str:
    """The first reason not to accept it; empty if there is none."""
    if signed.mechanism is None or not is_intact(signed):
        return ALTERED
    if signed.signed_at > at:
        return LATER
    if not attempt(lambda: run_coroutine(_has_trusted_chain(signed, roots))):
        return UNTRUSTED
    if not is_allowed_at(signed.certificates[0], signed.mechanism, signed.signed_at):
        return WEAK
    return ""


def _misfit(signed: SignedXml, signer: PacketSigner) -> str:
    """Why it is not the signer's whom the packet names, and each record exactly once; empty if it is."""
    records, mine = signed.packet.findall(RECORDS), [signed.signer_id]
    if signer is PacketSigner.HEAD:
        is_person = bool(records) and _PERSONAL_ID.fullmatch(signed.signer_id) is not None
        return "" if is_person and all(_said(each, "soddcngiamhieu") == mine for each in records) else OTHER_HEAD
    is_school = bool(records) and bool(signed.signer_id) and _said(signed.packet, SCHOOL_CODE) == mine
    return "" if is_school and all(_said(each, "matruong") == mine for each in records) else OTHER_SCHOOL


def _said(element: etree._Element, path: str) -> list[str | None]:
    return [each.text for each in element.iterfind(path)]


def is_intact(signed: SignedXml) -> bool:
    """Whether the first certificate's key signed the whole packet, SignedProperties and KeyInfo, and nothing else."""
    # A reference says by an id what it covers, and ids can be made to point elsewhere: compare what was really hashed.
    # Comments are left out of a hash, so a document with any differs from it.
    return bool(attempt(lambda: _hashed(signed) == _canonical(signed.packet, signed.properties, signed.key_info)))


def _canonical(*parts: etree._Element) -> list[bytes]:
    return [etree.tostring(part, method="c14n") for part in parts]


def _hashed(signed: SignedXml) -> list[bytes]:
    """What the references cover, in order; raises whatever signxml does if the signature does not hold."""
    config = XAdESSignatureConfiguration(
        location="./",
        expect_references=3,
        signature_methods=frozenset(METHODS.values()),
        digest_algorithms=frozenset(DIGESTS.values()),
        # signxml checks the dates of this one certificate; they are judged with the whole chain's instead.
        verification_time=signed.certificates[0].not_valid_before_utc,
    )
    results = XAdESVerifier().verify(
        signed.root, x509_cert=signed.certificates[0], parser=_parser(), expect_config=config
    )
    return [result.signed_data for result in results]


async def _has_trusted_chain(signed: SignedXml, roots: Sequence[x509.Certificate]) -> bool:
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
