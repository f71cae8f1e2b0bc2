"""Papers that a return or a hold makes void: kept, with the reason, and their signers are told."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, select, update
from sqlalchemy.orm import Session

from domain.decisions import VOIDING_ACTIONS, Action, Decision
from domain.documents import DocumentKind
from domain.errors import Conflict
from storage import journal
from storage.tables import Document, DocumentRecord, SignatureRow, TermRecord


def void_papers(
    session: Session, class_term_id: UUID, decision: Decision, dissolved_parts: Collection[int], seq: int
) -> None:
    """Void what speaks of changed content, and only that (guide/domain.md 9, invariant 6).

    A returned subject voids its pupil's line on that subject's sheet; a returned record voids its year record; a class
    summary that lost a pupil is void as a whole, but of one that bears the seal only the line of a recalled record.
    A hold voids only the summary.
    """
    reason_id = UUID(decision.reason_id) if decision.reason_id else None
    told: set[tuple[UUID, str]] = set()
    if decision.action in VOIDING_ACTIONS:
        record_ids = [UUID(record_id) for record_id in decision.record_ids]
        told |= _void_lines(session, _sheets(class_term_id, decision.reopens), record_ids, reason_id)
        told |= _void_documents(session, _year_records_of(record_ids), reason_id)
    if decision.action is Action.RECALL:
        told |= _void_lines(session, _all_summaries(class_term_id), record_ids, reason_id)
    if dissolved_parts:
        told |= _void_documents(session, _summaries(class_term_id, dissolved_parts), reason_id)
    notices = {(staff_id, f"{ref}:{seq}") for staff_id, ref in told}
    journal.add_notices(session, class_term_id, "signature_void", notices, reason_id)


def refuse_sealed(session: Session, decision: Decision) -> None:
    """Raise Conflict for records whose paper bears the seal: one that failed for others may have left them unissued."""
    same = and_(Document.enrolment_id == TermRecord.enrolment_id, Document.class_term_id == TermRecord.class_term_id)
    query = (
        select(TermRecord.id)
        .join(Document, same)
        .where(
            TermRecord.id.in_([UUID(each) for each in decision.record_ids]),
            Document.sealed_at.is_not(None),
            Document.state == "live",  # a recalled version is sealed for good; the next one is not
        )
    )
    sealed = tuple(str(record_id) for record_id in session.scalars(query.order_by(TermRecord.id)))
    if sealed:
        raise Conflict("Học bạ đã đóng dấu, không trả lại để sửa được nữa.", sealed)


def void_departed(session: Session, record_ids: Collection[UUID], transfer: tuple[str, UUID]) -> None:
    """What is not sealed speaks no more of pupils who go on at another school; a sheet stands for the others on it.

    `transfer` is the key of who is told, and the reason.
    """
    if not record_ids:
        return
    terms = select(TermRecord.class_term_id).where(TermRecord.id.in_(record_ids))
    sheets = and_(Document.class_term_id.in_(terms), Document.kind == DocumentKind.SUBJECT_SHEET)
    about, reason_id = transfer
    told = _void_lines(session, sheets, record_ids, reason_id)
    told |= _void_documents(session, _year_records_of(record_ids), reason_id)
    for class_term_id in sorted(set(session.scalars(terms))):
        notices = {(staff_id, f"{ref}:{about}") for staff_id, ref in told if _is_of(session, ref, class_term_id)}
        journal.add_notices(session, class_term_id, "signature_void", notices, reason_id)


def _is_of(session: Session, document_id: str, class_term_id: UUID) -> bool:
    return session.get_one(Document, UUID(document_id)).class_term_id == class_term_id


def _sheets(class_term_id: UUID, slots: Collection[str]) -> ColumnElement[bool]:
    return and_(
        Document.class_term_id == class_term_id,
        Document.kind == DocumentKind.SUBJECT_SHEET,
        Document.slot.in_(slots),
    )


def _all_summaries(class_term_id: UUID) -> ColumnElement[bool]:
    return and_(Document.class_term_id == class_term_id, Document.kind == DocumentKind.CLASS_SUMMARY)


def _void_lines(
    session: Session, which: ColumnElement[bool], record_ids: Collection[UUID], reason_id: UUID | None
) -> set[tuple[UUID, str]]:
    papers = select(Document.id).where(which, Document.state == "live")
    lines = update(DocumentRecord).where(
        DocumentRecord.document_id.in_(papers),
        DocumentRecord.record_id.in_(record_ids),
        DocumentRecord.voided_at.is_(None),
    )
    voided = lines.values(voided_at=func.now(), void_reason_id=reason_id).returning(DocumentRecord.document_id)
    touched = set(session.scalars(voided))
    told = _signers(session, touched)
    nothing_left = ~exists().where(DocumentRecord.document_id == Document.id, DocumentRecord.voided_at.is_(None))
    _void_documents(session, and_(Document.id.in_(touched), nothing_left), reason_id)
    return told


def _void_documents(session: Session, which: ColumnElement[bool], reason_id: UUID | None) -> set[tuple[UUID, str]]:
    live = update(Document).where(which, Document.state == "live", Document.sealed_at.is_(None))
    voided = live.values(state="void", void_reason_id=reason_id).returning(Document.id)
    return _signers(session, set(session.scalars(voided.execution_options(synchronize_session=False))))


def _signers(session: Session, document_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    signed = select(SignatureRow.staff_id, SignatureRow.document_id).where(SignatureRow.document_id.in_(document_ids))
    return {(staff_id, str(document_id)) for staff_id, document_id in session.execute(signed)}


def _year_records_of(record_ids: Collection[UUID]) -> ColumnElement[bool]:
    pupils = select(TermRecord.enrolment_id).where(TermRecord.id.in_(record_ids))
    terms = select(TermRecord.class_term_id).where(TermRecord.id.in_(record_ids))
    return and_(
        Document.kind == DocumentKind.YEAR_RECORD,
        Document.enrolment_id.in_(pupils),
        Document.class_term_id.in_(terms),
    )


def _summaries(class_term_id: UUID, parts: Collection[int]) -> ColumnElement[bool]:
    return _all_summaries(class_term_id) & Document.part.in_(parts)
