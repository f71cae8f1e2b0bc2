"""Which signatures a return or a hold would make void, before anybody decides; `storage.voids` then does it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.tables import Document, DocumentRecord, SignatureRow, Staff, TermRecord


@dataclass(frozen=True)
class AtStake:
    """One person's signatures on papers of one kind; `slot` only of a subject's sheet, `pupils` whom it is about."""

    kind: DocumentKind
    slot: str
    signer: str
    pupils: int


def of_return(session: Session, class_term_id: UUID, returned: Mapping[str, Collection[UUID]]) -> list[AtStake]:
    """What sending these slots of these records back makes void: lines of sheets, year records, whole summaries."""
    record_ids = {record_id for each in returned.values() for record_id in each}
    lines = or_(*(_sheet_lines(slot, record_ids) for slot, record_ids in returned.items()))
    year_records = and_(Document.kind == DocumentKind.YEAR_RECORD, DocumentRecord.record_id.in_(record_ids))
    return _signed(session, class_term_id, or_(lines, year_records, _summaries(record_ids)))


def of_hold(session: Session, class_term_id: UUID, record_ids: Collection[UUID]) -> list[AtStake]:
    """A hold voids only the class's summary that the records stand in."""
    return _signed(session, class_term_id, _summaries(record_ids))


def _signed(session: Session, class_term_id: UUID, which: ColumnElement[bool]) -> list[AtStake]:
    query = (
        select(Document.kind, Document.slot, Staff.full_name, func.count(DocumentRecord.record_id.distinct()))
        .join(DocumentRecord, and_(DocumentRecord.document_id == Document.id, DocumentRecord.voided_at.is_(None)))
        .join(SignatureRow, SignatureRow.document_id == Document.id)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(Document.class_term_id == class_term_id, Document.state == "live", Document.sealed_at.is_(None), which)
        .group_by(Document.kind, Document.slot, Staff.full_name)
        .order_by(Document.kind, Document.slot, Staff.full_name)
    )
    return [AtStake(DocumentKind(kind), slot, signer, pupils) for kind, slot, signer, pupils in session.execute(query)]


def _sheet_lines(slot: str, record_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(
        Document.kind == DocumentKind.SUBJECT_SHEET, Document.slot == slot, DocumentRecord.record_id.in_(record_ids)
    )


def _summaries(record_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(Document.kind == DocumentKind.CLASS_SUMMARY, Document.part.in_(_parts(record_ids)))


def _parts(record_ids: Collection[UUID]) -> Select[int]:
    return select(TermRecord.part).where(TermRecord.id.in_(record_ids), TermRecord.part > 0)
