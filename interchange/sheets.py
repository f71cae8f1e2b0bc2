"""Reading worksheets: cells as text, labelled title rows, one heading row, and problems by cell."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from domain.comments import cleaned
from domain.errors import DomainError, Invalid
from domain.identity import normalise_name
from domain.pupils import LONGEST
from interchange.dates import read_date
from interchange.spreadsheet.package import MAX_FILE
from interchange.spreadsheet.workbook import CellValue, Grid, Workbook

_MERGED: Final = "Ô bị gộp với ô khác ({}); hãy bỏ gộp ô và ghi đủ từng dòng."


class Severity(StrEnum):
    ERROR = "error"  # the value, or the whole row, was left out
    REVIEW = "review"  # taken over, but a person should look at it


@dataclass(frozen=True)
class Problem:
    """What is wrong with one cell, row or sheet, in words for the person who made the file."""

    sheet: str
    cell: str  # "C7"; "" for a sheet or row as a whole
    row: int  # as the spreadsheet shows it, from 1; 0 for a sheet as a whole
    message: str
    severity: Severity = Severity.ERROR

    def __str__(self) -> str:
        place = f", ô {self.cell}" if self.cell else f", dòng {self.row}" if self.row else ""
        return f"Trang “{self.sheet}”{place}: {self.message}"


def fold(text: str) -> str:
    """Return the form in which headings and sheet names are compared: NFC, single spaces, no case."""
    return normalise_name(text).casefold()


@lru_cache(maxsize=1024)
def _key(heading: str) -> str:
    """Headings that code asks for are few, and asked for in every row."""
    return fold(heading)


def cell_text(value: CellValue) -> str:
    """Return a cell as clean text in NFC; whole numbers come without decimals, dates as 03/05/2017."""
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value.strip()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return cleaned(str(value))


def open_workbook(source: Path | bytes, also: Collection[str] = ()) -> Workbook:
    """Open a workbook from a file or its bytes; raise Invalid, saying what to do, if it cannot be read.

    `also` names hidden sheets that are wanted.
    """
    if isinstance(source, bytes):
        return Workbook(source, also)
    try:
        with source.open("rb") as file:
            return Workbook(file.read(MAX_FILE + 1), also)
    except OSError as error:
        raise Invalid(f"Không đọc được tệp {source.name}.") from error


def short(text: str) -> str:
    """Return the text; raise Invalid if it is longer than a field may be."""
    if len(text) > LONGEST:
        raise Invalid(f"Ô dài {len(text)} ký tự, quá giới hạn {LONGEST} ký tự.")
    return text


@dataclass
class Sheet:
    """One worksheet: `title` values by folded label, `columns` by folded heading, and the problems found so far.

    `faults` say by row and column from 0 why a cell has no value that can be used.
    """

    name: str
    rows: list[list[CellValue]]
    heading_row: int  # index from 0, the last one of several; -1 if there is none
    title: dict[str, str] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    faults: dict[int, dict[int, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, grid: Grid, heading_row: int) -> "Sheet":
        """A sheet whose cells in error, or hidden below a merged one, are known as faults."""
        sheet = cls(grid.name, grid.rows, heading_row)
        for (row, column), message in grid.faults.items():
            sheet.faults.setdefault(row, {})[column] = message
        for merge in grid.merges:
            for row in range(max(merge.first[0], heading_row + 1), min(merge.last[0] + 1, len(grid.rows))):
                for column in range(merge.first[1], min(merge.last[1] + 1, len(grid.rows[row]))):
                    if (row, column) != merge.first:
                        sheet.faults.setdefault(row, {})[column] = _MERGED.format(merge.name)
        return sheet

    def column_of(self, heading: str) -> int | None:
        """The column under a heading, from 0; None if there is none."""
        return self.columns.get(_key(heading))

    def keep_faults_of(self, headings: Collection[str]) -> None:
        """Forget what is wrong with cells of other columns: nobody reads them."""
        used = {self.column_of(heading) for heading in headings}
        kept = {row: {at: why for at, why in faults.items() if at in used} for row, faults in self.faults.items()}
        self.faults = kept

    def filled(self) -> list[int]:
        """The rows under the heading, from 0, that hold anything."""
        if self.heading_row < 0:
            return []
        below = range(self.heading_row + 1, len(self.rows))
        return [index for index in below if any(value != "" and cell_text(value) for value in self.rows[index])]

    def body(self, left_out: Collection[int] = ()) -> Iterator["Row"]:
        """Yield the rows under the heading that hold anything, but those left out; their faults are noted."""
        for index in self.filled():
            if index not in left_out:
                row = Row(self, index)
                row.note_faults()
                yield row

    def blame(self, message: str, severity: Severity = Severity.ERROR) -> None:
        self.problems.append(Problem(self.name, "", 0, message, severity))


@dataclass
class Row:
    """One row of a sheet; `failed` is True once a cell was refused."""

    sheet: Sheet
    index: int
    failed: bool = False

    @property
    def number(self) -> int:
        return self.index + 1

    def address(self, heading: str) -> str:
        """The heading's cell as "C7"; "" if there is no such column."""
        column = self.sheet.column_of(heading)
        return "" if column is None else xl_rowcol_to_cell(self.index, column)

    def fault(self, heading: str) -> str:
        """Why a cell cannot be read (an error, a formula without result, a merged cell); "" if it can."""
        column = self.sheet.column_of(heading)
        return "" if column is None else self.sheet.faults.get(self.index, {}).get(column, "")

    def raw(self, heading: str) -> CellValue:
        column = self.sheet.column_of(heading)
        cells = self.sheet.rows[self.index]
        return cells[column] if column is not None and column < len(cells) else ""

    def text(self, heading: str) -> str:
        return cell_text(self.raw(heading))

    def date_of(self, heading: str) -> date:
        """Return the date; what had to be guessed is noted for review. Raises Invalid if it is empty or no date."""
        found = read_date(self.raw(heading), self.required(heading))
        if found.doubt:
            self.blame(heading, found.doubt, Severity.REVIEW)
        return found.value

    def required(self, heading: str) -> str:
        """Return the text; raise Invalid if the cell is empty, or too long for any field."""
        if not (text := self.text(heading)):
            raise Invalid(f"Thiếu {heading}.")
        return short(text)

    def blame(self, heading: str, message: str, severity: Severity = Severity.ERROR) -> None:
        """Note a problem of the heading's cell; one that has no value of its own has been named already."""
        if self.fault(heading):
            return
        self.sheet.problems.append(Problem(self.sheet.name, self.address(heading), self.number, message, severity))
        self.failed = self.failed or severity is Severity.ERROR

    def note_faults(self) -> None:
        """Refuse the cells of known columns that have no value of their own."""
        faults = self.sheet.faults.get(self.index, {})
        for column in sorted(faults.keys() & self.sheet.columns.values()):
            cell = xl_rowcol_to_cell(self.index, column)
            self.sheet.problems.append(Problem(self.sheet.name, cell, self.number, faults[column]))
            self.failed = True

    def refusals(self, heading: str) -> "Refusals":
        """Turn what the rules refuse inside a `with` block into a problem of the heading's cell."""
        return Refusals(self, heading)


class Refusals:
    """Context that notes a DomainError at a cell and goes on, so one bad cell never stops the file."""

    def __init__(self, row: Row, heading: str) -> None:
        self._row, self._heading = row, heading

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if not isinstance(error, DomainError):
            return False
        self._row.blame(self._heading, error.message)
        return True


def read_sheet(
    workbook: Workbook, name: str, *, key: str, required: Collection[str], labels: Mapping[str, str]
) -> Sheet:
    """Read one worksheet whose heading row is the first that holds `key`.

    `labels` are the title labels looked for above it, as "Nhãn: giá trị" in any cell. Missing headings are problems.
    """
    grid = workbook.grid(name)
    rows = grid.rows
    heading_row = next((i for i, row in enumerate(rows) if fold(key) in {fold(cell_text(v)) for v in row}), -1)
    sheet = Sheet.of(grid, heading_row)
    if heading_row < 0:
        sheet.blame(f"Không tìm thấy dòng tiêu đề có cột “{key}”.")
        return sheet
    sheet.title = _title_values(rows[:heading_row], labels)
    for column, value in enumerate(rows[heading_row]):
        if text := fold(cell_text(value)):
            sheet.columns.setdefault(text, column)
    for heading in required:
        if sheet.column_of(heading) is None:
            sheet.blame(f"Thiếu cột “{heading}”.")
    return sheet


def _title_values(rows: list[list[CellValue]], labels: Mapping[str, str]) -> dict[str, str]:
    """Return the value of each label that stands in a title cell as "Nhãn: giá trị", by the label's own key."""
    wanted = {fold(label): key for key, label in labels.items()}
    found: dict[str, str] = {}
    for value in (value for row in rows for value in row):
        label, colon, text = cell_text(value).partition(":")
        if colon and fold(label) in wanted:
            found.setdefault(wanted[fold(label)], normalise_name(text))
    return found
