"""How the tables of a pupil's result share the width of a page, which is turned on its side where they need it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from documents.letters import width as width_of
from documents.sheet_form import mark_widths
from domain.errors import Invalid
from domain.matter_papers import ResultTable, TransferResultContent

# Points.
_UPRIGHT, _ON_ITS_SIDE = 499.2, 745.8  # within the margins
_NAME: Final = 112.0  # at least
_COMMENT: Final = 120.0
_SIDES: Final = 5.0
_ROOMY: Final = 72.0  # a column of marks takes as much beside a name alone
# Least width of a column of marks, and its letters: the first that leave room for name and comment.
_FORMS: Final = ((36.0, 10.0), (22.0, 9.0), (17.0, 7.5))


@dataclass(frozen=True)
class TableForm:
    """Points; the comment, or where there is none the name, takes what is left."""

    marks: tuple[float, ...]
    has_comments: bool
    lettering: float


@dataclass(frozen=True)
class ResultForm:
    is_wide: bool  # pages on their side
    name: float  # beside a comment
    tables: tuple[TableForm, ...]


def result_form(result: TransferResultContent) -> ResultForm:
    """Raises `Invalid` for more columns than a page can hold in letters that can be read."""
    for whole in (_UPRIGHT, _ON_ITS_SIDE):
        tables = [_table_form(table, whole) for table in result.tables]
        found = [table for table in tables if table is not None]
        if len(found) == len(tables):
            return ResultForm(whole == _ON_ITS_SIDE, _NAME, tuple(found))
    raise Invalid("Bảng kết quả có quá nhiều cột, không in vừa trang.")


def _table_form(table: ResultTable, whole: float) -> TableForm | None:
    has_comments = any(line.comment for line in table.lines)
    # Small letters only where a page on its side would not do either.
    for least, lettering in _FORMS if whole == _ON_ITS_SIDE else _FORMS[:-1]:
        marks = tuple(_marks(table, least, lettering))
        left = whole - _NAME - sum(marks) - (_COMMENT if has_comments else 0)
        if left >= 0:
            return TableForm(marks if has_comments else _roomy(marks, left), has_comments, lettering)
    return None


def _marks(table: ResultTable, least: float, lettering: float) -> Iterator[float]:
    """No value is broken within a word."""
    values = zip(*(line.values for line in table.lines), strict=True)
    headings = mark_widths(table.columns, least, lettering)
    for heading, column in zip(headings, values, strict=False):
        words = [word for value in column for word in value.split()]
        yield max(heading, round(max((width_of(word, lettering) for word in words), default=0.0) + _SIDES, 1))


def _roomy(marks: tuple[float, ...], left: float) -> tuple[float, ...]:
    share = left / max(1, len(marks)) / 2
    return tuple(max(width, round(min(_ROOMY, width + share), 1)) for width in marks)
