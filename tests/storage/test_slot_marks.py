"""A slot as a whole: pupils in class order, every cell with its version, and whose part is closed."""

from uuid import UUID

import pytest

from domain.decisions import Action
from domain.errors import NotFound
from domain.scales import CellKind
from domain.slot_marks import Known
from storage import saving
from storage.slot_marks import slot_marks
from storage.tables import Staff
from tests.factories import NOW, SINCE, OpenBook, edit, fill


def test_a_slot_is_read_with_its_pupils_in_order_and_who_wrote_what(book: OpenBook) -> None:
    for value in ("8", "9"):
        written = edit(book, "toan", CellKind.SCORE, value)
        saving.save_cells(book.session, book.id, "toan", [written], book.cast.homeroom).require_all()
    marks = slot_marks(book.session, book.id, "toan", NOW, drafts=True)
    assert [pupil.order_no for pupil in marks.pupils] == [1, 2, 3]
    assert (marks.class_name, marks.name, marks.is_closed) == ("1A1", "Toán", False)
    teacher = book.session.get_one(Staff, book.cast.homeroom).full_name
    known = marks.known[written.place]
    assert known == Known("9", 2, teacher, known.at)
    assert (marks.teacher, marks.saved_at) == (teacher, known.at)


def test_without_drafts_only_submitted_pupils_are_there(book: OpenBook) -> None:
    fill(book)
    book.act(Action.SUBMIT, "toan", book.records[:1])
    marks = slot_marks(book.session, book.id, "toan", NOW, drafts=False)
    assert [(str(pupil.record_id), pupil.is_open) for pupil in marks.pupils] == [(book.records[0], False)]
    assert {record_id for record_id, _ in marks.known} == {UUID(book.records[0])}
    assert slot_marks(book.session, book.id, "am_nhac", NOW, drafts=False).pupils == ()
    assert not slot_marks(book.session, book.id, "toan", NOW, drafts=True).is_closed


def test_a_slot_that_nobody_fills_has_no_teacher(book: OpenBook) -> None:
    before_anybody = SINCE.replace(year=2020)
    assert slot_marks(book.session, book.id, "toan", before_anybody, drafts=True).teacher == ""


def test_an_unknown_slot_is_not_found(book: OpenBook) -> None:
    with pytest.raises(NotFound):
        slot_marks(book.session, book.id, "principal", NOW, drafts=True)
