"""What comes of a confirmed order: each paper alone, the summary only with all of them, everything once."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Failure
from domain.documents import DocumentKind
from domain.errors import Conflict
from storage import completion, orders
from storage.paper_outcomes import Embedded, PaperFailure
from storage.tables import Document, DocumentRecord, SignatureRow, SigningLease, SigningOrder, TermRecord
from tests.factories import NOW, OpenBook, open_book
from tests.standing import Standing
from tests.storage.papers import confirm, embedded, make_order, new_order, prepare


def complete(
    session: Session, order_id: UUID, results: Mapping[int, Embedded | PaperFailure]
) -> tuple[tuple[str, ...], tuple[Failure, ...]]:
    standing = completion.complete(session, order_id, results)
    return standing.record_ids, standing.failed


@pytest.fixture
def book(sent_year: Standing[OpenBook], db: Session) -> OpenBook:
    """A year-end book that waits for the homeroom teacher."""
    return replace(sent_year.made, session=db)


def confirmed(book: OpenBook, action: Action, slot: str) -> SigningOrder:
    order = make_order(book, action, slot)
    prepare(book, order)
    confirm(book, order)
    return order


def signed(book: OpenBook, action: Action, slot: str) -> SigningOrder:
    """An order carried through, and the class-term moved on."""
    order = confirmed(book, action, slot)
    complete(book.session, order.id, embedded(order, book))
    book.act(action, slot)
    return order


def rows(book: OpenBook) -> list[object]:
    book.session.flush()
    tables = ("documents", "document_records", "signatures", "order_items", "signing_orders", "signing_leases")
    return [book.session.execute(text(f"SELECT * FROM {table} ORDER BY 1, 2")).all() for table in tables]  # noqa: S608


def live(book: OpenBook, kind: DocumentKind) -> list[Document]:
    query = select(Document).where(Document.kind == kind, Document.state == "live")
    return list(book.session.scalars(query.execution_options(populate_existing=True)))


def test_the_homeroom_teacher_signs_every_record_and_the_summary(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    assert complete(book.session, order.id, embedded(order, book)) == (book.records, ())
    assert len(live(book, DocumentKind.YEAR_RECORD)) == 3
    (summary,) = live(book, DocumentKind.CLASS_SUMMARY)
    covered = select(DocumentRecord.record_id).where(DocumentRecord.document_id == summary.id)
    assert set(book.session.scalars(covered)) == set(book.opened.record_ids)
    assert (summary.part, order.state) == (1, "completed")
    assert book.session.scalars(select(SigningLease)).all() == []


def test_completing_twice_gives_the_same_answer_and_rows(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    first = complete(book.session, order.id, embedded(order, book, failed=(1,)))
    before = rows(book)
    assert complete(book.session, order.id, embedded(order, book)) == first
    assert rows(book) == before


def test_a_failed_record_keeps_the_summary_out(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    done, failed = complete(book.session, order.id, embedded(order, book, failed=(1,)))
    assert done == ()
    assert sorted(failure.code for failure in failed) == ["PaperMissing", "PaperMissing", "SigningFailed"]
    assert live(book, DocumentKind.CLASS_SUMMARY) == []
    assert len(live(book, DocumentKind.YEAR_RECORD)) == 2


def test_the_next_order_signs_only_what_is_missing(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    complete(book.session, order.id, embedded(order, book, failed=(1,)))
    again = make_order(book, Action.SIGN, HOMEROOM)
    assert [item.kind for item in prepare(book, again)] == ["year_record", "class_summary"]
    confirm(book, again)
    assert complete(book.session, again.id, embedded(again, book)) == (book.records, ())
    assert len(live(book, DocumentKind.YEAR_RECORD)) == 3


def test_a_record_that_changed_meanwhile_is_not_taken_in(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    changed = UUID(book.records[0])
    book.session.execute(update(TermRecord).where(TermRecord.id == changed).values(revision=2))
    _, failed = complete(book.session, order.id, embedded(order, book))
    assert Failure(str(changed), "RecordChanged") in failed
    assert {document.enrolment_id for document in live(book, DocumentKind.YEAR_RECORD)} == {
        book.session.get_one(TermRecord, record_id).enrolment_id for record_id in book.opened.record_ids[1:]
    }


def test_a_paper_that_was_not_signed_fails_alone(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    results = embedded(order, book)
    del results[0]
    complete(book.session, order.id, results)
    outcomes = [(item.kind, item.error_code) for item in orders.items(book.session, order.id) if item.error_code]
    assert outcomes == [("year_record", "NotSigned"), ("class_summary", "PaperMissing")]


def test_what_could_not_be_prepared_stays_failed(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, HOMEROOM)
    prepare(book, order, failed=(0,))
    confirm(book, order)
    done, failed = complete(book.session, order.id, embedded(order, book))
    assert done == ()
    assert Failure(book.records[0], "TooLong") in failed
    assert len(live(book, DocumentKind.YEAR_RECORD)) == 2


def test_a_second_summary_under_the_same_number_is_not_taken_in(book: OpenBook) -> None:
    first, rest = book.records[:1], book.records[1:]
    early, late = (
        orders.open_order(book.session, replace(new_order(book, Action.SIGN, HOMEROOM, each)), NOW)
        for each in (first, rest)
    )
    for order in (early, late):
        prepare(book, order)
        confirm(book, order)
    assert complete(book.session, early.id, embedded(early, book)) == (first, ())
    book.act(Action.SIGN, HOMEROOM, first)
    done, failed = complete(book.session, late.id, embedded(late, book))
    assert (done, {failure.code for failure in failed}) == ((), {"PartTaken"})
    assert len(live(book, DocumentKind.CLASS_SUMMARY)) == 1


def test_a_second_sheet_under_the_same_number_is_not_taken_in(db: Session) -> None:
    book = open_book(db)
    book.review_all()
    halves = (book.records[:1], book.records[1:])
    early, late = (orders.open_order(db, new_order(book, Action.SIGN, "toan", half), NOW) for half in halves)
    for order in (early, late):
        prepare(book, order)
        confirm(book, order)
    assert complete(db, early.id, embedded(early, book)) == (halves[0], ())
    _, failed = complete(db, late.id, embedded(late, book))
    assert {failure.code for failure in failed} == {"PartTaken"}
    again = orders.open_order(db, new_order(book, Action.SIGN, "toan", halves[1]), NOW)
    assert prepare(book, again)[0].part == 2


def test_several_sheets_are_signed_at_once_and_one_that_failed_waits(db: Session) -> None:
    book = open_book(db)
    book.review_all()
    order = make_order(book, Action.SIGN, "toan", "dao_duc", "tieng_viet")
    prepare(book, order)
    confirm(book, order)
    standing = completion.complete(db, order.id, embedded(order, book, failed=(1,)))
    assert (standing.record_ids, standing.slots) == (book.records, ("toan", "tieng_viet"))
    assert standing.failed == tuple(Failure(record_id, "SigningFailed", "dao_duc") for record_id in book.records)
    sheets = {(sheet.slot, sheet.part) for sheet in live(book, DocumentKind.SUBJECT_SHEET)}
    assert sheets == {("toan", 1), ("tieng_viet", 1)}


def test_an_order_that_lost_its_leases_is_refused(book: OpenBook) -> None:
    order = confirmed(book, Action.SIGN, HOMEROOM)
    orders.release(book.session, order)
    before = rows(book)
    with pytest.raises(Conflict, match="hết hạn"):
        complete(book.session, order.id, embedded(order, book))
    assert rows(book) == before


def test_principal_and_seal_add_to_the_same_papers(book: OpenBook) -> None:
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL)):
        signed(book, action, slot)
    papers = live(book, DocumentKind.YEAR_RECORD) + live(book, DocumentKind.CLASS_SUMMARY)
    for paper in papers:
        query = select(SignatureRow).where(SignatureRow.document_id == paper.id)
        by_field = {signature.field: signature for signature in book.session.scalars(query)}
        assert set(by_field) == {"homeroom", "principal", "seal"}
        assert (paper.sha256, paper.sealed_at) == (by_field["seal"].sha256, NOW)
    assert len(papers) == 4


def test_a_record_that_already_bears_the_seal_is_not_returned(book: OpenBook) -> None:
    for action, slot in ((Action.SIGN, HOMEROOM), (Action.APPROVE, PRINCIPAL)):
        signed(book, action, slot)
    order = confirmed(book, Action.SEAL, SEAL)
    complete(book.session, order.id, embedded(order, book, failed=(0,)))
    (unsealed,) = [paper for paper in live(book, DocumentKind.YEAR_RECORD) if paper.sealed_at is None]
    back = {"to_slot": "toan", "reason_id": book.reason()}
    with pytest.raises(Conflict, match="đã đóng dấu") as refused:
        book.act(Action.RETURN, PRINCIPAL, **back)
    free = [r for r in book.records if book.session.get_one(TermRecord, UUID(r)).enrolment_id == unsealed.enrolment_id]
    assert set(refused.value.record_ids) == set(book.records) - set(free)
    book.act(Action.RETURN, PRINCIPAL, free, **back)
