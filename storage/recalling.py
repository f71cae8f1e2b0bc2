"""What a recall does to a pupil's sealed record, and what the version that replaces it does: nothing is lost.

guide/domain.md 5.4; KG295 art. 4.3: state 2 (thu hồi), a new version under the same record id, the store told in order.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.decisions import Decision
from domain.documents import DocumentKind
from storage.among import among
from storage.submission import outbox
from storage.tables import ClassTermRow, Document, DocumentRecord, LogEvent, TermRecord


def recall_papers(session: Session, row: ClassTermRow, decision: Decision, at: datetime) -> None:
    """Sealed year records of these term records are in force no more; the log and the stores are told."""
    enrolments = select(TermRecord.enrolment_id).where(among(TermRecord.id, map(UUID, decision.record_ids)))
    recalled = (
        update(Document)
        .where(
            Document.class_term_id == row.id,
            Document.kind == DocumentKind.YEAR_RECORD,
            Document.enrolment_id.in_(enrolments),
            Document.state == "live",
            Document.sealed_at.is_not(None),
        )
        .values(state="recalled", recalled_at=at)
        .returning(Document.id)
    )
    document_ids = list(session.scalars(recalled.execution_options(synchronize_session=False)))
    if document_ids:
        events = [{"document_id": each, "kind": "recalled", "happened_at": at} for each in document_ids]
        session.execute(insert(LogEvent).on_conflict_do_nothing(), events)
        outbox.add_recalled(session, document_ids, at)


def supersede(session: Session, record_ids: Collection[UUID]) -> None:
    """Recalled versions of the records that are issued now say which paper replaces them."""
    new = (
        select(Document.id, Document.record_uid)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(
            among(DocumentRecord.record_id, record_ids),
            Document.kind == DocumentKind.YEAR_RECORD,
            Document.state == "live",
        )
        .subquery()
    )
    former = update(Document).where(
        Document.record_uid == new.c.record_uid, Document.state == "recalled", Document.superseded_by.is_(None)
    )
    session.execute(former.values(superseded_by=new.c.id), execution_options={"synchronize_session": False})


def next_versions(session: Session, record_uids: Collection[UUID]) -> dict[UUID, int]:
    """The version that the next record of each pupil's year has; 1 where none was sealed yet."""
    query = (
        select(Document.record_uid, func.max(Document.version))
        .where(among(Document.record_uid, record_uids), Document.state == "recalled")
        .group_by(Document.record_uid)
    )
    newest: dict[UUID | None, int] = dict(session.execute(query).all())
    return {uid: newest.get(uid, 0) + 1 for uid in record_uids}
