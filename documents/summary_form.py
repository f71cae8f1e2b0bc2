"""How the columns of a class summary share the width of its page, and how large its letters can be."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from documents.letters import BOLD, lines, narrowest, width
from domain.documents import ClassSummaryContent, ColumnGroup
from domain.errors import Invalid

# Points.
_WHOLE: Final = 769.8  # within the margins
_NUMBER: Final = 20.0
_NAME: Final = (108.0, 150.0)  # at least, and where there is room
_NARROW: Final = 24.0  # where there is room
_VERDICT: Final = 44.0  # a wide column takes this at least
_SIDES: Final = 7.0  # of a wide column
_TIGHT: Final = 2.5  # of a narrow one
_UPRIGHT: Final = 40.0  # the least length of an upright heading
_BETWEEN: Final = 6.4  # above and below what stands in a row
# Letters of the table, and the most a wide column may take: the first that leaves room for the narrow ones.
_FORMS: Final = ((8.5, 112.0), (7.5, 80.0), (7.0, 64.0), (6.5, 56.0))
# Em that a narrow column takes for an upright heading of one line and of two, and the size of those headings.
_ONE_LINE, _TWO_LINES, _HEADING = 1.5, 1.75, 0.92


@dataclass(frozen=True)
class SummaryForm:
    """Points."""

    lettering: float
    name: float
    narrow: float
    count: int  # of narrow columns
    verdicts: tuple[float, ...]
    upright: float  # length of the upright headings
    part: float  # what the headings of parts take of it, 0 where there are none
    heading: float  # height of the table's heading


def summary_form(summary: ClassSummaryContent) -> SummaryForm:
    """Raises `Invalid` for a class whose columns a page cannot hold in letters that can be read."""
    count = sum(_count(group) for group in summary.groups)
    values = {value for pupil in summary.pupils for value in pupil.values}
    for lettering, most in _FORMS:
        verdicts = tuple(_verdicts(summary, lettering, most))
        room = _WHOLE - _NUMBER - sum(verdicts)
        name = min(max(room - count * _NARROW, _NAME[0]), _NAME[1])
        narrow = (room - name) / max(1, count)
        widest = max((width(value, lettering) for value in values), default=0.0)
        if narrow >= max(widest + _TIGHT, _ONE_LINE * lettering):
            headings = _headings(summary, lettering, narrow)
            return SummaryForm(lettering, name, narrow, count, verdicts, *headings)
    raise Invalid("Bảng tổng hợp có quá nhiều cột, không in vừa trang.")


def summary_row(count: int, lettering: float) -> float:
    """Return how high a row of so many lines is."""
    return (1.06 * count - 0.4) * lettering + _BETWEEN


def _count(group: ColumnGroup) -> int:
    return sum(max(1, len(column.parts)) for column in group.columns)


def _verdicts(summary: ClassSummaryContent, lettering: float, most: float) -> Iterator[float]:
    for index, heading in enumerate(summary.verdicts):
        values = {pupil.verdicts[index] for pupil in summary.pupils}
        longest = max((width(value, lettering) for value in values), default=0.0)
        wanted = max(min(longest + _SIDES, most), narrowest(heading, lettering, 3) * BOLD + _SIDES)
        yield round(max(_VERDICT, wanted), 1)


def _headings(summary: ClassSummaryContent, lettering: float, narrow: float) -> tuple[float, float, float]:
    """The length of upright headings, what those of parts take of it, and the height of all."""
    columns = [column for group in summary.groups for column in group.columns]
    size, most = _HEADING * lettering, 2 if narrow >= _TWO_LINES * lettering else 1

    def length(text: str) -> float:
        return narrowest(text, size, most) * BOLD + 4

    part = max((length(part) + _BETWEEN for column in columns for part in column.parts), default=0.0)
    upright = max(length(column.short) + (part if column.parts else 0) for column in columns)
    upright = max(_UPRIGHT, upright)
    above = max(lines(group.name, lettering * BOLD, _count(group) * narrow - 3) for group in summary.groups)
    return upright, part, summary_row(above, lettering) + upright + _BETWEEN
