"""Locks are taken in one order: whoever comes second waits for the first, and nobody for each other."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from domain.decisions import Action
from domain.matters.corrections import Deed
from storage import authority, confirmations, orders
from storage.corrections import deeds
from storage.database import Sessions, make_engine, make_sessions
from storage.handovers.applying import hold_classes
from storage.matters import steps
from storage.tables import Unlock
from tests.correcting import Correction, granted, make_admin
from tests.database import migrated_database
from tests.factories import NOW, OpenBook, fill, make_certificate, open_book
from tests.issued import sign
from tests.storage.test_two_at_once import PATIENCE, later


@pytest.fixture(scope="module")
def sessions(postgres_url: str) -> Iterator[Sessions]:
    address = migrated_database(postgres_url, "lock_order")
    engine = make_engine(address)
    yield make_sessions(engine)
    engine.dispose()


@pytest.fixture(scope="module")
def book(sessions: Sessions) -> OpenBook:
    with sessions.begin() as session:
        return open_book(session)


def opened(sessions: Sessions, book: OpenBook) -> Correction:
    """A part that is open for correction, entered anew."""
    with sessions.begin() as session:
        book.session = session
        admin = make_admin(session, book.cast.school.school_id, book.cast.school.number)
        sign(book)
        matter = granted(book, admin, ["am_nhac"], book.records[:1], NOW + timedelta(days=1))
        fill(book, ["am_nhac"], book.records[:1])
        return matter


def test_who_gives_more_time_and_who_sends_do_not_wait_for_each_other(sessions: Sessions, book: OpenBook) -> None:
    matter = opened(sessions, book)
    until = NOW + timedelta(days=3)
    with sessions.begin() as first:
        steps.lock(first, matter.id)

        def send(session):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            book.session = session
            book.act(Action.SUBMIT, "am_nhac", book.records[:1])

        second = later(sessions, send)
        book.session = first
        command = matter.command(Deed.EXTEND, book.cast.school.principal, until=until)
        deeds.take(first, command, matter.at)
    second.result(PATIENCE)
    with sessions() as session:
        assert session.scalars(select(Unlock.until)).one() == until


def test_a_merger_and_a_signature_do_not_wait_for_each_other(sessions: Sessions, book: OpenBook) -> None:
    """The merger holds the class before it ends its orders; who signs asks for the class before the order."""
    order_id, homeroom = uuid4(), book.cast.homeroom
    with sessions.begin() as session:
        certificate = make_certificate(session, homeroom)
        orders.insert_order(
            session, NOW, id=order_id, class_term_id=book.id, action=Action.SIGN.value, slot="toan",
            staff_id=homeroom, certificate_id=certificate.id, record_ids=list(book.records),
        )  # fmt: skip
    with sessions.begin() as first:
        hold_classes(first, {book.cast.class_id})
        second = later(sessions, lambda session: authority.require_to_complete(session, order_id))
        confirmations.give_up(first, order_id, "Merged", "Lớp đã chuyển sang trường khác; hãy ký lại.")
    second.result(PATIENCE)
    with sessions() as session:
        assert orders.get(session, order_id).state == "failed"
