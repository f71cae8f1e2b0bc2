"""What a slot's teacher is told before handing in, and others once it is handed in."""

from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.errors import NotFound
from domain.scales import CellKind
from storage import saving
from storage.problems import problems
from storage.saving import CellEdit
from storage.tables import PupilTerm
from tests.factories import OpenBook, edit, fill, make_class, make_school, open_book


def save(book: OpenBook, slot: str, *edits: CellEdit) -> None:
    saving.save_cells(book.session, book.id, slot, edits, book.cast.homeroom).require_all()


def found(book: OpenBook, slot: str, *, drafts: bool = True) -> dict[UUID, tuple[list[str], list[str]]]:
    """Labels of what is missing and messages of doubts, by record."""
    return {
        each.record_id: ([cell.label for cell in each.missing], [doubt.message for doubt in each.doubts])
        for each in problems(book.session, book.id, slot, drafts=drafts)
    }


def test_each_pupil_with_something_missing_or_doubtful_is_told_in_the_order_of_the_class(book: OpenBook) -> None:
    fill(book, ["toan"], book.records[:2])
    save(book, "toan", edit(book, "toan", CellKind.SCORE, "4"), edit(book, "toan", CellKind.COMMENT, "", record=1))
    told = found(book, "toan")
    assert list(told) == list(book.opened.record_ids)
    first, second, third = told.values()
    assert first == ([], ["Mức Hoàn thành tốt nhưng điểm kiểm tra là 4: cần xem lại."])
    assert second == (["Toán: nhận xét (cuối học kì I)"], [])
    assert len(third[0]) == 4


def test_a_slot_that_could_be_handed_in_has_no_problems(book: OpenBook) -> None:
    fill(book, ["toan", HOMEROOM])
    assert found(book, "toan") == found(book, HOMEROOM) == {}


def test_others_are_told_only_of_what_was_handed_in(book: OpenBook) -> None:
    fill(book, ["toan"])
    save(book, "toan", *(edit(book, "toan", CellKind.SCORE, "4", record) for record in range(2)))
    book.act(Action.SUBMIT, "toan", book.records[:1])
    assert list(found(book, "toan", drafts=False)) == [book.opened.record_ids[0]]
    assert len(found(book, "toan")) == 2


def test_a_pupil_who_is_not_assessed_lacks_only_the_homeroom_s_words(book: OpenBook) -> None:
    book.session.add(PupilTerm(record_id=book.opened.record_ids[0], assessment_waived=True))
    book.session.flush()
    assert book.opened.record_ids[0] not in found(book, "toan")
    assert len(found(book, HOMEROOM)[book.opened.record_ids[0]][0]) == 4


def test_one_comment_for_many_pupils_is_doubtful(db: Session) -> None:
    book = open_book(db, make_class(db, make_school(db), pupils=7))
    fill(book, ["toan"])
    words = "Có tiến bộ, cần tiếp tục phát huy."
    assert {message for _, (message,) in found(book, "toan").values()} == {"7 học sinh có cùng nhận xét này."}
    save(book, "toan", *(edit(book, "toan", CellKind.COMMENT, f"{words} {n}", record=n) for n in range(2)))
    assert found(book, "toan") == {}


def test_a_secondary_subject_counts_regular_marks_wherever_they_stand(db: Session) -> None:
    book = open_book(db, make_class(db, make_school(db), "6A1"))
    fill(book, ["tin_hoc"])
    save(book, "tin_hoc", edit(book, "tin_hoc", CellKind.SCORE, "M"))
    told = found(book, "tin_hoc")
    assert told == {
        book.opened.record_ids[0]: ([], ["Học sinh được miễn môn này nhưng vẫn còn điểm hoặc mức ở lần đánh giá khác."])
    }


def test_a_slot_that_the_class_does_not_have_is_not_found(book: OpenBook) -> None:
    with pytest.raises(NotFound):
        found(book, "vat_li")
