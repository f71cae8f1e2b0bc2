"""What anybody may learn from the code printed on a paper: which paper it is and how it stands, and of nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.evidence import is_proven
from storage.history import standing_of
from storage.tables import ClassGroup, ClassTermRow, Document, LogEvent, School, SignatureRow


@dataclass(frozen=True)
class PublicPaper:
    """`standing` is in_force, recalled or superseded by the history log since `stands_since`; None if never issued.

    `school_year` is empty for papers that are of no class.
    """

    kind: DocumentKind
    school: str
    school_year: str
    lookup_code: str
    sealed_at: datetime | None
    is_void: bool
    standing: str | None
    stands_since: datetime | None
    is_proven: bool
    recalled_at: datetime | None = None
    replaced_by: str = ""  # look-up code of the version that was issued instead


@dataclass(frozen=True)
class Recalled:
    """When a paper was recalled, and the look-up code of what replaces it; empty while it is being corrected."""

    at: datetime
    replaced_by: str


def as_printed(code: str) -> str:
    """A code as people type it: small letters, spaces, hyphens and whatever else is no part of it do not matter."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def paper_of(session: Session, code: str) -> PublicPaper | None:
    """The signed paper with this code."""
    newest = select(func.max(LogEvent.happened_at)).where(LogEvent.document_id == Document.id).scalar_subquery()
    query = (
        select(Document, School.name, ClassGroup.school_year, newest, is_proven())
        .join(School, School.id == Document.school_id)
        .outerjoin(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(Document.lookup_code == as_printed(code), exists().where(SignatureRow.document_id == Document.id))
    )
    row = session.execute(query).first()
    if row is None:
        return None
    document, school, year, since, proven = row
    standing = standing_of(session, document.sha256)
    kind, is_void = DocumentKind(document.kind), document.state == "void"
    gone = _recalled(session, document)
    return PublicPaper(
        kind, school, year or "", document.lookup_code, document.sealed_at, is_void, standing, since, proven,
        document.recalled_at, gone.replaced_by if gone else "",
    )  # fmt: skip


def recalled_with(session: Session, sha256: str) -> Recalled | None:
    """The same of a file that somebody has; None for one that is in force, or that nobody knows."""
    document = session.scalars(select(Document).where(Document.sha256 == sha256)).first()
    return _recalled(session, document) if document else None


def _recalled(session: Session, document: Document) -> Recalled | None:
    if document.recalled_at is None:
        return None
    new = session.get(Document, document.superseded_by) if document.superseded_by else None
    return Recalled(document.recalled_at, new.lookup_code if new else "")
