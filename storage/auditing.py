"""What the audit reads: rows by key, a batch at a time, with everything that has to agree about each of them.

Keys are text, so that an interrupted audit can note where it was. Nothing is written here.
"""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from obstore.exceptions import NotFoundError
from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from domain.assessment import Term
from domain.documents import DocumentKind, SignatureField
from storage.history import EventFacts
from storage.objects import ObjectMissing, Objects, _path
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    EvidenceBatch,
    EvidencePath,
    LogCheckpoint,
    LogEvent,
    School,
    SignatureRow,
    TermRecord,
)

ISSUED = "issued"
_ENTRYS_HASH = r'"sha256":"([0-9a-f]{64})"'


class AuditedObjects(Objects):
    """Says what lies under a name; `get` says only that it is not what it should be."""

    def found(self, sha256: str) -> tuple[str, int]:
        """Hex SHA-256 and size of the bytes stored under this hash; raises ObjectMissing."""
        try:
            blob = self._store.get(_path(sha256)).bytes()
        except (NotFoundError, FileNotFoundError) as error:
            raise ObjectMissing(sha256) from error
        return hashlib.sha256(blob).hexdigest(), len(blob)


@dataclass(frozen=True)
class NumberedEvent:
    """An event in its place; `facts` are what its document says today, None if there is no such document."""

    position: int
    document_id: UUID
    happened_at: datetime
    leaf: bytes | None
    facts: EventFacts | None


@dataclass(frozen=True)
class SealedPaper:
    """A sealed document; `happened_at` is of its `issued` event, `path` and `batch` are its evidence of time."""

    id: UUID
    sha256: str
    size: int
    sealed_at: datetime
    seal_sha256: str | None
    happened_at: datetime | None
    position: int | None
    path: bytes | None
    batch: EvidenceBatch | None


@dataclass(frozen=True)
class IssuedRecord:
    id: UUID
    has_paper: bool
    has_event: bool


def checkpoints(session: Session, after: int, limit: int) -> Sequence[LogCheckpoint]:
    query = select(LogCheckpoint).where(LogCheckpoint.size > after).order_by(LogCheckpoint.size)
    return session.scalars(query.limit(limit)).all()


def last_position(session: Session) -> int:
    """The highest place that was given to an event, -1 if none was."""
    highest = session.scalar(select(func.max(LogEvent.position)))
    return -1 if highest is None else highest


def events(session: Session, start: int, end: int) -> list[NumberedEvent]:
    """Events in places from `start` up to, not including, `end`."""
    query = (
        select(LogEvent, Document, School.code, Enrolment.record_uid)
        .outerjoin(Document, Document.id == LogEvent.document_id)
        .outerjoin(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .outerjoin(School, School.id == ClassGroup.school_id)
        .outerjoin(Enrolment, and_(Enrolment.id == Document.enrolment_id, Document.kind == DocumentKind.YEAR_RECORD))
        .where(LogEvent.position >= start, LogEvent.position < end)
    )
    return [_event(*row) for row in session.execute(query.order_by(LogEvent.position))]


def _event(row: LogEvent, document: Document | None, school_code: str, record_uid: UUID | None) -> NumberedEvent:
    facts = None
    if document is not None:
        about = record_uid or document.id
        facts = EventFacts(row.id, row.kind, about, document.version, document.sha256, school_code, row.happened_at)
    return NumberedEvent(row.position or 0, row.document_id, row.happened_at, row.leaf, facts)


def stamped_checkpoints(session: Session) -> list[tuple[int, datetime]]:
    """Size and time of every checkpoint with a time stamp, the smallest first."""
    query = select(LogCheckpoint.size, EvidenceBatch.stamped_at).join(
        EvidenceBatch, EvidenceBatch.id == LogCheckpoint.batch_id
    )
    return [(size, at) for size, at in session.execute(query.order_by(LogCheckpoint.size))]


def batches(session: Session, after: str, limit: int) -> list[tuple[EvidenceBatch, EvidenceBatch | None]]:
    """Evidence batches, each with the one that renews it."""
    newer = aliased(EvidenceBatch)
    query = select(EvidenceBatch, newer).outerjoin(newer, newer.id == EvidenceBatch.renewed_by)
    return [(batch, renewing) for batch, renewing in session.execute(_page(query, EvidenceBatch.id, after, limit))]


def sealed_papers(session: Session, after: str, limit: int) -> list[SealedPaper]:
    seal = and_(SignatureRow.document_id == Document.id, SignatureRow.field == SignatureField.SEAL.value)
    query = (
        select(Document, SignatureRow.sha256, LogEvent, EvidencePath.path, EvidenceBatch)
        .outerjoin(SignatureRow, seal)
        .outerjoin(LogEvent, and_(LogEvent.document_id == Document.id, LogEvent.kind == ISSUED))
        .outerjoin(EvidencePath, and_(EvidencePath.sha256 == Document.sha256, EvidencePath.chain == 0))
        .outerjoin(EvidenceBatch, EvidenceBatch.id == EvidencePath.batch_id)
        .where(Document.sealed_at.is_not(None))
    )
    return [_paper(row) for row in session.execute(_page(query, Document.id, after, limit))]


def _paper(row: Row[Document, str, LogEvent, bytes, EvidenceBatch]) -> SealedPaper:
    document, seal_sha256, event, path, batch = row
    happened_at, position = (event.happened_at, event.position) if event else (None, None)
    return SealedPaper(
        document.id,
        document.sha256,
        document.size,
        document.sealed_at,
        seal_sha256,
        happened_at,
        position,
        path,
        batch,
    )


def issued_records(session: Session, after: str, limit: int) -> list[IssuedRecord]:
    """Issued records, and whether a sealed paper and its event stand for each; at year's end it is the year record."""
    sealed = (
        select(Document.id)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(DocumentRecord.record_id == TermRecord.id, Document.sealed_at.is_not(None))
        .where(or_(ClassTermRow.term != Term.YEAR_END.value, Document.kind == DocumentKind.YEAR_RECORD.value))
        .correlate(TermRecord, ClassTermRow)
    )
    noted = sealed.join(LogEvent, and_(LogEvent.document_id == Document.id, LogEvent.kind == ISSUED))
    query = (
        select(TermRecord.id, exists(sealed.subquery()), exists(noted.subquery()))
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(TermRecord.issued_at.is_not(None))
    )
    return [IssuedRecord(*row) for row in session.execute(_page(query, TermRecord.id, after, limit))]


def class_terms(session: Session, after: str, limit: int) -> Sequence[UUID]:
    return session.scalars(_page(select(ClassTermRow.id), ClassTermRow.id, after, limit)).all()


def known_hashes(session: Session, hashes: Collection[str]) -> set[tuple[str, UUID]]:
    """Which documents these hashes belong to, by their rows, by their signatures, and by their entries in the log."""
    of_entry = func.substring(func.convert_from(LogEvent.leaf, "UTF8"), _ENTRYS_HASH)
    sources = (
        select(Document.sha256, Document.id).where(Document.sha256.in_(hashes)),
        select(SignatureRow.sha256, SignatureRow.document_id).where(SignatureRow.sha256.in_(hashes)),
        select(of_entry, LogEvent.document_id).where(of_entry.in_(hashes)),
    )
    return {(sha256, document_id) for sha256, document_id in session.execute(union_all(*sources))}


def _page[T](query: T, key: object, after: str, limit: int) -> T: ...
