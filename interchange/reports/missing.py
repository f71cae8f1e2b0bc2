"""What is missing as a workbook: by teacher, cell by cell, personal ids, and fields of the national record."""

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from domain.identity import name_sort_key
from domain.reports.missing import MissingCells, MissingReport, PupilProblem
from interchange.layout import Column, SheetContent, Value, workbook_bytes
from interchange.reports.class_summary import school_labels

BY_TEACHER: Final = "Theo giáo viên"
CELLS: Final = "Ô còn thiếu"
IDS: Final = "Số định danh"
NATIONAL: Final = "Học bạ quốc gia"
NOBODY: Final = "Chưa phân công"
_PUPIL: Final = (Column("Mã học sinh", 13), Column("Họ và tên", 28))
_SLOT: Final = (Column("Lớp", 9), Column("Phần việc", 30))


def write_missing(report: MissingReport) -> bytes:
    labels = {**school_labels(report.school), "Năm học": report.school_year, "Học kì": report.term.label}
    labels |= {"Lớp": report.class_name or "Toàn trường"}
    sheets = [_by_teacher(report.cells, labels), _cells(report.cells, labels), _problems(IDS, report.ids, labels)]
    if report.fields is not None:
        sheets.append(_problems(NATIONAL, report.fields, labels))
    return workbook_bytes(sheets)


def write_ids(school: str, school_year: str, problems: Sequence[PupilProblem]) -> bytes:
    """Personal ids that are missing or doubtful, of a whole school."""
    return workbook_bytes([_problems(IDS, problems, {"Trường": school, "Năm học": school_year})])


def _by_teacher(cells: Sequence[MissingCells], labels: dict[str, str]) -> SheetContent:
    """One row for each teacher, class and slot; what nobody is assigned to stands last."""
    numbers = Column("Số học sinh", 12), Column("Số ô còn thiếu", 14)
    columns = [Column("STT", 5), Column("Giáo viên", 28), *_SLOT, *numbers]
    rows: list[tuple[Value, ...]] = []
    for (teacher, class_name, slot), found in groupby(sorted(cells, key=_teacher), key=_slot):
        pupils = [len(each.cells) for each in found]
        rows.append((len(rows) + 1, teacher or NOBODY, class_name, slot, len(pupils), sum(pupils)))
    return SheetContent(BY_TEACHER, "CÁC PHẦN CÒN THIẾU THEO GIÁO VIÊN", labels, columns, rows)


def _teacher(cells: MissingCells) -> tuple[bool, object]:
    return (False, name_sort_key(cells.teacher)) if cells.teacher else (True, ())


def _slot(cells: MissingCells) -> tuple[str, str, str]:
    return cells.teacher, cells.class_name, cells.slot_name


def _cells(cells: Sequence[MissingCells], labels: dict[str, str]) -> SheetContent:
    columns = [Column("STT", 5), *_SLOT, Column("Giáo viên", 28), *_PUPIL, Column("Ô còn thiếu", 60)]
    rows = [
        (number, each.class_name, each.slot_name, each.teacher or NOBODY, each.pupil_code, each.full_name,
         "; ".join(each.cells))
        for number, each in enumerate(cells, start=1)
    ]  # fmt: skip
    return SheetContent(CELLS, "CÁC Ô CÒN THIẾU THEO HỌC SINH", labels, columns, rows)


def _problems(name: str, problems: Sequence[PupilProblem], labels: dict[str, str]) -> SheetContent:
    columns = [Column("STT", 5), Column("Lớp", 9), *_PUPIL, Column("Cần xem lại", 70)]
    rows = [
        (number, each.class_name, each.pupil_code, each.full_name, each.problem)
        for number, each in enumerate(problems, start=1)
    ]
    return SheetContent(name, f"DỮ LIỆU CẦN BỔ SUNG, XEM LẠI: {name.upper()}", labels, columns, rows)
