"""Writing worksheets in the layout schools export: title rows, a heading row, a table, fixed dates in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Value: TypeAlias = str | float | date | None

# A fixed creation date: the same content gives the same bytes.
_CREATED: Final = datetime(2023, 8, 21, 8, 0)  # noqa: DTZ001 - spreadsheets keep no time zone
_PLAIN: Final = {"border": 1, "valign": "top", "text_wrap": True}


@dataclass(frozen=True)
class Column:
    heading: str
    width: float = 12  # in characters


@dataclass(frozen=True)
class SheetContent:
    """What one worksheet holds; `title` is a headline and `labels` are written as "Nhãn: giá trị" below it."""

    name: str
    title: str
    labels: Mapping[str, str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]


def write_workbook(path: Path, sheets: Sequence[SheetContent]) -> None:
    """Write the sheets to one .xlsx file, replacing what is there."""
    with Workbook(str(path)) as workbook:
        workbook.set_properties({"created": _CREATED, "author": "hocba"})
        formats = {
            "title": workbook.add_format({"bold": True, "font_size": 14}),
            "heading": workbook.add_format({**_PLAIN, "bold": True, "align": "center", "bg_color": "#DDEBF7"}),
            "cell": workbook.add_format(_PLAIN),
            "date": workbook.add_format({**_PLAIN, "num_format": "dd/mm/yyyy"}),
        }
        for content in sheets:
            _write_sheet(workbook.add_worksheet(content.name), content, formats)


def _write_sheet(sheet: Worksheet, content: SheetContent, formats: Mapping[str, Format]) -> None:
    sheet.write_string(0, 0, content.title, formats["title"])
    for row, (label, text) in enumerate(content.labels.items(), start=1):
        sheet.write_string(row, 0, f"{label}: {text}")
    heading_row = len(content.labels) + 2
    for column, each in enumerate(content.columns):
        sheet.set_column(column, column, each.width)
        sheet.write_string(heading_row, column, each.heading, formats["heading"])
    for row, values in enumerate(content.rows, start=heading_row + 1):
        for column, value in enumerate(values):
            _write_cell(sheet, (row, column), value, formats)
    sheet.freeze_panes(heading_row + 1, 4)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Value, formats: Mapping[str, Format]) -> None:
    """Text is always written as text, so a comment that starts with "=" never becomes a formula."""
    if isinstance(value, date):
        sheet.write_datetime(*place, value, formats["date"])
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, formats["cell"])
    else:
        sheet.write_string(*place, value or "", formats["cell"])
