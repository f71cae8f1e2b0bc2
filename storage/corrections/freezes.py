"""What a recall has to know of the city's store: whether a record is frozen there, and the authority's permission."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from domain.calendar import day_of, end_of_day
from domain.documents import DocumentKind
from domain.errors import Conflict
from domain.matters.corrections import CorrectionCommand
from domain.submission.states import ARRIVED, StoreKind, SubmissionState
from storage.campaigns import policies
from storage.submission import freezing
from storage.submission.freezing import Permission
from storage.tables import (
    Document,
    DocumentRecord,
    Enrolment,
    Matter,
    Reason,
    Recall,
    RecordStore,
    StoreRecord,
    Submission,
    TermRecord,
)


def is_frozen(session: Session, record_uid: UUID) -> bool:
    """By what the city's store told us, or by our own store where that is the city's."""
    kept = _newest_kept(session, record_uid)
    if kept is not None and kept.state == "frozen":
        return True
    sent = (
        select(Submission.state)
        .join(RecordStore, RecordStore.code == Submission.store)
        .where(
            Submission.record_uid == record_uid,
            RecordStore.kind == StoreKind.CITY.value,
            Submission.state.in_([each.value for each in ARRIVED]),
        )
        .order_by(Submission.version.desc())
    )
    return session.scalars(sent.limit(1)).first() == SubmissionState.FROZEN.value


def refuse_frozen_since(session: Session, matter_id: str, record_ids: Collection[UUID]) -> None:
    """Raises Conflict for a record that was frozen after its recall was decided.

    Asked where the recall takes effect, under the locks of what a freeze changes: it is seen here, or comes after.
    """
    recall = session.get(Recall, UUID(matter_id)) if matter_id else None
    of_record = select(Enrolment.record_uid).join(TermRecord, TermRecord.enrolment_id == Enrolment.id)
    for uid in sorted(set(session.scalars(of_record.where(TermRecord.id.in_(record_ids))))):
        kept = select(StoreRecord.id).where(StoreRecord.record_uid == str(uid)).order_by(StoreRecord.id)
        session.execute(kept.with_for_update())
        sent = select(Submission.id).where(Submission.record_uid == uid).order_by(Submission.id)
        session.execute(sent.with_for_update())
        known = recall is not None and recall.is_frozen
        if not known and is_frozen(session, uid) and not is_allowed(session, uid):
            raise Conflict("Học bạ vừa được chốt; cơ quan quản lý phải cho phép thì mới thu hồi được.")


def is_allowed(session: Session, record_uid: UUID) -> bool:
    kept = _newest_kept(session, record_uid)
    return kept is not None and kept.recall_allowed_at is not None


def allow(session: Session, matter: Matter, recall: Recall, command: CorrectionCommand, at: datetime) -> None:
    """Let our own store take the cancellation; a store elsewhere is asked there."""
    uid = session.get_one(Enrolment, recall.enrolment_id).record_uid
    kept = _newest_kept(session, uid)
    if kept is None or kept.state != "frozen":
        return
    reason = session.get_one(Reason, UUID(command.reason_id or str(recall.reason_id)))
    permission = Permission(str(uid), UUID(command.actor_id), reason.text)
    freezing.allow_recall(session, permission, [matter.school_id], at)


def waiting_for(session: Session, record_uid: str) -> UUID | None:
    """The recall that waits for the authority's permission for this record."""
    query = (
        select(Recall.matter_id)
        .join(Enrolment, Enrolment.id == Recall.enrolment_id)
        .where(cast(Enrolment.record_uid, String) == record_uid, Recall.state == "authority")
    )
    return session.scalars(query).first()


def due(session: Session, at: datetime, workdays: int) -> datetime:
    """The end of the day so many workdays later, by the calendar of offices."""
    return end_of_day(policies.workdays(session).add(day_of(at), workdays))


def paper_in_force(
    session: Session, record_uid: UUID, first: TermRecord | None, year: TermRecord | None
) -> UUID | None:
    """The sealed paper that a recall is about: the year record, or the class's summary of the first term."""
    if year is not None:
        live = select(Document.id).where(Document.record_uid == record_uid, Document.state == "live")
        return session.scalars(live.where(Document.sealed_at.is_not(None))).first()
    summary = (
        select(Document.id)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(
            DocumentRecord.record_id == (first.id if first else None), DocumentRecord.voided_at.is_(None),
            Document.kind == DocumentKind.CLASS_SUMMARY, Document.state == "live", Document.sealed_at.is_not(None),
        )
        .order_by(Document.created_at.desc())
    )  # fmt: skip
    return session.scalars(summary.limit(1)).first()


def _newest_kept(session: Session, record_uid: UUID) -> StoreRecord | None:
    query = select(StoreRecord).where(StoreRecord.record_uid == str(record_uid))
    return session.scalars(query.order_by(StoreRecord.version.desc()).limit(1)).first()
