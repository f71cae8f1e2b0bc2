"""Sealed year records wait for every store from their issue on, each version once and in order."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action
from domain.submission.states import StoreKind
from storage.submission import outbox, stores
from storage.submission.stores import NamedStore
from storage.tables import LogEvent, Submission
from tests.factories import NOW, OpenBook, open_book
from tests.storage.papers import make_document

CITY, MINISTRY = NamedStore("city", "Kho của Sở", StoreKind.CITY), NamedStore("bo", "Kho của Bộ", StoreKind.MINISTRY)


@pytest.fixture
def year(db: Session) -> OpenBook:
    """A year's end whose records are sealed and not issued yet."""
    book = open_book(db, term=Term.YEAR_END)
    for at in range(len(book.records)):
        make_document(book, kind="year_record", record=at, sealed_at=NOW)
    make_document(book, sealed_at=NOW)  # the class's summary goes nowhere
    return book


def waiting(session: Session) -> list[tuple[object, ...]]:
    query = select(Submission.store, Submission.event, Submission.version, Submission.state)
    return [tuple(row) for row in session.execute(query.order_by(Submission.store, Submission.version))]


def test_records_wait_for_every_store_once(db: Session, year: OpenBook) -> None:
    stores.configure(db, [CITY, MINISTRY])
    for _ in range(2):
        outbox.add_issued(db, year.opened.record_ids)
    assert waiting(db) == [("bo", "NEW", 1, "waiting")] * 3 + [("city", "NEW", 1, "waiting")] * 3
    assert {each.changed_at for each in db.scalars(select(Submission))} == {NOW}


def test_a_store_that_is_not_named_any_more_gets_nothing(db: Session, year: OpenBook) -> None:
    stores.configure(db, [CITY, MINISTRY])
    stores.configure(db, [CITY])
    outbox.add_issued(db, year.opened.record_ids)
    assert {each[0] for each in waiting(db)} == {"city"}
    assert [each.code for each in stores.active(db)] == ["city"]


def test_a_store_that_is_named_later_gets_what_was_issued_before(db: Session, year: OpenBook) -> None:
    outbox.fill_up(db)
    assert waiting(db) == []  # sealed, but not issued
    outbox.add_issued(db, year.opened.record_ids)
    document_ids = db.scalars(select(Submission.document_id)).all()
    db.add_all([LogEvent(document_id=each, kind="issued", happened_at=NOW) for each in document_ids])
    db.flush()
    stores.configure(db, [CITY, MINISTRY])
    outbox.fill_up(db)
    assert len(waiting(db)) == 6


def test_a_recall_follows_what_it_recalls(db: Session, year: OpenBook) -> None:
    outbox.add_issued(db, year.opened.record_ids)
    document_id = db.scalars(select(Submission.document_id)).first()
    assert document_id is not None
    for _ in range(2):
        outbox.add_recalled(db, [document_id], datetime(2027, 7, 1, tzinfo=UTC))
    assert sorted(f"{each[1]} {each[2]}" for each in waiting(db)) == ["CANCEL 2", "NEW 1", "NEW 1", "NEW 1"]
    ready = outbox.to_pack(db, "city", year.cast.school.school_id, [year.id], 10)
    assert [each.event for each in ready] == ["NEW"] * 3


def test_other_schools_and_classes_are_not_packed(db: Session, year: OpenBook) -> None:
    outbox.add_issued(db, year.opened.record_ids)
    school_id = year.cast.school.school_id
    assert outbox.to_pack(db, "city", year.cast.class_id, [year.id], 10) == []
    assert outbox.to_pack(db, "city", school_id, [], 10) == []
    assert len(outbox.to_pack(db, "city", school_id, [year.id], 2)) == 2


def test_a_record_enters_in_the_transaction_in_which_it_is_issued(db: Session) -> None:
    book = open_book(db, term=Term.YEAR_END)
    book.review_all()
    for slot in book.cast.curriculum.slots[:-1]:
        book.act(Action.SIGN, slot)
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL)):
        book.act(action, slot)
    for at in range(len(book.records)):
        make_document(book, kind="year_record", record=at, sealed_at=NOW)
    assert waiting(db) == []
    book.act(Action.ISSUE, SEAL)
    assert waiting(db) == [("city", "NEW", 1, "waiting")] * 3


def test_a_packed_record_has_a_packet(db: Session, year: OpenBook) -> None:
    outbox.add_issued(db, year.opened.record_ids)
    db.scalars(select(Submission)).first().state = "sent"  # type: ignore[union-attr]
    with pytest.raises(DBAPIError):
        db.flush()
