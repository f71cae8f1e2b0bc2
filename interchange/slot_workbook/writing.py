"""Writes the workbook of one slot: a sheet ready to fill in, protected where it must stay, and the stamp behind it."""

from collections.abc import Mapping
from io import BytesIO
from typing import Final

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from domain.entry import Cell
from domain.scales import CellKind
from domain.slot_marks import Known, SlotMarks, SlotPupil
from interchange.layout import CELL_LOOK, HEADING_LOOK, PROPERTIES, TITLE_LOOK, Column, fit_to_paper
from interchange.marks import sheet_name
from interchange.roster import BIRTH_DATE, FULL_NAME, PUPIL_CODE
from interchange.slot_workbook.stamp import write_stamp
from interchange.slot_workbook.titles import LABELS, saved_line, title_of
from interchange.slot_workbook.validation import validation_of

REQUIRED_MARK: Final = " *"
_PEOPLE: Final = (Column("STT", 5), Column(PUPIL_CODE, 14), Column(FULL_NAME, 28), Column(BIRTH_DATE, 12))
_WIDTHS: Final = {CellKind.LEVEL: 11, CellKind.SCORE: 9, CellKind.COMMENT: 60}
_HEADING_ROW: Final = 6
_LOCKED: Final = {**CELL_LOOK, "bg_color": "#EDEDED"}
_OPEN: Final = {**CELL_LOOK, "locked": False}
_CENTRED: Final = {"align": "center"}
_FORMATS: Final[Mapping[str, Mapping[str, object]]] = {
    "title": TITLE_LOOK,
    "note": {"italic": True},
    "heading": HEADING_LOOK,
    "locked": _LOCKED,
    "date": {**_LOCKED, **_CENTRED, "num_format": "dd/mm/yyyy"},
    "locked centred": {**_LOCKED, **_CENTRED},
    "open": _OPEN,
    "open centred": {**_OPEN, **_CENTRED},
}

Formats = Mapping[str, Format]


def write_slot(marks: SlotMarks) -> bytes:
    """The workbook as bytes; the same marks give the same bytes."""
    data = BytesIO()
    with Workbook(data, {"in_memory": True}) as workbook:
        workbook.set_properties(PROPERTIES)
        formats = {name: workbook.add_format(dict(values)) for name, values in _FORMATS.items()}
        sheet = workbook.add_worksheet(sheet_name(marks.name))
        _write_head(sheet, marks, formats)
        for row, pupil in enumerate(marks.pupils, start=_HEADING_ROW + 1):
            _write_pupil(sheet, row, pupil, marks, formats)
        _check_columns(sheet, marks)
        _set_up(sheet)
        write_stamp(workbook, marks)
    return data.getvalue()


def _write_head(sheet: Worksheet, marks: SlotMarks, formats: Formats) -> None:
    sheet.write_string(0, 0, f"BẢNG ĐÁNH GIÁ: {marks.name.upper()}", formats["title"])
    title = [f"{LABELS[key]}: {text}" for key, text in title_of(marks).items()]
    for number, text in enumerate([*title, saved_line(marks)]):
        # Two to a row: the head is frozen, and must leave room for the class.
        sheet.write_string(1 + number // 2, 4 * (number % 2), text)
    sheet.write_string(_HEADING_ROW - 1, 0, _note(marks), formats["note"])
    columns = [*_PEOPLE, *(Column(_heading(cell), _WIDTHS[cell.kind]) for cell in marks.cells)]
    for number, column in enumerate(columns):
        sheet.set_column(number, number, column.width)
        sheet.write_string(_HEADING_ROW, number, column.heading, formats["heading"])


def _heading(cell: Cell) -> str:
    return cell.heading + REQUIRED_MARK if cell.is_required else cell.heading


def _note(marks: SlotMarks) -> str:
    if marks.is_closed:
        return "ĐÃ GỬI, CHỈ ĐỂ ĐỌC: muốn sửa thì phần này phải được trả lại trước."
    note = "Chỉ nhập vào ô trắng; cột có dấu * phải nhập đủ trước khi gửi."
    return note if all(pupil.is_open for pupil in marks.pupils) else f"{note} Dòng nền xám đã gửi, không sửa được."


def _write_pupil(sheet: Worksheet, row: int, pupil: SlotPupil, marks: SlotMarks, formats: Formats) -> None:
    """Text is always written as text, so a comment that starts with "=" never becomes a formula."""
    sheet.write_number(row, 0, pupil.order_no, formats["locked centred"])
    sheet.write_string(row, 1, pupil.pupil_code, formats["locked"])
    sheet.write_string(row, 2, pupil.full_name, formats["locked"])
    sheet.write_datetime(row, 3, pupil.birth_date, formats["date"])
    lock = "open" if pupil.is_open else "locked"
    for column, cell in enumerate(marks.cells, start=len(_PEOPLE)):
        value = marks.known.get((pupil.record_id, cell.key), Known()).value
        look = formats[lock if cell.kind is CellKind.COMMENT else f"{lock} centred"]
        if cell.kind is CellKind.SCORE and value[:1].isdigit():
            sheet.write_number(row, column, float(value), look)
        elif value:
            sheet.write_string(row, column, value, look)
        else:
            sheet.write_blank(row, column, None, look)


def _check_columns(sheet: Worksheet, marks: SlotMarks) -> None:
    first, last = _HEADING_ROW + 1, _HEADING_ROW + len(marks.pupils)
    for column, cell in enumerate(marks.cells, start=len(_PEOPLE)):
        options = validation_of(cell, xl_rowcol_to_cell(first, column))
        sheet.data_validation(first, column, last, column, options)


def _set_up(sheet: Worksheet) -> None:
    """Protected without a password, against slips only: what comes back is checked cell by cell anyway."""
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.freeze_panes(_HEADING_ROW + 1, len(_PEOPLE))
    fit_to_paper(sheet)
    sheet.repeat_rows(_HEADING_ROW)
    sheet.set_footer("&RTrang &P/&N")
