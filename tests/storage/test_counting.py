"""Signatures and what kept them away are counted once each, under causes that are known beforehand."""

from dataclasses import replace
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy.orm import Session

from domain.decisions import Action
from storage import completion, confirmations, counting
from storage.confirmations import RawSignatures
from tests.factories import NOW, OpenBook
from tests.standing import Standing
from tests.storage.papers import confirm, embedded, make_order, prepare


def signed(field: str) -> float:
    return REGISTRY.get_sample_value("hocba_signatures_total", {"field": field}) or 0


def failed(cause: str) -> float:
    return REGISTRY.get_sample_value("hocba_signature_failures_total", {"cause": cause}) or 0


@pytest.fixture
def book(reviewed_term: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(reviewed_term.made, session=db)


def test_each_signature_is_counted_by_its_field_and_a_completed_order_only_once(db: Session, book: OpenBook) -> None:
    before = signed("subject_teacher")
    order = make_order(book, Action.SIGN, "toan")
    papers = prepare(book, order)
    confirm(book, order)
    results = embedded(order, book)
    completion.complete(db, order.id, results)
    completion.complete(db, order.id, results)
    assert signed("subject_teacher") == before + len(papers) > before


def test_a_paper_that_was_not_signed_is_counted_by_its_cause(db: Session, book: OpenBook) -> None:
    before = failed("SigningFailed")
    order = make_order(book, Action.SIGN, "toan")
    prepare(book, order)
    confirm(book, order)
    completion.complete(db, order.id, embedded(order, book, failed=(0,)))
    assert failed("SigningFailed") == before + 1


def test_what_a_service_leaves_out_is_counted_under_a_name_of_ours(db: Session, book: OpenBook) -> None:
    before = failed("other")
    order = make_order(book, Action.SIGN, "toan")
    prepare(book, order)
    given = RawSignatures({}, {0: "VENDOR-CODE-4711 Nguyễn Văn A"})
    confirmations.store_signatures(db, order.id, given, NOW + timedelta(seconds=1))
    assert failed("other") == before + 1


def test_an_order_that_is_given_up_is_counted_once(db: Session, book: OpenBook) -> None:
    before = failed("Replaced")
    order = make_order(book, Action.SIGN, "toan")
    for _ in range(2):
        confirmations.give_up(db, order.id, "Replaced", "")
    assert failed("Replaced") == before + 1


@pytest.mark.parametrize(
    ("field", "kind"), [("seal", "seal"), ("subject_teacher_toan", "subject_teacher"), ("taker_2", "taker")]
)
def test_fields_of_one_kind_are_counted_together(field: str, kind: str) -> None:
    before = signed(kind)
    counting.signed(field, 3)
    assert signed(kind) == before + 3


def test_every_series_is_there_before_anything_happens() -> None:
    assert all(
        REGISTRY.get_sample_value("hocba_signature_failures_total", {"cause": c}) is not None for c in counting.CAUSES
    )
    assert REGISTRY.get_sample_value("hocba_signatures_total", {"field": "seal"}) is not None
    assert counting.known("") == "other"
