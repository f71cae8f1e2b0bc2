"""Events for the history log: written with what happened, numbered in order later, never changed after that."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.among import among
from storage.bulk import insert_all, update_all
from storage.tables import (
    Document,
    DocumentRecord,
    Enrolment,
    LogCheckpoint,
    LogEvent,
    School,
)

# One writer at a time: whoever numbers events holds this lock to the end of its transaction.
_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('history log'))")


@dataclass(frozen=True)
class EventFacts:
    """What an entry says; `record_id` is the same for every version of one record."""

    event_id: int
    kind: str
    record_id: UUID
    version: int
    sha256: str
    school_code: str
    happened_at: datetime


def add_issued(session: Session, record_ids: Iterable[UUID], at: datetime) -> None:
    """Note that the sealed papers of these records are in force; once for each paper."""
    speaks_of = select(DocumentRecord.document_id).where(among(DocumentRecord.record_id, record_ids))
    sealed = select(Document.id).where(Document.id.in_(speaks_of), Document.sealed_at.is_not(None))
    rows = [{"document_id": each, "kind": "issued", "happened_at": at} for each in session.scalars(sealed)]
    insert_all(session, LogEvent, rows, skip_known=True)


def add_issued_paper(session: Session, document_id: UUID, at: datetime) -> None:
    """Note that the sealed paper of a matter is in force; once."""
    row = insert(LogEvent).values(document_id=document_id, kind="issued", happened_at=at)
    session.execute(row.on_conflict_do_nothing())


def lock(session: Session) -> None:
    """Be the log's only writer to the end of this transaction."""
    session.execute(_LOCK)


def unnumbered(session: Session, limit: int) -> list[EventFacts]:
    """Events that are not in the log yet, in the order in which they happened; takes the writer's lock."""
    lock(session)
    query = (
        select(LogEvent, Document, School.code, Enrolment.record_uid)
        .join(Document, Document.id == LogEvent.document_id)
        .join(School, School.id == Document.school_id)
        .outerjoin(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(LogEvent.position.is_(None))
    )
    rows = session.execute(query.order_by(LogEvent.id).limit(limit)).all()
    return [facts_of(*row) for row in rows]


def facts_of(event: LogEvent, document: Document, school_code: str, record_uid: UUID | None) -> EventFacts:
    """What the log says of an event: a year record is named by its pupil's record, other papers by themselves."""
    is_record = document.kind == DocumentKind.YEAR_RECORD and record_uid is not None
    record_id = record_uid if is_record and record_uid else document.id
    return EventFacts(
        event.id, event.kind, record_id, document.version, document.sha256, school_code, event.happened_at
    )


def number(session: Session, leaves: Sequence[tuple[int, bytes]]) -> int:
    """Give events their places in the log, after all that have one; returns the first place."""
    start: int = session.scalar(select(func.coalesce(func.max(LogEvent.position) + 1, 0))) or 0
    rows = [{"id": event_id, "position": start + at, "leaf": leaf} for at, (event_id, leaf) in enumerate(leaves)]
    update_all(session, LogEvent, ["id"], rows)
    return start


def leaves_from(session: Session, start: int, limit: int) -> list[bytes]:
    """The numbered entries from a place on."""
    query = select(LogEvent.leaf).where(LogEvent.position >= start).order_by(LogEvent.position).limit(limit)
    return [leaf for leaf in session.scalars(query) if leaf is not None]


def add_checkpoint(session: Session, size: int, note: str, sha256: str) -> None:
    """Keep a published state of the log; the same size again keeps the first."""
    row = insert(LogCheckpoint).values(size=size, note=note, sha256=sha256)
    session.execute(row.on_conflict_do_nothing(index_elements=["size"]))


def unstamped_checkpoint(session: Session) -> LogCheckpoint | None:
    """The newest checkpoint if no time stamp covers it yet."""
    newest = session.scalars(select(LogCheckpoint).order_by(LogCheckpoint.size.desc()).limit(1)).first()
    return newest if newest is not None and newest.batch_id is None else None


def standing_of(session: Session, sha256: str) -> str | None:
    """How the paper with this hash stands by its newest event: in_force, recalled or superseded; None if unknown.

    That a pupil moved changes nothing of how a paper stands.
    """
    query = (
        select(LogEvent.kind)
        .join(Document, Document.id == LogEvent.document_id)
        .where(Document.sha256 == sha256, LogEvent.kind != "transferred")
        .order_by(LogEvent.id.desc())
    )
    newest = session.scalars(query.limit(1)).first()
    return "in_force" if newest == "issued" else newest


def stamped(session: Session, size: int, batch_id: UUID) -> None:
    """Say which batch proves the time of a checkpoint; the first one stays."""
    mine = update(LogCheckpoint).where(LogCheckpoint.size == size, LogCheckpoint.batch_id.is_(None))
    session.execute(mine.values(batch_id=batch_id))
