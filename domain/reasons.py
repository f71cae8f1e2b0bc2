"""A reason that somebody gives for a decision: long enough to say something, and fit to be printed."""

from typing import Final

SHORTEST: Final = 3
LONGEST: Final = 1000  # as the database has it


def _(message: str) -> str:
    """Mark a sentence for the catalogues of other languages."""
    return message


NO_REASON: Final = _("Hãy ghi lý do (từ 3 đến 1000 ký tự).")


def in_one_line(text: str) -> str:
    return " ".join(text.split())


def is_reason(text: str) -> bool:
    """Lines may be broken; what cannot be printed is no reason."""
    return SHORTEST <= len(text) <= LONGEST and "".join(text.split()).isprintable()
