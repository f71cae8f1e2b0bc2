"""Chooses which pupils of a class stand on which page of its papers, from the heights their rows will about have."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from documents.letters import BOLD, lines
from documents.sheet_form import SheetForm
from documents.summary_form import SummaryForm, summary_row
from domain.documents import ClassSummaryContent, SchoolContent, SheetPupilLine, SubjectSheetContent, SummaryPupilLine

Pages = tuple[tuple[int, int], ...]  # first pupil and the one after the last, per page

_WITH_SIGNATURES = 3  # pupils that go on to a last page which would else show signatures alone
_SIGNED = 192.0  # points for signatures and proof
_SUMMARY_WIDTH = 769.0
_SOURCE = "Đánh giá theo Thông tư số 00/0000/TT-BGDĐT."
_SPARE = 4.0  # points a page may be higher than foretold
_FILLINGS = tuple(percent / 100 for percent in range(50, 101, 2))


@dataclass(frozen=True)
class Room:
    """Points for rows on the first page and on any other, and what follows the rows on the last."""

    first: float
    other: float
    tail: float


def paginate(heights: Sequence[float], room: Room) -> Pages:
    """Split rows over as few pages as hold them; two pages start with a full one, more are filled alike."""
    if sum(heights) + room.tail <= room.first:
        return ((0, len(heights)),)
    for count in range(2, len(heights) + 2):
        for filling in _FILLINGS if count > 2 else (1.0,):  # noqa: PLR2004 - see above
            pages = _filled(heights, room, count, filling)
            if pages is not None:
                return pages
    return tuple((index, index + 1) for index in range(len(heights)))


def _filled(heights: Sequence[float], room: Room, count: int, filling: float) -> Pages | None:
    """Fill all pages but the last to a part of their room; None if the last then cannot take the rest."""
    pages, start = [], 0
    latest = max(count - 1, len(heights) - _WITH_SIGNATURES)
    for page in range(count - 1):
        part = (room.other if page else room.first) * filling
        taken = sum(1 for used in accumulate(heights[start:]) if used <= part)
        end = min(start + max(1, taken), latest)
        pages.append((start, end))
        start = end
    if start >= len(heights) or sum(heights[start:]) + room.tail > room.other:
        return None
    return (*pages, (start, len(heights)))


def sheet_pages(sheet: SubjectSheetContent, form: SheetForm, stretch: float) -> Pages:
    """Return the pages of a subject sheet, every row taken `stretch` times as high as it looks."""

    def height(pupil: SheetPupilLine) -> float:
        name = lines(pupil.full_name, 10, form.widths[1] - 8) * 12.1 + 12.3
        return stretch * max(name, lines(pupil.comment, 10, form.comment - 8) * 12.1 + 1.4)

    whole = 595 - 34 if form.is_wide else 842 - 40
    room = whole - 44 - form.heading - _SPARE  # less margins and the table's heading
    head = 91 + _school_lines(sheet.school, form.width)
    legend = lines(f"{sheet.legend} {_SOURCE}", 8.5, form.width) * 10
    return paginate([height(pupil) for pupil in sheet.pupils], Room(room - head, room, 16 + legend + _SIGNED))


def summary_pages(summary: ClassSummaryContent, form: SummaryForm, stretch: float) -> Pages:
    """Return the pages of a class summary, every row taken `stretch` times as high as it looks."""
    widths = (form.name, *form.verdicts)

    def height(pupil: SummaryPupilLine) -> float:
        cells = zip((pupil.full_name, *pupil.verdicts), widths, strict=True)
        count = max(lines(text, form.lettering, width - 6) for text, width in cells)
        return stretch * summary_row(count, form.lettering)

    room = 595 - 34 - 42 - form.heading - _SPARE  # less margins and the table's heading
    head, tail = 70 + _school_lines(summary.school, _SUMMARY_WIDTH), _summary_tail(summary, form) * stretch
    return paginate([height(pupil) for pupil in summary.pupils], Room(room - head, room, tail + _SIGNED))


def _summary_tail(summary: ClassSummaryContent, form: SummaryForm) -> float:
    """Totals, counts, legend and sheets."""
    labels = (lines(total.label, form.lettering * BOLD, form.name + 14) for total in summary.totals)
    counts = "; ".join(f"{name}: {count}" for name, count in summary.counts)
    texts = lines(f"Tổng số học sinh: 00; {counts}", 10, _SUMMARY_WIDTH) * 11.5
    texts += lines(f"{summary.legend} {_SOURCE}", 8, _SUMMARY_WIDTH) * 9.2
    sheets = -(-len(summary.sheets) // 3) * 10
    return sum(summary_row(count, form.lettering) for count in labels) + texts + sheets + 26


def _school_lines(school: SchoolContent, width: float) -> float:
    """What the school's name takes of the page's head, in points, beyond one line."""
    return (lines(school.name.upper(), 10.5 * BOLD, width * 0.43) - 1) * 12.7
