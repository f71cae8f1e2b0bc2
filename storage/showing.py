"""What of a record there is to look at: its newest signed paper, or what a paper written now would say."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from domain.assessment import Term
from domain.documents import DocumentKind
from domain.errors import Incomplete
from domain.year_records import DocumentContent
from storage import contents, entries, pupil_results
from storage.paper_facts import Stamp
from storage.tables import ClassTermRow, Document, DocumentRecord, Enrolment, SignatureRow, Staff, TermRecord

NO_CODE = "(chưa có)"


@dataclass(frozen=True)
class Signing:
    """Who signed a paper as what, and when."""

    field: str
    name: str
    signed_at: datetime


@dataclass(frozen=True)
class ShownPaper:
    """The signed paper in force that speaks of a record: its own, or its class's summary of the first term."""

    document_id: UUID
    kind: DocumentKind
    sha256: str
    version: int
    lookup_code: str
    sealed_at: datetime | None
    signings: tuple[Signing, ...]


def signed_paper(session: Session, record_id: UUID) -> ShownPaper | None:
    """The newest; a pupil's own paper comes before the class's."""
    query = (
        select(Document)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(
            DocumentRecord.record_id == record_id,
            DocumentRecord.voided_at.is_(None),
            Document.state == "live",
            Document.kind.in_((DocumentKind.YEAR_RECORD, DocumentKind.CLASS_SUMMARY)),
        )
        .order_by(Document.kind.desc(), Document.created_at.desc())
    )
    found = session.scalars(query.limit(1)).first()
    if found is None or (found.kind != DocumentKind.YEAR_RECORD and _is_year(session, found.class_term_id)):
        return None
    return as_shown(session, found)


def as_shown(session: Session, document: Document) -> ShownPaper:
    return ShownPaper(
        document.id,
        DocumentKind(document.kind),
        document.sha256,
        document.version,
        document.lookup_code,
        document.sealed_at,
        signings_of(session, document.id),
    )


@dataclass(frozen=True)
class FormerVersion:
    """A version of a pupil's record that was recalled: it stays, and says what replaces it."""

    document_id: UUID
    version: int
    lookup_code: str
    sealed_at: datetime
    recalled_at: datetime
    replaced_by: str


def former_versions(session: Session, enrolment_id: UUID) -> list[FormerVersion]:
    """The oldest first."""
    newer = aliased(Document)
    query = (
        select(Document, newer.lookup_code)
        .outerjoin(newer, newer.id == Document.superseded_by)
        .join(Enrolment, Enrolment.record_uid == Document.record_uid)
        .where(Enrolment.id == enrolment_id, Document.state == "recalled")
        .order_by(Document.version)
    )
    return [
        FormerVersion(row.id, row.version, row.lookup_code, row.sealed_at, row.recalled_at, code or "")
        for row, code in session.execute(query)
        if row.sealed_at is not None and row.recalled_at is not None
    ]


def signings_of(session: Session, document_id: UUID) -> tuple[Signing, ...]:
    query = (
        select(SignatureRow.field, Staff.full_name, SignatureRow.signed_at)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(SignatureRow.document_id == document_id)
        .order_by(SignatureRow.signed_at, SignatureRow.field)
    )
    return tuple(Signing(*row) for row in session.execute(query))


def draft_content(session: Session, record_id: UUID, own: Collection[str], at: datetime) -> DocumentContent:
    """What the paper that people will sign would say of a record now; other people's drafts are not in it.

    Raises Incomplete naming what is not handed in or has no result yet, Invalid where the rules cannot judge, and
    NotAllowed while nobody is assigned to a step.
    """
    record = session.get_one(TermRecord, record_id)
    _require_sent(session, record, own)
    if _is_year(session, record.class_term_id):
        reading = contents.read_at(session, record.class_term_id, at, [record])
        return reading.year_record(reading.members[0], NO_CODE)
    return _summary(session, record, own, at)


def _summary(session: Session, record: TermRecord, own: Collection[str], at: datetime) -> DocumentContent:
    """The first term's paper is the class's: of every pupil for whom everything is there."""
    class_term = session.get_one(ClassTermRow, record.class_term_id)
    together = select(TermRecord).where(TermRecord.class_term_id == class_term.id)
    records = list(session.scalars(together))
    unsent = _unsent(session, class_term.id, [each.id for each in records], own)
    reading = contents.read_at(session, class_term.id, at, [each for each in records if each.id not in unsent])
    return reading.summary(Stamp(class_term.id, class_term.parts + 1, NO_CODE))


def _require_sent(session: Session, record: TermRecord, own: Collection[str]) -> None:
    if waiting := _unsent(session, record.class_term_id, [record.id], own).get(record.id):
        raise Incomplete(pupil_results.waits_for(waiting))


def _unsent(session: Session, class_term_id: UUID, ids: list[UUID], own: Collection[str]) -> dict[UUID, list[str]]:
    curriculum, _ = entries.curriculum_in(session, class_term_id)
    return dict(pupil_results.unsent(session, curriculum, ids, own))


def _is_year(session: Session, class_term_id: UUID) -> bool:
    return session.get_one(ClassTermRow, class_term_id).term == Term.YEAR_END


def neighbours(session: Session, record_id: UUID) -> tuple[UUID | None, UUID | None]:
    """The records before and after one in the order of the class."""
    record = session.get_one(TermRecord, record_id)
    query = (
        select(TermRecord.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(TermRecord.class_term_id == record.class_term_id)
        .order_by(Enrolment.order_no, Enrolment.id)
    )
    ids = list(session.scalars(query))
    at = ids.index(record_id)
    return (ids[at - 1] if at else None), (ids[at + 1] if at + 1 < len(ids) else None)
