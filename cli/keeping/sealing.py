"""Files as a backup keeps them: as they are, or encrypted to whoever may open them (https://age-encryption.org/v1)."""

import hashlib
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import pyrage

from cli.trouble import Trouble

ENDING: Final = ".age"
_PIECE: Final = 1 << 20
_SECRET: Final = "AGE-SECRET-KEY-"  # noqa: S105 - what a line with a key begins with


class Sink(Protocol):
    def write(self, data: bytes) -> int: ...


@dataclass(frozen=True)
class Seal:
    """How files are written into a backup."""

    recipients: tuple[str, ...] = ()

    @property
    def ending(self) -> str:
        return ENDING if self.recipients else ""

    @property
    def objects(self) -> str:
        """The folder of the documents: what was encrypted to others cannot be opened, so it is not taken for kept."""
        if not self.recipients:
            return "objects"
        return f"objects-{hashlib.sha256(' '.join(sorted(self.recipients)).encode()).hexdigest()[:12]}"

    def sealed(self, content: bytes) -> bytes:
        if not self.recipients:
            return content
        return bytes(pyrage.encrypt(content, [_recipient(each) for each in self.recipients]))

    def store(self, source: Path, target: Path) -> None:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.recipients:
            pyrage.encrypt_file(str(source), str(target), [_recipient(each) for each in self.recipients])
        else:
            shutil.copyfile(source, target)
        target.chmod(0o600)


@dataclass(frozen=True)
class Key:
    """How files of a backup are read; without identities only what is not encrypted."""

    identities: tuple[Any, ...] = ()

    @classmethod
    def read(cls, path: Path | None) -> "Key":
        """From a file as age-keygen writes it. Raises Trouble."""
        if path is None:
            return cls()
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
        secrets = [line for line in lines if line.upper().startswith(_SECRET)]
        if not secrets:
            raise Trouble(f"{path} holds no age key.")
        try:
            return cls(tuple(pyrage.x25519.Identity.from_str(each) for each in secrets))
        except pyrage.IdentityError as error:
            raise Trouble(f"{path} holds no age key: {error}.") from error

    def open(self, stored: Path, target: Sink) -> None:
        """Write what a stored file holds. Raises Trouble for one that these keys do not open, or that is damaged."""
        with stored.open("rb") as source:
            if stored.suffix != ENDING:
                shutil.copyfileobj(source, target, _PIECE)
                return
            if not self.identities:
                raise Trouble("The backup is encrypted: name the file of the age key with --identity.")
            try:
                pyrage.decrypt_io(source, target, list(self.identities))
            except pyrage.DecryptError as error:
                raise Trouble(f"{stored} cannot be opened with this key, or is damaged: {error}.") from error


def check_recipients(recipients: Sequence[str]) -> Seal:
    """Raises Trouble for what is no public key of age."""
    for each in recipients:
        _recipient(each)
    return Seal(tuple(recipients))


def _recipient(text: str) -> Any:  # noqa: ANN401 - a class of the library without types
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise Trouble(f"{text} is no public key of age (age1…): {error}.") from error


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
