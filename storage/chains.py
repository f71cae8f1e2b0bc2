"""A pupil's years at all schools and their papers, and what the history log has of them.

Everything that a pupil's chain reads from the database is read here.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, and_, case, exists, select, true
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.chains import Happened, LinkState, state_of
from domain.documents import DocumentKind, SignatureField, role_of
from storage.evidence import is_proven
from storage.issuing import issuing_school
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    DocumentRecord,
    Enrolment,
    LogCheckpoint,
    LogEvent,
    School,
    SignatureRow,
    Staff,
    TermRecord,
)

# As they are shown.
_OWN = (
    DocumentKind.PAPER_EXTRACT, DocumentKind.IDENTITY_PAGE, DocumentKind.TRANSFER_RESULT, DocumentKind.YEAR_RECORD,
)  # fmt: skip
# A paper of a chain was sealed; what was void before is none.
_IN_CHAIN = and_(Document.kind.in_(_OWN), Document.sealed_at.is_not(None))
_OF_FIRST_TERM = and_(
    Document.kind == DocumentKind.CLASS_SUMMARY, Document.sealed_at.is_not(None), ClassTermRow.term == Term.HK1.value
)


@dataclass(frozen=True)
class PaperEvent:
    """An event; without a place until the log has numbered it."""

    kind: Happened
    happened_at: datetime
    position: int | None
    leaf: bytes | None


@dataclass(frozen=True)
class PaperSigning:
    """Who signed, and as what; of a seal, the clerk who applied it."""

    field: str
    name: str
    signed_at: datetime


@dataclass(frozen=True)
class StayPaper:
    """A paper in one version; `replaced_by` is the look-up code of the next one, "" if there is none.

    The class summary of a first term has the pupil's result, too, but names others: it is no pupil's own.
    """

    document_id: UUID
    kind: DocumentKind
    version: int
    lookup_code: str
    sha256: str
    sealed_at: datetime | None
    is_proven: bool
    events: tuple[PaperEvent, ...]
    signings: tuple[PaperSigning, ...]
    replaced_by: str = ""

    @property
    def state(self) -> LinkState:
        return state_of(each.kind for each in self.events)

    @property
    def is_issued(self) -> bool:
        return self.state is not LinkState.NOT_LOGGED

    @property
    def is_own(self) -> bool:
        return self.kind in _OWN

    def at(self, kind: Happened) -> datetime | None:
        return next((each.happened_at for each in self.events if each.kind is kind), None)


@dataclass(frozen=True)
class Stay:
    """A pupil's time in a class in one year, and the papers that came of it.

    `school_id` is whose class it is now, `school` the name of the one that issued the year.
    """

    enrolment_id: UUID
    school_year: str
    class_name: str
    school_id: UUID
    school: str
    joined_on: date
    left_on: date | None
    papers: tuple[StayPaper, ...]

    @property
    def has_record(self) -> bool:
        return any(each.kind is DocumentKind.YEAR_RECORD for each in self.papers)


def pupil_of(session: Session, enrolment_id: UUID) -> UUID:
    return session.get_one(Enrolment, enrolment_id).pupil_id


def stays_of(session: Session, pupil_id: UUID) -> list[Stay]:
    """All of them, at whatever school, from the first to the last."""
    issuing = issuing_school()
    query = (
        select(Enrolment, ClassGroup.name, ClassGroup.school_id, School.name)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .join(issuing, true())
        .join(School, School.id == issuing.c.id)
        .where(Enrolment.pupil_id == pupil_id)
        .order_by(Enrolment.school_year, Enrolment.joined_on, Enrolment.left_on)
    )
    papers = _papers(session, pupil_id)
    return [
        Stay(
            row.id, row.school_year, class_name, school_id, school, row.joined_on, row.left_on,
            papers.get(row.id, ()),
        )
        for row, class_name, school_id, school in session.execute(query)
    ]  # fmt: skip


def code_in_force(session: Session, document: Document) -> str:
    """The look-up code of the record in force that has replaced a record's document; "" if none has."""
    if document.kind != DocumentKind.YEAR_RECORD:
        return ""
    events = select(LogEvent.id).where(LogEvent.document_id == Document.id)
    closed = events.where(LogEvent.kind.in_((Happened.RECALLED.value, Happened.SUPERSEDED.value)))
    query = (
        select(Document.lookup_code)
        .where(Document.record_uid == document.record_uid, Document.version > document.version, _IN_CHAIN)
        .where(exists(events), ~exists(closed))
        .order_by(Document.version.desc())
    )
    return session.scalars(query.limit(1)).first() or ""


def events_of(session: Session, document_ids: Collection[UUID]) -> Mapping[UUID, tuple[PaperEvent, ...]]:
    """What the log has, or will have, of documents, in its order."""
    query = select(LogEvent).where(LogEvent.document_id.in_(document_ids)).order_by(LogEvent.id)
    found: dict[UUID, list[PaperEvent]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.document_id].append(PaperEvent(Happened(row.kind), row.happened_at, row.position, row.leaf))
    return {document_id: tuple(events) for document_id, events in found.items()}


def stamped_checkpoint(session: Session) -> LogCheckpoint | None:
    """The newest published state of the log whose time is proven."""
    query = select(LogCheckpoint).where(LogCheckpoint.batch_id.is_not(None))
    return session.scalars(query.order_by(LogCheckpoint.size.desc()).limit(1)).first()


def _papers(session: Session, pupil_id: UUID) -> dict[UUID, tuple[StayPaper, ...]]:
    """By enrolment: what comes before the year's record, then that; each in the order of its versions."""
    rows = [*_first_terms(session, pupil_id), *_own(session, pupil_id)]
    ids = [document.id for document, *_ in rows]
    events, signings = events_of(session, ids), _signings(session, ids)
    codes = {(*_series(document), document.version): document.lookup_code for document, *_ in rows}
    found: dict[UUID, list[StayPaper]] = defaultdict(list)
    for document, enrolment_id, proven in rows:
        found[enrolment_id].append(
            StayPaper(
                document.id, DocumentKind(document.kind), document.version, document.lookup_code, document.sha256,
                document.sealed_at, proven, events.get(document.id, ()), signings.get(document.id, ()),
                codes.get((*_series(document), document.version + 1), ""),
            )
        )  # fmt: skip
    return {enrolment_id: tuple(papers) for enrolment_id, papers in found.items()}


def _own(session: Session, pupil_id: UUID) -> Sequence[Row[Document, UUID, bool]]:
    kinds = case({kind.value: at for at, kind in enumerate(_OWN)}, value=Document.kind)
    query = (
        select(Document, Enrolment.id, is_proven())
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .where(Enrolment.pupil_id == pupil_id, _IN_CHAIN)
        .order_by(kinds, Document.version, Document.sealed_at)
    )
    return session.execute(query).all()


def _first_terms(session: Session, pupil_id: UUID) -> Sequence[Row[Document, UUID, bool]]:
    """Also where the pupil's line was recalled since: another paper may speak of the summary."""
    query = (
        select(Document, Enrolment.id, is_proven())
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .join(TermRecord, TermRecord.id == DocumentRecord.record_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .where(Enrolment.pupil_id == pupil_id, _OF_FIRST_TERM)
        .order_by(Document.part, Document.sealed_at)
    )
    return session.execute(query).all()


def _series(document: Document) -> tuple[object, ...]:
    """What a paper is a version of; `domain.chains.series_of` says the same of links."""
    match document.kind:
        case DocumentKind.YEAR_RECORD:
            return document.kind, document.record_uid
        case DocumentKind.IDENTITY_PAGE | DocumentKind.PAPER_EXTRACT:
            return document.kind, document.school_id
        case _:
            return document.kind, document.id


def _signings(session: Session, document_ids: Sequence[UUID]) -> Mapping[UUID, tuple[PaperSigning, ...]]:
    query = (
        select(SignatureRow, Staff.full_name)
        .join(Staff, Staff.id == SignatureRow.staff_id)
        .where(SignatureRow.document_id.in_(document_ids))
    )
    found: dict[UUID, list[PaperSigning]] = defaultdict(list)
    for row, name in sorted(session.execute(query), key=lambda each: _turn(each[0])):
        found[row.document_id].append(PaperSigning(row.field, name, row.signed_at))
    return {document_id: tuple(signings) for document_id, signings in found.items()}


def _turn(row: SignatureRow) -> tuple[datetime, int]:
    """Signatures of one second stand in the order in which they are due."""
    return row.signed_at, list(SignatureField).index(role_of(row.field))
