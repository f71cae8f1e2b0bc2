"""Signed notes (c2sp.org/signed-note) with Ed25519, and cosignatures of checkpoints (c2sp.org/tlog-cosignature).

A note is a text, an empty line and one line per signature. A key signs one kind of signature under one name; a line
that names another key is ignored, as the specification wants.
"""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from signing.log.errors import NoteInvalid

_MOST_BYTES = 1 << 20  # of a note: room for the sixteen signatures any reader must accept, of whatever kind
_KEY_ID_BYTES = 4
_PUBLIC_BYTES = 32
TIME_BYTES = 8
_LAST_SECOND = 253_402_300_799  # of the year 9999
_MALFORMED = "Văn bản có chữ ký của nhật ký sai định dạng."
_MALFORMED_KEY = "Khoá kiểm tra của nhật ký sai định dạng."
_NAME = re.compile(r"[^\s+\x00-\x1f\ud800-\udfff]+")  # half a sign is what bytes of a command line become
_LINE = re.compile(rf"— ({_NAME.pattern}) (\S+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f]")


class SignatureKind(IntEnum):
    """The signature type byte of the specifications."""

    ED25519 = 1
    COSIGNATURE = 4


@dataclass(frozen=True)
class SignatureLine:
    """`signature` is 64 bytes, with the 8-byte time before them in a cosignature."""

    name: str
    key_id: bytes
    signature: bytes

    @classmethod
    def parse(cls, line: str) -> Self:
        """Read a line without its newline; raises NoteInvalid."""
        found = _LINE.fullmatch(line)
        data = from_base64(found[2]) if found else b""
        if not found or len(data) <= _KEY_ID_BYTES:
            raise NoteInvalid(_MALFORMED)
        return cls(found[1], data[:_KEY_ID_BYTES], data[_KEY_ID_BYTES:])

    def __str__(self) -> str:
        return f"— {self.name} {to_base64(self.key_id + self.signature)}"

    @property
    def cosigned_at(self) -> datetime:
        """The time in a cosignature; meaningless in any other line, or before the line was verified."""
        return datetime.fromtimestamp(int.from_bytes(self.signature[:TIME_BYTES]), UTC)


@dataclass(frozen=True)
class Note:
    """`text` ends with a newline."""

    text: str
    signatures: tuple[SignatureLine, ...]

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read a note; raises NoteInvalid. No signature is checked."""
        try:
            whole = data.decode()
        except UnicodeDecodeError as error:
            raise NoteInvalid(_MALFORMED) from error
        text, _, lines = whole.rpartition("\n\n")
        if len(data) > _MOST_BYTES or not text or not lines.endswith("\n") or _CONTROL.search(whole):
            raise NoteInvalid(_MALFORMED)
        return cls(text + "\n", tuple(SignatureLine.parse(line) for line in lines[:-1].split("\n")))

    def encode(self) -> bytes:
        return "\n".join([self.text, *map(str, self.signatures), ""]).encode()


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name and the kind of signature it makes; `str` is its printable form, the vkey."""

    name: str
    kind: SignatureKind
    public: bytes

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise NoteInvalid(f"Tên khoá của nhật ký không được để trống, có khoảng trắng hay dấu cộng: “{self.name}”.")

    @classmethod
    def parse(cls, vkey: str) -> Self:
        """Read `<name>+<key id>+<base64 of kind and key>`; raises NoteInvalid, also for an id of another key."""
        name, _, rest = vkey.partition("+")
        data = from_base64(rest.partition("+")[2])
        if not _NAME.fullmatch(name) or len(data) != 1 + _PUBLIC_BYTES or data[0] not in set(SignatureKind):
            raise NoteInvalid(_MALFORMED_KEY)
        key = cls(name, SignatureKind(data[0]), data[1:])
        if str(key) != vkey:
            raise NoteInvalid(_MALFORMED_KEY)
        return key

    def __str__(self) -> str:
        return f"{self.name}+{self.key_id.hex()}+{to_base64(bytes([self.kind]) + self.public)}"

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_KEY_ID_BYTES]

    def made(self, line: SignatureLine) -> bool:
        """Whether the line names this key; says nothing of the signature."""
        return (line.name, line.key_id) == (self.name, self.key_id)

    def check(self, text: str, line: SignatureLine) -> None:
        """Raise NoteInvalid unless the line is this key's signature over the text."""
        before = TIME_BYTES if self.kind is SignatureKind.COSIGNATURE else 0
        seconds, signature = int.from_bytes(line.signature[:before]), line.signature[before:]
        message = cosigned_text(text, seconds) if before else text
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message.encode())
        except InvalidSignature as error:
            raise NoteInvalid(f"Chữ ký của {self.name} trên điểm chốt của nhật ký không đúng.") from error
        if not self.made(line) or seconds > _LAST_SECOND:
            raise NoteInvalid(f"Chữ ký trên điểm chốt của nhật ký không phải do {self.name} lập.")

    def find(self, note: Note) -> SignatureLine:
        """The line of this key in the note, verified; raises NoteInvalid if there is none or any of them is wrong."""
        lines = [line for line in note.signatures if self.made(line)]
        if not lines:
            raise NoteInvalid(f"Điểm chốt của nhật ký không có chữ ký của {self.name}.")
        for line in lines:
            self.check(note.text, line)
        return lines[-1]


def cosigned_text(text: str, seconds: int) -> str:
    """What a cosignature is over: the note's text at a POSIX time in seconds."""
    return f"cosignature/v1\ntime {seconds}\n{text}"


def to_base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def from_base64(text: str) -> bytes:
    """Strict base64 (RFC 4648 section 4); nothing for anything that is not exactly what encoding gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:  # binascii.Error is one, and so is what is said of letters beyond ASCII
        return b""
    return data if to_base64(data) == text else b""
