"""Secrets of accounts under the installation's one key: encrypted, or never kept because they can be derived again."""

import base64
import hmac
import json
import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from config.secret_files import make_once
from domain.errors import DomainError

BYTES = 32
_NONCE = 12
FILE = "account-key"


class VaultDamaged(Exception):
    """What was locked does not open: another key, another owner, changed bytes, or too late."""


class KeyDamaged(DomainError):
    """The file of the installation's key is not whole."""

    code = "KeyDamaged"


class Vault:
    """Every purpose has a key of its own, derived from one; what is locked for one owner opens for no other."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    @classmethod
    def open(cls, folder: Path) -> "Vault":
        """The installation's key, made on first use, readable by its owner only. Raises KeyDamaged."""
        path = folder / FILE
        if not path.exists():
            make_once(path, secrets.token_bytes(BYTES))
        key = path.read_bytes()
        if len(key) != BYTES:
            raise KeyDamaged(f"Tệp khoá của hệ thống bị hỏng: {path}")
        return cls(key)

    def lock(self, purpose: str, owner: str, data: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + AESGCM(self._derived(f"lock/{purpose}")).encrypt(nonce, data, owner.encode())

    def unlock(self, purpose: str, owner: str, locked: bytes) -> bytes:
        """Raises VaultDamaged."""
        nonce, sealed = locked[:_NONCE], locked[_NONCE:]
        try:
            return AESGCM(self._derived(f"lock/{purpose}")).decrypt(nonce, sealed, owner.encode())
        except (InvalidTag, ValueError) as error:
            raise VaultDamaged from error

    def mac(self, purpose: str, *parts: str) -> str:
        """A keyed hash, for what is compared but must not be guessed from a copy of the database."""
        return self._mac(purpose, "\0".join(parts).encode()).hex()

    def token(self, purpose: str, nonce: bytes) -> str:
        """The same token for the same nonce, whenever it is asked for: fit for a link, and kept nowhere."""
        return _text(self._mac(purpose, nonce))

    def seal(self, purpose: str, owner: str, values: dict[str, Any], until: datetime) -> str:
        """Something for the browser to bring back, that it can neither read nor change."""
        body = json.dumps({"until": until.timestamp(), "values": values}).encode()
        return _text(self.lock(purpose, owner, body))

    def unseal(self, purpose: str, owner: str, sealed: str, at: datetime) -> dict[str, Any]:
        """Raises VaultDamaged, also when its time is over."""
        try:
            raw = base64.urlsafe_b64decode(sealed + "=" * (-len(sealed) % 4))
        except ValueError as error:
            raise VaultDamaged from error
        body: dict[str, Any] = json.loads(self.unlock(purpose, owner, raw))
        if body["until"] < at.timestamp():
            raise VaultDamaged
        values: dict[str, Any] = body["values"]
        return values

    def _mac(self, purpose: str, data: bytes) -> bytes:
        return hmac.digest(self._derived(f"mac/{purpose}"), data, "sha256")

    def _derived(self, info: str) -> bytes:
        return HKDF(SHA256(), BYTES, None, f"hocba/{info}".encode()).derive(self._key)


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
