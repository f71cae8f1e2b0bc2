"""What people read about matters: what they are to do, what they are told, and the page that it leads to."""

from collections.abc import Mapping
from typing import Final

from domain.matters import MatterKind, correction_words, handover_words, transfers


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


# Where a matter of each kind is shown.
PATHS: Final[Mapping[str, str]] = {
    MatterKind.TRANSFER: "/chuyen-truong",
    MatterKind.HANDOVER: "/ban-giao",
    MatterKind.UNLOCK: "/mo-khoa",
    MatterKind.RECALL: "/thu-hoi",
    MatterKind.IDENTITY: "/trang-thong-tin",
    MatterKind.EXTRACT: "/trich-luc",
}
# By kind and what a matter waits for; nobody's name is in them.
TASKS: Final[Mapping[str, str]] = {**correction_words.TASKS, **handover_words.TASKS, **transfers.TASKS}
# By kind and what somebody is told.
NOTICES: Final[Mapping[str, str]] = {**correction_words.NOTICES, **handover_words.NOTICES, **transfers.NOTICES}
SIGN: Final = _("Xem và ký văn bản")


def path_of(kind: str, matter_id: object) -> str:
    return f"{PATHS[kind]}/{matter_id}"
