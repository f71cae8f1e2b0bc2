"""Search finds with accents and without, and only where the person may look."""

import pytest
from sqlalchemy.orm import Session

from storage import searching, staffing
from storage.searching import Hit
from storage.staffing import Person
from storage.tables import Document, PupilRow, Staff
from tests.factories import NOW, OpenBook, make_class, make_school, open_book
from tests.storage.papers import make_document


@pytest.fixture
def book(db: Session) -> OpenBook:
    book = open_book(db)
    pupil = db.query(PupilRow).first()
    assert pupil is not None
    pupil.full_name = "Đặng Thị Ánh Nguyệt"
    db.flush()
    return book


def person(book: OpenBook, slot: str) -> Person:
    found = staffing.person(book.session, NOW, Staff.id == book.cast.who(slot))
    assert found is not None
    return found


def found(book: OpenBook, slot: str, words: str) -> list[Hit]:
    return searching.search(book.session, person(book, slot), words, NOW)


@pytest.mark.parametrize("words", ["Ánh Nguyệt", "anh nguyet", "ÁNH  NGUYỆT", "đặng", "dang thi"])
def test_a_pupil_is_found_with_accents_and_without(book: OpenBook, words: str) -> None:
    for slot in ("principal", "homeroom", "am_nhac"):
        assert [hit.title for hit in found(book, slot, words) if hit.kind == "pupil"] == ["Đặng Thị Ánh Nguyệt"]


@pytest.mark.parametrize("words", ["", " ", "a", "%", "%%", "__", "zzz"])
def test_too_little_or_a_pattern_finds_nothing(book: OpenBook, words: str) -> None:
    assert found(book, "principal", words) == []


def test_another_schools_and_another_classs_pupils_are_not_found(db: Session, book: OpenBook) -> None:
    stranger = staffing.person(db, NOW, Staff.id == make_school(db, 2).principal)
    neighbour = staffing.person(db, NOW, Staff.id == make_class(db, book.cast.school, "1A2").music)
    assert stranger is not None
    assert neighbour is not None
    assert searching.search(db, stranger, "anh nguyet", NOW) == []
    assert searching.search(db, neighbour, "anh nguyet", NOW) == []
    assert searching.search(db, neighbour, "1A1", NOW) == []


def test_classes_people_and_papers_are_found_by_who_may_see_them(db: Session, book: OpenBook) -> None:
    paper: Document = make_document(book, lookup_code="ABCDEFGH2345")
    assert [(hit.kind, hit.id) for hit in found(book, "principal", "1a1")] == [("class", book.id)]
    assert [hit.id for hit in found(book, "seal", "abcd-efgh")] == [paper.id]
    assert [hit.kind for hit in found(book, "principal", "giao vien mau")] == ["person"] * 4
    assert [hit for hit in found(book, "homeroom", "abcd-efgh") if hit.kind == "paper"] == []
    assert [hit for hit in found(book, "homeroom", "giao vien mau") if hit.kind == "person"] == []
