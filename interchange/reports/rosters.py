"""What goes with class lists: an empty one to be filled in, and what is to be mended in one that was handed in."""

from collections.abc import Sequence

from interchange.layout import Column, SheetContent, workbook_bytes
from interchange.roster import SHEET_NAME
from interchange.roster.columns import CLASS, COLUMNS, OF_THE_TERM, ORDER
from interchange.sheets import Problem, Severity

_WORDS = {Severity.ERROR: "Phải sửa", Severity.REVIEW: "Nên xem lại"}


def write_empty_list(school: str, code: str, school_year: str) -> bytes:
    """The columns that `read_roster` knows best; the class is a column, so one sheet serves a whole school."""
    known = [each for each in COLUMNS if each.heading not in {ORDER, *OF_THE_TERM}]
    columns = [Column(ORDER, 5), Column(CLASS, 9), *known]
    labels = {"Trường": school, "Mã trường": code, "Năm học": school_year}
    return workbook_bytes([SheetContent(SHEET_NAME, "DANH SÁCH HỌC SINH", labels, columns, [])])


def write_problems(problems: Sequence[Problem]) -> bytes:
    columns = [Column("STT", 5), Column("Trang", 16), Column("Ô", 8), Column("Dòng", 8), Column("Mức", 14),
               Column("Vì sao", 90)]  # fmt: skip
    rows = [
        (number, each.sheet, each.cell, each.row or "", _WORDS[each.severity], each.message)
        for number, each in enumerate(problems, start=1)
    ]
    return workbook_bytes([SheetContent("Cần sửa", "NHỮNG CHỖ CẦN SỬA TRONG TỆP", {}, columns, rows)])
