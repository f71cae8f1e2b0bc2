"""The register of what a school issued as a workbook."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.calendar import TIMEZONE
from interchange.layout import Column, SheetContent, Value, workbook_bytes

_COLUMNS: Final = (
    Column("STT", 5),
    Column("Văn bản", 28),
    Column("Lớp", 9),
    Column("Năm học", 12),
    Column("Học kì", 14),
    Column("Mã học sinh", 13),
    Column("Họ và tên", 28),
    Column("Phiên bản", 10),
    Column("Ngày đóng dấu", 13),
    Column("Giờ", 9),
    Column("Mã tra cứu", 30),
    Column("Trạng thái", 18),
    Column("Bằng chứng thời gian", 20),
    Column("SHA-256 của tệp", 68),
)


@dataclass(frozen=True)
class RegisterLine:
    """One document in words."""

    kind: str
    class_name: str
    school_year: str
    term: str
    pupil_code: str
    full_name: str
    version: int
    sealed_at: datetime
    lookup_code: str
    standing: str
    proof: str
    sha256: str


def write_register(school: str, lines: Sequence[RegisterLine], asked: str) -> bytes:
    """`asked` says in words what was chosen of the register."""
    labels = {"Trường": school, "Phạm vi": asked}
    rows = [_row(number, each) for number, each in enumerate(lines, start=1)]
    return workbook_bytes([SheetContent("Sổ phát hành", "SỔ PHÁT HÀNH HỌC BẠ SỐ", labels, _COLUMNS, rows, kept=2)])


def _row(number: int, each: RegisterLine) -> tuple[Value, ...]:
    at = each.sealed_at.astimezone(TIMEZONE)
    facts = (each.kind, each.class_name, each.school_year, each.term, each.pupil_code, each.full_name, each.version)
    return number, *facts, at.date(), f"{at:%H:%M:%S}", each.lookup_code, each.standing, each.proof, each.sha256
