"""The people of a school and their accounts as a workbook."""

from collections.abc import Sequence
from datetime import date

from interchange.layout import Column, SheetContent, Value, workbook_bytes


def write_users(school: str, day: date, rows: Sequence[tuple[Value, ...]]) -> bytes:
    """Rows of name, duties, login, mail, state, second factor, last use."""
    columns = [
        Column("STT", 5), Column("Họ và tên", 28), Column("Vai trò", 34), Column("Tên đăng nhập", 22),
        Column("Thư điện tử", 30), Column("Tài khoản", 20), Column("Mã xác thực", 12), Column("Dùng lần cuối", 18),
    ]  # fmt: skip
    labels = {"Trường": school, "Ngày": day.strftime("%d/%m/%Y")}
    numbered = [(number, *row) for number, row in enumerate(rows, start=1)]
    sheet = SheetContent("Người dùng", "NGƯỜI DÙNG VÀ TÀI KHOẢN", labels, columns, numbered, kept=2)
    return workbook_bytes([sheet])
