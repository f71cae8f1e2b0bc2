"""Batches: one opening for many classes, the same one while it lives, and nothing signed that has moved on."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from domain.errors import Conflict, NotAllowed, NotFound
from domain.signing_phases import Phase
from storage import orders, signing_batches, signing_progress
from storage.signing_batches import NOTHING, REPLACED, Wish
from storage.staffing import Person
from storage.tables import ClassGroup, SigningBatch, SigningOrder
from tests.factories import NOW, SUBJECTS, OpenBook, make_certificate, make_class, make_staff, open_book
from tests.standing import Standing
from tests.storage.papers import make_document, make_order, make_signature, prepare
from tests.storage.test_signing_desk import OWN, who


@pytest.fixture
def book(reviewed_term: Standing[OpenBook], db: Session) -> OpenBook:
    book = replace(reviewed_term.made, session=db)
    make_certificate(db, book.cast.homeroom)
    make_certificate(db, book.cast.school.principal)
    return book


@pytest.fixture
def second(book: OpenBook) -> OpenBook:
    """Another class, both waiting for the principal."""
    second = open_book(book.session, make_class(book.session, book.cast.school, "1A2"))
    second.review_all()
    for each in (book, second):
        for slot in (*SUBJECTS, HOMEROOM):
            each.act(Action.SIGN, slot)
    return second


def principal(book: OpenBook) -> Person:
    return who(book, PRINCIPAL, "principal")


def opened(
    book: OpenBook, person: Person, action: Action, *asked: Wish, batch_id: UUID | None = None
) -> tuple[SigningBatch, Sequence[SigningOrder]]:
    batch = signing_batches.open_batch(book.session, person, batch_id or uuid4(), action, asked, NOW)
    book.session.flush()
    return batch, signing_batches.orders_of(book.session, batch.id)


def test_one_opening_takes_many_classes(book: OpenBook, second: OpenBook) -> None:
    asked = [Wish(each.id, (PRINCIPAL,)) for each in (book, second)]
    _, found = opened(book, principal(book), Action.APPROVE, *asked)
    assert {(order.class_term_id, order.slots, len(order.record_ids)) for order in found} == {
        (book.id, (PRINCIPAL,), 3), (second.id, (PRINCIPAL,), 3),
    }  # fmt: skip


def test_the_same_id_or_the_same_wishes_give_the_same_batch_while_it_lives(book: OpenBook) -> None:
    person, wish = who(book, HOMEROOM), Wish(book.id, OWN)
    first, _ = opened(book, person, Action.SIGN, wish)
    assert opened(book, person, Action.SIGN, wish, batch_id=first.id)[0] is first
    assert opened(book, person, Action.SIGN, wish)[0] is first
    later = signing_batches.open_batch(
        book.session, person, uuid4(), Action.SIGN, [wish], NOW + orders.LIFETIME + timedelta(seconds=1)
    )
    assert later is not first


def test_a_new_opening_ends_what_was_prepared_before_for_the_same_class(book: OpenBook) -> None:
    person = who(book, HOMEROOM)
    _, [first] = opened(book, person, Action.SIGN, Wish(book.id, OWN))
    _, [second] = opened(book, person, Action.SIGN, Wish(book.id, OWN, book.records[:1]))
    assert (first.state, first.trouble_code, second.record_ids) == ("failed", REPLACED[0], list(book.records[:1]))
    assert orders.holds_leases(book.session, second)


def test_pupils_who_need_less_come_in_an_order_of_their_own(book: OpenBook) -> None:
    book.act(Action.SIGN, "dao_duc", book.records[:1])
    _, found = opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, ()))
    assert {(len(order.slots), tuple(order.record_ids)) for order in found} == {
        (len(OWN), book.records[1:]), (len(OWN) - 1, book.records[:1]),
    }  # fmt: skip


def test_where_each_record_is_signed_an_order_takes_one_subject(book: OpenBook) -> None:
    book.session.get_one(ClassGroup, book.cast.class_id).signature_plan = "record"
    book.session.flush()
    _, [order] = opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, OWN))
    assert len(order.slots) == (1 if order.signs_records else len(OWN))


def test_what_somebody_else_is_signing_stays_out_and_the_other_class_goes_on(book: OpenBook, second: OpenBook) -> None:
    held = make_order(book, Action.APPROVE, PRINCIPAL)
    held.staff_id = make_staff(book.session, book.cast.school.school_id, 77)
    book.session.flush()
    asked = [Wish(each.id, (PRINCIPAL,)) for each in (book, second)]
    _, [order] = opened(book, principal(book), Action.APPROVE, *asked)
    assert order.class_term_id == second.id
    with pytest.raises(Conflict, match="người khác ký"):
        opened(book, principal(book), Action.APPROVE, asked[0])


def test_nobody_prepares_what_is_not_his_or_not_there_yet(book: OpenBook) -> None:
    with pytest.raises(Conflict, match=NOTHING):
        opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, (HOMEROOM,)))
    with pytest.raises(NotAllowed, match="không được phân công"):
        opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, ("am_nhac",)))
    with pytest.raises(NotFound):
        opened(book, who(book, HOMEROOM), Action.SIGN, Wish(uuid4(), ()))
    with pytest.raises(NotAllowed, match="Chưa đăng ký chứng thư số"):
        opened(book, who(book, "am_nhac"), Action.SIGN, Wish(book.id, ()))


def test_a_batch_is_its_person_s_alone(book: OpenBook) -> None:
    batch, _ = opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, OWN))
    with pytest.raises(NotFound):
        signing_batches.batch_of(book.session, batch.id, principal(book))
    with pytest.raises(NotFound):
        opened(book, principal(book), Action.SIGN, Wish(book.id, OWN), batch_id=batch.id)


def test_a_record_that_was_returned_since_is_noticed(book: OpenBook) -> None:
    _, [order] = opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, OWN))
    prepare(book, order)
    assert signing_batches.moved(book.session, [order]) == {}
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason())
    assert signing_batches.moved(book.session, [order]) == {order.id: book.records[:1]}


def test_what_failed_can_be_asked_for_again(book: OpenBook) -> None:
    person = who(book, HOMEROOM)
    batch, [order] = opened(book, person, Action.SIGN, Wish(book.id, OWN))
    prepare(book, order, failed=(0,))
    order.state = "completed"
    [line] = signing_progress.progress(book.session, batch, NOW)
    assert line.phase is Phase.DONE
    assert signing_progress.unfinished([line]) == [Wish(book.id, OWN[:1], book.records)]
    assert signing_batches.open_of(book.session, person, NOW) == []


def test_what_was_changed_since_one_signed_is_told_with_the_reason(book: OpenBook) -> None:
    sheet = make_document(book, kind="subject_sheet", slot="toan", part=1)
    signer = make_signature(book.session, sheet, book, "subject_teacher").staff_id
    book.act(Action.RETURN, HOMEROOM, book.records[:1], to_slot="toan", reason_id=book.reason("Nhập nhầm điểm."))
    batch, _ = opened(book, who(book, HOMEROOM), Action.SIGN, Wish(book.id, ()))
    found = signing_progress.progress(book.session, batch, NOW)
    assert signing_progress.changed(book.session, found, signer) == []  # not among these
    found[0].order.record_ids = list(book.records)
    [changed] = signing_progress.changed(book.session, found, signer)
    assert (changed.record_id, changed.reason) == (book.records[0], "Nhập nhầm điểm.")
    assert signing_progress.changed(book.session, found, book.cast.music) == []


def test_the_batches_of_one_s_own_that_are_not_over_can_be_found_again(book: OpenBook) -> None:
    person = who(book, HOMEROOM)
    batch, _ = opened(book, person, Action.SIGN, Wish(book.id, OWN))
    [found] = signing_batches.open_of(book.session, person, NOW)
    assert (found.id, found.classes, found.is_confirmed) == (batch.id, 1, False)
    assert signing_batches.open_of(book.session, person, NOW + orders.LIFETIME) == []
    assert signing_batches.open_of(book.session, principal(book), NOW) == []
    assert book.session.scalars(select(SigningBatch.id).where(SigningBatch.staff_id == person.staff_id)).all() == [
        batch.id
    ]
