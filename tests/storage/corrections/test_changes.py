"""What was changed since a part was opened: before and after, for those who may see it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.scales import CellKind
from storage import saving
from storage.corrections import changes
from tests.correcting import Correction, granted, make_admin
from tests.factories import NOW, OpenBook, edit
from tests.issued import sign
from tests.standing import Standing


@pytest.fixture
def book(signed_term: Standing[OpenBook], db: Session) -> OpenBook:
    return replace(signed_term.made, session=db)


@pytest.fixture
def matter(book: OpenBook) -> Correction:
    admin = make_admin(book.session, book.cast.school.school_id, book.cast.school.number)
    return granted(book, admin, ["toan", "am_nhac"], book.records[:2], NOW + timedelta(days=1))


def write(book: OpenBook, text: str, slot: str = "am_nhac", record: int = 0) -> None:
    given = edit(book, slot, CellKind.COMMENT, text, record)
    saving.save_cells(book.session, book.id, slot, [given], book.cast.who(slot)).require_all()


def test_the_first_and_the_last_value_count(book: OpenBook, matter: Correction) -> None:
    write(book, "Lần một.")
    write(book, "Lần hai.")
    (found,) = changes.of_matter(book.session, matter.id)
    assert (found.slot, found.after, found.record_id) == ("am_nhac", "Lần hai.", UUID(book.records[0]))
    assert found.before not in {"", "Lần một."}


def test_what_came_back_is_no_change(book: OpenBook, matter: Correction) -> None:
    write(book, "Khác.")
    before = changes.of_matter(book.session, matter.id)[0].before
    write(book, before)
    assert changes.of_matter(book.session, matter.id) == []


def test_only_parts_that_one_may_see(book: OpenBook, matter: Correction) -> None:
    write(book, "Nhạc.")
    write(book, "Toán.", "toan", 1)
    assert [each.slot for each in changes.of_matter(book.session, matter.id, {"toan"})] == ["toan"]
    assert len(changes.of_matter(book.session, matter.id)) == 2


def test_they_are_shown_until_it_is_approved_again(book: OpenBook, matter: Correction) -> None:
    write(book, "Nhạc.")
    assert list(changes.under_way(book.session, book.id)) == [UUID(book.records[0])]
    for slot in ("toan", "am_nhac"):
        book.act(Action.SUBMIT, slot, book.records[:2])
    sign(book)
    book.act(Action.APPROVE, PRINCIPAL)
    assert changes.under_way(book.session, book.id) == {}
    assert len(changes.of_matter(book.session, matter.id)) == 1
