"""Saving cells: each by itself, only while the slot is open, only what it offers, nothing overwritten unseen."""

from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import AssessmentPoint
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.entry import CellKey
from domain.errors import Conflict, Invalid, NotFound
from domain.scales import CellKind
from storage import entries, saving
from storage.saving import CellEdit, SaveResult
from storage.tables import Assessment, CellChange
from tests.factories import OpenBook, edit, fill, make_class, make_school, make_staff, open_book, place

LEVEL, SCORE, COMMENT = CellKind.LEVEL, CellKind.SCORE, CellKind.COMMENT


def save(book: OpenBook, *edits: CellEdit, slot: str = "toan", by: UUID | None = None) -> SaveResult:
    return saving.save_cells(book.session, book.id, slot, edits, by or book.cast.homeroom)


def seen(book: OpenBook, value: str, version: int, kind: CellKind = SCORE) -> CellEdit:
    """A new value of the first pupil's cell in maths, by somebody who saw this version of it."""
    return CellEdit(*place(book, "toan", kind), value, version)


def values(book: OpenBook, slot: str = "toan", record: int = 0) -> dict[str, str]:
    record_id = book.opened.record_ids[record]
    found = entries.values_of(book.session, [slot], [record_id]).get(record_id, {}).get(slot, {})
    return {key.kind.value: value for key, value in found.items()}


def traces(book: OpenBook) -> int:
    return book.session.scalar(select(func.count()).select_from(CellChange)) or 0


def test_a_cell_saved_alone_leaves_the_others_as_they_are(book: OpenBook) -> None:
    save(book, edit(book, "toan", SCORE, "9"), edit(book, "toan", COMMENT, " Học tốt. "))
    save(book, edit(book, "toan", LEVEL, "T"))
    (saved,) = save(book, edit(book, "toan", SCORE, "10,0")).saved
    assert (saved.value, saved.version) == ("10", 2)
    assert values(book) == {"score": "10", "comment": "Học tốt.", "level": "T"}


def test_an_empty_value_clears_its_cell_only(book: OpenBook) -> None:
    save(book, edit(book, "toan", SCORE, "9"), edit(book, "toan", LEVEL, "T"))
    (cleared,) = save(book, edit(book, "toan", SCORE, "  ")).saved
    assert (cleared.value, cleared.version) == ("", 2)
    assert values(book) == {"level": "T"}


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        (SCORE, "11", "vượt quá thang điểm 10"),
        (SCORE, "7,5", "số nguyên từ 0 đến 10"),
        (LEVEL, "Đ", "không phải là mức đạt được"),
        (COMMENT, "x" * 301, "quá giới hạn 300 ký tự"),
        (COMMENT, "Giỏi 👍", "không in được"),
    ],
)
def test_a_value_outside_the_rules_does_not_hold_up_the_others(
    book: OpenBook, kind: CellKind, value: str, told: str
) -> None:
    result = save(book, edit(book, "toan", kind, value), edit(book, "toan", SCORE, "9", record=1))
    assert [each.edit.text for each in result.refused] == [value]
    assert told in result.refused[0].message
    assert [each.value for each in result.saved] == ["9"]
    assert (values(book), values(book, record=1)) == ({}, {"score": "9"})
    with pytest.raises(Invalid, match=told):
        result.require_all()


@pytest.mark.parametrize(
    ("texts", "kept", "refused"),
    [(("7", "8"), {"score": "8"}, 0), (("11", "8"), {"score": "8"}, 0), (("7", "11"), {}, 1), (("7", ""), {}, 0)],
)
def test_the_last_of_several_edits_of_one_cell_counts(
    book: OpenBook, texts: tuple[str, ...], kept: dict[str, str], refused: int
) -> None:
    result = save(book, *(edit(book, "toan", SCORE, text) for text in texts))
    assert (values(book), len(result.refused)) == (kept, refused)
    assert len(result.saved) == 1 - refused
    assert traces(book) <= 1


def test_a_value_saved_twice_changes_nothing(book: OpenBook) -> None:
    save(book, seen(book, "9", 0))
    again = save(book, seen(book, "9.0", 1))
    assert [(each.value, each.version) for each in again.saved] == [("9", 1)]
    assert traces(book) == 1


def test_whoever_comes_later_is_told_what_the_cell_holds_by_whom_and_since_when(book: OpenBook) -> None:
    other = make_staff(book.session, book.cast.school.school_id, 77)
    save(book, seen(book, "9", 0), by=other)
    result = save(book, seen(book, "5", 0), seen(book, "T", 0, LEVEL))
    (late,) = result.overtaken
    assert (late.value, late.version, late.by, late.edit.text) == ("9", 1, "Giáo viên Mẫu 77", "5")
    assert late.at == book.session.scalar(select(Assessment.updated_at).where(Assessment.kind == SCORE))
    assert values(book) == {"score": "9", "level": "T"}
    with pytest.raises(Conflict):
        result.require_all()


@pytest.mark.parametrize(
    ("before", "version", "value", "overtaken"),
    [
        (("9",), 1, "5", False),  # seen as it is
        (("9", "8"), 1, "5", True),
        (("9", "8"), 1, "8", False),  # the same as is there
        (("9", "8"), 7, "5", True),  # never was
        (("9", ""), 1, "5", True),  # cleared since
        (("9", ""), 0, "5", False),  # seen empty, and empty again
        ((), 3, "5", False),  # nobody's
        ((), 0, "5", False),
    ],
)
def test_a_cell_is_written_over_only_by_those_who_saw_it(
    book: OpenBook, before: tuple[str, ...], version: int, value: str, *, overtaken: bool
) -> None:
    for text in before:
        save(book, edit(book, "toan", SCORE, text))
    result = save(book, seen(book, value, version))
    assert bool(result.overtaken) is overtaken
    expected = (before[-1] if before else "") if overtaken else value
    assert values(book) == ({"score": expected} if expected else {})


def test_an_older_value_is_restored_with_the_present_version(book: OpenBook) -> None:
    for text in ("9", "2"):
        save(book, edit(book, "toan", SCORE, text))
    cell = edit(book, "toan", SCORE, "")
    first = entries.history(book.session, cell.record_id, "toan", cell.key)[-1]
    save(book, seen(book, first.after, 2)).require_all()
    assert [trace.after for trace in entries.history(book.session, cell.record_id, "toan", cell.key)] == ["9", "2", "9"]


def test_a_submitted_record_is_named_and_nothing_is_stored(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[:1])
    with pytest.raises(Conflict) as refused:
        save(book, edit(book, "toan", SCORE, "1", record=1), edit(book, "toan", SCORE, "1"))
    assert refused.value.record_ids == book.records[:1]
    assert values(book, record=1)["score"] == "9"


def test_records_of_another_class_are_not_found(db: Session, book: OpenBook) -> None:
    other = open_book(db, make_class(db, book.cast.school, "1A2"))
    both = [edit(book, "toan", SCORE, "9"), edit(other, "toan", SCORE, "9")]
    with pytest.raises(NotFound):
        save(book, *both)
    with pytest.raises(NotFound):
        saving.check_cells(db, book.id, "toan", both)
    assert values(book) == {}


@pytest.mark.parametrize(
    "foreign", [{"item": "am_nhac"}, {"point": AssessmentPoint.YEAR_END}, {"item": "yeu_nuoc", "kind": LEVEL}]
)
def test_a_cell_that_the_slot_does_not_offer_is_not_found(book: OpenBook, foreign: dict[str, object]) -> None:
    offered = edit(book, "toan", SCORE, "9")
    wrong = CellEdit(offered.record_id, CellKey(**{**offered.key._asdict(), **foreign}), "9", 0)
    with pytest.raises(NotFound, match="ô này"):
        save(book, wrong)
    with pytest.raises(NotFound, match="ô này"):
        saving.check_cells(book.session, book.id, "toan", [wrong])


def test_an_unknown_record_is_not_found(book: OpenBook) -> None:
    with pytest.raises(NotFound):
        save(book, CellEdit(uuid4(), edit(book, "toan", SCORE, "9").key, "9", 0))


def test_a_subject_and_a_competency_of_the_same_code_are_two_cells(db: Session) -> None:
    book = open_book(db, make_class(db, make_school(db), "4A1"))
    given = edit(book, "khoa_hoc", LEVEL, "H")
    save(book, given, slot="khoa_hoc")
    save(book, CellEdit(given.record_id, given.key, "T", 0), slot=HOMEROOM).require_all()
    assert (values(book, "khoa_hoc"), values(book, HOMEROOM)) == ({"level": "H"}, {"level": "T"})
    assert len(entries.history(db, given.record_id, HOMEROOM, given.key)) == 1


@pytest.mark.parametrize(
    ("slot", "kind", "text", "stored"),
    [("toan", SCORE, "8,5", "8.5"), ("toan", SCORE, "m", "M"), ("giao_duc_the_chat", LEVEL, "đạt", "Đ")],
)
def test_secondary_marks_are_stored_in_one_form(db: Session, slot: str, kind: CellKind, text: str, stored: str) -> None:
    book = open_book(db, make_class(db, make_school(db), "6A1"))
    (saved,) = save(book, edit(book, slot, kind, text), slot=slot).saved
    assert saved.value == stored


def test_checking_tells_the_stored_form_or_the_refusal_and_saves_nothing(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan")  # what cannot be saved any more can still be looked at
    edits = [
        edit(book, "toan", *given) for given in ((SCORE, "9.0"), (LEVEL, "hoàn thành"), (SCORE, "x"), (LEVEL, " "))
    ]
    before = traces(book)
    found = saving.check_cells(book.session, book.id, "toan", edits)
    assert [each.value for each in found] == ["9", "H", "", ""]
    assert [bool(each.message) for each in found] == [False, False, True, False]
    assert traces(book) == before
