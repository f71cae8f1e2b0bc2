"""A class-term whose papers are sealed and issued, as rows: what a recall begins with."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.record_states import MATTER
from domain.stages import Stage
from storage.tables import Document, Enrolment, TermRecord
from tests.factories import NOW, SUBJECTS, ClassCast, OpenBook, fill, open_book
from tests.storage.papers import make_document, make_signature


def reviewed(session: Session, term: Term = Term.HK1) -> OpenBook:
    """A book that its homeroom teacher has reviewed; at the year's end the subjects have signed it, without papers."""
    book = open_book(session, term=term)
    book.review_all()
    for slot in SUBJECTS if term is Term.YEAR_END else ():
        book.act(Action.SIGN, slot)
    return book


def issued_book(session: Session, cast: ClassCast | None = None, term: Term = Term.YEAR_END) -> OpenBook:
    book = open_book(session, cast, term)
    issue(book)
    return book


def issue(book: OpenBook, records: Iterable[str] | None = None, *, version: int = 1) -> None:
    """From entry to issue, for all records or some; what they have sent and signed before is left."""
    named = book.records if records is None else tuple(records)
    sign(book, named, version=version)
    approve_and_issue(book, named)


def approve_and_issue(book: OpenBook, named: Iterable[str]) -> None:
    """From the homeroom teacher's signature to issue."""
    part = book.term.parts
    book.act(Action.APPROVE, PRINCIPAL, named)
    _seal(book, named, part)
    book.act(Action.SEAL, SEAL, named)
    book.act(Action.ISSUE, SEAL, named)


def sign(book: OpenBook, records: Iterable[str] | None = None, *, version: int = 1) -> None:
    """From entry to the homeroom teacher's signature."""
    named = book.records if records is None else tuple(records)
    send(book, named)
    if sent := [each for each in named if book.term.records[each].stage is Stage.SUBMITTED]:
        book.act(Action.REVIEW, HOMEROOM, sent)
    for slot in book.term.subject_slots:
        if unsigned := [each for each in named if slot in book.term.records[each].unsigned_slots]:
            book.act(Action.SIGN, slot, unsigned)
            number = _next_sheet(book, slot)
            sheet = make_document(book, kind="subject_sheet", slot=slot, part=number, records=unsigned)
            make_signature(book.session, sheet, book, "subject_teacher", slot)
    book.act(Action.SIGN, HOMEROOM, named)
    if book.opened.term is Term.YEAR_END:
        for each in named:
            record = book.records.index(each)
            if any(paper.state == "live" for paper in year_records(book, record)):
                continue
            code = uuid4().hex.upper()
            paper = make_document(book, kind="year_record", record=record, version=version, lookup_code=code)
            make_signature(book.session, paper, book)
    make_signature(book.session, make_document(book, part=book.term.parts, records=named), book)


def _next_sheet(book: OpenBook, slot: str) -> int:
    parts = select(func.max(Document.part)).where(Document.class_term_id == book.id, Document.slot == slot)
    return (book.session.scalar(parts) or 0) + 1


def send(book: OpenBook, records: Iterable[str] | None = None) -> None:
    """Enter and send what is open."""
    named = book.records if records is None else tuple(records)
    for slot in (*SUBJECTS, HOMEROOM):
        if waiting := [each for each in named if slot in book.term.records[each].open_slots]:
            fill(book, [slot], waiting)
            book.act(Action.SUBMIT, slot, waiting)


def reopen(
    book: OpenBook, action: Action, records: Iterable[str], *slots: str, until: datetime | None = None
) -> Decision:
    """What a matter decides: an unlock or a recall of these parts."""
    decision = Decision(
        action, MATTER, tuple(records), actor_id=str(book.cast.school.principal), reason_id=book.reason(),
        to_slots=slots, until=until,
    )  # fmt: skip
    book.take(decision)
    return decision


def year_records(book: OpenBook, record: int = 0) -> list[Document]:
    """A pupil's year records, the oldest version first; void ones are left out."""
    book.session.expire_all()
    uid = enrolment(book, record).record_uid
    query = select(Document).where(Document.record_uid == uid, Document.state != "void")
    return list(book.session.scalars(query.order_by(Document.version)))


def enrolment(book: OpenBook, record: int = 0) -> Enrolment:
    row = book.session.get_one(TermRecord, UUID(book.records[record]))
    return book.session.get_one(Enrolment, row.enrolment_id)


def _seal(book: OpenBook, records: Iterable[str], part: int) -> None:
    """The seal is in the papers before the class-term hears of it."""
    pupils = select(TermRecord.enrolment_id).where(TermRecord.id.in_(map(UUID, records)))
    is_theirs = Document.enrolment_id.in_(pupils) | ((Document.kind == "class_summary") & (Document.part == part))
    mine = select(Document).where(Document.class_term_id == book.id, Document.state == "live", is_theirs)
    for paper in book.session.scalars(mine):
        if paper.sealed_at is None:
            paper.sealed_at = NOW
    book.session.flush()
