"""Small workbooks written cell by cell, for what a correct writer would never produce."""

from datetime import date
from io import BytesIO

from xlsxwriter import Workbook

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


def workbook(sheets: dict[str, list[list[Cell]]]) -> bytes:
    """Return the bytes of a workbook with these rows on each sheet."""
    data = BytesIO()
    with Workbook(data, {"default_date_format": "dd/mm/yyyy"}) as book:
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, [("" if cell is None else cell) for cell in row])
    return data.getvalue()


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
