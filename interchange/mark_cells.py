"""One cell of a mark sheet as people leave it behind: text, numbers, and what spreadsheets made of them."""

from datetime import date, time, timedelta
from typing import Final

from domain.assessment import MAX_SCORE
from domain.entry import Cell
from domain.errors import Invalid
from interchange.sheets import Row, cell_text
from interchange.spreadsheet.workbook import CellValue

_RETYPE: Final = "hãy đặt định dạng ô là “Text” (văn bản) rồi gõ lại"
_LAST_DIGIT: Final = 9


def read_cell(row: Row, cell: Cell) -> str:
    """The stored text of the row's cell under its heading; empty clears it. Raises Invalid in the maker's words."""
    return cell.read(_text(readable(row, cell.heading), cell))


def readable(row: Row, heading: str) -> CellValue:
    """What stands under a heading. Raises Invalid, in words that were noted already, where that cannot be read."""
    if fault := row.fault(heading):
        raise Invalid(fault)
    return row.raw(heading)


def _text(value: CellValue, cell: Cell) -> str:
    if isinstance(value, date | time | timedelta):
        raise Invalid(_not_a_value(value, cell))
    if isinstance(value, float):
        return f"{value:.15g}"  # the digits that spreadsheets show: 7.3, not 7.300000000000001
    return cell_text(value)


def _not_a_value(value: date | time | timedelta, cell: Cell) -> str:
    """A Vietnamese spreadsheet takes 8.5 for the 8th of May."""
    if not isinstance(value, date):
        return f"Ô này đang chứa giờ ({value}), không phải {cell.kind.label}; {_RETYPE}."
    seen = f"Ô này đang chứa ngày {value:%d/%m/%Y}, không phải {cell.kind.label}"
    if not (cell.scale.decimals and value.day <= MAX_SCORE and value.month <= _LAST_DIGIT):
        return f"{seen}; {_RETYPE}."
    return (
        f"{seen}. Có thể bảng tính đã tự đổi {value.day}.{value.month} thành ngày: {_RETYPE} với dấu phẩy, "
        f"ví dụ {value.day},{value.month}."
    )
