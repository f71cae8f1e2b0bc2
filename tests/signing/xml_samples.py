"""A packet of national records as XML, signed by the school of the cast, by our own code and by signxml as it is."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from cryptography import x509
from lxml import etree  # type: ignore[import-untyped]
from signxml.xades.xades import XAdESSigner

from domain.documents import SignatureField
from interchange.national.packet import Packet
from interchange.national.xml_form import packet_xml
from signing.authority import IssuedKey
from signing.mechanisms import Mechanism, default_mechanism, sign
from signing.xades import sign_xml
from signing.xades_verifier import PacketSigner, XmlVerdict, verify_xml
from tests.clock import freeze_time
from tests.interchange.national.samples import primary, secondary, with_value
from tests.signing.conftest import SIGNED_AT, Cast

CODE: Final = "79000701"  # of the school whose seal the cast holds
HEAD: Final = "079175000013"  # whose key the cast holds as the principal's
PACKET: Final = Packet(
    CODE,
    tuple(
        with_value(with_value(record, "", "matruong", CODE), "", "soddcngiamhieu", HEAD)
        for record in (primary(1), secondary(2))
    ),
)
FIRST: Final = PACKET.records[0].fields
CHECKED_AT: Final = SIGNED_AT + timedelta(hours=1)
DS: Final = "{http://www.w3.org/2000/09/xmldsig#}"
XADES: Final = "{http://uri.etsi.org/01903/v1.3.2#}"


def packet_root(code: str = CODE, head: str = HEAD) -> etree._Element:
    """The packet, with another school or head named throughout."""
    root = packet_xml(PACKET)
    for name, text in (("MaTruong", code), ("matruong", code), ("soddcngiamhieu", head)):
        for element in root.iter(name):
            element.text = text
    return root


def seal_of(cast: Cast) -> IssuedKey:
    return cast.keys[SignatureField.SEAL]


def signed_by(
    key: IssuedKey, mechanism: Mechanism | None = None, *, at: datetime = SIGNED_AT, root: etree._Element = None
) -> bytes:
    chosen = mechanism or default_mechanism(key.certificate)
    document = packet_root() if root is None else root
    return sign_xml(document, key.certificates, chosen, partial(sign, key.private_key, chosen), signed_at=at)


def by_signxml(
    key: IssuedKey,
    at: datetime,
    chain: Sequence[x509.Certificate] = (),
    signer: XAdESSigner | None = None,
    *,
    key_value: bool = False,
) -> bytes:
    """Signed by signxml as it is: random ids, the clock's time, no look at the certificate's dates."""
    certificates = list(chain or key.certificates)
    with freeze_time(at):
        root = (signer or XAdESSigner()).sign(
            packet_root(), key=key.private_key, cert=certificates, always_add_key_value=key_value
        )
    return bytes(etree.tostring(root))


def verdict(
    data: bytes, cast: Cast, at: datetime = CHECKED_AT, signer: PacketSigner = PacketSigner.SCHOOL
) -> XmlVerdict:
    return verify_xml(data, cast.roots, at=at, signer=signer)
