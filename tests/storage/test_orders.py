"""Signing orders: one signer at a time for a paper, one confirmation, ten minutes."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action, Failure
from domain.errors import Conflict, NotFound
from storage import orders
from storage.orders import NewOrder
from storage.tables import SigningLease
from tests.factories import NOW, OpenBook, make_certificate, make_class, make_staff, open_book
from tests.standing import Standing
from tests.storage.papers import confirm, make_order, new_order, prepare

LATER = NOW + orders.LIFETIME


@pytest.fixture
def book(reviewed_term: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(reviewed_term.made, session=db)


def by_somebody_else(book: OpenBook, new: NewOrder) -> NewOrder:
    other = make_staff(book.session, book.cast.school.school_id, 77)
    return replace(new, order_id=uuid4(), staff_id=other, certificate_id=make_certificate(book.session, other).id)


def leases(book: OpenBook) -> int:
    return book.session.scalar(select(func.count()).select_from(SigningLease)) or 0


def test_the_same_id_gives_the_same_order(book: OpenBook) -> None:
    new = new_order(book, Action.SIGN, "toan")
    first = orders.open_order(book.session, new, NOW)
    assert orders.open_order(book.session, new, LATER) is first
    assert first.signing_time == NOW
    assert leases(book) == 3


def test_an_id_is_not_used_for_another_thing(book: OpenBook) -> None:
    new = new_order(book, Action.SIGN, "toan")
    orders.open_order(book.session, new, NOW)
    others = replace(new, slots=("am_nhac",)), replace(new, record_ids=()), replace(new, action=Action.SEAL)
    for other in (*others, replace(new, staff_id=book.cast.music)):
        with pytest.raises(Conflict, match="việc khác"):
            orders.open_order(book.session, other, NOW)


def test_a_record_is_leased_to_one_person(book: OpenBook) -> None:
    new = new_order(book, Action.SIGN, HOMEROOM)
    orders.open_order(book.session, new, NOW)
    other = by_somebody_else(book, replace(new, record_ids=book.records[2:]))
    with pytest.raises(Conflict, match="người khác ký"):
        orders.open_order(book.session, other, LATER - timedelta(microseconds=1))


def test_an_expired_lease_passes_on_and_the_old_order_knows(book: OpenBook) -> None:
    new = new_order(book, Action.SIGN, HOMEROOM)
    old = orders.open_order(book.session, new, NOW)
    assert orders.holds_leases(book.session, old)
    orders.open_order(book.session, by_somebody_else(book, replace(new, record_ids=book.records[2:])), LATER)
    assert not orders.holds_leases(book.session, old)


def test_a_person_may_start_over(book: OpenBook) -> None:
    left_behind = make_order(book, Action.SIGN, "toan")
    again = make_order(book, Action.SIGN, "toan")
    assert orders.holds_leases(book.session, again)
    assert not orders.holds_leases(book.session, left_behind)


def test_a_confirmed_order_keeps_its_records_even_from_its_own_signer(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan")
    prepare(book, order)
    confirm(book, order)
    with pytest.raises(Conflict):
        make_order(book, Action.SIGN, "toan")
    assert orders.holds_leases(book.session, order)


def test_sheets_of_different_subjects_do_not_disturb_each_other(book: OpenBook) -> None:
    make_order(book, Action.SIGN, "toan")
    make_order(book, Action.SIGN, "am_nhac")
    make_order(book, Action.APPROVE, PRINCIPAL)
    assert leases(book) == 9


def test_a_teacher_s_sheets_are_leased_together(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan", "dao_duc")
    assert (order.slots, leases(book)) == (("toan", "dao_duc"), 6)
    assert orders.holds_leases(book.session, order)
    with pytest.raises(Conflict, match="người khác ký"):
        orders.open_order(book.session, by_somebody_else(book, new_order(book, Action.SIGN, "dao_duc")), NOW)
    make_order(book, Action.SIGN, "dao_duc")  # starting over with one of them lets the other wait
    assert not orders.holds_leases(book.session, order)


def test_a_sheet_that_failed_leaves_out_its_subject_only(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan", "dao_duc")
    ready = orders.standing(order, prepare(book, order, failed=(0,)))
    assert (ready.papers, ready.record_ids, ready.slots) == (1, book.records, ("dao_duc",))
    assert ready.failed == tuple(Failure(record_id, "TooLong", "toan") for record_id in book.records)


def test_an_order_without_a_sheet_that_can_be_signed_has_nothing_ready(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan", "dao_duc")
    ready = orders.standing(order, prepare(book, order, failed=(0, 1)))
    assert (ready.papers, ready.record_ids, ready.slots, len(ready.failed)) == (0, (), (), 6)


def test_records_of_another_class_are_not_leased(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, book.cast.school, "1A2"))
    foreign = replace(new_order(book, Action.SIGN, "toan"), record_ids=other.records)
    with pytest.raises(NotFound):
        orders.open_order(db, foreign, NOW)
    assert leases(book) == 0


def test_an_unknown_order_is_not_found(db: Session) -> None:
    with pytest.raises(NotFound):
        orders.get(db, uuid4())


def test_look_up_codes_are_found_again_and_never_guessed(book: OpenBook) -> None:
    order, other = make_order(book, Action.SIGN, "toan"), make_order(book, Action.SIGN, "am_nhac")
    paper = uuid4()
    assert orders.lookup_code(order, paper) == orders.lookup_code(order, paper)
    assert orders.lookup_code(order, paper) != orders.lookup_code(other, paper)
    assert len(orders.lookup_code(order, paper)) == 26
