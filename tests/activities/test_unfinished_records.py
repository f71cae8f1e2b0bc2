"""Pupils whose year is not over, or whose record would be refused, hold up nobody else."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from activities.orders import PreparedOrder
from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action, Failure
from domain.documents import DocumentKind
from domain.scales import CellKind
from storage import pupil_decisions, saving
from storage.pupil_decisions import Promotions
from storage.tables import Document, DocumentRecord, Enrolment, OrderItem, PupilRow, TermRecord
from tests.activities.signing_office import Office
from tests.factories import SUBJECTS, OpenBook, edit, fill, make_class, make_school, open_book


@pytest.fixture
def low(db: Session) -> OpenBook:
    """A year's end that waits for the homeroom teacher; the first pupil has not completed maths."""
    book = open_book(db, term=Term.YEAR_END)
    fill(book)
    low = [edit(book, "toan", CellKind.LEVEL, "C")]
    saving.save_cells(db, book.id, "toan", low, book.cast.homeroom).require_all()
    for slot in book.cast.curriculum.slots:
        book.act(Action.SUBMIT, slot)
    book.act(Action.REVIEW, HOMEROOM)
    for slot in SUBJECTS:
        book.act(Action.SIGN, slot)
    db.commit()
    return book


def without_hometown(book: OpenBook) -> None:
    enrolment_id = select(TermRecord.enrolment_id).where(TermRecord.id == UUID(book.records[0])).scalar_subquery()
    pupil_id = select(Enrolment.pupil_id).where(Enrolment.id == enrolment_id).scalar_subquery()
    book.session.execute(
        update(PupilRow).where(PupilRow.id == pupil_id).values(native_place="", native_province_code="")
    )
    book.session.commit()


def sign_prepared(office: Office, book: OpenBook, order_id: str, prepared: PreparedOrder) -> None:
    office.confirm(order_id)
    work = book.next(book.decision(Action.SIGN, HOMEROOM, prepared.record_ids, order_id=order_id))
    assert office.complete(work).recorded
    book.follow(work)


def summaries(book: OpenBook) -> dict[int, set[str]]:
    """The records of each part's class summary."""
    query = (
        select(Document.part, DocumentRecord.record_id)
        .join(DocumentRecord, DocumentRecord.document_id == Document.id)
        .where(Document.kind == DocumentKind.CLASS_SUMMARY)
    )
    found: dict[int, set[str]] = {}
    for part, record_id in book.session.execute(query):
        found.setdefault(part, set()).add(str(record_id))
    return found


def test_a_year_that_nobody_decided_waits_and_follows_in_a_part_of_its_own(office: Office, low: OpenBook) -> None:
    order_id = office.open_order(low, Action.SIGN, HOMEROOM)
    prepared = office.prepare(order_id)
    assert prepared.failed == (Failure(low.records[0], "YearNotOver"),)
    assert (prepared.record_ids, prepared.papers) == (low.records[1:], 3)
    assert office.prepare(order_id) == prepared
    sign_prepared(office, low, order_id, prepared)

    first = frozenset({UUID(low.records[0])})
    asked = Promotions(first, True, UUID(low.reason()), low.cast.who(PRINCIPAL), datetime.now(UTC))
    pupil_decisions.decide_promotions(low.session, low.id, asked)
    low.session.commit()
    later = office.open_order(low, Action.SIGN, HOMEROOM, records=low.records[:1])
    prepared = office.prepare(later)
    assert (prepared.record_ids, prepared.failed) == (low.records[:1], ())
    sign_prepared(office, low, later, prepared)
    assert summaries(low) == {1: set(low.records[1:]), 2: {low.records[0]}}


def test_what_the_pupil_waits_for_is_said_to_who_signs(office: Office, low: OpenBook) -> None:
    order_id = office.open_order(low, Action.SIGN, HOMEROOM)
    office.prepare(order_id)
    [words] = low.session.scalars(select(OrderItem.error).where(OrderItem.error_code == "YearNotOver"))
    assert words.startswith("Chưa rõ học sinh này có được lên lớp hay không")


def test_an_order_of_nobody_whose_year_is_over_has_nothing_to_sign(office: Office, low: OpenBook) -> None:
    prepared = office.prepare(office.open_order(low, Action.SIGN, HOMEROOM, records=low.records[:1]))
    assert prepared.failed == (Failure(low.records[0], "YearNotOver"),)
    assert (prepared.papers, prepared.record_ids) == (0, ())


def test_a_secondary_year_waits_for_what_is_not_handed_in_of_its_first_term(office: Office, db: Session) -> None:
    cast = make_class(db, make_school(db), "6A1", pupils=1)
    first, year = open_book(db, cast), open_book(db, cast, Term.YEAR_END)
    fill(first)
    year.review_all()
    for slot in cast.curriculum.slots[:-1]:
        year.act(Action.SIGN, slot)
        first.act(Action.SUBMIT, slot)
    db.commit()
    prepared = office.prepare(office.open_order(year, Action.SIGN, HOMEROOM))
    assert prepared.failed == (Failure(year.records[0], "YearNotOver"),)
    assert db.scalars(select(OrderItem.error)).all() == ["Chưa gửi: phần chủ nhiệm (học kì I)."]


def test_a_sheet_of_the_year_leaves_out_whose_first_term_is_still_a_draft(office: Office, db: Session) -> None:
    cast = make_class(db, make_school(db), "6A1", pupils=3)
    first, year = open_book(db, cast), open_book(db, cast, Term.YEAR_END)
    fill(first)
    year.review_all()
    first.act(Action.SUBMIT, "toan", first.records[1:])
    db.commit()
    order_id = office.open_order(year, Action.SIGN, "toan")
    prepared = office.prepare(order_id)
    assert prepared.failed == (Failure(year.records[0], "YearNotOver"),)
    assert (prepared.record_ids, prepared.papers, prepared.slots) == (year.records[1:], 1, ("toan",))
    assert office.prepare(order_id) == prepared
    [sheet] = db.scalars(select(OrderItem).where(OrderItem.outcome == "pending"))
    assert set(sheet.covers) == set(year.records[1:])
    [words] = db.scalars(select(OrderItem.error).where(OrderItem.error_code == "YearNotOver"))
    assert words == "Chưa gửi: Toán (học kì I)."
    office.confirm(order_id)
    work = year.next(year.decision(Action.SIGN, "toan", prepared.record_ids, order_id=order_id))
    assert office.complete(work).recorded


def test_an_order_for_drafts_alone_has_no_sheet(office: Office, db: Session) -> None:
    cast = make_class(db, make_school(db), "6A1", pupils=2)
    first, year = open_book(db, cast), open_book(db, cast, Term.YEAR_END)
    fill(first)
    year.review_all()
    db.commit()
    prepared = office.prepare(office.open_order(year, Action.SIGN, "toan"))
    assert (prepared.papers, prepared.record_ids, prepared.slots) == (0, (), ("toan",))
    assert {failure.code for failure in prepared.failed} == {"YearNotOver"}


def test_a_record_that_the_store_would_refuse_stays_out_alone(office: Office, year: OpenBook) -> None:
    without_hometown(year)
    order_id = office.open_order(year, Action.SIGN, HOMEROOM)
    prepared = office.prepare(order_id)
    assert prepared.failed == (Failure(year.records[0], "RecordIncomplete"),)
    assert office.prepare(order_id) == prepared
    [words] = year.session.scalars(select(OrderItem.error).where(OrderItem.error_code == "RecordIncomplete"))
    assert "quê quán" in words.lower()
    sign_prepared(office, year, order_id, prepared)
    assert summaries(year) == {1: set(year.records[1:])}
