"""The object store: documents by the SHA-256 of their bytes, written once, checked on every read."""

import hashlib
from contextlib import suppress
from pathlib import Path

from obstore.exceptions import AlreadyExistsError, NotFoundError
from obstore.store import LocalStore, ObjectStore


class ObjectMissing(Exception):
    """No object has this hash."""


class ObjectDamaged(Exception):
    """The bytes found are not the bytes that were stored."""


class Objects:
    """Content-addressed blobs; safe to call from several threads and processes."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    @classmethod
    def local(cls, folder: Path) -> "Objects":
        folder.mkdir(parents=True, exist_ok=True)
        return cls(LocalStore(folder))

    def put(self, blob: bytes) -> str:
        """Store `blob` and return its hex SHA-256; storing it again changes nothing."""
        sha256 = hashlib.sha256(blob).hexdigest()
        with suppress(AlreadyExistsError):  # the same content has the same name
            self._store.put(_path(sha256), blob, mode="create")
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises ObjectMissing, or ObjectDamaged when the stored bytes no longer match their name."""
        blob = self._read(sha256)
        if hashlib.sha256(blob).hexdigest() != sha256:
            raise ObjectDamaged(sha256)
        return blob

    def found(self, sha256: str) -> tuple[str, int]:
        """Hex SHA-256 and size of what lies under this name, whatever it is. Raises ObjectMissing."""
        blob = self._read(sha256)
        return hashlib.sha256(blob).hexdigest(), len(blob)

    def _read(self, sha256: str) -> bytes:
        try:
            return bytes(self._store.get(_path(sha256)).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(sha256) from error


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
