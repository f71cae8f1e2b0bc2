"""A pupil's years as rows: a stay at another school, papers in several versions, and what the log says of them."""

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from domain.calendar import SchoolYear
from storage import registration
from storage.registration import ClassFacts
from storage.tables import Document, Enrolment, LogEvent, TermRecord
from tests.factories import NOW, YEAR, OpenBook
from tests.matters import make_matter
from tests.storage.papers import make_document, make_signature


def stayed(book: OpenBook, pupil_id: UUID, left_on: date | None = date(2026, 10, 1)) -> Enrolment:
    """In a class of a school from the beginning of the year, until the pupil left."""
    row = Enrolment(
        id=uuid4(), class_id=book.cast.class_id, pupil_id=pupil_id, school_year=str(YEAR), order_no=40,
        record_uid=uuid4(), joined_on=date(2026, 8, 1), left_on=left_on,
    )  # fmt: skip
    book.session.add(row)
    book.session.flush()
    return row


def went_on(session: Session, school_id: UUID, pupil_id: UUID, left_on: date | None = None) -> Enrolment:
    """In a class of the next year at a school; the year before is over and stays open."""
    coming = SchoolYear(YEAR.start + 1)
    class_id = registration.add_class(session, school_id, coming, ClassFacts(2, "2A1"))
    row = Enrolment(
        class_id=class_id, pupil_id=pupil_id, school_year=str(coming), order_no=1, record_uid=uuid4(),
        joined_on=date(2027, 8, 1), left_on=left_on,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def issued(book: OpenBook, enrolment: Enrolment, *events: str, version: int = 1, **more: object) -> Document:
    """A sealed record of a year with what the log says of it, by its school's own people."""
    facts: dict[str, Any] = {"sealed_at": NOW, "enrolment_id": enrolment.id, "lookup_code": uuid4().hex.upper(), **more}
    gone = bool({"recalled", "superseded"} & set(events))
    facts |= {
        "record_uid": enrolment.record_uid,
        "state": "recalled" if gone else "live",
        "recalled_at": NOW if gone else None,
    }
    document = make_document(book, kind="year_record", record=0, version=version, **facts)
    for field in ("homeroom", "principal", "seal"):
        make_signature(book.session, document, book, field)
    for kind in events:
        book.session.add(LogEvent(document_id=document.id, kind=kind, happened_at=NOW))
        book.session.flush()
    return document


def enrolment_of(session: Session, record_id: str) -> Enrolment:
    return session.get_one(Enrolment, session.get_one(TermRecord, UUID(record_id)).enrolment_id)


def other_paper(book: OpenBook, enrolment: Enrolment, kind: str, *events: str, **more: object) -> Document:
    """A sealed paper of a matter, or (without an enrolment of its own) the class summary of the pupil's term."""
    facts: dict[str, Any] = {"sealed_at": NOW, "lookup_code": uuid4().hex.upper(), **more}
    if kind != "class_summary":
        matter = make_matter(book.session, book.cast)
        facts |= {"matter_id": matter.id, "class_term_id": None, "enrolment_id": enrolment.id, "records": ()}
    document = make_document(book, kind=kind, **facts)
    for event in events:
        book.session.add(LogEvent(document_id=document.id, kind=event, happened_at=NOW))
        book.session.flush()
    return document
