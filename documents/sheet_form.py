"""How the columns of a subject sheet share the width of its page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from documents.letters import BOLD, lines, narrowest
from domain.documents import SheetColumn, SubjectSheetContent
from domain.errors import Invalid

# Points.
_UPRIGHT, _ON_ITS_SIDE = 499.2, 745.8  # within the margins
_NUMBER, _NAME = 24.0, 129.8
_COMMENT = 120.0  # an upright page leaves at least this much for comments, else it is turned
_SIDES = 4.0
_FEW: Final = 4  # columns of marks that need not be narrow
# Their least width, and the letters of their headings; many columns just take "10,0" in letters of the sheet's size.
_BROAD: Final = (44.0, 10.0)
_TIGHT: Final = (22.0, 8.5)


@dataclass(frozen=True)
class SheetForm:
    """Points."""

    is_wide: bool  # a page on its side
    width: float  # of the table
    widths: tuple[float, ...]  # number, name, marks
    comment: float
    heading: float  # height
    lettering: float  # of the headings of marks


def sheet_form(sheet: SubjectSheetContent) -> SheetForm:
    """Raises `Invalid` for more columns than a page can hold beside a comment."""
    least, lettering = _BROAD if len(sheet.columns) <= _FEW else _TIGHT
    marks = tuple(mark_widths(sheet.columns, least, lettering))
    fixed = _NUMBER + _NAME + sum(marks)
    is_wide = _UPRIGHT - fixed < _COMMENT
    whole = _ON_ITS_SIDE if is_wide else _UPRIGHT
    if whole - fixed < _COMMENT:
        raise Invalid("Phiếu kết quả có quá nhiều cột, không in vừa trang.")
    heading = _heading(sheet.columns, marks, lettering)
    return SheetForm(is_wide, whole, (_NUMBER, _NAME, *marks), whole - fixed, heading, lettering)


def mark_widths(columns: Sequence[SheetColumn], least: float, lettering: float) -> Iterator[float]:
    """The widths of columns of marks, at least so that the headings of columns and groups take two lines."""
    for group, neighbours in groupby(columns, key=lambda column: column.group):
        widths = [max(least, _heading_width(column.name, lettering)) for column in neighbours]
        lacking = max(0.0, _heading_width(group, lettering) - sum(widths))
        yield from (round(width + lacking / len(widths), 1) for width in widths)


def _heading_width(name: str, lettering: float) -> float:
    """The least width for a heading of two lines."""
    return narrowest(name, lettering, 2) * BOLD + _SIDES + 1


def _heading(columns: Sequence[SheetColumn], marks: Sequence[float], lettering: float) -> float:
    names = (lines(column.name, lettering * BOLD, width - _SIDES) for column, width in zip(columns, marks, strict=True))
    is_grouped = any(column.group for column in columns)
    return _row(max(names, default=1), lettering) + (_row(2, lettering) if is_grouped else 0)


def _row(count: int, lettering: float) -> float:
    return (1.21 * count - 0.49) * lettering + 6.8
