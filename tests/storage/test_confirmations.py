"""What becomes of an order once its person has confirmed."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.decisions import Action
from domain.errors import Conflict
from storage import confirmations, orders
from storage.confirmations import KEPT_FOR, LEFT_OUT, RawSignatures
from storage.tables import SigningLease, SigningOrder
from tests.factories import NOW, OpenBook
from tests.standing import Standing
from tests.storage.papers import make_order, prepare

LATER = NOW + orders.LIFETIME
FIRST, SECOND = RawSignatures({0: b"first"}, {}), RawSignatures({0: b"second"}, {})


@pytest.fixture
def book(reviewed_term: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(reviewed_term.made, session=db)


@pytest.fixture
def order(book: OpenBook) -> SigningOrder:
    order = make_order(book, Action.SIGN, "toan")
    prepare(book, order)
    return order


def raw(book: OpenBook, order: SigningOrder) -> list[bytes | None]:
    book.session.flush()
    book.session.expire_all()
    return [item.raw_signature for item in orders.items(book.session, order.id)]


def lease_ends(book: OpenBook) -> set[object]:
    return set(book.session.scalars(select(SigningLease.expires_at)))


def test_signatures_are_kept_once(book: OpenBook, order: SigningOrder) -> None:
    confirmations.store_signatures(book.session, order.id, FIRST, NOW)
    confirmations.store_signatures(book.session, order.id, SECOND, LATER)
    assert raw(book, order) == [b"first"]


def test_an_order_that_is_not_prepared_is_not_signed(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan")
    with pytest.raises(Conflict, match="chưa sẵn sàng"):
        confirmations.store_signatures(book.session, order.id, FIRST, NOW)


def test_an_expired_order_is_not_signed(book: OpenBook, order: SigningOrder) -> None:
    with pytest.raises(Conflict, match="hết hạn"):
        confirmations.store_signatures(book.session, order.id, FIRST, LATER)


def test_a_paper_that_the_key_left_out_fails_by_itself(book: OpenBook) -> None:
    order = make_order(book, Action.SIGN, "toan", "dao_duc")
    prepare(book, order)
    confirmations.store_signatures(book.session, order.id, RawSignatures({0: b"raw"}, {1: "LimitReached"}), NOW)
    book.session.flush()
    book.session.expire_all()
    ready = orders.standing(order, orders.items(book.session, order.id))
    assert (order.state, ready.slots, {each.code for each in ready.failed}) == ("signed", ("toan",), {"LimitReached"})
    assert [item.error for item in orders.items(book.session, order.id)] == ["", LEFT_OUT]


def test_a_seal_that_waits_for_its_proof_keeps_its_leases_for_hours(book: OpenBook, order: SigningOrder) -> None:
    order.level = "B-LT"
    confirmations.store_signatures(book.session, order.id, FIRST, NOW)
    assert order.expires_at == NOW + KEPT_FOR
    assert lease_ends(book) == {NOW + KEPT_FOR}


def test_it_waits_no_longer_than_its_validation_data_lasts(book: OpenBook, order: SigningOrder) -> None:
    order.level, order.fresh_until = "B-LT", NOW + timedelta(hours=2)
    confirmations.store_signatures(book.session, order.id, FIRST, NOW)
    assert order.expires_at == NOW + timedelta(hours=2)


def test_a_service_that_was_asked_is_asked_again_only_when_it_is_time(book: OpenBook, order: SigningOrder) -> None:
    asked = confirmations.ask(book.session, [order.id], "smartca", "tran-1", NOW + timedelta(seconds=3))
    assert (order.state, order.confirmation_id) == ("asked", asked.id)
    assert confirmations.due(book.session, asked.id, NOW) is None
    assert confirmations.due(book.session, asked.id, NOW + timedelta(seconds=3)) is asked
    assert confirmations.due(book.session, asked.id, NOW - timedelta(minutes=12)) is asked  # the clock was ahead then
    assert [each.id for each in confirmations.orders_of(book.session, asked.id)] == [order.id]


def test_an_order_is_asked_for_once(book: OpenBook, order: SigningOrder) -> None:
    confirmations.ask(book.session, [order.id], "smartca", "tran-1", NOW)
    with pytest.raises(Conflict, match="đã được xác nhận"):
        confirmations.ask(book.session, [order.id], "smartca", "tran-2", NOW)


def test_what_was_asked_for_is_taken_in_when_it_comes(book: OpenBook, order: SigningOrder) -> None:
    confirmations.ask(book.session, [order.id], "smartca", "tran-1", NOW)
    confirmations.note_trouble(book.session, order.id, "ProviderUnavailable", "Đang chờ xác nhận.")
    confirmations.store_signatures(book.session, order.id, FIRST, NOW)
    book.session.flush()
    book.session.expire_all()
    assert (raw(book, order), order.state, order.trouble) == ([b"first"], "signed", "")


def test_an_order_that_is_given_up_frees_its_records(book: OpenBook, order: SigningOrder) -> None:
    confirmations.give_up(book.session, order.id, "Refused", "Người ký đã từ chối.")
    confirmations.give_up(book.session, order.id, "Later", "Không ghi đè.")
    assert (order.state, order.trouble_code, order.trouble) == ("failed", "Refused", "Người ký đã từ chối.")
    assert book.session.scalar(select(func.count()).select_from(SigningLease)) == 0


def test_a_completed_order_is_not_given_up(book: OpenBook, order: SigningOrder) -> None:
    order.state = "completed"
    confirmations.give_up(book.session, order.id, "Refused", "Quá muộn.")
    assert (order.state, order.trouble) == ("completed", "")
