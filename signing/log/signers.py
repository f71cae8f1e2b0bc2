"""Who signs notes: an Ed25519 key in a file of its owner, with the name under which its public half is known."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from config.secret_files import make_once
from signing.log.errors import LogDamaged
from signing.log.notes import TIME_BYTES, SignatureKind, SignatureLine, VerifierKey, cosigned_text


@dataclass(frozen=True)
class NoteSigner:
    """Signs notes as a log (`sign`) or cosigns another's checkpoints (`cosign`); one key never does both."""

    name: str
    key: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def open(cls, path: Path, name: str) -> Self:
        """The key in the file (PEM, mode 0600), made there on first use. Raises LogDamaged if it cannot be read."""
        if not path.exists():
            make_once(path, _pem(Ed25519PrivateKey.generate()))
        try:
            key = serialization.load_pem_private_key(path.read_bytes(), password=None)
        except ValueError as error:
            raise LogDamaged(f"Tệp khoá của nhật ký bị hỏng: {path}") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise LogDamaged(f"Tệp khoá của nhật ký không chứa khoá Ed25519: {path}")
        return cls(name, key)

    @property
    def log_key(self) -> VerifierKey:
        """What verifies `sign`."""
        return VerifierKey(self.name, SignatureKind.ED25519, self.key.public_key().public_bytes_raw())

    @property
    def cosigner_key(self) -> VerifierKey:
        """What verifies `cosign`."""
        return VerifierKey(self.name, SignatureKind.COSIGNATURE, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> SignatureLine:
        """A signature line over a note's text, which ends with a newline."""
        return SignatureLine(self.name, self.log_key.key_id, self.key.sign(text.encode()))

    def cosign(self, text: str, at: datetime) -> SignatureLine:
        """A cosignature/v1 line over a checkpoint's text at an aware time; fractions of a second are dropped."""
        seconds = int(at.timestamp())
        signature = self.key.sign(cosigned_text(text, seconds).encode())
        return SignatureLine(self.name, self.cosigner_key.key_id, seconds.to_bytes(TIME_BYTES) + signature)


def _pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
