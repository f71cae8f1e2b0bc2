"""The keys under which Temporal's histories are encrypted: one in use, the older ones kept to read what they wrote."""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.secret_files import make_once, replace
from domain.errors import DomainError

FILE: Final = "history-keys.json"
BYTES: Final = 32  # AES-256
_LOOK_AGAIN_S: Final = 30.0


class HistoryKeyMissing(Exception):
    """Something was encrypted under a key that this installation does not have."""


class HistoryKeysDamaged(DomainError):
    """The file of the keys is not whole."""

    code = "HistoryKeysDamaged"


@dataclass(frozen=True)
class KeySet:
    """`keys` by their ids; `current` is the id of the one that encrypts."""

    current: str
    keys: Mapping[str, bytes]

    @classmethod
    def of_one(cls) -> "KeySet":
        key_id = _new_id()
        return cls(key_id, {key_id: secrets.token_bytes(BYTES)})

    def with_another(self) -> "KeySet":
        """The same with a new key, which is not in use yet: every process must be able to read what it writes."""
        return KeySet(self.current, {**self.keys, _new_id(): secrets.token_bytes(BYTES)})

    def using(self, key_id: str) -> "KeySet":
        """Raises HistoryKeyMissing."""
        if key_id not in self.keys:
            raise HistoryKeyMissing(key_id)
        return KeySet(key_id, self.keys)

    def without(self, key_id: str) -> "KeySet":
        """Raises HistoryKeyMissing, and ValueError for the key in use."""
        if key_id == self.current:
            raise ValueError(key_id)
        kept = self.using(key_id).keys
        return KeySet(self.current, {each: key for each, key in kept.items() if each != key_id})

    def to_json(self) -> bytes:
        keys = {key_id: base64.b64encode(key).decode() for key_id, key in self.keys.items()}
        return json.dumps({"current": self.current, "keys": keys}, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> "KeySet":
        """Raises ValueError."""
        try:
            read = json.loads(content)
            keys = {str(key_id): base64.b64decode(key, validate=True) for key_id, key in read["keys"].items()}
            found = cls(str(read["current"]), keys)
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError from error
        if found.current not in keys or any(len(key) != BYTES for key in keys.values()):
            raise ValueError
        return found


class HistoryKeys:
    """The keys of a file, which may change while processes run: it is read again now and then, and for an unknown id.

    Keys without a file live as long as the process.
    """

    def __init__(self, keys: KeySet, path: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._path = path
        self._clock = clock
        self._read_at = clock()

    @classmethod
    def open(cls, folder: Path, clock: Callable[[], float] = time.monotonic) -> "HistoryKeys":
        """The installation's keys, the first made on first use. Raises HistoryKeysDamaged."""
        path = folder / FILE
        if not path.exists():
            make_once(path, KeySet.of_one().to_json())
        return cls(_read(path), path, clock)

    def current(self) -> tuple[str, bytes]:
        """The id and the key that encrypts now."""
        if self._clock() - self._read_at > _LOOK_AGAIN_S:
            self._read()
        return self._keys.current, self._keys.keys[self._keys.current]

    def of(self, key_id: str) -> bytes:
        """Raises HistoryKeyMissing."""
        if key_id not in self._keys.keys:
            self._read()
        if key_id not in self._keys.keys:
            raise HistoryKeyMissing(key_id)
        return self._keys.keys[key_id]

    def _read(self) -> None:
        if self._path is not None:
            self._keys = _read(self._path)
        self._read_at = self._clock()


def _read(path: Path) -> KeySet:
    try:
        return KeySet.from_json(path.read_bytes())
    except ValueError as error:
        raise HistoryKeysDamaged(f"Tệp khoá lịch sử của hệ thống bị hỏng: {path}") from error


def load(folder: Path) -> KeySet:
    """The keys of a folder, for whoever changes them. Raises HistoryKeysDamaged."""
    HistoryKeys.open(folder)
    return _read(folder / FILE)


def store(folder: Path, keys: KeySet) -> None:
    replace(folder / FILE, keys.to_json())


def _new_id() -> str:
    """Ids sort by the day on which their keys were made."""
    return f"{time.strftime('%Y%m%d', time.gmtime())}-{secrets.token_hex(4)}"
