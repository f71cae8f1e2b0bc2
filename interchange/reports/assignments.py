"""Who does what in which class as a workbook."""

from collections.abc import Sequence

from domain.calendar import day_of
from domain.deadlines import last_day
from domain.outstanding import Holding
from interchange.layout import Column, SheetContent, workbook_bytes


def write_assignments(school: str, school_year: str, held: Sequence[Holding]) -> bytes:
    columns = [
        Column("STT", 5), Column("Lớp", 9), Column("Phần việc", 28), Column("Người phụ trách", 28),
        Column("Từ ngày", 12), Column("Đến ngày", 12), Column("Lý do đổi", 50),
    ]  # fmt: skip
    rows = [
        (
            number, each.class_name, each.slot_name, each.full_name, day_of(each.valid_from),
            last_day(each.valid_to) if each.valid_to else "", each.reason,
        )
        for number, each in enumerate(held, start=1)
    ]  # fmt: skip
    labels = {"Trường": school, "Năm học": school_year}
    return workbook_bytes([SheetContent("Phân công", "BẢNG PHÂN CÔNG", labels, columns, rows, kept=3)])
