"""What the papers of matters say: by kind of matter, how the content is written and what kind of document it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from domain.errors import Conflict
from domain.matters import MatterKind
from domain.year_records import DocumentContent
from storage.corrections import identity_paper
from storage.extracts import paper as extract_paper
from storage.handovers import minutes
from storage.paper_facts import Stamp
from storage.tables import Matter
from storage.transfers import paper as transfers

# Raises Incomplete, Invalid or NotAllowed where the paper cannot be written yet; the moment is the signing time.
ContentOf: TypeAlias = Callable[[Session, Matter, Stamp, datetime], DocumentContent]
# The enrolment that a matter's paper is about, for the register; None where it is about nobody in particular.
EnrolmentOf: TypeAlias = Callable[[Session, Matter], UUID | None]
# The number of the paper among those that replace each other, as an identity page is by the next; 1 where nothing is.
VersionOf: TypeAlias = Callable[[Session, Matter], int]

CONTENTS: Final[Mapping[MatterKind, ContentOf]] = {
    MatterKind.HANDOVER: minutes.content,
    MatterKind.IDENTITY: identity_paper.content,
    MatterKind.EXTRACT: extract_paper.content,
    MatterKind.TRANSFER: transfers.transfer_result,
}
ENROLMENTS: Final[Mapping[MatterKind, EnrolmentOf]] = {
    MatterKind.IDENTITY: identity_paper.enrolment_of,
    MatterKind.EXTRACT: extract_paper.enrolment_of,
    MatterKind.TRANSFER: transfers.enrolment_of,
}
VERSIONS: Final[Mapping[MatterKind, VersionOf]] = {
    MatterKind.IDENTITY: identity_paper.version_of,
    MatterKind.EXTRACT: extract_paper.version_of,
}
KINDS: Final[Mapping[MatterKind, DocumentKind]] = {
    MatterKind.TRANSFER: DocumentKind.TRANSFER_RESULT,
    MatterKind.HANDOVER: DocumentKind.HANDOVER_MINUTES,
    MatterKind.IDENTITY: DocumentKind.IDENTITY_PAGE,
    MatterKind.EXTRACT: DocumentKind.PAPER_EXTRACT,
}


def content_of(session: Session, matter: Matter, stamp: Stamp, at: datetime) -> DocumentContent:
    """Raises Conflict for a matter that has no paper, and what its own function raises."""
    kind = MatterKind(matter.kind)
    if kind not in CONTENTS:
        raise Conflict("Việc này không có văn bản để ký.")
    return CONTENTS[kind](session, matter, stamp, at)


def document_kind(matter: Matter) -> DocumentKind:
    return KINDS[MatterKind(matter.kind)]


def enrolment_of(session: Session, matter: Matter) -> UUID | None:
    find = ENROLMENTS.get(MatterKind(matter.kind))
    return find(session, matter) if find else None


def version_of(session: Session, matter: Matter) -> int:
    find = VERSIONS.get(MatterKind(matter.kind))
    return find(session, matter) if find else 1
