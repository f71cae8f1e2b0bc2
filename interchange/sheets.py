"""Reading worksheets: cells as text, labelled title rows, one heading row, and problems by cell."""

import io
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, TypeAlias

from python_calamine import CalamineError, CalamineWorkbook
from xlsxwriter.utility import xl_rowcol_to_cell

from domain.errors import DomainError, Invalid
from domain.identity import normalise_name

CellValue: TypeAlias = object  # str, float, bool, date, datetime ...: whatever the spreadsheet kept
_DATE_FORMATS: Final = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")


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


def cell_text(value: CellValue) -> str:
    """Return a cell as text in NFC; whole numbers come without decimals."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return unicodedata.normalize("NFC", str(value)).strip()


def cell_date(value: CellValue) -> date:
    """Read a date cell or a text such as 05/09/2017; raise Invalid otherwise."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    for pattern in _DATE_FORMATS:
        try:
            return datetime.strptime(cell_text(value), pattern).date()  # noqa: DTZ007 - a birth date has no time zone
        except ValueError:
            continue
    raise Invalid(f"“{cell_text(value)}” không phải là ngày; cần dạng ngày/tháng/năm, ví dụ 05/09/2017.")


def open_workbook(source: Path | bytes) -> CalamineWorkbook:
    """Open a workbook from a file or its bytes; raise Invalid if it cannot be read."""
    name = source.name if isinstance(source, Path) else "tải lên"
    try:
        data = source.read_bytes() if isinstance(source, Path) else source
        return CalamineWorkbook.from_filelike(io.BytesIO(data))
    except (CalamineError, OSError) as error:
        raise Invalid(f"Không đọc được tệp {name}: không phải là bảng tính hợp lệ hoặc tệp đã hỏng.") from error


@dataclass
class Sheet:
    """One worksheet: `title` values by folded label, `columns` by folded heading, and the problems found so far."""

    name: str
    rows: list[list[CellValue]]
    heading_row: int  # index from 0; -1 if there is none
    title: dict[str, str] = field(default_factory=dict)
    columns: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def body(self) -> Iterator["Row"]:
        """Yield the rows under the heading that hold anything."""
        if self.heading_row < 0:
            return
        for index in range(self.heading_row + 1, len(self.rows)):
            if any(cell_text(value) for value in self.rows[index]):
                yield Row(self, index)

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

    def raw(self, heading: str) -> CellValue:
        column = self.sheet.columns.get(fold(heading))
        cells = self.sheet.rows[self.index]
        return cells[column] if column is not None and column < len(cells) else ""

    def text(self, heading: str) -> str:
        return cell_text(self.raw(heading))

    def required(self, heading: str) -> str:
        """Return the text; raise Invalid if the cell is empty."""
        if not (text := self.text(heading)):
            raise Invalid(f"Thiếu {heading}.")
        return text

    def blame(self, heading: str, message: str, severity: Severity = Severity.ERROR) -> None:
        """Note a problem of the heading's cell."""
        column = self.sheet.columns.get(fold(heading))
        cell = "" if column is None else xl_rowcol_to_cell(self.index, column)
        self.sheet.problems.append(Problem(self.sheet.name, cell, self.number, message, severity))
        self.failed = self.failed or severity is Severity.ERROR

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
    workbook: CalamineWorkbook, name: str, *, key: str, required: Collection[str], labels: Mapping[str, str]
) -> Sheet:
    """Read one worksheet whose heading row is the first that holds `key`.

    `labels` are the title labels looked for above it, as "Nhãn: giá trị" in any cell. Missing headings are problems.
    """
    rows: list[list[CellValue]] = [
        list(row) for row in workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    ]
    heading_row = next((i for i, row in enumerate(rows) if fold(key) in {fold(cell_text(v)) for v in row}), -1)
    sheet = Sheet(name, rows, heading_row)
    if heading_row < 0:
        sheet.blame(f"Không tìm thấy dòng tiêu đề có cột “{key}”.")
        return sheet
    sheet.title = _title_values(rows[:heading_row], labels)
    for column, value in enumerate(rows[heading_row]):
        if text := fold(cell_text(value)):
            sheet.columns.setdefault(text, column)
    for heading in required:
        if fold(heading) not in sheet.columns:
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
