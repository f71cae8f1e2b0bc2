"""Entering cells: only while the slot is open, only what the slot offers, nothing by halves."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import SubjectLevel, Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.entry import CellKind, CommentField
from domain.errors import Conflict, Invalid, NotFound
from storage import entries
from storage.entries import Attendance, EntryLine
from storage.tables import Assessment, PupilTerm
from tests.factories import OpenBook, fill, line, make_class, open_book


@pytest.fixture
def book(db: Session) -> OpenBook:
    return open_book(db)


def save(book: OpenBook, *lines: EntryLine, slot: str = "toan") -> None:
    entries.save_lines(book.session, book.id, slot, lines, book.cast.homeroom)


def cell(book: OpenBook, record: int = 0) -> Assessment:
    book.session.expire_all()
    return book.session.get_one(Assessment, (book.opened.record_ids[record], "end_hk1", "toan"))


def test_a_cell_saved_alone_leaves_the_others_as_they_are(book: OpenBook) -> None:
    save(book, line(book, "toan", CellKind.SCORE, "9"), line(book, "toan", CellKind.COMMENT, " Học tốt. "))
    save(book, line(book, "toan", CellKind.LEVEL, "T"))
    save(book, line(book, "toan", CellKind.SCORE, "10"))
    found = cell(book)
    assert (found.score, found.comment, found.level, found.version) == ("10", "Học tốt.", "T", 3)
    assert found.updated_by == book.cast.homeroom


def test_an_empty_value_clears_its_cell_only(book: OpenBook) -> None:
    save(book, line(book, "toan", CellKind.SCORE, "9"), line(book, "toan", CellKind.LEVEL, "T"))
    save(book, line(book, "toan", CellKind.SCORE, "  "))
    assert (cell(book).score, cell(book).level) == ("", "T")


@pytest.mark.parametrize(
    ("kind", "value"),
    [(CellKind.SCORE, "11"), (CellKind.SCORE, "7,5"), (CellKind.LEVEL, "Đ"), (CellKind.COMMENT, "x" * 301)],
)
def test_a_value_outside_the_rules_stores_nothing(book: OpenBook, kind: CellKind, value: str) -> None:
    with pytest.raises(Invalid):
        save(book, line(book, "toan", CellKind.SCORE, "9", record=1), line(book, "toan", kind, value))
    assert book.session.scalar(select(func.count()).select_from(Assessment)) == 0


def test_a_submitted_record_is_named_and_nothing_is_stored(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:1])
    with pytest.raises(Conflict) as refused:
        save(book, line(book, "toan", CellKind.SCORE, "1", record=1), line(book, "toan", CellKind.SCORE, "1"))
    assert refused.value.record_ids == book.records[:1]
    assert cell(book, 1).score == "9"


def test_records_of_another_class_are_not_found(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, book.cast.school, "1A2"))
    with pytest.raises(NotFound):
        save(book, line(book, "toan", CellKind.SCORE, "9"), line(other, "toan", CellKind.SCORE, "9"))
    with pytest.raises(NotFound):
        entries.save_attendance(db, book.id, [Attendance(other.opened.record_ids[0], absent_excused=1)])


@pytest.mark.parametrize(
    "foreign", [{"item": "am_nhac"}, {"point": "year_end"}, {"item": "yeu_nuoc", "kind": CellKind.LEVEL}]
)
def test_a_cell_that_the_slot_does_not_offer_is_not_found(book: OpenBook, foreign: dict[str, str]) -> None:
    offered = line(book, "toan", CellKind.SCORE, "9")
    with pytest.raises(NotFound, match="ô này"):
        save(book, EntryLine(**{**vars(offered), **foreign}))


def test_an_unknown_record_is_not_found(book: OpenBook) -> None:
    with pytest.raises(NotFound):
        save(book, EntryLine(**{**vars(line(book, "toan", CellKind.SCORE, "9")), "record_id": uuid4()}))


def test_what_subject_teachers_entered_is_read_back(book: OpenBook) -> None:
    fill(book, ["toan", "am_nhac"], book.records[:1])
    record_id = book.opened.record_ids[0]
    found = entries.subject_entries(book.session, Term.HK1, ["toan", "am_nhac"], [record_id])[record_id]
    assert (found["toan"].score, found["toan"].end_level, found["am_nhac"].score) == (9, SubjectLevel.T, None)


def test_what_the_homeroom_teacher_entered_is_read_back(book: OpenBook) -> None:
    fill(book, [HOMEROOM], book.records[:1])
    absent = Attendance(book.opened.record_ids[0], absent_excused=3, absent_unexcused=1, is_recognised=True)
    entries.save_attendance(book.session, book.id, [absent])
    first, second, _ = entries.homeroom_entries(book.session, Term.HK1, book.opened.record_ids).values()
    assert (first.absent_excused, first.absent_unexcused, first.recognised) == (3, 1, True)
    assert (len(first.end_levels), len(first.comments)) == (13, 4)
    assert first.comments[CommentField.HOMEROOM]
    assert second.end_levels == {}


def test_attendance_is_replaced_and_never_negative(book: OpenBook) -> None:
    record_id = book.opened.record_ids[0]
    for excused in (4, 2):
        entries.save_attendance(book.session, book.id, [Attendance(record_id, absent_excused=excused)])
    with pytest.raises(Invalid):
        entries.save_attendance(book.session, book.id, [Attendance(record_id, absent_excused=-1)])
    assert book.session.get_one(PupilTerm, record_id, populate_existing=True).absent_excused == 2


def test_attendance_is_refused_once_homeroom_has_submitted(book: OpenBook) -> None:
    fill(book, [HOMEROOM])
    book.act(Action.SUBMIT, HOMEROOM)
    with pytest.raises(Conflict):
        entries.save_attendance(book.session, book.id, [Attendance(book.opened.record_ids[0])])
