"""What anybody may learn from the code printed on a paper: which paper it is and how it stands, and of nobody."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.history import standing_of
from storage.tables import ClassGroup, ClassTermRow, Document, School, SignatureRow


@dataclass(frozen=True)
class PublicPaper:
    """`standing` is in_force, recalled or superseded by the history log; None for what was never issued."""

    kind: DocumentKind
    school: str
    school_year: str
    lookup_code: str
    sealed_at: datetime | None
    is_void: bool
    standing: str | None


def as_printed(code: str) -> str:
    """A code as people type it: small letters, spaces, hyphens and whatever else is no part of it do not matter."""
    return "".join(letter for letter in code.upper() if letter.isascii() and letter.isalnum())


def paper_of(session: Session, code: str) -> PublicPaper | None:
    """The signed paper with this code."""
    query = (
        select(Document, School.name, ClassGroup.school_year)
        .join(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(School, School.id == ClassGroup.school_id)
        .where(Document.lookup_code == as_printed(code), exists().where(SignatureRow.document_id == Document.id))
    )
    row = session.execute(query).first()
    if row is None:
        return None
    document, school, year = row
    standing = standing_of(session, document.sha256)
    kind, is_void = DocumentKind(document.kind), document.state == "void"
    return PublicPaper(kind, school, year, document.lookup_code, document.sealed_at, is_void, standing)
