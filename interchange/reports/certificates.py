"""A school's certificates as a workbook."""

from collections.abc import Sequence

from domain.calendar import day_of
from domain.certificates import CertificateLine
from interchange.layout import Column, SheetContent, workbook_bytes


def write_certificates(school: str, lines: Sequence[CertificateLine]) -> bytes:
    columns = [
        Column("STT", 5), Column("Người giữ", 28), Column("Nhiệm vụ", 34), Column("Tình trạng", 20),
        Column("Còn (ngày)", 9), Column("Từ ngày", 12), Column("Đến ngày", 12), Column("Cần làm", 60),
    ]  # fmt: skip
    rows = [
        (
            number, line.owner or "Con dấu của trường", ", ".join(line.signs_for), line.condition.label,
            line.days_left if line.not_after else "", day_of(line.not_before) if line.not_before else "",
            day_of(line.not_after) if line.not_after else "", line.advice,
        )
        for number, line in enumerate(lines, start=1)
    ]  # fmt: skip
    return workbook_bytes([SheetContent("Chứng thư số", "CHỨNG THƯ SỐ", {"Trường": school}, columns, rows, kept=2)])
