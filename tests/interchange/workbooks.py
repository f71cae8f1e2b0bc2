"""Small workbooks written cell by cell, for what a correct writer would never produce."""

from collections.abc import Collection, Iterable
from datetime import date
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_cell_to_rowcol

from domain.pupils import ListedPupil

Cell = str | float | date | None
ROSTER_TITLE = (
    "Cơ quan quản lí: Phòng Giáo dục và Đào tạo quận Tân Bình",
    "Trường: Trường Tiểu học Mẫu Tân Bình",
    "Mã trường: 79766999",
    "Phường/Xã: Phường 2",
    "Tỉnh/Thành phố: Thành phố Hồ Chí Minh",
    "Năm học: 2023-2024",
    "Khối: 1",
    "Lớp: 1A1",
)


def workbook(sheets: dict[str, list[list[Cell]]], merges: Collection[str] = ()) -> bytes:
    """Return the bytes of a workbook with these rows, and these cells merged ("A1:B2"), on each sheet."""
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [("" if cell is None else cell) for cell in row])
            for merge in merges:
                first = merge.partition(":")[0]
                row, column = xl_cell_to_rowcol(first)
                kept = rows[row][column] if row < len(rows) and column < len(rows[row]) else ""
                sheet.merge_range(merge, "" if kept is None else kept)
    return data.getvalue()


def rows_of(pupils: Iterable[ListedPupil]) -> list[list[Cell]]:
    """As a class list has them."""
    return [
        [each.pupil_code, each.personal_id, each.full_name, each.birth_date, each.sex.label, each.ethnicity]
        for each in pupils
    ]


def roster(*rows: list[Cell], title: tuple[str, ...] = ROSTER_TITLE, headings: list[Cell] | None = None) -> bytes:
    """Return a class list; the columns are code, id, name, birth date, sex, ethnicity, waived."""
    usual: list[Cell] = ["Mã học sinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"]
    usual.append("Khuyết tật không đánh giá")
    head: list[list[Cell]] = [[line] for line in title]
    return workbook({"Danh sách": [*head, [], headings or usual, *rows]})


def pupil(**changes: Cell) -> list[Cell]:
    """Return one correct row of `roster` with changes by column name."""
    row: dict[str, Cell] = {
        "code": "7923000001",
        "id": "079217000042",
        "name": "Nguyễn Gia Bảo",
        "birth": date(2017, 5, 3),
        "sex": "Nam",
        "ethnicity": "Kinh",
        "waived": "",
    }
    return list({**row, **changes}.values())


def class_list(*pupils: list[Cell], class_name: str = "1A9", year: str = "2026-2027") -> bytes:
    """Return a list of a class, as any school may have it: code, id, name, birth date, sex, ethnicity."""
    headings: list[Cell] = ["Mã HS", "Số ĐDCN", "Họ tên", "Ngày tháng năm sinh", "Nam/Nữ", "Dân tộc"]
    rows = pupils or (pupil(code="7926990001", id="079220990001", birth=date(2020, 5, 3))[:6],)
    return workbook({class_name: [[f"Danh sách lớp {class_name} năm học {year}"], headings, *rows]})


def parts_of(data: bytes) -> dict[str, bytes]:
    with ZipFile(BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], compression: int = ZIP_DEFLATED) -> bytes:
    data = BytesIO()
    with ZipFile(data, "w", compression) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return data.getvalue()


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    """Return the workbook with one part put in the place of another."""
    return packed(parts_of(data) | {name: content})


def with_sheet(rows: str, after: str = "") -> bytes:
    """Return a workbook whose only sheet holds this XML: rows, and what follows them."""
    head = '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
    sheet = f"{head}<sheetData>{rows}</sheetData>{after}</worksheet>"
    return with_part(workbook({"Trang1": [["x"]]}), "xl/worksheets/sheet1.xml", sheet.encode())
