"""What came of one paper of an order. Apart from the tables: the processes that write papers have no database."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Embedded:
    """A paper with its new signature in it, as stored."""

    sha256: str
    size: int


@dataclass(frozen=True)
class PaperFailure:
    """Why one paper could not be prepared or signed: a code, and words for the person."""

    code: str
    message: str


Result = Embedded | PaperFailure
