"""Key store at rest: one PKCS#12 file per key under its owner's passphrase, its certificates beside it in the open."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from asn1crypto.pkcs12 import Pfx, SafeContents
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12

from domain.errors import Conflict, Invalid
from signing.authority import IssuedKey, write_private
from signing.errors import KeyMissing, WrongPassphrase
from signing.mechanisms import Mechanism, PrivateKey, default_mechanism, sign

# PBKDF2-HMAC-SHA256: about 25 ms to open a key, once per batch, and as much for each guess at the passphrase.
KDF_ROUNDS = 210_000
_KEY_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


@dataclass(frozen=True)
class OpenKey:
    """A private key held in memory, opened once for a whole batch; it shows nothing of itself when printed."""

    certificates: tuple[x509.Certificate, ...]
    mechanism: Mechanism
    _private_key: PrivateKey = field(repr=False, compare=False)

    def sign(self, to_be_signed: bytes) -> bytes:
        """Raw signature over the digest of the bytes."""
        return sign(self._private_key, self.mechanism, to_be_signed)


class KeyStore:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def has(self, key_ref: str) -> bool:
        """Whether the key was saved to the end; the certificates are written last."""
        return self._certificates_path(key_ref).exists() and self._key_path(key_ref).exists()

    def save(self, key_ref: str, issued: IssuedKey, passphrase: str) -> None:
        """Keep a new key under a passphrase. Raises Conflict if the reference is taken, Invalid if it is malformed."""
        if self.has(key_ref):
            raise Conflict("Đã có khoá ký với mã này.")
        if not passphrase:
            raise Invalid("Mật khẩu chữ ký không được để trống.")
        if "\0" in passphrase:  # it could never be opened again
            raise Invalid("Mật khẩu chữ ký có ký tự không dùng được.")
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        encryption = (
            serialization.PrivateFormat.PKCS12.encryption_builder()
            .kdf_rounds(KDF_ROUNDS)
            .key_cert_algorithm(pkcs12.PBES.PBESv2SHA256AndAES256CBC)
            .hmac_hash(hashes.SHA256())
            .build(passphrase.encode())
        )
        # The key alone: certificates are no secret, stand beside it, and would cost a second derivation each time.
        sealed = pkcs12.serialize_key_and_certificates(key_ref.encode(), issued.private_key, None, None, encryption)
        write_private(self._key_path(key_ref), _without_mac(sealed))
        pem = b"".join(each.public_bytes(serialization.Encoding.PEM) for each in issued.certificates)
        write_private(self._certificates_path(key_ref), pem)

    def certificate(self, key_ref: str) -> x509.Certificate:
        """The key's own certificate, without the passphrase. Raises KeyMissing."""
        return self.certificates(key_ref)[0]

    def certificates(self, key_ref: str) -> tuple[x509.Certificate, ...]:
        """The certificate and the chain above it, leaf first, the root left out. Raises KeyMissing."""
        try:
            return tuple(x509.load_pem_x509_certificates(self._certificates_path(key_ref).read_bytes()))
        except (OSError, ValueError) as error:
            raise KeyMissing from error

    def open(self, key_ref: str, passphrase: str, mechanism: Mechanism | None = None) -> OpenKey:
        """Open a key for a batch. Raises KeyMissing or WrongPassphrase; neither says anything of the passphrase."""
        certificates = self.certificates(key_ref)
        try:
            sealed = self._key_path(key_ref).read_bytes()
        except OSError as error:
            raise KeyMissing from error
        if not passphrase or "\0" in passphrase:  # the library would panic or complain of a missing passphrase
            raise WrongPassphrase
        try:
            # The library's own test of an RSA key looks for its primes anew and takes longer than the derivation.
            key = serialization.load_der_private_key(
                _key_bag(sealed), passphrase.encode(), unsafe_skip_rsa_key_validation=True
            )
        except (ValueError, UnsupportedAlgorithm):
            # "from None": the library's own words add nothing, and nothing near the passphrase may travel.
            raise WrongPassphrase from None
        if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            raise KeyMissing
        if not _belongs(key, certificates[0]):
            raise KeyMissing
        return OpenKey(certificates, mechanism or default_mechanism(certificates[0]), key)

    def _key_path(self, key_ref: str) -> Path:
        return self._path(key_ref, ".p12")

    def _certificates_path(self, key_ref: str) -> Path:
        return self._path(key_ref, ".pem")

    def _path(self, key_ref: str, suffix: str) -> Path:
        # References come from the database, but a path must never leave the folder whatever they say.
        if not _KEY_REF.fullmatch(key_ref):
            raise Invalid("Mã khoá ký không hợp lệ.")
        return self._folder / f"{key_ref}{suffix}"


def _without_mac(sealed: bytes) -> bytes:
    """The same PKCS#12 file without its MAC (optional: RFC 7292 section 4).

    The library derives the MAC's key in 2,048 rounds: a hundred guesses at the passphrase for the price of one.
    """
    container = Pfx.load(sealed)
    container["mac_data"] = None
    packed: bytes = container.dump(force=True)
    return packed


def _key_bag(sealed: bytes) -> bytes:
    """The encrypted private key (PKCS#8) of a PKCS#12 file. Raises ValueError when the file is not one of ours."""
    safes = Pfx.load(sealed).authenticated_safe
    bags = [bag for safe in safes for bag in SafeContents.load(safe["content"].native)]
    if len(bags) != 1 or bags[0]["bag_id"].native != "pkcs8_shrouded_key_bag":
        raise ValueError("no encrypted key")
    packed: bytes = bags[0]["bag_value"].untag().dump()
    return packed


def _belongs(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, certificate: x509.Certificate) -> bool:
    """Whether this is the certificate's key, whole: a damaged RSA key could give itself away by what it signs.

    The certificate's modulus is the product of two primes, so any two factors of it are those primes.
    """
    if key.public_key() != certificate.public_key():
        return False
    if not isinstance(key, rsa.RSAPrivateKey):
        return True
    n = key.private_numbers()
    return (
        min(n.p, n.q) > 1
        and n.p * n.q == n.public_numbers.n
        and n.public_numbers.e * n.dmp1 % (n.p - 1) == 1
        and n.public_numbers.e * n.dmq1 % (n.q - 1) == 1
        and n.dmp1 == n.d % (n.p - 1)
        and n.dmq1 == n.d % (n.q - 1)
        and n.q * n.iqmp % n.p == 1
    )
