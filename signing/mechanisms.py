"""Signature mechanisms: how a certificate's key signs, how a raw signature is checked, what CMS calls it.

Circular 15/2025/TT-BKHCN, annexes I and II: RSA of at least 2048 bits or ECDSA of at least 256, SHA-2.
RSA signs with PKCS#1 v1.5 unless told otherwise, as the remote services on the market do; PSS is ready beside it.
"""

from enum import StrEnum
from typing import assert_never

from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from signing.errors import SigningFailed

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
DIGEST = "sha256"
SALT_BYTES = 32  # RFC 4055 section 3.1: the salt is as long as the digest


class Mechanism(StrEnum):
    """Names are those of RFC 5754 and RFC 4056, as asn1crypto writes them."""

    RSA_PKCS1 = "sha256_rsa"
    RSA_PSS = "rsassa_pss"
    ECDSA = "sha256_ecdsa"


def default_mechanism(certificate: x509.Certificate) -> Mechanism:
    """Raises SigningFailed for a key that is neither RSA nor on an elliptic curve."""
    match certificate.public_key():
        case rsa.RSAPublicKey():
            return Mechanism.RSA_PKCS1
        case ec.EllipticCurvePublicKey():
            return Mechanism.ECDSA
        case _:
            raise SigningFailed("Loại khoá trong chứng thư số chưa được hỗ trợ (cần RSA hoặc ECDSA).")


def cms_algorithm(mechanism: Mechanism) -> SignedDigestAlgorithm:
    if mechanism is not Mechanism.RSA_PSS:
        return SignedDigestAlgorithm({"algorithm": mechanism.value})
    mask = {"algorithm": "mgf1", "parameters": {"algorithm": DIGEST}}
    parameters = {
        "hash_algorithm": {"algorithm": DIGEST},
        "mask_gen_algorithm": mask,
        "salt_length": SALT_BYTES,
    }
    return SignedDigestAlgorithm({"algorithm": mechanism.value, "parameters": parameters})


def signature_bytes(certificate: x509.Certificate) -> int:
    """Largest length of a raw signature by this certificate's key."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        coordinate = (key.curve.key_size + 7) // 8
        return 2 * (coordinate + 3) + (2 if coordinate <= 60 else 3)  # noqa: PLR2004 - DER lengths up to 127 take one byte
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size // 8
    raise SigningFailed("Loại khoá trong chứng thư số chưa được hỗ trợ (cần RSA hoặc ECDSA).")


def sign(key: PrivateKey, mechanism: Mechanism, to_be_signed: bytes) -> bytes:
    """Raw signature over the SHA-256 of the bytes; ECDSA in DER as PDF wants it."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(to_be_signed, ec.ECDSA(hashes.SHA256()))
    return key.sign(to_be_signed, _padding(mechanism), hashes.SHA256())


def signature_fits(certificate: x509.Certificate, mechanism: Mechanism, raw: bytes, to_be_signed: bytes) -> bool:
    """Whether the certificate's own key made this raw signature over these bytes."""
    key = certificate.public_key()
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and mechanism is Mechanism.ECDSA:
            key.verify(raw, to_be_signed, ec.ECDSA(hashes.SHA256()))
        elif isinstance(key, rsa.RSAPublicKey) and mechanism is not Mechanism.ECDSA:
            key.verify(raw, to_be_signed, _padding(mechanism), hashes.SHA256())
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _padding(mechanism: Mechanism) -> padding.AsymmetricPadding:
    match mechanism:
        case Mechanism.RSA_PKCS1:
            return padding.PKCS1v15()
        case Mechanism.RSA_PSS:
            return padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=SALT_BYTES)
        case Mechanism.ECDSA:
            raise SigningFailed("Thuật toán ký không khớp với khoá RSA.")
        case _:
            assert_never(mechanism)
