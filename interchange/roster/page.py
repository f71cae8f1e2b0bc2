"""A worksheet of pupils made plain: one column for each field, one row for each pupil."""

from dataclasses import dataclass
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from interchange.headings import Headings, find_headings, plain
from interchange.roster import columns
from interchange.roster.rows import BIRTH_DATE, FULL_NAME, PERSONAL_ID, PUPIL_CODE, SEX, ticked
from interchange.sheets import Severity, Sheet, cell_text, fold
from interchange.spreadsheet.workbook import CellValue, Grid

_GIVEN: Final = (columns.ORDER, columns.CLASS)
_DIGITS_OF_ID: Final = 12
_NUMBERED: Final = 3  # so many cells in a row of column numbers


@dataclass(frozen=True)
class Aside:
    """A column that is not taken over: nothing of it is stored."""

    sheet: str
    cell: str
    heading: str


@dataclass(frozen=True)
class PupilSheet:
    """A sheet with a class list; `left_out` are the rows under its heading, from 0, that are no pupil's."""

    sheet: Sheet
    title_rows: list[list[CellValue]]
    left_out: frozenset[int]
    aside: tuple[Aside, ...]


def pupil_sheet(grid: Grid) -> PupilSheet | None:
    """Find the list on a worksheet; None if there is none. Missing columns are problems of its sheet."""
    headings = find_headings(grid, columns.VOCABULARY, columns.KEYS)
    if headings is None:
        return None
    sheet = Sheet.of(grid, headings.bottom)
    sheet.columns = {fold(heading): column for heading, column in headings.columns.items()}
    numbered = _column_numbers(sheet)
    _settle_id(sheet)
    _join_names(sheet, grid)
    _fill_classes(sheet, grid)
    left_out = numbered | _left_out(sheet, grid, numbered)
    _read_ticks(sheet)
    _keep_faults(sheet)
    for heading in columns.REQUIRED:
        if sheet.column_of(heading) is None:
            sheet.blame(f"Thiếu cột “{heading}”.")
    return PupilSheet(sheet, grid.rows[: headings.top], left_out, _aside(sheet, headings))


def _aside(sheet: Sheet, headings: Headings) -> tuple[Aside, ...]:
    taken = set(sheet.columns.values())
    return tuple(
        Aside(sheet.name, xl_rowcol_to_cell(headings.bottom, column), heading)
        for column, heading in sorted(headings.aside.items())
        if column not in taken
    )


def _keep_faults(sheet: Sheet) -> None:
    """Numbers and the facts of a term are not taken over, nor what was told by a column of its own."""
    sex = sheet.column_of(SEX)
    ticks = (sheet.column_of(each) for each in (columns.MALE, columns.FEMALE))
    is_ticked = sex is not None and sex in ticks
    unused = {columns.ORDER, columns.SOME_ID, *columns.OF_THE_TERM}
    unused |= set() if is_ticked else {columns.MALE, columns.FEMALE}
    sheet.keep_faults_of(sheet.columns.keys() - {fold(each) for each in unused})


def _settle_id(sheet: Sheet) -> None:
    """“Mã định danh” is the personal id to some, the Ministry's code to others: what is missing, or its values, say."""
    column = sheet.column_of(columns.SOME_ID)
    if column is None:
        return
    missing = [heading for heading in (PERSONAL_ID, PUPIL_CODE) if sheet.column_of(heading) is None]
    texts = [text for row in sheet.filled() if (text := _cell(sheet, row, column))]
    if len(missing) > 1:
        of_ids = sum(len(text) == _DIGITS_OF_ID for text in texts)
        missing = [PERSONAL_ID if of_ids * 2 >= len(texts) else PUPIL_CODE]
    for heading in missing:
        sheet.columns[fold(heading)] = column


def _join_names(sheet: Sheet, grid: Grid) -> None:
    """Put family, middle and given name together where they stand in columns of their own."""
    family = sheet.columns.get(fold(FULL_NAME), sheet.column_of(columns.FAMILY_NAME))
    given = sheet.columns.get(fold(columns.GIVEN_NAME), _under_the_same_heading(sheet, grid, family))
    if family is None or given is None:
        return
    sheet.columns[fold(FULL_NAME)] = family
    sheet.columns.setdefault(fold(columns.GIVEN_NAME), given)
    for row in sheet.filled():
        first, last = _cell(sheet, row, family), _cell(sheet, row, given)
        if last and not f" {first}".casefold().endswith(f" {last}".casefold()):
            _put(sheet, row, family, f"{first} {last}".strip())


def _under_the_same_heading(sheet: Sheet, grid: Grid, column: int | None) -> int | None:
    """The second of two columns under one merged “Họ và tên”."""
    for merge in grid.merges:
        covers = merge.first[0] <= sheet.heading_row <= merge.last[0]
        if covers and merge.first[1] == column and merge.last[1] == column + 1:
            return merge.last[1]
    return None


def _read_ticks(sheet: Sheet) -> None:
    """A tick under “Nam” or “Nữ” is the sex; where only “Nữ” is there, the others are boys."""
    male, female = (sheet.column_of(heading) for heading in (columns.MALE, columns.FEMALE))
    target = male if female is None else female
    if sheet.column_of(SEX) is not None or target is None:
        return
    sheet.columns[fold(SEX)] = target
    for row in sheet.filled():
        ticks = {
            name
            for name, column in ((columns.MALE, male), (columns.FEMALE, female))
            if ticked(_cell(sheet, row, column)) or plain(_cell(sheet, row, column)) == plain(name)
        }
        if male is None and not _cell(sheet, row, target):
            ticks = {columns.MALE}
        _put(sheet, row, target, ticks.pop() if len(ticks) == 1 else _cell(sheet, row, target))


def _fill_classes(sheet: Sheet, grid: Grid) -> None:
    """A class's name merged over its rows holds for all of them."""
    column = sheet.column_of(columns.CLASS)
    for merge in grid.merges:
        if column is not None and merge.first[1] == merge.last[1] == column and merge.first[0] > sheet.heading_row:
            for row in range(merge.first[0] + 1, min(merge.last[0] + 1, len(sheet.rows))):
                _put(sheet, row, column, _cell(sheet, merge.first[0], column))
                sheet.faults.get(row, {}).pop(column, None)


def _left_out(sheet: Sheet, grid: Grid, numbered: frozenset[int]) -> frozenset[int]:
    """Rows that are no pupil's: numbered empty ones, and what stands below the list, which is said."""
    filled = {row: _known_of_pupil(sheet, grid, row) for row in sheet.filled() if row not in numbered}
    last = max((row for row, known in filled.items() if known > 1), default=max(filled, default=0))
    order = sheet.column_of(columns.ORDER)
    empty = {row for row in filled if _is_blank(sheet, row)}
    below = {row for row in filled.keys() - empty if row > last and not _cell(sheet, row, order).isdecimal()}
    if below:
        numbers = ", ".join(str(row + 1) for row in sorted(below))
        sheet.blame(f"Không đọc các dòng dưới danh sách: {numbers}.", Severity.REVIEW)
    return frozenset(below | empty)


def _known_of_pupil(sheet: Sheet, grid: Grid, row: int) -> int:
    """How many of the cells that tell pupils apart are filled, be it with an error."""
    places = [sheet.column_of(heading) for heading in (PUPIL_CODE, PERSONAL_ID, FULL_NAME, BIRTH_DATE)]
    there = [column for column in places if column is not None]
    return sum(bool(_cell(sheet, row, column)) or (row, column) in grid.faults for column in there)


def _is_blank(sheet: Sheet, row: int) -> bool:
    """Whether a row has at most its number and its class."""
    number = _cell(sheet, row, sheet.column_of(columns.ORDER))
    others = sheet.columns.items() - {(fold(each), sheet.column_of(each)) for each in _GIVEN}
    return (not number or number.isdecimal()) and not any(_cell(sheet, row, column) for _, column in others)


def _column_numbers(sheet: Sheet) -> frozenset[int]:
    """“(1) (2) (3)” or “A B C” right under the heading."""
    first = sheet.heading_row + 1
    texts = [plain(text) for value in sheet.rows[first : first + 1] for text in map(cell_text, value) if text]
    signs = all(len(text) == 1 or (text.isdecimal() and len(text) < _NUMBERED) for text in texts)
    return frozenset({first} if signs and len(texts) >= _NUMBERED else ())


def _cell(sheet: Sheet, row: int, column: int | None) -> str:
    cells = sheet.rows[row]
    return " ".join(cell_text(cells[column]).split()) if column is not None and column < len(cells) else ""


def _put(sheet: Sheet, row: int, column: int, text: str) -> None:
    cells = sheet.rows[row]
    cells.extend([""] * (column + 1 - len(cells)))
    cells[column] = text
