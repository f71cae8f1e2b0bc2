"""Answers about certificates come in any order; a state follows the newest."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.curriculum import HOMEROOM
from storage import checks
from storage.checks import FoundStatus
from storage.tables import CertificateRow
from tests.factories import OpenBook, make_certificate

NOW = datetime.now(UTC)


@pytest.fixture
def row(book: OpenBook) -> CertificateRow:
    return make_certificate(book.session, book.cast.who(HOMEROOM))


def heard(book: OpenBook, row: CertificateRow, status: str, minutes: int, source: str = "ocsp") -> None:
    """An answer that was asked for so many minutes from now."""
    at = NOW + timedelta(minutes=minutes)
    found = FoundStatus(row.sha256, status, source, "127.0.0.1" if source else "", "", None, at, None, at)
    checks.keep_checks(book.session, [found], None)


def test_a_state_follows_the_newest_answer(book: OpenBook, row: CertificateRow) -> None:
    heard(book, row, "suspended", 1)
    assert row.state == "suspended"
    heard(book, row, "good", 2)
    assert row.state == "valid"


def test_an_answer_that_was_asked_for_earlier_changes_nothing(book: OpenBook, row: CertificateRow) -> None:
    heard(book, row, "suspended", 1)
    heard(book, row, "good", 0)
    assert row.state == "suspended"


def test_that_nobody_answers_is_no_answer(book: OpenBook, row: CertificateRow) -> None:
    heard(book, row, "unknown", 3, source="")
    heard(book, row, "suspended", 1)
    assert row.state == "suspended"
    assert checks.last_refusal(book.session, [row.id]) == NOW + timedelta(minutes=1)


def test_the_last_refusal_is_the_newest_of_all_of_them(book: OpenBook, row: CertificateRow) -> None:
    other = make_certificate(book.session, book.cast.who("toan"))
    assert checks.last_refusal(book.session, [row.id, other.id]) is None
    heard(book, row, "unknown", 1)
    heard(book, other, "revoked", 2)
    heard(book, other, "good", 3)
    assert checks.last_refusal(book.session, [row.id, other.id]) == NOW + timedelta(minutes=2)
    assert checks.last_refusal(book.session, [row.id]) == NOW + timedelta(minutes=1)
