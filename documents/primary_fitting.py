"""How large the letters of a primary record can be: its two pages, by the numbers of their template."""

from documents.fitting import PITCH, Page, Sizes, sheet_lines
from documents.letters import lines
from domain.year_records import PrimaryRecordContent

# Points and em, found by measuring the template; `tests/documents` and the number of pages watch over them.
_WIDTH = 499.276
_FIRST_HEIGHT, _FIRST_SLOTS, _FIRST_MOST = 757.89, 12, 13.0
_SECOND = Page(565.89, slots=24, most=9.0)  # above its signatures


def primary_sizes(record: PrimaryRecordContent) -> Sizes:
    """Return the settings of pages 1 and 2; None for a page of small letters."""
    first = Page(_FIRST_HEIGHT, len(record.subjects) + _FIRST_SLOTS, _FIRST_MOST)
    return (
        first.setting(lambda size: _first_page(record, size)),
        _SECOND.setting(lambda size: _second_page(record, size)),
    )


def _first_page(record: PrimaryRecordContent, size: float) -> float:
    rows = [max(lines(line.comment, size, 267), lines(line.name, size, 109)) for line in record.subjects]
    sheets = sum(sheet_lines(record.sheets, 242)) * 10
    return 64.5 + sheets + (17.44 + sum(rows) * PITCH + len(rows) * 0.11) * size


def _second_page(record: PrimaryRecordContent, size: float) -> float:
    groups = (
        (record.qualities, record.qualities_comment),
        (record.general_competencies, record.general_comment),
        (record.specific_competencies, record.specific_comment),
    )
    tables = sum(max(len(levels) * 1.19, lines(comment, size, 273) * PITCH) for levels, comment in groups)
    reason = lines("Căn cứ: " + record.result_reason, 0.74 * size, _WIDTH) * 0.74
    texts = (
        "Nhận xét của giáo viên chủ nhiệm: " + record.homeroom_comment,
        record.commendation,
        record.completion_text,
    )
    whole = sum(lines(text, size, _WIDTH) for text in texts) + reason
    in_year = lines("Khen thưởng đột xuất: " + record.commendation_in_year, size, _WIDTH) * PITCH + 0.2
    more = in_year if record.commendation_in_year else 0
    return 36.5 + (15.7 + tables + whole * PITCH + more) * size
