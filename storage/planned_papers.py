"""A paper as an order finds it: to be written, or bearing earlier signatures."""

from dataclasses import dataclass
from uuid import UUID

from domain.documents import DocumentKind
from domain.year_records import DocumentContent


@dataclass(frozen=True)
class Paper:
    """One paper to sign: new (`content`), or known by the hash of its newest bytes (`sha256`).

    A record that cannot be written has neither, and says why (`obstacle`).
    """

    document_id: UUID
    kind: DocumentKind
    enrolment_id: UUID | None
    part: int
    lookup_code: str
    covers: dict[str, int]
    content: DocumentContent | None = None
    sha256: str | None = None
    slot: str = ""
    obstacle: str = ""
