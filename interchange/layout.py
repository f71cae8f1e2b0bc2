"""Writing worksheets in the layout schools export: title rows, a heading row, a table, fixed dates in the file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import Final, TypeAlias

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

Value: TypeAlias = str | float | Decimal | date | None

# A fixed creation date: the same content gives the same bytes.
PROPERTIES: Final = {
    "created": datetime(2023, 8, 21, 8, 0),  # noqa: DTZ001 - spreadsheets keep no time zone
    "author": "hocba",
}
_MERGED_HEIGHT: Final = 32  # points; programs do not fit the height of rows to cells that are merged
_A4: Final = 9
TITLE_LOOK: Final = {"bold": True, "font_size": 14}
CELL_LOOK: Final = {"border": 1, "valign": "top", "text_wrap": True}
HEADING_LOOK: Final = {**CELL_LOOK, "bold": True, "align": "center", "bg_color": "#DDEBF7"}


@dataclass(frozen=True)
class Column:
    """`above` are the headings over it, topmost first; neighbours share those that are equal."""

    heading: str
    width: float = 12  # in characters
    above: tuple[str, ...] = ()


@dataclass(frozen=True)
class SheetContent:
    """What one worksheet holds; `title` is a headline and `labels` are written as "Nhãn: giá trị" below it.

    `notes` are sentences below the table; `kept` columns stay in view.
    """

    name: str
    title: str
    labels: Mapping[str, str]
    columns: Sequence[Column]
    rows: Sequence[Sequence[Value]]
    notes: Sequence[str] = ()
    kept: int = 4


def workbook_bytes(sheets: Sequence[SheetContent]) -> bytes:
    """Return the sheets as one .xlsx file."""
    data = BytesIO()
    write_workbook(data, sheets)
    return data.getvalue()


def write_workbook(target: Path | BytesIO, sheets: Sequence[SheetContent]) -> None:
    """Write the sheets to one .xlsx file, replacing what is there."""
    # In memory: the writer would otherwise lay the rows of people down in temporary files.
    with Workbook(str(target) if isinstance(target, Path) else target, {"in_memory": True}) as workbook:
        workbook.set_properties(PROPERTIES)
        formats = {
            "title": workbook.add_format(TITLE_LOOK),
            "heading": workbook.add_format(HEADING_LOOK),
            "cell": workbook.add_format(CELL_LOOK),
            "date": workbook.add_format({**CELL_LOOK, "num_format": "dd/mm/yyyy"}),
            "decimal": workbook.add_format({**CELL_LOOK, "num_format": "0.0"}),
        }
        for content in sheets:
            _write_sheet(workbook.add_worksheet(content.name), content, formats)


def _write_sheet(sheet: Worksheet, content: SheetContent, formats: Mapping[str, Format]) -> None:
    sheet.write_string(0, 0, content.title, formats["title"])
    for row, (label, text) in enumerate(content.labels.items(), start=1):
        sheet.write_string(row, 0, f"{label}: {text}")
    top = len(content.labels) + 2
    first = top + _write_headings(sheet, top, content.columns, formats["heading"])
    for row, values in enumerate(content.rows, start=first):
        for column, value in enumerate(values):
            _write_cell(sheet, (row, column), value, formats)
    for row, note in enumerate(content.notes, start=first + len(content.rows) + 1):
        sheet.write_string(row, 0, note)
    sheet.freeze_panes(first, content.kept)
    fit_to_paper(sheet)


def fit_to_paper(sheet: Worksheet) -> None:
    """Printed on A4 across, as wide as the page and as long as it takes."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)


def _write_headings(sheet: Worksheet, top: int, columns: Sequence[Column], form: Format) -> int:
    """Return how many rows the headings take; a column's own heading reaches down to the last of them."""
    paths = [(*each.above, each.heading) for each in columns]
    depth = max(len(path) for path in paths)
    for row in range(top, top + depth if depth > 1 else top):
        sheet.set_row(row, _MERGED_HEIGHT)
    for column, each in enumerate(columns):
        sheet.set_column(column, column, each.width)
        _write_heading(sheet, (top + len(each.above), column), (top + depth - 1, column), each.heading, form)
    for level in range(depth - 1):
        above = [path[: level + 1] if len(path) > level + 1 else (str(at),) for at, path in enumerate(paths)]
        for _, run in groupby(range(len(paths)), key=above.__getitem__):
            first, *others = run
            if len(paths[first]) > level + 1:
                last = others[-1] if others else first
                _write_heading(sheet, (top + level, first), (top + level, last), paths[first][level], form)
    return depth


def _write_heading(sheet: Worksheet, first: tuple[int, int], last: tuple[int, int], text: str, form: Format) -> None:
    if first == last:
        sheet.write_string(*first, text, form)
    else:
        sheet.merge_range(*first, *last, text, form)


def _write_cell(sheet: Worksheet, place: tuple[int, int], value: Value, formats: Mapping[str, Format]) -> None:
    """Text is always written as text, so a comment that starts with "=" never becomes a formula.

    Decimals are shown with one decimal place.
    """
    if isinstance(value, date):
        sheet.write_datetime(*place, value, formats["date"])
    elif isinstance(value, Decimal):
        sheet.write_number(*place, value, formats["decimal"])
    elif isinstance(value, int | float):
        sheet.write_number(*place, value, formats["cell"])
    else:
        sheet.write_string(*place, value or "", formats["cell"])
