"""Signature mechanisms: how a certificate's key signs, how a raw signature is checked, what CMS calls it.

RSA signs with PKCS#1 v1.5 unless told otherwise, as the remote services on the market do; PSS is ready beside it.
What is allowed, and until when, is a policy of its own: `domain.algorithms`.
"""

from datetime import datetime
from enum import StrEnum

from asn1crypto.algos import SignedDigestAlgorithm
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from domain.algorithms import is_allowed
from domain.calendar import day_of
from signing.errors import SigningFailed

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
UNKNOWN_KEY = "Loại khoá trong chứng thư số chưa được hỗ trợ (cần RSA hoặc ECDSA)."
_HASHES: dict[str, type[hashes.SHA256 | hashes.SHA384 | hashes.SHA512]] = {
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}
_PSS = "rsassa_pss"


class Mechanism(StrEnum):
    """Digest and scheme; without PSS the names are those of RFC 5754, as asn1crypto writes them."""

    RSA_PKCS1 = "sha256_rsa"
    RSA_PKCS1_SHA384 = "sha384_rsa"
    RSA_PKCS1_SHA512 = "sha512_rsa"
    RSA_PSS = "sha256_rsassa_pss"
    RSA_PSS_SHA384 = "sha384_rsassa_pss"
    RSA_PSS_SHA512 = "sha512_rsassa_pss"
    ECDSA = "sha256_ecdsa"
    ECDSA_SHA384 = "sha384_ecdsa"
    ECDSA_SHA512 = "sha512_ecdsa"

    @property
    def digest(self) -> str:
        """Name of the hash function, as hashlib and asn1crypto write it."""
        return self.value.partition("_")[0]

    @property
    def scheme(self) -> str:
        """`rsa` (PKCS#1 v1.5), `rsassa_pss` or `ecdsa`."""
        return self.value.partition("_")[2]

    @property
    def digest_bytes(self) -> int:
        return _HASHES[self.digest].digest_size

    @property
    def hash(self) -> hashes.HashAlgorithm:
        return _HASHES[self.digest]()


def default_mechanism(certificate: x509.Certificate) -> Mechanism:
    """A digest as strong as the key (RFC 5656 section 6.2.1). Raises SigningFailed for other keys than RSA and EC."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return Mechanism.RSA_PKCS1
    if isinstance(key, ec.EllipticCurvePublicKey):
        return Mechanism.ECDSA if key.key_size < 384 else Mechanism.ECDSA_SHA384  # noqa: PLR2004 - bits of P-384
    raise SigningFailed(UNKNOWN_KEY)


def cms_algorithm(mechanism: Mechanism) -> SignedDigestAlgorithm:
    """RFC 5754; for PSS RFC 4056, with a salt as long as the digest (RFC 4055 section 3.1)."""
    if mechanism.scheme != _PSS:
        return SignedDigestAlgorithm({"algorithm": mechanism.value})
    parameters = {
        "hash_algorithm": {"algorithm": mechanism.digest},
        "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": mechanism.digest}},
        "salt_length": mechanism.digest_bytes,
    }
    return SignedDigestAlgorithm({"algorithm": _PSS, "parameters": parameters})


def mechanism_of(algorithm: SignedDigestAlgorithm) -> Mechanism:
    """What a CMS names. Raises ValueError for anything that is not among ours."""
    name = algorithm["algorithm"].native
    if name == _PSS:
        name = f"{algorithm['parameters']['hash_algorithm']['algorithm'].native}_{_PSS}"
    return Mechanism(name)


def key_bits(certificate: x509.Certificate) -> int:
    """Length of the certificate's key; 0 for other keys than RSA and EC."""
    key = certificate.public_key()
    return key.key_size if isinstance(key, rsa.RSAPublicKey | ec.EllipticCurvePublicKey) else 0


def is_allowed_at(certificate: x509.Certificate, mechanism: Mechanism, at: datetime) -> bool:
    """Whether policy accepts a signature by this key made then (`domain.algorithms`); `at` is aware."""
    on = day_of(at)
    return is_allowed(mechanism.scheme, mechanism.digest, key_bits(certificate), on)


def signature_bytes(certificate: x509.Certificate) -> int:
    """Largest length of a raw signature by this certificate's key."""
    key = certificate.public_key()
    if isinstance(key, ec.EllipticCurvePublicKey):
        coordinate = (key.curve.key_size + 7) // 8
        return 2 * (coordinate + 3) + (2 if coordinate <= 60 else 3)  # noqa: PLR2004 - DER lengths up to 127 take one byte
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size // 8
    raise SigningFailed(UNKNOWN_KEY)


def sign(key: PrivateKey, mechanism: Mechanism, to_be_signed: bytes) -> bytes:
    """Raw signature over the digest of the bytes; ECDSA in DER as PDF wants it."""
    if isinstance(key, ec.EllipticCurvePrivateKey):
        return key.sign(to_be_signed, ec.ECDSA(mechanism.hash))
    return key.sign(to_be_signed, _padding(mechanism), mechanism.hash)


def signature_fits(certificate: x509.Certificate, mechanism: Mechanism, raw: bytes, to_be_signed: bytes) -> bool:
    """Whether the certificate's own key made this raw signature over these bytes."""
    key, is_curve = certificate.public_key(), mechanism.scheme == "ecdsa"
    try:
        if isinstance(key, ec.EllipticCurvePublicKey) and is_curve:
            key.verify(raw, to_be_signed, ec.ECDSA(mechanism.hash))
        elif isinstance(key, rsa.RSAPublicKey) and not is_curve:
            key.verify(raw, to_be_signed, _padding(mechanism), mechanism.hash)
        else:
            return False
    except InvalidSignature:
        return False
    return True


def _padding(mechanism: Mechanism) -> padding.AsymmetricPadding:
    match mechanism.scheme:
        case "rsa":
            return padding.PKCS1v15()
        case "rsassa_pss":
            return padding.PSS(mgf=padding.MGF1(mechanism.hash), salt_length=mechanism.digest_bytes)
        case _:
            raise SigningFailed("Thuật toán ký không khớp với khoá RSA.")
