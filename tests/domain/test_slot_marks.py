"""What a copy of a slot would change, and where that is in doubt."""

from dataclasses import replace
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from domain.assessment import AssessmentPoint, Term
from domain.curriculum import HOMEROOM, curriculum_for
from domain.entry import CellKey
from domain.errors import NotFound
from domain.scales import CellKind
from domain.slot_marks import Change, Doubt, Filled, Known, SlotMarks, SlotPupil, differences, slot_name

RECORD = UUID(int=1)
PLACE = (RECORD, CellKey("toan", AssessmentPoint.END_HK1, CellKind.SCORE))
PUPIL = SlotPupil(RECORD, 1, "7926000001", "Nguyễn Gia Bảo", date(2019, 5, 3), is_open=True)
AT = datetime(2027, 1, 10, 2, tzinfo=UTC)
SAVED = Known("9", 3, "Giáo viên Mẫu 2", AT)
MARKS = SlotMarks(
    UUID(int=9), "Trường Mẫu", "2026-2027", "1A1", Term.HK1, "toan", "Toán", "", cells=(), pupils=(PUPIL,),
    known={PLACE: SAVED},
)  # fmt: skip


@pytest.mark.parametrize(
    ("value", "version", "doubt"),
    [
        ("10", 3, None),
        ("10", 2, Doubt.OVERTAKEN),
        ("10", 0, Doubt.OVERTAKEN),
        ("10", 4, Doubt.OVERTAKEN),
        ("10", None, Doubt.UNKNOWN_VERSION),
        ("", 3, None),
        ("", None, Doubt.UNKNOWN_VERSION),
    ],
)
def test_a_difference_is_in_doubt_unless_it_was_made_from_what_is_saved(
    value: str, version: int | None, doubt: Doubt | None
) -> None:
    [found] = differences(MARKS, {PLACE: Filled(value, version, "E8")})
    assert (found.before, found.value, found.cell, found.doubt) == (SAVED, value, "E8", doubt)


@pytest.mark.parametrize("version", [None, 0, 3, 7])
def test_what_is_saved_already_is_no_difference_whatever_the_version(version: int | None) -> None:
    assert list(differences(MARKS, {PLACE: Filled("9", version, "E8")})) == []


@pytest.mark.parametrize(
    ("before", "value", "change"), [("", "9", Change.SET), ("9", "8", Change.CHANGED), ("9", "", Change.CLEARED)]
)
def test_a_change_says_what_it_does(before: str, value: str, change: Change) -> None:
    marks = replace(MARKS, known={PLACE: replace(SAVED, value=before)})
    [found] = differences(marks, {PLACE: Filled(value, 3, "E8")})
    assert found.change is change


def test_a_cell_that_nobody_wrote_has_version_0() -> None:
    [found] = differences(replace(MARKS, known={}), {PLACE: Filled("9", 0, "E8")})
    assert (found.before, found.doubt) == (Known(), None)


@pytest.mark.parametrize("version", [3, 2, None])
def test_what_was_submitted_cannot_change(version: int | None) -> None:
    marks = replace(MARKS, pupils=(replace(PUPIL, is_open=False),))
    [found] = differences(marks, {PLACE: Filled("8", version, "E8")})
    assert found.doubt is Doubt.SUBMITTED
    assert marks.is_closed


def test_a_slot_knows_when_it_was_saved_last() -> None:
    assert MARKS.saved_at == AT
    assert replace(MARKS, known={}).saved_at is None


def test_slots_have_names() -> None:
    assert (slot_name(curriculum_for(1), "toan"), slot_name(curriculum_for(1), HOMEROOM)) == ("Toán", "Chủ nhiệm")
    with pytest.raises(NotFound):
        slot_name(curriculum_for(1), "vat_li")
