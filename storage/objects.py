"""The object store: documents by the SHA-256 of their bytes, written once, checked on every read."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from storage.buckets import Blobs, Place, StoreUnavailable, asking
from storage.folders import Folder

_NAME: Final = re.compile(r"[0-9a-f]{64}")


class ObjectMissing(Exception):
    """No object has this hash."""


class ObjectDamaged(Exception):
    """The bytes found are not the bytes that were stored."""


class Objects:
    """Content-addressed blobs; safe to call from several threads, processes and machines.

    Every method raises StoreUnavailable where the store itself cannot be asked.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._store = Folder(place) if isinstance(place, Path) else Blobs(place)

    def put(self, blob: bytes) -> str:
        """Store `blob` and return its hex SHA-256; storing it again changes nothing."""
        sha256 = hashlib.sha256(blob).hexdigest()
        try:
            with asking(self._place):
                self._store.create(_path(sha256), blob)
        except FileNotFoundError as error:
            raise StoreUnavailable(f"{self._place}: the store is not there") from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Raises ObjectMissing, or ObjectDamaged when the stored bytes no longer match their name."""
        blob = self._read(sha256)
        if hashlib.sha256(blob).hexdigest() != sha256:
            raise ObjectDamaged(sha256)
        return blob

    def names(self) -> Iterator[str]:
        """The hex SHA-256 of every object, in no order; what is just being written may be there or not."""
        with asking(self._place):
            paths = [*self._store.paths()]
        return (name for path in paths if _NAME.fullmatch(name := path.rpartition("/")[2]))

    def found(self, sha256: str) -> tuple[str, int]:
        """Hex SHA-256 and size of what lies under this name, whatever it is. Raises ObjectMissing."""
        blob = self._read(sha256)
        return hashlib.sha256(blob).hexdigest(), len(blob)

    def _read(self, sha256: str) -> bytes:
        try:
            with asking(self._place):
                return self._store.read(_path(sha256))
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
