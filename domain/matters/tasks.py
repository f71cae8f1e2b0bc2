"""What a matter waits for, as the lists of tasks say it, and where it is done."""

from typing import Final

from domain.matters import MatterKind
from domain.matters.words import SIGN, TASKS, path_of


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


# What is told of a matter where its kind has no words of its own for it.
NEWS: Final = _("Có việc chuyển, bàn giao hoặc chỉnh sửa đang chờ thầy/cô.")


def words_of(kind: str, what: str, field: str) -> str:
    """A sentence of the catalogue; nobody's name is in it."""
    known = TASKS.get(f"{kind}.{what}")
    if known is not None:
        return known
    return SIGN if field else MatterKind(kind).label


def place_of(kind: str, matter_id: object, field: str) -> str:
    """A signature is given on a page of its own, everything else where the matter is shown."""
    return f"/viec/{matter_id}/ky?phan={field}" if field else path_of(kind, matter_id)
