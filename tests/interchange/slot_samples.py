"""Slots of generated classes: one of each level and way of assessing."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.assessment import Term
from domain.curriculum import Curriculum, curriculum_for
from domain.entry import Cell, cells_of
from domain.scales import CellKind
from domain.slot_marks import Known, SlotMarks, SlotPupil, slot_name

CLASS_TERM = UUID("6f1f5f0e-9f0b-4b64-9f5e-0f1f3c0a7d10")
SAVED_AT = datetime(2027, 1, 10, 2, 5, tzinfo=UTC)
NAMES = ("Nguyễn Gia Bảo", "Thạch Thị Ý", "Đặng Hoàng Vũ", "Trần Ngọc Ánh")
FIRST_ROW = 8  # of the pupils, as the spreadsheet shows it
CURRICULA: Mapping[int, Curriculum] = {
    **{grade: curriculum_for(grade) for grade in (1, 4, 6)},
    10: curriculum_for(10, optional=("dia_li", "vat_li", "hoa_hoc", "sinh_hoc"), topics=("toan", "vat_li", "hoa_hoc")),
}


def make_marks(grade: int = 1, slot: str = "toan", term: Term = Term.HK1, **more: Any) -> SlotMarks:  # noqa: ANN401
    """A slot of three pupils in which nothing was entered; `more` are other fields of it."""
    curriculum = CURRICULA[grade]
    marks = SlotMarks(
        class_term_id=CLASS_TERM,
        school_name="Trường Mẫu số 1",
        school_year="2026-2027",
        class_name=f"{grade}A1",
        term=term,
        slot=slot,
        name=slot_name(curriculum, slot),
        teacher="Giáo viên Mẫu 7",
        cells=cells_of(curriculum, term, slot),
        pupils=tuple(make_pupil(number) for number in (1, 2, 3)),
    )
    return replace(marks, **more)


def make_pupil(number: int, *, is_open: bool = True) -> SlotPupil:
    name = NAMES[number % len(NAMES)]
    return SlotPupil(UUID(int=number), number, f"79260000{number:02}", name, date(2019, 2, number), is_open)


def typical(cell: Cell) -> str:
    """A value as the cell stores it."""
    match cell.kind:
        case CellKind.LEVEL:
            return cell.scale.choices[0].value
        case CellKind.SCORE:
            return "8.5" if cell.scale.decimals else "9"
        case CellKind.COMMENT:
            return "=Em đọc tốt,\ncần viết đẹp hơn."


def entered(marks: SlotMarks, version: int = 1) -> SlotMarks:
    """The same slot with a value in every cell."""
    places = {(pupil.record_id, cell.key): typical(cell) for pupil in marks.pupils for cell in marks.cells}
    known = {place: Known(value, version, "Giáo viên Mẫu 7", SAVED_AT) for place, value in places.items()}
    return replace(marks, known=known)


def address(marks: SlotMarks, heading: str, pupil: int = 0) -> str:
    """Where the workbook has the pupil's cell of this heading."""
    column = 4 + [cell.heading for cell in marks.cells].index(heading)
    assert column < 26
    return f"{'ABCDEFGHIJKLMNOPQRSTUVWXYZ'[column]}{FIRST_ROW + pupil}"
