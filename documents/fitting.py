"""Foretells how large the letters of a year record can be, so that Typst need not set a page several times to find out.

A guess, made to be a little too high: what is left over stands empty above the last lines of the page. Where it is too
low after all, the file has a third page and is made again with measured pages (`documents.render`).
"""

from collections.abc import Callable
from itertools import zip_longest
from typing import Final

from documents.letters import lines
from domain.documents import YearRecordContent

# Size of letters and space between lines, both in points; None asks the template to measure.
Setting = tuple[float, float]
Sizes = tuple[Setting | None, Setting | None]
MEASURED: Final[Sizes] = (None, None)

# The numbers below were found by measuring the template; `tests/documents` and the number of pages watch over them.
_STEPS: Final = tuple(10.75 - 0.25 * step for step in range(12))  # down to 8 points
_WIDTH: Final = 499.276
_HEIGHT: Final = (757.89, 565.89)  # page 1; page 2 above its signatures
_MOST: Final = (13.0, 9.0)
_SPARE: Final = 4.0  # points a page may be higher than foretold

_PITCH: Final = 1.2  # from one line to the next, em


def foretell(record: YearRecordContent) -> Sizes:
    """Return the settings of pages 1 and 2; None for a page of small letters, worth measuring."""
    return (
        _setting(lambda size: _first_page(record, size), _HEIGHT[0], len(record.subjects) + 12, _MOST[0]),
        _setting(lambda size: _second_page(record, size), _HEIGHT[1], 24, _MOST[1]),
    )


def _setting(height: Callable[[float], float], room: float, slots: int, most: float) -> Setting | None:
    for size in _STEPS:
        left = room - height(size) - _SPARE
        if left >= 0:
            return size, round(min(most, left / slots), 2)
    return None


def _first_page(record: YearRecordContent, size: float) -> float:
    rows = [max(lines(line.comment, size, 267), lines(line.name, size, 109)) for line in record.subjects]
    sheets = [lines(f"{one.subject_name}: {one.signer_name}; 0000 0000 0000", 8, 242) for one in record.sheets]
    sheet_rows = sum(max(pair) for pair in zip_longest(sheets[::2], sheets[1::2], fillvalue=0))
    return 64.5 + sheet_rows * 10 + (17.44 + sum(rows) * _PITCH + len(rows) * 0.11) * size


def _second_page(record: YearRecordContent, size: float) -> float:
    groups = (
        (record.qualities, record.qualities_comment),
        (record.general_competencies, record.general_comment),
        (record.specific_competencies, record.specific_comment),
    )
    tables = sum(max(len(levels) * 1.19, lines(comment, size, 273) * _PITCH) for levels, comment in groups)
    reason = lines("Căn cứ: " + record.result_reason, 0.74 * size, _WIDTH) * 0.74
    texts = (
        "Nhận xét của giáo viên chủ nhiệm: " + record.homeroom_comment,
        record.commendation,
        record.completion_text,
    )
    whole = sum(lines(text, size, _WIDTH) for text in texts) + reason
    return 36.5 + (15.7 + tables + whole * _PITCH) * size
