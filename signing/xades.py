"""The signature on a packet of national records: enveloped XAdES-B-B (ETSI EN 319 132-1), made in two phases.

Like a PDF's, the signature may be made anywhere and take minutes: what stands between the phases is plain stored
state. One XML carries exactly one signature, over the whole root element; a second would break the first.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from lxml import etree  # type: ignore[import-untyped]
from signxml.util import SigningSettings
from signxml.xades.xades import XAdESDataObjectFormat, XAdESSigner

from signing.errors import SigningFailed, SigningRefused
from signing.mechanisms import Mechanism, signature_fits
from signing.xades_verifier import (
    DIGESTS,
    MAX_BYTES,
    METHODS,
    SIGNATURE,
    TOO_LARGE,
    XADES,
    attempt,
    is_intact,
    taken_apart,
)

_SIGNATURE_VALUE = "{http://www.w3.org/2000/09/xmldsig#}SignatureValue"
_HOLE = b"<ds:SignatureValue/>"
_VALUE_BYTES = 1024  # the longest value, in base64
_FORMAT = XAdESDataObjectFormat(Description="Học bạ số", MimeType="text/xml")


@dataclass(frozen=True)
class PreparedXml:
    """A document waiting for one signature value; every part can be stored.

    `xml` is complete but for an empty ds:SignatureValue; `to_be_signed` is its ds:SignedInfo, canonical (UTF-8).
    """

    xml: bytes
    mechanism: Mechanism
    to_be_signed: bytes


def prepare_xml(
    root: etree._Element, chain: Sequence[x509.Certificate], mechanism: Mechanism, signed_at: datetime
) -> PreparedXml:
    """The document with a signature that lacks its value. The same input gives the same bytes; `root` stays as it is.

    `root` has an Id; `chain` is leaf first, without the root; `signed_at` is aware and cut to the second.
    Raises SigningRefused if the document is signed already or too large, or the certificate is not valid at that time.
    """
    if root.find(f".//{SIGNATURE}") is not None:
        raise SigningRefused("Tệp XML đã có chữ ký, không thể ký thêm.")
    if not chain[0].not_valid_before_utc <= signed_at <= chain[0].not_valid_after_utc:
        raise SigningRefused("Chứng thư số chưa có hiệu lực hoặc đã hết hạn vào thời điểm ký.")
    key = _AbsentKey()
    signer = _Signer(mechanism, signed_at)
    # signxml asks for a key and only ever calls what _AbsentKey has.
    signed = signer.sign(root, key=key, cert=list(chain), always_add_key_value=False)  # type: ignore[arg-type]
    signed.find(f"{SIGNATURE}/{_SIGNATURE_VALUE}").text = None
    xml: bytes = etree.tostring(signed, encoding="UTF-8", xml_declaration=True)
    if len(xml) + _VALUE_BYTES > MAX_BYTES:
        raise SigningRefused(TOO_LARGE)
    return PreparedXml(xml, mechanism, key.asked[0])


def embed_xml(prepared: PreparedXml, chain: Sequence[x509.Certificate], raw: bytes) -> bytes:
    """The signed document. A pure function: the same prepared document and value give the same bytes.

    `raw` is the signature of `to_be_signed`, ECDSA in DER; XML wants r and s side by side (XML Signature 1.1, 6.4.3).
    Raises SigningFailed if the value is not this certificate's signature, or the prepared state does not hold together.
    """
    if not signature_fits(chain[0], prepared.mechanism, raw, prepared.to_be_signed):
        raise SigningFailed("Chữ ký nhận được không khớp với chứng thư số của người ký.")
    value = b64encode(_xml_value(chain[0], raw))
    xml = prepared.xml.replace(_HOLE, b"<ds:SignatureValue>" + value + b"</ds:SignatureValue>")
    signed = attempt(lambda: taken_apart(xml))
    if signed is None or signed.certificates != tuple(chain) or not is_intact(signed):
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
            data_object_format=_FORMAT, signature_algorithm=METHODS[mechanism], digest_algorithm=DIGESTS[mechanism]
        )
        self._signed_at = signed_at.astimezone(UTC).isoformat(timespec="seconds")

    def add_signing_time(
        self, signed_signature_properties: etree._Element, sig_root: etree._Element, signing_settings: SigningSettings
    ) -> None:
        super().add_signing_time(signed_signature_properties, sig_root, signing_settings)
        signed_signature_properties.find(f"{XADES}SigningTime").text = self._signed_at

    def _get_token(self, length: int = 4) -> str:
        # Every id it goes into has a prefix of its own, and there is one signature in a file.
        return "0" * length


def _xml_value(certificate: x509.Certificate, raw: bytes) -> bytes:
    key = certificate.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey):
        return raw
    length = (key.curve.key_size + 7) // 8
    return b"".join(number.to_bytes(length, "big") for number in decode_dss_signature(raw))
