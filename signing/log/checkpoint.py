"""Checkpoints (c2sp.org/tlog-checkpoint): what a log holds at one size, as the text of a signed note."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from signing.log.errors import LogForked, NoteInvalid
from signing.log.merkle import HASH_BYTES, TreeHead, continues
from signing.log.notes import Note, VerifierKey, from_base64, to_base64

_MALFORMED = "Điểm chốt của nhật ký sai định dạng."
_LINE = re.compile(r"[^\x00-\x1f]+")
_TEXT = re.compile(r"(.+)\n(0|[1-9][0-9]{0,18})\n(\S+)\n((?:.+\n)*)")


@dataclass(frozen=True)
class Checkpoint:
    """`root` is the root hash of the first `size` entries, 32 bytes; `extensions` are further lines, as a rule none."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.root) != HASH_BYTES or not all(map(_LINE.fullmatch, (self.origin, *self.extensions))):
            raise NoteInvalid(_MALFORMED)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a note's text; raises NoteInvalid."""
        found = _TEXT.fullmatch(text)
        if not found:
            raise NoteInvalid(_MALFORMED)
        return cls(found[1], int(found[2]), from_base64(found[3]), tuple(found[4].split("\n")[:-1]))

    @property
    def head(self) -> TreeHead:
        return self.size, self.root

    @property
    def text(self) -> str:
        """The note's text, newline at the end."""
        return "\n".join([self.origin, str(self.size), to_base64(self.root), *self.extensions, ""])


def open_checkpoint(data: bytes, log_key: VerifierKey, origin: str) -> Checkpoint:
    """Read a signed checkpoint; raises NoteInvalid unless it is this log's, signed by its key."""
    note = Note.parse(data)
    log_key.find(note)
    checkpoint = Checkpoint.parse(note.text)
    if checkpoint.origin != origin:
        raise NoteInvalid(f"Điểm chốt này thuộc nhật ký khác: “{checkpoint.origin}”, không phải “{origin}”.")
    return checkpoint


def check_continues(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise LogForked unless the proof shows that the new checkpoint only adds to the old one."""
    if new.size < old.size:
        raise LogForked(f"Nhật ký bị rút ngắn: trước đây có {old.size} mục, nay chỉ còn {new.size}.")
    if not continues(old.head, new.head, proof):
        raise LogForked(f"Nhật ký đã rẽ nhánh: {old.size} mục đầu không còn đúng như điểm chốt trước đây.")
