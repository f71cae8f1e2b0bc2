"""The object store: documents by the SHA-256 of their bytes, written once, checked on every read."""

import hashlib
import re
from collections.abc import Iterator
from typing import Final

from obstore.exceptions import AlreadyExistsError

from storage.buckets import Place, StoreUnavailable, asking, open_store

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
        self._store = open_store(place)

    def put(self, blob: bytes) -> str:
        """Store `blob` and return its hex SHA-256; storing it again changes nothing."""
        sha256 = hashlib.sha256(blob).hexdigest()
        with asking(self._place):
            try:
                self._store.put(_path(sha256), blob, mode="create")
            except AlreadyExistsError:
                self._require(sha256)  # the same content has the same name
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
            paths = [each["path"] for batch in self._store.list() for each in batch]
        return (name for path in paths if _NAME.fullmatch(name := path.rpartition("/")[2]))

    def found(self, sha256: str) -> tuple[str, int]:
        """Hex SHA-256 and size of what lies under this name, whatever it is. Raises ObjectMissing."""
        blob = self._read(sha256)
        return hashlib.sha256(blob).hexdigest(), len(blob)

    def _require(self, sha256: str) -> None:
        """A store also says "exists" of what somebody else is only about to write, and that may come to nothing."""
        try:
            self._store.head(_path(sha256))
        except FileNotFoundError:
            raise StoreUnavailable(f"{self._place}: somebody else is writing {sha256}") from None

    def _read(self, sha256: str) -> bytes:
        try:
            with asking(self._place):
                return bytes(self._store.get(_path(sha256)).bytes())
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
