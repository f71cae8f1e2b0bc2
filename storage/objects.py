"""The object store: documents by the SHA-256 of their bytes, written once, checked on every read."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Final

from storage.buckets import Blobs, Place, StoreUnavailable, asking
from storage.folders import Folder

PREPARED: Final = "prepared"
_UPON: Final = b"upon "  # no PDF begins so
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
        """Store `blob` and return its hex SHA-256; storing it again changes nothing. A power cut leaves it there."""
        sha256 = self.put_soon(blob)
        self.settle([sha256])
        return sha256

    def put_soon(self, blob: bytes) -> str:
        """As `put`, for one of many: `settle` them together, before anything names them."""
        sha256 = hashlib.sha256(blob).hexdigest()
        self._write(self._store.create, sha256, blob)
        return sha256

    def settle(self, names: Iterable[str]) -> None:
        """Wait until these are on the disk: one by one each would wait by itself. Raises ObjectMissing."""
        paths = [_path(sha256) for sha256 in names]
        try:
            with asking(self._place):
                self._store.settle(paths)
        except FileNotFoundError as error:
            raise ObjectMissing(str(error)) from error

    @cached_property
    def prepared(self) -> "PreparedPapers":
        """Papers on their way to a signature, beside these."""
        return PreparedPapers(self._place, self)

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
        return _names(paths)

    def found(self, sha256: str) -> tuple[str, int]:
        """Hex SHA-256 and size of what lies under this name, whatever it is. Raises ObjectMissing."""
        blob = self._read(sha256)
        return hashlib.sha256(blob).hexdigest(), len(blob)

    def _write(self, store: Callable[[str, bytes], None], sha256: str, blob: bytes) -> None:
        try:
            with asking(self._place):
                store(_path(sha256), blob)
        except FileNotFoundError as error:
            raise StoreUnavailable(f"{self._place}: the store is not there") from error

    def _read(self, sha256: str) -> bytes:
        try:
            with asking(self._place):
                return self._store.read(_path(sha256))
        except FileNotFoundError as error:
            raise ObjectMissing(sha256) from error


class PreparedPapers(Objects):
    """Papers with the hole for one signature. Nobody asks for them once it is embedded, so these can be deleted.

    They lie in the same store below `prepared/`: whoever may delete there cannot delete a signed document. Of one that
    bears earlier signatures only what was added is stored, behind the name of the paper that it was added to.
    """

    def __init__(self, place: Place, signed: Objects) -> None:
        super().__init__(_beside(place))
        self._signed = signed

    def put(self, blob: bytes, upon: str | None = None, shared: int = 0) -> str:
        """As of an object, but what is stored again counts as new; `upon` names the first `shared` bytes."""
        sha256 = hashlib.sha256(blob).hexdigest()
        stored = blob if upon is None else b"%b%b\n%b" % (_UPON, upon.encode(), blob[shared:])
        self._write(self._store.replace, sha256, stored)
        return sha256

    def _read(self, sha256: str) -> bytes:
        """What was prepared by an earlier hocba lies with the signed papers."""
        try:
            blob = super()._read(sha256)
        except ObjectMissing:
            return self._signed.get(sha256)
        if not blob.startswith(_UPON):
            return blob
        upon, _, added = blob.removeprefix(_UPON).partition(b"\n")
        return self._signed.get(upon.decode()) + added

    def delete_older(self, than: datetime, still_needed: Collection[str]) -> int:
        """Delete what was stored before and nobody needs; returns how many that were."""
        gone = 0
        with asking(self._place):
            for path in [*self._store.older(than)]:
                if path.rpartition("/")[2] not in still_needed:
                    self._store.remove(path)
                    gone += 1
        return gone


def _beside(place: Place) -> Place:
    if isinstance(place, Path):
        return place / PREPARED
    return replace(place, prefix=f"{place.prefix}/{PREPARED}".lstrip("/"))


def _names(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        folder, _, name = path.partition("/")
        if _NAME.fullmatch(name) and name.startswith(folder):
            yield name


def _path(sha256: str) -> str:
    return f"{sha256[:2]}/{sha256}"
