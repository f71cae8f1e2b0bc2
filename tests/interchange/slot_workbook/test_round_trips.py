"""Out and back: what nobody touched changes nothing, what somebody filled in is exactly what changes."""

from dataclasses import replace
from string import ascii_uppercase

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.entry import Cell
from domain.errors import Invalid
from domain.scales import CellKind
from domain.slot_marks import Change, Known, SlotMarks, differences
from interchange.slot_workbook.reading import read_slot
from interchange.slot_workbook.writing import write_slot
from tests.interchange.editing import filled_in
from tests.interchange.slot_samples import CURRICULA, FIRST_ROW, SAVED_AT, entered, make_marks, typical

CLASSES = [(grade, slot) for grade, curriculum in CURRICULA.items() for slot in curriculum.slots]


@pytest.mark.parametrize(("grade", "slot"), CLASSES)
def test_what_was_filled_in_is_what_changes(grade: int, slot: str) -> None:
    marks = make_marks(grade, slot)
    cells = marks.cells[: len(ascii_uppercase) - 4]
    typed = {
        f"{ascii_uppercase[column]}{FIRST_ROW}": typical(cell).replace(".", ",")
        for column, cell in enumerate(cells, start=4)
    }
    reading = read_slot(filled_in(write_slot(marks), typed), marks)
    assert reading.problems == ()
    found = list(differences(marks, reading.filled))
    assert {each.change for each in found} == {Change.SET}
    assert {each.doubt for each in found} == {None}
    first = marks.pupils[0].record_id
    expected = {(first, cell.key): cell.read(typical(cell).replace(".", ",")) for cell in cells}
    assert {each.place: each.value for each in found} == expected


@pytest.mark.parametrize(("grade", "slot"), [(1, "toan"), (4, HOMEROOM), (6, "toan"), (10, "vat_li")])
@pytest.mark.parametrize("term", Term)
def test_what_nobody_touched_changes_nothing(grade: int, slot: str, term: Term) -> None:
    marks = entered(make_marks(grade, slot, term=term))
    reading = read_slot(write_slot(marks), marks)
    assert (reading.problems, reading.has_versions) == ((), True)
    assert len(reading.filled) == 3 * len(marks.cells)
    assert list(differences(marks, reading.filled)) == []


TEXTS = st.text(
    st.one_of(
        st.characters(min_codepoint=32, max_codepoint=0x24F), st.sampled_from("\n ăặếộửựỹđĐ“”–…₫\u0301\u0323=_x0041")
    ),
    max_size=60,
)


def values_of(cell: Cell) -> st.SearchStrategy[str]:
    """What the cell may store, the empty text too."""
    match cell.kind:
        case CellKind.LEVEL:
            return st.sampled_from(["", *(choice.value for choice in cell.scale.choices)])
        case CellKind.SCORE:
            top = 10 * 10**cell.scale.decimals
            numbers = st.integers(0, top).map(lambda tenths: cell.read(str(tenths / 10**cell.scale.decimals)))
            return st.one_of(numbers, st.sampled_from(["", "M"] if cell.scale.may_exempt else [""]))
        case CellKind.COMMENT:
            return TEXTS.map(lambda text: stored(cell, text))


def stored(cell: Cell, text: str) -> str:
    try:
        return cell.read(text)
    except Invalid:
        return ""


@st.composite
def saved_slots(draw: st.DrawFn) -> SlotMarks:
    grade, slot = draw(st.sampled_from(CLASSES))
    marks = make_marks(grade, slot, term=draw(st.sampled_from(Term)))
    known = {
        (pupil.record_id, cell.key): Known(draw(values_of(cell)), draw(st.integers(1, 9)), "Giáo viên Mẫu 7", SAVED_AT)
        for pupil in marks.pupils[:2]
        for cell in draw(st.lists(st.sampled_from(marks.cells), max_size=6, unique_by=lambda cell: cell.key))
    }
    return replace(marks, known=known)


@given(saved_slots())
@settings(max_examples=150, deadline=None)
def test_whatever_is_entered_and_exported_imports_back_as_nothing_to_change(marks: SlotMarks) -> None:
    reading = read_slot(write_slot(marks), marks)
    assert reading.problems == ()
    assert list(differences(marks, reading.filled)) == []


@pytest.mark.parametrize(
    "text", ["_x0041_", "=1+1", "{=A1}", "http://hocba.example", "'8", "8,5", "TRUE", "#N/A", "a  b"]
)
def test_a_comment_that_looks_like_something_else_stays_as_it_is(text: str) -> None:
    marks = make_marks()
    comment = marks.cells[-1]
    saved = replace(marks, known={(marks.pupils[0].record_id, comment.key): Known(text, 1, "", SAVED_AT)})
    reading = read_slot(write_slot(saved), saved)
    assert list(differences(saved, reading.filled)) == []
