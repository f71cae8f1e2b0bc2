"""PyHanko's own SimpleSigner over one of our keys, for attackers and comparisons."""

from asn1crypto.keys import PrivateKeyInfo
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pyhanko.sign.signers.pdf_cms import SimpleSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from signing.authority import IssuedKey
from signing.cms_template import asn1_certificate


def simple_signer(key: IssuedKey) -> SimpleSigner:
    der = key.private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(asn1_certificate(each) for each in key.certificates[1:])
    return SimpleSigner(asn1_certificate(key.certificate), PrivateKeyInfo.load(der), store, embed_roots=False)
