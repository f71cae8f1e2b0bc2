"""One cell of a mark sheet as people leave it behind: text, numbers, and what spreadsheets made of them."""

import io
import re
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta
from pathlib import Path
from typing import IO, Final
from zipfile import BadZipFile, ZipFile

from lxml import etree  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook
from xlsxwriter.utility import xl_cell_to_rowcol, xl_range

from domain.assessment import MAX_SCORE
from domain.entry import Cell
from domain.errors import Invalid
from interchange.sheets import CellValue, Row, Sheet, cell_text, fold

_NOT_XLSX: Final = "Chỉ nhận bảng tính dạng .xlsx; hãy mở tệp rồi lưu lại dạng “Excel Workbook (.xlsx)”."
_MERGED: Final = "Ô này nằm trong vùng gộp {}; hãy bỏ gộp ô và nhập riêng cho từng học sinh."
_ERROR: Final = "Ô này đang báo lỗi {}; hãy sửa công thức hoặc gõ thẳng giá trị."
_NO_RESULT: Final = "Ô này có công thức nhưng tệp không lưu kết quả; hãy mở tệp bằng Excel, lưu lại rồi thử lại."
_RETYPE: Final = "hãy đặt định dạng ô là “Text” (văn bản) rồi gõ lại"
_LAST_DIGIT: Final = 9
_INVISIBLE: Final = re.compile("[\u200b\u200c\u200d\u2060\ufeff]")  # they come with text copied from web pages


class Trap(str):
    """Stands in a sheet for a cell that cannot be read, and says why."""

    __slots__ = ()


def read_cell(row: Row, cell: Cell) -> str:
    """The stored text of the row's cell under its heading; empty clears it. Raises Invalid in the maker's words."""
    return cell.read(_text(readable(row, cell.heading), cell))


def readable(row: Row, heading: str) -> CellValue:
    """What stands under a heading. Raises Invalid where that cannot be read."""
    value = row.raw(heading)
    if isinstance(value, Trap):
        raise Invalid(value)
    return value


def _text(value: CellValue, cell: Cell) -> str:
    if isinstance(value, date | time | timedelta):
        raise Invalid(_not_a_value(value, cell))
    if isinstance(value, float):
        return f"{value:.15g}"  # the digits that spreadsheets show: 7.3, not 7.300000000000001
    return _INVISIBLE.sub("", cell_text(value))


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


def set_traps(source: Path | bytes, workbook: CalamineWorkbook, sheet: Sheet, headings: Iterable[str]) -> None:
    """Put a Trap wherever under these headings the reader sees nothing though there is something, or something shared.

    Error values, formulas without a result, merged cells: read as empty they would clear what is saved. Raises Invalid
    for a workbook that is no .xlsx, where this cannot be told.
    """
    body = range(sheet.heading_row + 1, len(sheet.rows))
    columns = {sheet.columns[fold(heading)] for heading in headings if fold(heading) in sheet.columns}
    for row, column, reason in (*_unreadable(source, sheet.name), *_merged(workbook, sheet, body)):
        if row in body and column in columns:
            sheet.rows[row][column] = Trap(reason)


def _merged(workbook: CalamineWorkbook, sheet: Sheet, body: range) -> Iterator[tuple[int, int, str]]:
    width = max(map(len, sheet.rows), default=0)
    for (top, left), (bottom, right) in workbook.get_sheet_by_name(sheet.name).merged_cell_ranges or ():
        reason = _MERGED.format(xl_range(top, left, bottom, right))
        for row in range(max(top, body.start), min(bottom + 1, body.stop)):
            yield from ((row, column, reason) for column in range(left, min(right + 1, width)))


def _unreadable(source: Path | bytes, name: str) -> Iterator[tuple[int, int, str]]:
    """The reader gives errors, and formulas that were never calculated, as empty cells: only the XML tells them."""
    file: Path | IO[bytes] = io.BytesIO(source) if isinstance(source, bytes) else source
    try:
        with ZipFile(file) as parts, parts.open(_part_of(parts, name)) as part:
            yield from _unreadable_in(part)
    except (BadZipFile, RuntimeError, zlib.error, KeyError, etree.XMLSyntaxError) as error:
        raise Invalid(_NOT_XLSX) from error


def _unreadable_in(part: IO[bytes]) -> Iterator[tuple[int, int, str]]:
    for _, cell in etree.iterparse(part, tag="{*}c", resolve_entities=False, no_network=True):
        result = cell.findtext("{*}v")
        if cell.get("t") == "e":
            yield *xl_cell_to_rowcol(cell.attrib["r"]), _ERROR.format(result)
        elif result is None and cell.find("{*}f") is not None:
            yield *xl_cell_to_rowcol(cell.attrib["r"]), _NO_RESULT
        cell.clear()


def _part_of(parts: ZipFile, name: str) -> str:
    """The file in the package that holds a sheet (ECMA-376 part 1, 18.2.19). Raises KeyError."""
    sheets = _parsed(parts, "xl/workbook.xml").iterfind("{*}sheets/{*}sheet")
    ids = {sheet.get("name"): _relation(sheet) for sheet in sheets}
    links = _parsed(parts, "xl/_rels/workbook.xml.rels").iterfind("{*}Relationship")
    target = {link.get("Id"): str(link.get("Target")) for link in links}[ids[name]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _relation(sheet: etree._Element) -> str | None:
    """The attribute r:id, in the transitional or the strict namespace."""
    return next((str(value) for key, value in sheet.attrib.items() if str(key).endswith("}id")), None)


def _parsed(parts: ZipFile, name: str) -> etree._Element:
    return etree.fromstring(parts.read(name), etree.XMLParser(resolve_entities=False, no_network=True))
