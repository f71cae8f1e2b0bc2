"""Books that many tests begin with, each carried so far once."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from domain.assessment import Term
from tests.database import migrated_database
from tests.factories import OpenBook, open_book
from tests.issued import issued_book, reviewed, sign
from tests.standing import Standing, in_session, rolled_back, standing

STANDING = ("opened_term", "opened_year", "reviewed_term", "sent_year", "signed_term", "issued_year")
Begun = Callable[[str], Iterator[Standing[OpenBook]]]


@pytest.fixture
def connection(request: pytest.FixtureRequest, engine: Engine) -> Iterator[Connection]:
    """One transaction for the whole test, rolled back at its end, in the database of the book that it begins with."""
    with rolled_back(request, STANDING, engine) as connection:
        yield connection


def begun(name: str, carry: Callable[[Session], OpenBook]) -> Begun:
    @pytest.fixture(scope="session", name=name)
    def made(postgres_url: str) -> Iterator[Standing[OpenBook]]:
        with standing(migrated_database(postgres_url, name), in_session(carry)) as found:
            yield found

    return made


def signed(session: Session) -> OpenBook:
    """Everything is sent and signed by the homeroom teacher."""
    book = open_book(session)
    sign(book)
    return book


opened_term = begun("opened_term", open_book)
opened_year = begun("opened_year", partial(open_book, term=Term.YEAR_END))
reviewed_term = begun("reviewed_term", reviewed)
sent_year = begun("sent_year", partial(reviewed, term=Term.YEAR_END))
signed_term = begun("signed_term", signed)
issued_year = begun("issued_year", issued_book)


@pytest.fixture
def book(opened_term: Standing[OpenBook], db: Session) -> OpenBook:
    """The open first term of a class of three; files that begin further on have a book of their own."""
    return replace(opened_term.made, session=db)
