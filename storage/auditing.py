"""What the audit reads: rows by key, a batch at a time, with everything that has to agree about each of them.

Keys are text, so that an interrupted audit can note where it was. Nothing is written here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from domain.assessment import Term
from domain.documents import DocumentKind, SignatureField
from storage.history import EventFacts, facts_of
from storage.tables import (
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    EvidenceBatch,
    EvidencePath,
    LogCheckpoint,
    LogEvent,
    Matter,
    School,
    SignatureRow,
    TermRecord,
)

Columns = TypeVarTuple("Columns")

ISSUED = "issued"
_ENTRYS_HASH = r'"sha256":"([0-9a-f]{64})"'


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
    """A sealed document with its seal's signature row, its event, and its evidence of time, each where there is one."""

    document: Document
    sealed_at: datetime | None
    seal_sha256: str | None
    event: LogEvent | None
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


def stamped_checkpoints(session: Session) -> list[tuple[int, datetime]]:
    """Size and time of every checkpoint with a time stamp, the smallest first."""
    query = select(LogCheckpoint.size, EvidenceBatch.stamped_at).join(
        EvidenceBatch, EvidenceBatch.id == LogCheckpoint.batch_id
    )
    return [(size, at) for size, at in session.execute(query.order_by(LogCheckpoint.size))]


def numbered(session: Session) -> int:
    """One more than the highest place that was given to an event; 0 if none was."""
    return session.scalar(select(func.coalesce(func.max(LogEvent.position) + 1, 0))) or 0


def events(session: Session, start: int, end: int) -> list[NumberedEvent]:
    """Events in places from `start` up to, not including, `end`."""
    query = (
        select(LogEvent, Document, School.code, Enrolment.record_uid)
        .outerjoin(Document, Document.id == LogEvent.document_id)
        .outerjoin(School, School.id == Document.school_id)
        .outerjoin(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(LogEvent.position >= start, LogEvent.position < end)
    )
    return [_event(*row) for row in session.execute(query)]


def _event(row: LogEvent, document: Document | None, school_code: str | None, record_uid: UUID | None) -> NumberedEvent:
    facts = None if document is None else facts_of(row, document, school_code or "", record_uid)
    return NumberedEvent(row.position or 0, row.document_id, row.happened_at, row.leaf, facts)


def batches(session: Session, after: str, limit: int) -> list[tuple[EvidenceBatch, EvidenceBatch | None]]:
    """Evidence batches, each with the one that renews it."""
    newer = aliased(EvidenceBatch)
    query = select(EvidenceBatch, newer).outerjoin(newer, newer.id == EvidenceBatch.renewed_by)
    return [(batch, renewing) for batch, renewing in session.execute(_page(query, EvidenceBatch.id, after, limit))]


def sealed_papers(session: Session, after: str, limit: int) -> list[SealedPaper]:
    seal = and_(SignatureRow.document_id == Document.id, SignatureRow.field == SignatureField.SEAL)
    query = (
        select(Document, Document.sealed_at, SignatureRow.sha256, LogEvent, EvidencePath.path, EvidenceBatch)
        .outerjoin(SignatureRow, seal)
        .outerjoin(LogEvent, and_(LogEvent.document_id == Document.id, LogEvent.kind == ISSUED))
        .outerjoin(EvidencePath, and_(EvidencePath.sha256 == Document.sha256, EvidencePath.chain == 0))
        .outerjoin(EvidenceBatch, EvidenceBatch.id == EvidencePath.batch_id)
        .where(Document.sealed_at.is_not(None))
    )
    return [SealedPaper(*row) for row in session.execute(_page(query, Document.id, after, limit))]


def issued_records(session: Session, after: str, limit: int) -> list[IssuedRecord]:
    """Issued records, and whether a sealed paper and its event stand for each; at year's end it is the year record."""
    sealed = (
        select(Document.id)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(DocumentRecord.record_id == TermRecord.id, Document.sealed_at.is_not(None))
        .where(or_(ClassTermRow.term != Term.YEAR_END, Document.kind == DocumentKind.YEAR_RECORD))
        .correlate(TermRecord, ClassTermRow)
    )
    noted = sealed.join(LogEvent, and_(LogEvent.document_id == Document.id, LogEvent.kind == ISSUED))
    query = (
        select(TermRecord.id, sealed.exists(), noted.exists())
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(TermRecord.issued_at.is_not(None))
    )
    return [IssuedRecord(*row) for row in session.execute(_page(query, TermRecord.id, after, limit))]


def class_terms(session: Session, after: str, limit: int) -> Sequence[UUID]:
    return session.scalars(_page(select(ClassTermRow.id), ClassTermRow.id, after, limit)).all()


def matters(session: Session, after: str, limit: int) -> Sequence[UUID]:
    return session.scalars(_page(select(Matter.id), Matter.id, after, limit)).all()


def owners(session: Session, hashes: Collection[str]) -> set[tuple[str, UUID]]:
    """Which documents these hashes belong to, by their rows, by their signatures, and by their entries in the log."""
    if not hashes:
        return set()
    of_entry = func.substring(func.convert_from(LogEvent.leaf, "UTF8"), _ENTRYS_HASH)
    sources = (
        select(Document.sha256, Document.id).where(Document.sha256.in_(hashes)),
        select(SignatureRow.sha256, SignatureRow.document_id).where(SignatureRow.sha256.in_(hashes)),
        select(of_entry, LogEvent.document_id).where(of_entry.in_(hashes)),
    )
    return {(sha256, document_id) for sha256, document_id in session.execute(union_all(*sources))}


def _page(query: Select[*Columns], key: InstrumentedAttribute[UUID], after: str, limit: int) -> Select[*Columns]:
    later = query.where(key > UUID(after)) if after else query
    return later.order_by(key).limit(limit)
