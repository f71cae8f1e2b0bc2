"""A teacher's own phrases: kept once, seen by nobody else, most used first; and copied to chosen pupils."""

from uuid import UUID

import pytest

from domain.assessment import AssessmentPoint
from domain.decisions import Action
from domain.errors import Conflict, Invalid, NotFound
from domain.scales import CellKind
from storage import entries, phrases, saving
from storage.phrases import CommentCopy, NewPhrase
from storage.saving import SaveResult
from storage.tables import CommentPhrase
from tests.factories import OpenBook, edit, fill

WORDS = "Em tính nhẩm nhanh; cần trình bày sạch hơn."


def keep(book: OpenBook, text: str = WORDS, level: str = "", subject: str = "toan", item: str = "") -> CommentPhrase:
    return phrases.add(book.session, book.cast.homeroom, NewPhrase(subject, item or subject, level, text))


def kept(book: OpenBook, subject: str = "", level: str = "") -> list[str]:
    return [each.text for each in phrases.own(book.session, book.cast.homeroom, subject, level)]


def copy(book: OpenBook, text: str = WORDS, records: int = 3, *, seen: int = 0, overwrite: bool = False) -> SaveResult:
    versions = dict.fromkeys(book.opened.record_ids[:records], seen)
    wanted = CommentCopy("toan", AssessmentPoint.END_HK1, text, versions, overwrite)
    return phrases.copy(book.session, book.id, "toan", wanted, book.cast.homeroom)


def comments(book: OpenBook) -> list[str]:
    cells = entries.cells_in(book.session, book.id, "toan", drafts=True)
    by_record = {cell.record_id: cell.value for cell in cells if cell.kind == CellKind.COMMENT}
    return [by_record.get(record_id, "") for record_id in book.opened.record_ids]


def test_a_phrase_is_kept_once(book: OpenBook) -> None:
    first = keep(book)
    assert keep(book, f"  {WORDS} ").id == first.id
    assert keep(book, level="T").id != first.id
    assert kept(book) == [WORDS, WORDS]


def test_phrases_are_found_by_subject_and_level_and_those_of_no_level_fit_any(book: OpenBook) -> None:
    keep(book, "Chung.")
    keep(book, "Tốt.", "T")
    keep(book, "Yếu.", "C")
    keep(book, "Của lớp.", "T", "homeroom", "qualities")
    assert kept(book, "toan") == ["Chung.", "Tốt.", "Yếu."]
    assert kept(book, "toan", "T") == ["Chung.", "Tốt."]
    assert set(kept(book, level="T")) == {"Chung.", "Tốt.", "Của lớp."}


@pytest.mark.parametrize(
    ("subject", "item", "level", "text", "refusal"),
    [
        ("toan", "am_nhac", "", WORDS, NotFound),
        ("homeroom", "toan", "", WORDS, NotFound),
        ("toan", "toan", "A", WORDS, Invalid),
        ("toan", "toan", "", "   ", Invalid),
        ("toan", "toan", "", "x" * 301, Invalid),
    ],
)
def test_what_no_cell_could_take_is_not_kept(
    book: OpenBook, subject: str, item: str, level: str, text: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        keep(book, text, level, subject, item)
    assert kept(book) == []


def test_a_phrase_is_changed_but_never_into_one_that_is_there(book: OpenBook) -> None:
    phrase, other = keep(book), keep(book, "Khác.", "T")
    changed = phrases.change(book.session, book.cast.homeroom, phrase.id, "H", " Em cẩn thận. ")
    assert (changed.level, changed.text) == ("H", "Em cẩn thận.")
    phrases.change(book.session, book.cast.homeroom, phrase.id, "H", "Em cẩn thận.")
    with pytest.raises(Conflict, match="đã lưu"):
        phrases.change(book.session, book.cast.homeroom, other.id, "H", "Em cẩn thận.")
    with pytest.raises(Invalid):
        phrases.change(book.session, book.cast.homeroom, other.id, "T", "")


def test_somebody_else_s_phrase_is_not_found(book: OpenBook) -> None:
    phrase_id: UUID = keep(book).id
    with pytest.raises(NotFound):
        phrases.change(book.session, book.cast.music, phrase_id, "", "Em học tốt.")
    with pytest.raises(NotFound):
        phrases.remove(book.session, book.cast.music, phrase_id)
    assert phrases.own(book.session, book.cast.music) == []
    phrases.remove(book.session, book.cast.homeroom, phrase_id)
    assert kept(book) == []


def test_a_comment_is_copied_only_to_those_who_have_none(book: OpenBook) -> None:
    saving.save_cells(
        book.session, book.id, "toan", [edit(book, "toan", CellKind.COMMENT, "Đã có.")], book.cast.homeroom
    )
    result = copy(book)
    assert comments(book) == ["Đã có.", WORDS, WORDS]
    assert [each.value for each in result.overtaken] == ["Đã có."]
    assert len(result.saved) == 2


def test_with_overwrite_it_is_copied_over_what_the_writer_saw(book: OpenBook) -> None:
    copy(book, "Đã có.", 1)
    result = copy(book, seen=1, overwrite=True)
    assert comments(book) == [WORDS] * 3
    assert result.overtaken == []


def test_with_overwrite_it_is_not_copied_over_what_the_writer_did_not_see(book: OpenBook) -> None:
    copy(book, "Đã có.", 1)
    result = copy(book, seen=0, overwrite=True)
    assert comments(book) == ["Đã có.", WORDS, WORDS]
    assert [each.value for each in result.overtaken] == ["Đã có."]


def test_a_cell_that_was_cleared_counts_as_empty(book: OpenBook) -> None:
    for text in ("Đã có.", ""):
        given = [edit(book, "toan", CellKind.COMMENT, text)]
        saving.save_cells(book.session, book.id, "toan", given, book.cast.homeroom)
    copy(book)
    assert comments(book) == [WORDS] * 3


def test_a_text_outside_the_rules_is_copied_to_nobody(book: OpenBook) -> None:
    result = copy(book, "x" * 301)
    assert (len(result.refused), result.saved, comments(book)) == (3, [], [""] * 3)


def test_nothing_is_copied_into_what_was_handed_in(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:1])
    with pytest.raises(Conflict):
        copy(book, overwrite=True)


def test_a_copied_phrase_counts_its_use_and_comes_first(book: OpenBook) -> None:
    keep(book, "Chưa dùng.")
    phrase = keep(book)
    copy(book, f"{WORDS}  ", 2)
    copy(book, "Không lưu.", 3)
    book.session.refresh(phrase)
    assert phrase.used == 2
    assert phrase.last_used_at is not None
    assert kept(book) == [WORDS, "Chưa dùng."]
