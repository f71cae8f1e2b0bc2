"""What a person has signed, as a workbook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from interchange.layout import Column, SheetContent, workbook_bytes

_COLUMNS = (
    Column("STT", 5),
    Column("Ngày ký", 12),
    Column("Giờ", 9),
    Column("Việc", 16),
    Column("Lớp", 9),
    Column("Kì", 16),
    Column("Năm học", 12),
    Column("Phần", 40),
    Column("Văn bản", 40),
    Column("Chứng thư số", 44),
)


@dataclass(frozen=True)
class SignedLine:
    """One class signed with one confirmation, in words."""

    day: date
    time: str
    action: str
    class_name: str
    term: str
    school_year: str
    parts: str
    papers: str
    certificate: str


def write_signatures(signer: str, labels: Mapping[str, str], lines: Sequence[SignedLine]) -> bytes:
    rows = [
        (
            *(number, line.day, line.time, line.action, line.class_name, line.term, line.school_year),
            *(line.parts, line.papers, line.certificate),
        )
        for number, line in enumerate(lines, start=1)
    ]
    return workbook_bytes(
        [SheetContent("Đã ký", "NHẬT KÝ CHỮ KÝ SỐ", {"Người ký": signer, **labels}, _COLUMNS, rows, kept=2)]
    )
