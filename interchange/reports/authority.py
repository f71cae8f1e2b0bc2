"""Numbers of an authority's schools as a workbook: progress by stage, and results by level; no pupil is named."""

from typing import Final

from domain.reports.authority import AuthorityReport, places_of
from domain.rules.school_levels import SchoolLevel
from domain.stages import STAGE_NAMES, STAGES
from interchange.layout import Column, SheetContent, Value, workbook_bytes

PROGRESS: Final = "Tiến độ"
TOTAL: Final = "Tổng cộng"
_SCHOOL: Final = (Column("STT", 5), Column("Mã trường", 13), Column("Trường", 44))
_NUMBER = 12


def write_authority(report: AuthorityReport) -> bytes:
    labels = {"Cơ quan quản lý": report.authority, "Năm học": report.school_year, "Học kì": report.term.label}
    levels = [each for each in SchoolLevel if any(each in school.results for school in report.schools)]
    return workbook_bytes([_progress(report, labels), *(_results(report, labels, each) for each in levels)])


def _progress(report: AuthorityReport, labels: dict[str, str]) -> SheetContent:
    by_stage = [Column(STAGE_NAMES[stage], _NUMBER, ("Số lớp theo bước",)) for stage in STAGES]
    columns = [*_SCHOOL, Column("Số lớp", 9), Column("Số học sinh", 9), Column("Lớp chưa mở sổ", _NUMBER), *by_stage]
    rows: list[tuple[str, str, tuple[int, ...]]] = [
        (
            school.code,
            school.name,
            (
                school.classes,
                school.pupils,
                school.classes - sum(school.by_stage.values()),
                *(school.by_stage.get(stage, 0) for stage in STAGES),
            ),
        )
        for school in report.schools
    ]
    return SheetContent(PROGRESS, "TIẾN ĐỘ CỦA CÁC TRƯỜNG", labels, columns, _numbered(rows), kept=len(_SCHOOL))


def _results(report: AuthorityReport, labels: dict[str, str], level: SchoolLevel) -> SheetContent:
    places = places_of(level, report.term)
    columns = [*_SCHOOL, *(Column(name, _NUMBER, (group,)) for group, name in places)]
    rows: list[tuple[str, str, tuple[int, ...]]] = [
        (school.code, school.name, tuple(school.results[level].get(place, 0) for place in places))
        for school in report.schools
        if level in school.results
    ]
    title = f"KẾT QUẢ CẤP {level.label.upper()}"
    return SheetContent(level.label, title, labels, columns, _numbered(rows), kept=len(_SCHOOL))


def _numbered(rows: list[tuple[str, str, tuple[int, ...]]]) -> list[tuple[Value, ...]]:
    """Number the schools, in the order they came, and add them up."""
    numbered: list[tuple[Value, ...]] = [
        (number, code, name, *counts) for number, (code, name, counts) in enumerate(rows, start=1)
    ]
    total = (sum(column) for column in zip(*(counts for _, _, counts in rows), strict=True))
    return [*numbered, ("", "", TOTAL, *total)]
