"""New civil data: only where the pupil is now, and in every book before the page is signed."""

from dataclasses import replace

import pytest
from sqlalchemy.orm import Session

from domain.errors import NotAllowed, NotFound
from domain.matters.corrections import Deed
from storage.corrections import deeds
from tests.factories import OpenBook, make_school
from tests.issued import sign
from tests.standing import Standing
from tests.storage.corrections.test_identities import change, first_page, granted, pupil
from tests.storage.pupil_years import went_on


@pytest.fixture
def book(opened_year: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(opened_year.made, session=db)


def test_who_has_gone_to_another_school_in_summer_is_unknown_here(book: OpenBook) -> None:
    """The year that is over keeps its enrolment open."""
    other = make_school(book.session, 2)
    went_on(book.session, other.school_id, pupil(book).id)
    for begin in (change, first_page):
        with pytest.raises(NotFound):
            begin(book)


def test_a_book_that_refuses_is_told_again_before_the_page_is_signed(book: OpenBook) -> None:
    sign(book)
    matter, principal = granted(book), book.cast.school.principal
    (refused,) = matter.plan().books
    for _twice in range(2):
        deeds.stuck(book.session, matter.id, refused.command_id, "Conflict", matter.at)
    assert (matter.state, matter.waits(), matter.plan().awaited) == ("signing", [("retry", "principal")], ())
    assert (matter.diary.count("stuck"), matter.told(principal).count("identity.retry")) == (1, 1)
    with pytest.raises(NotAllowed):
        matter.do(Deed.RETRY, book.cast.school.clerk)
    command = matter.do(Deed.RETRY, principal)
    deeds.take(book.session, command, matter.at)
    assert matter.plan().books[0].command_id != refused.command_id
    matter.tell_books()
    assert (matter.waits(), matter.plan().books) == ([("sign", "principal")], ())
    assert matter.plan().awaited == ("principal", "seal")
    assert matter.diary == ["ask", "grant", "stuck", "retry"]
