"""Chooses which pupils of a class stand on which page of its papers, from the heights their rows will about have."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from documents.letters import lines
from domain.documents import ClassSummaryContent, SheetPupilLine, SubjectSheetContent, SummaryPupilLine

Pages = tuple[tuple[int, int], ...]  # first pupil and the one after the last, per page

_WITH_SIGNATURES = 3  # pupils that go on to a last page which would else show signatures alone
_MOST_NARROW = 30  # columns of one letter; more of them need smaller letters
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


def sheet_pages(sheet: SubjectSheetContent, stretch: float) -> Pages:
    """Return the pages of a subject sheet, every row taken `stretch` times as high as it looks."""
    comment_width = 499.2 - 24 - 129.8 - 100 - (38 if sheet.has_score else 0) - 8

    def height(pupil: SheetPupilLine) -> float:
        name = lines(pupil.full_name, 10, 121) * 12.1 + 12.3
        return stretch * max(name, lines(pupil.comment, 10, comment_width) * 12.1 + 1.4)

    room = 842 - 40 - 44 - 26 - _SPARE  # less margins and the table's heading
    return paginate([height(pupil) for pupil in sheet.pupils], Room(room - 91, room, 26 + 192))


@dataclass(frozen=True)
class SummaryForm:
    """Points: the letters, and the columns of name, result, commendation and promotion."""

    lettering: float
    heading: float  # height of the table's heading
    widths: tuple[float, ...]


def summary_form(summary: ClassSummaryContent) -> SummaryForm:
    scored = sum(any(pupil.scores[index] for pupil in summary.pupils) for index in range(len(summary.subjects)))
    narrow = len(summary.subjects) + scored + len(summary.qualities) + len(summary.competencies) + 1
    dense = narrow > _MOST_NARROW
    with_result = any(pupil.result or pupil.promoted for pupil in summary.pupils)
    if dense:
        return SummaryForm(7.5, 106, (108, 58, 80, 40) if with_result else (150,))
    return SummaryForm(8.5, 85, (108, 78, 112, 44) if with_result else (150,))


def summary_pages(summary: ClassSummaryContent, form: SummaryForm, stretch: float) -> Pages:
    """Return the pages of a class summary, every row taken `stretch` times as high as it looks."""

    def height(pupil: SummaryPupilLine) -> float:
        texts = (pupil.full_name, pupil.result, pupil.commendation, pupil.promoted)
        cells = zip(texts, form.widths, strict=False)
        return stretch * row(max(lines(text, form.lettering, width - 6) for text, width in cells))

    def row(count: int) -> float:
        return (1.06 * count - 0.4) * form.lettering + 6.4

    room = 595 - 34 - 42 - form.heading - _SPARE  # less margins and the table's heading
    sheets = -(-len(summary.sheets) // 3) * 10 * stretch
    return paginate([height(pupil) for pupil in summary.pupils], Room(room - 70, room, 3 * row(1) + 43 + sheets + 194))
