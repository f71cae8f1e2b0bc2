"""The school's lists of a year as a workbook: one sheet per list, one for commendations, and the numbers by class."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Final

from domain.reports.year_lists import SchoolYearReport, YearLine, YearList
from interchange.layout import Column, SheetContent, Value, workbook_bytes
from interchange.reports.class_summary import school_labels

OVERVIEW: Final = "Theo lớp"
COMMENDED: Final = "Khen thưởng"
_PEOPLE: Final = (
    Column("STT", 5),
    Column("Lớp", 9),
    Column("Mã học sinh", 13),
    Column("Họ và tên", 28),
    Column("Ngày sinh", 12),
)


def write_year_lists(report: SchoolYearReport) -> bytes:
    labels = {**school_labels(report.school), "Năm học": report.school_year}
    return workbook_bytes(
        [_overview(report, labels), *(_list(report, labels, each) for each in YearList), _commended(report, labels)]
    )


def write_class_year(report: SchoolYearReport) -> bytes:
    """The lists of one class, which needs no numbers by class."""
    [of_class] = report.classes
    labels = {**school_labels(report.school), "Năm học": report.school_year, "Lớp": of_class.class_name}
    return workbook_bytes([*(_list(report, labels, each) for each in YearList), _commended(report, labels)])


def _overview(report: SchoolYearReport, labels: dict[str, str]) -> SheetContent:
    headings = ("Số học sinh", *(each.label for each in YearList), COMMENDED)
    columns = [Column("STT", 5), Column("Lớp", 9), *(Column(heading, 13) for heading in headings)]
    counted = [_counts(each.pupils) for each in report.classes]
    rows: list[tuple[Value, ...]] = [
        (number, each.class_name, *counts)
        for number, (each, counts) in enumerate(zip(report.classes, counted, strict=True), start=1)
    ]
    rows.append(("", "Toàn trường", *(sum(column) for column in zip(*counted, strict=True))))
    title = "TỔNG HỢP KẾT QUẢ CUỐI NĂM HỌC THEO LỚP"
    return SheetContent(OVERVIEW, title, labels, columns, rows, kept=2)


def _counts(pupils: tuple[YearLine, ...]) -> tuple[int, ...]:
    lists = Counter(pupil.verdict.which for pupil in pupils)
    commended = sum(bool(pupil.verdict.title) for pupil in pupils)
    return len(pupils), *(lists[each] for each in YearList), commended


def _list(report: SchoolYearReport, labels: dict[str, str], which: YearList) -> SheetContent:
    columns = [*_PEOPLE, Column("Kết quả", 34), Column("Lý do", 60)]
    found = [
        (*who, line.verdict.text, line.verdict.reason) for who, line in _lines(report) if line.verdict.which is which
    ]
    title = f"DANH SÁCH HỌC SINH: {which.label.upper()}"
    return SheetContent(which.label, title, labels, columns, _numbered(found), kept=len(_PEOPLE) - 1)


def _commended(report: SchoolYearReport, labels: dict[str, str]) -> SheetContent:
    columns = [*_PEOPLE, Column("Danh hiệu", 50)]
    found = [(*who, line.verdict.title) for who, line in _lines(report) if line.verdict.title]
    title = "DANH SÁCH HỌC SINH ĐƯỢC KHEN THƯỞNG CUỐI NĂM HỌC"
    return SheetContent(COMMENDED, title, labels, columns, _numbered(found), kept=len(_PEOPLE) - 1)


def _lines(report: SchoolYearReport) -> Iterator[tuple[tuple[Value, ...], YearLine]]:
    for each in report.classes:
        for line in each.pupils:
            born = date.fromisoformat(line.birth_date)
            yield (each.class_name, line.pupil_code, line.full_name, born), line


def _numbered(rows: list[tuple[Value, ...]]) -> list[tuple[Value, ...]]:
    return [(number, *row) for number, row in enumerate(rows, start=1)]
