"""How large the letters of a secondary record can be: its two pages, and the rows that subject teachers sign."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from documents.fitting import PITCH, Page, Sizes, sheet_lines
from documents.letters import lines, width
from documents.subject_rows import BODY, SubjectRows, more_lines
from domain.year_records import SecondaryRecordContent

# Points and em, found by measuring the template; `tests/documents` and the number of pages watch over them.
_WIDTH: Final = 515.276
_NAMES: Final = 0.19 * _WIDTH - 8
_TEACHERS: Final = 0.17 * _WIDTH - 8
_COMMENTS: Final = 0.64 * _WIDTH - 4 * 31 - 8
_FIRST_HEIGHT, _FIRST_SLOTS, _FIRST_MOST = 767.89, 6, 16.0
_SECOND: Final = Page(571.89, slots=10, most=12.0)  # above its signatures
_CAPITAL: Final = 0.66  # em, a line without its distance to the next

# Of rows that are signed: sizes of a comment's letters, how much smaller all of them are tried, what a teacher's name
# takes of its place, and what a comment leaves free of its row.
_SIZES: Final = tuple(BODY - 0.25 * step for step in range(19))  # down to 5 points
_SHRINKS: Final = (1.0, 0.92, 0.84)
_NAME: Final = 0.75
_FREE: Final = 5.0
_ROW_PITCH: Final = 1.16


@dataclass(frozen=True)
class RowLetters:
    """Points."""

    body: float
    comments: tuple[float, ...]  # by row
    teachers: tuple[float, ...]


def secondary_sizes(record: SecondaryRecordContent) -> Sizes:
    """Return the settings of pages 1 and 2; None for a page of small letters."""
    first = Page(_FIRST_HEIGHT, len(record.subjects) + _FIRST_SLOTS, _FIRST_MOST)
    return (
        first.setting(lambda size: _first_page(record, size)),
        _SECOND.setting(lambda size: _second_page(record, size)),
    )


def row_letters(record: SecondaryRecordContent, rows: SubjectRows) -> Iterator[RowLetters]:
    """Yield, most hopeful first, letters in which every comment and name fits its row."""
    column, room = 0.81 * _WIDTH - 4 * 31 - rows.column - 8, rows.column - 8
    names = [min(_NAME * rows.name, room / max(1.0, width(line.teacher, 1))) for line in record.subjects]
    for shrink in _SHRINKS:
        comments = tuple(_size(line.comment, column * shrink, rows.height) for line in record.subjects)
        yield RowLetters(BODY * shrink, comments, tuple(round(name * shrink, 2) for name in names))


def _size(comment: str, column: float, height: float) -> float:
    fitting = (
        size for size in _SIZES if ((lines(comment, size, column) - 1) * _ROW_PITCH + _CAPITAL) * size <= height - _FREE
    )
    return next(fitting, _SIZES[-1])


def _first_page(record: SecondaryRecordContent, size: float) -> float:
    rows = sum(
        max(lines(line.name, size, _NAMES), lines(line.comment, size, _COMMENTS), lines(line.teacher, size, _TEACHERS))
        for line in record.subjects
    )
    rows += more_lines(record, size)
    return 90.7 + (9.1 + rows * PITCH + len(record.subjects) * 0.12) * size


def _second_page(record: SecondaryRecordContent, size: float) -> float:
    paragraphs = (
        record.outcome_text,
        record.homeroom_comment,
        "Chứng chỉ: " + "; ".join(record.certificates),
        "Kết quả tham gia các cuộc thi: " + record.competitions,
        "Khen thưởng: " + record.commendation,
    )
    optional = {
        "Rèn luyện trong kì nghỉ hè: ": record.summer_training,
        "": record.completion_text,
        "Chuyên đề học tập: ": "; ".join(record.study_topics),
    }
    extra = sum(lines(text, size, _WIDTH) - 1 for text in paragraphs) * PITCH
    extra += sum(lines(label + text, size, _WIDTH) * PITCH + 0.12 for label, text in optional.items() if text)
    reasons = lines(f"Căn cứ: {record.learning_reason} {record.outcome_reason}", 0.74 * size, _WIDTH) * 0.9 + 0.25
    sheets = sum(sheet_lines(record.sheets, 242)) * 10
    return 32 + sheets + (15 + extra + reasons) * size
