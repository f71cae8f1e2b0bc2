"""The summary of a class and term as a workbook, with the columns of the sealed paper."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from domain.documents import ColumnGroup, SchoolContent
from domain.reports.class_summary import ClassSummaryReport, SummaryLine
from interchange.layout import Column, SheetContent, Value, workbook_bytes

_PEOPLE: Final = (Column("STT", 5), Column("Mã học sinh", 13), Column("Họ và tên", 28))
_NARROW, _VERDICT, _NOTE = 9, 22, 40
_NUMBER: Final = re.compile(r"[0-9]+(,[0-9])?")
_UNSIGNED: Final = "Bảng này để theo dõi; bảng tổng hợp đã ký số và đóng dấu mới có giá trị."


def write_class_summary(report: ClassSummaryReport) -> bytes:
    form = report.form
    columns = [
        *_PEOPLE,
        *(column for group in form.groups for column in _narrow(group)),
        *(Column(heading, _VERDICT) for heading in form.verdicts),
        Column("Ghi chú", _NOTE),
    ]
    width = len(columns) - len(_PEOPLE) - len(form.verdicts) - 1
    rows = [_row(line, width, len(form.verdicts)) for line in report.pupils]
    rest = ("",) * (len(form.verdicts) + 1)
    rows += [("", "", total.label, *map(shown, total.values), *rest) for total in report.totals]
    notes = [*(f"{label}: {count} học sinh" for label, count in report.counts), form.legend, _UNSIGNED]
    title = "BẢNG TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ GIÁO DỤC CỦA LỚP"
    labels = {
        **school_labels(report.school),
        "Năm học": report.school_year,
        "Lớp": report.class_name,
        "Học kì": report.term.label,
        "Theo": f"Thông tư {report.circular}",
    }
    return workbook_bytes([SheetContent("Tổng hợp", title, labels, columns, rows, notes, kept=len(_PEOPLE))])


def school_labels(school: SchoolContent) -> dict[str, str]:
    return {"Cơ quan quản lý": school.authority, "Trường": school.name, "Mã trường": school.code}


def _narrow(group: ColumnGroup) -> Iterator[Column]:
    above = (group.name,) if group.name else ()
    for column in group.columns:
        if column.parts:
            yield from (Column(part, _NARROW, (*above, column.name)) for part in column.parts)
        else:
            yield Column(column.name, _NARROW, above)


def _row(line: SummaryLine, width: int, verdicts: int) -> tuple[Value, ...]:
    values = line.values or ("",) * width
    given = line.verdicts or ("",) * verdicts
    return (line.order_no, line.pupil_code, line.full_name, *map(shown, values), *given, line.note)


def shown(text: str) -> Value:
    """Marks are written as numbers, so that spreadsheets can count with them."""
    if not _NUMBER.fullmatch(text):
        return text
    return Decimal(text.replace(",", ".")) if "," in text else int(text)
