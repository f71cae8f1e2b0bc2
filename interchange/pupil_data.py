"""What a school holds on one pupil as one zip: a workbook to read, JSON for machines, the files, and what is what.

It is written while it is sent, one file in memory at a time, and leaves nothing on the disk.
"""

import json
import zipfile
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final

from domain.calendar import TIMEZONE
from domain.labelled import Labelled
from domain.pupil_data import Cell, PupilData, Section
from interchange.layout import Column, SheetContent, Value, workbook_bytes

FORMAT: Final = "hocba pupil data 1"
README, JSON_NAME, WORKBOOK_NAME = "DOC-TRUOC.txt", "du-lieu.json", "du-lieu.xlsx"
_OLDEST: Final = (1980, 1, 1, 0, 0, 0)  # the first time a zip can say: when it was made stands in the files
_OWNER_ONLY: Final = 0o100600 << 16
_WIDE, _NARROW = 40, 16
_README: Final = """\
DỮ LIỆU CỦA MỘT HỌC SINH
{school}, lập lúc {at}, người lập: {by}

{workbook}   để đọc: mỗi trang tính là một phần
{json}   cùng nội dung, cho phần mềm (UTF-8, thời gian theo ISO 8601)
van-ban/       văn bản đã ký của riêng học sinh; kiểm tra chữ ký ở trang tra cứu hoặc bằng lệnh hocba verify
mang-den/      hồ sơ và bản chụp học sinh mang đến từ nơi khác, giữ nguyên như lúc nhận

Có gì ở đây: mọi điều trường này đang giữ về học sinh. Phần nào trống nghĩa là trường không giữ gì ở phần ấy.
Không có ở đây:
- bảng điểm môn và bảng tổng hợp đã ký của cả lớp, vì có tên các bạn khác; điểm của học sinh trong đó có ở {workbook};
- điều trường khác đang giữ: hỏi trường ấy. Văn bản đã ký đi theo học sinh thì có ở van-ban/;
- thiết bị và địa chỉ mạng của thầy cô.

Tệp này có dữ liệu cá nhân của trẻ em. Giao cho đúng người, xoá khi xong việc; ai tải về đã được ghi lại.
"""


def packed(data: PupilData, read: Callable[[str], bytes], school: str, by: str, at: datetime) -> Iterator[bytes]:
    """The parts of the zip, in order; `read` gets the bytes of a file by their SHA-256, when it is its turn."""
    about = {"school": school, "at": _moment(at), "by": by, "workbook": WORKBOOK_NAME, "json": JSON_NAME}
    yield from _zipped([
        (README, lambda: _README.format(**about).encode()),
        (JSON_NAME, lambda: json_bytes(data, school, by, at)),
        (WORKBOOK_NAME, lambda: _workbook(data, {"Trường": school, "Lúc": _moment(at), "Người lập": by})),
        *((each.name, lambda sha256=each.sha256: read(sha256)) for each in data.files),
    ])  # fmt: skip


def json_bytes(data: PupilData, school: str, by: str, at: datetime) -> bytes:
    content = {
        "format": FORMAT,
        "school": school,
        "made_at": at.isoformat(),
        "made_by": by,
        "sections": {each.code: _json_section(each) for each in data.sections},
        "files": [{"name": each.name, "sha256": each.sha256} for each in data.files],
    }
    return json.dumps(content, ensure_ascii=False, indent=1, default=_iso).encode()


def _json_section(section: Section) -> dict[str, Any]:
    rows = [dict(zip(section.columns, row, strict=True)) for row in section.rows]
    return {"title": section.title, "columns": dict(section.columns), "rows": rows}


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(value)


def _workbook(data: PupilData, labels: dict[str, str]) -> bytes:
    return workbook_bytes([_sheet(each, labels) for each in data.sections])


def _sheet(section: Section, labels: dict[str, str]) -> SheetContent:
    """One row is told downwards, as a form; several as a table."""
    if len(section.rows) == 1:
        columns = [Column("Mục", _WIDE), Column("Nội dung", _WIDE)]
        told = zip(section.columns.values(), section.rows[0], strict=True)
        rows: list[tuple[Value, ...]] = [(name, _shown(value)) for name, value in told]
        return SheetContent(section.title, section.title.upper(), labels, columns, rows, kept=1)
    columns = [Column(name, _NARROW) for name in section.columns.values()]
    rows = [tuple(map(_shown, row)) for row in section.rows]
    return SheetContent(section.title, section.title.upper(), labels, columns, rows, kept=0)


def _shown(value: Cell) -> Value:
    if isinstance(value, bool):
        return "có" if value else "không"
    if isinstance(value, Labelled):
        return value.label
    return _moment(value) if isinstance(value, datetime) else value


def _moment(at: datetime) -> str:
    return f"{at.astimezone(TIMEZONE):%H:%M %d/%m/%Y}"


class _Outlet:
    """What is written is given on at once; nobody can go back in it."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, part: bytes) -> int:
        self._parts.append(bytes(part))
        return len(part)

    def flush(self) -> None:
        """Everything is given on already."""

    close = flush

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def _zipped(members: Iterable[tuple[str, Callable[[], bytes]]]) -> Iterator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            info = zipfile.ZipInfo(name, _OLDEST)
            info.external_attr, info.compress_type = _OWNER_ONLY, zipfile.ZIP_DEFLATED
            archive.writestr(info, content())
            yield outlet.taken()
    yield outlet.taken()
