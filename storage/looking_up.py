"""What anybody may learn from the code printed on a paper: which paper it is and how it stands, and of nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.chains import code_in_force
from storage.evidence import is_proven
from storage.history import standing_of
from storage.tables import ClassGroup, ClassTermRow, Document, LogEvent, School, SignatureRow


@dataclass(frozen=True)
class PublicPaper:
    """`standing` is in_force, recalled or superseded by the history log since `stands_since`; None if never issued.

    `school_year` is empty for papers that are of no class, `replaced_by` is the look-up code of the version in force of
    the same record, "" if there is none newer.
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
    replaced_by: str = ""
    recalled_at: datetime | None = None


@dataclass(frozen=True)
class Replacement:
    """Of a paper that was recalled: when, and the look-up code of the version in force; "" while it is corrected."""

    recalled_at: datetime | None
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
    newer = _newer(session, document)
    return PublicPaper(
        kind, school, year or "", document.lookup_code, document.sealed_at, is_void, standing, since, proven, newer,
        document.recalled_at,
    )  # fmt: skip


def replacement_of(session: Session, sha256: str) -> Replacement:
    """When the file with this hash was recalled, and what has replaced it."""
    document = session.scalars(select(Document).where(Document.sha256 == sha256)).first()
    if document is None:
        return Replacement(None, "")
    return Replacement(document.recalled_at, _newer(session, document))


def _newer(session: Session, document: Document) -> str:
    """Of a record the version in force; another paper says itself what replaced it."""
    found = code_in_force(session, document)
    if not found and document.superseded_by is not None:
        found = session.get_one(Document, document.superseded_by).lookup_code
    return found
