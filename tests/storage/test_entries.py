"""Reading what was entered: values, drafts, what is missing, and the history that no hand can avoid."""

import pytest
from sqlalchemy import select, text

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.scales import CellKind
from storage import entries, saving
from storage.entries import CellTrace
from storage.tables import Assessment, ClassGroup, PupilTerm
from tests.factories import OpenBook, edit, fill, make_staff, place


def history(book: OpenBook) -> list[CellTrace]:
    """Of the first pupil's score in maths."""
    record_id, key = place(book, "toan", CellKind.SCORE)
    return entries.history(book.session, record_id, "toan", key)


def write(book: OpenBook, *texts: str) -> None:
    for each in texts:
        given = [edit(book, "toan", CellKind.SCORE, each)]
        saving.save_cells(book.session, book.id, "toan", given, book.cast.homeroom).require_all()


def test_what_slots_entered_is_read_back_by_record_and_slot(book: OpenBook) -> None:
    fill(book, ["toan", HOMEROOM], book.records[:1])
    first, second, _ = book.opened.record_ids
    found = entries.values_of(book.session, ["toan", "am_nhac", HOMEROOM], [first, second])
    assert set(found) == {first}
    assert {slot: len(values) for slot, values in found[first].items()} == {"toan": 4, HOMEROOM: 26 + 4}


def test_drafts_are_left_out_for_others(book: OpenBook) -> None:
    fill(book, ["toan"])
    book.act(Action.SUBMIT, "toan", book.records[1:2])
    drafts = entries.cells_in(book.session, book.id, "toan", drafts=True)
    others = entries.cells_in(book.session, book.id, "toan", drafts=False)
    assert {cell.record_id for cell in drafts} == set(book.opened.record_ids)
    assert {cell.record_id for cell in others} == {book.opened.record_ids[1]}


def test_what_is_missing_is_named_by_record(book: OpenBook) -> None:
    fill(book, ["toan"], book.records[:1])
    write(book, "")
    book.session.add(PupilTerm(record_id=book.opened.record_ids[2], assessment_waived=True))
    book.session.flush()
    group = book.session.get_one(ClassGroup, book.cast.class_id)
    found = entries.missing(book.session, group, Term.HK1, "toan", book.opened.record_ids)
    first, second, _ = book.opened.record_ids
    assert found[first] == ["Toán: điểm (cuối học kì I)"]
    assert len(found[second]) == 4
    assert len(found) == 2


def test_the_history_of_a_cell_tells_who_changed_what_newest_first(book: OpenBook) -> None:
    write(book, "9", "8")
    other = make_staff(book.session, book.cast.school.school_id, 77)
    given = [edit(book, "toan", CellKind.SCORE, "")]
    saving.save_cells(book.session, book.id, "toan", given, other)
    fill(book, ["am_nhac"])
    writer = history(book)[-1].by
    assert [trace[:4] for trace in history(book)] == [
        (3, "8", "", "Giáo viên Mẫu 77"),
        (2, "9", "8", writer),
        (1, "", "9", writer),
    ]
    assert history(book)[0].at == book.session.scalar(select(Assessment.updated_at).where(Assessment.slot == "toan"))


@pytest.mark.parametrize(
    ("change", "newest"),
    [
        ("UPDATE assessments SET value = '1'", (2, "9", "1", "")),
        ("UPDATE assessments SET value = '1', version = 1", (2, "9", "1", "")),
        ("DELETE FROM assessments", (2, "9", "", "")),
    ],
)
def test_what_is_changed_behind_the_application_leaves_a_trace_without_a_name(
    book: OpenBook, change: str, newest: tuple[object, ...]
) -> None:
    write(book, "9")
    book.session.execute(text(change))
    assert history(book)[0][:4] == newest


def test_whoever_saw_the_cell_before_a_change_behind_the_application_does_not_overwrite_it(book: OpenBook) -> None:
    write(book, "9")
    book.session.execute(text("UPDATE assessments SET value = '1'"))
    seen = [saving.CellEdit(*place(book, "toan", CellKind.SCORE), "7", version=1)]
    (late,) = saving.save_cells(book.session, book.id, "toan", seen, book.cast.homeroom).overtaken
    assert (late.value, late.version, late.by) == ("1", 2, "")


def test_a_change_of_nothing_leaves_no_trace(book: OpenBook) -> None:
    write(book, "9")
    book.session.execute(text("UPDATE assessments SET value = value"))
    assert len(history(book)) == 1


def test_what_the_hash_is_taken_over_is_in_a_fixed_order(book: OpenBook) -> None:
    for slot in ("toan", HOMEROOM):
        fill(book, [slot], book.records[:1])
    lines = entries.hashed_cells(book.session, "toan", book.opened.record_ids)[book.opened.record_ids[0]]
    comment = "Có tiến bộ, cần tiếp tục phát huy."
    assert lines == [["end_hk1", "toan", "T", "9", comment], ["mid_hk1", "toan", "T", "", ""]]
