"""Reads the workbook of one slot back, or a teacher's own sheet: what each cell holds, and what is wrong where."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from domain.entry import Cell
from domain.errors import Invalid
from domain.identity import parse_pupil_code
from domain.slot_marks import Filled, Place, SlotMarks, SlotPupil
from interchange.mark_cells import read_cell
from interchange.marks import sheet_name
from interchange.roster import BIRTH_DATE, FULL_NAME, PUPIL_CODE
from interchange.sheets import Problem, Row, Severity, Sheet, cell_text, fold, open_workbook, read_sheet
from interchange.slot_workbook import titles
from interchange.slot_workbook.stamp import SHEET, Stamp, read_stamp
from interchange.spreadsheet.workbook import Workbook

_OF_PUPIL: Final = (PUPIL_CODE, FULL_NAME, BIRTH_DATE)
_NOT_MARKS: Final = frozenset(map(fold, ("STT", *_OF_PUPIL)))


@dataclass(frozen=True)
class SlotReading:
    """What a workbook holds of a slot; a bad cell or row is a problem and holds nothing."""

    filled: Mapping[Place, Filled]
    problems: tuple[Problem, ...]
    has_versions: bool


def read_slot(data: bytes, marks: SlotMarks) -> SlotReading:
    """Read a workbook for the slot as it is saved now.

    Raises Invalid if it is no workbook, is of another class, subject or term, or has no column of this slot.
    """
    workbook = open_workbook(data, also=(SHEET,))
    stamp = read_stamp(workbook)
    sheet = read_sheet(workbook, _sheet_of(workbook, marks), key=PUPIL_CODE, required=(), labels=titles.WANTED)
    if sheet.heading_row < 0:
        raise Invalid(sheet.problems[0].message)
    _refuse_foreign(sheet, stamp, marks)
    cells = _columns(sheet, marks)
    _settle_faults(sheet, cells)
    filled = _filled(sheet, cells, marks, stamp)
    return SlotReading(filled, tuple(sheet.problems), stamp is not None)


def _sheet_of(workbook: Workbook, marks: SlotMarks) -> str:
    """The sheet by the slot's name, or the only one that people see."""
    visible = workbook.sheet_names
    named = [name for name in visible if fold(name) == fold(sheet_name(marks.name))]
    if not named and len(visible) != 1:
        raise Invalid(f"Tệp có {len(visible)} trang nhưng không có trang “{sheet_name(marks.name)}”.")
    return (named or visible)[0]


def _refuse_foreign(sheet: Sheet, stamp: Stamp | None, marks: SlotMarks) -> None:
    title = titles.said_by(sheet)
    if fold(sheet.name) == fold(sheet_name(marks.name)):
        title.setdefault("subject", marks.name)
    titles.refuse_foreign(title, marks)
    if stamp is None:
        titles.require_title(title)
    elif (stamp.class_term_id, stamp.slot) != (marks.class_term_id, marks.slot):
        raise Invalid("Tệp này được xuất từ một lớp hoặc môn khác, dù phần đầu ghi giống; hãy xuất lại tệp.")


def _columns(sheet: Sheet, marks: SlotMarks) -> list[Cell]:
    """The slot's cells that have a column; what is missing, unknown or there twice is named."""
    headings = [cell_text(value).rstrip("* ") for value in sheet.rows[sheet.heading_row]]
    folded = [fold(text) for text in headings]
    sheet.columns = {key: column for column, key in reversed(list(enumerate(folded))) if key}
    known = {fold(cell.heading) for cell in marks.cells}
    for text in dict.fromkeys(headings):
        if text and fold(text) not in known | _NOT_MARKS:
            sheet.blame(f"Cột “{text}” không thuộc phần này nên bị bỏ qua.", Severity.REVIEW)
        elif fold(text) in known and folded.count(fold(text)) > 1:
            sheet.blame(f"Cột “{text}” xuất hiện nhiều lần; chỉ cột đầu tiên được đọc.", Severity.REVIEW)
    cells = [cell for cell in marks.cells if sheet.column_of(cell.heading) is not None]
    if not cells:
        raise Invalid(f"Trang “{sheet.name}” không có cột nào của phần “{marks.name}”.")
    for cell in marks.cells:
        if cell not in cells and cell.is_required:
            sheet.blame(f"Thiếu cột “{cell.heading}”; các ô của cột này giữ nguyên.", Severity.REVIEW)
    return cells


def _settle_faults(sheet: Sheet, cells: list[Cell]) -> None:
    """What is wrong with other columns does not matter; where it is unclear whose row it is, the row is left out."""
    sheet.keep_faults_of((*_OF_PUPIL, *(cell.heading for cell in cells)))
    of_pupil = {sheet.column_of(heading) for heading in _OF_PUPIL}
    for faults in sheet.faults.values():
        for column in faults.keys() & of_pupil:
            faults[column] = _with_row_left(faults[column])


def _with_row_left(message: str) -> str:
    return f"{message.removesuffix('.')}; dòng này bị bỏ qua."


def _filled(sheet: Sheet, cells: list[Cell], marks: SlotMarks, stamp: Stamp | None) -> dict[Place, Filled]:
    filled: dict[Place, Filled] = {}
    pupils, rows = {pupil.pupil_code: pupil for pupil in marks.pupils}, dict[str, int]()
    for row in sheet.body(_foot(sheet, cells)):
        pupil = _pupil_of(row, pupils, rows)
        if pupil and _is_the_same(row, pupil):
            filled |= _row_cells(row, cells, pupil, stamp)
    for code in (each for each in pupils if each not in rows):
        message = f"Tệp thiếu học sinh số {pupils[code].order_no}, mã {code}; các ô của em giữ nguyên."
        sheet.blame(message, Severity.REVIEW)
    return filled


def _foot(sheet: Sheet, cells: list[Cell]) -> list[int]:
    """Lines of totals or signatures: rows without a pupil code and marks."""
    rows = [Row(sheet, index) for index in sheet.filled()]
    return [
        row.index for row in rows if not row.text(PUPIL_CODE) and not any(_holds_something(row, cell) for cell in cells)
    ]


def _holds_something(row: Row, cell: Cell) -> bool:
    return not row.fault(cell.heading) and bool(row.text(cell.heading))


def _pupil_of(row: Row, pupils: Mapping[str, SlotPupil], rows: dict[str, int]) -> SlotPupil | None:
    """The pupil whose code stands in the row; `rows` remembers where each code was seen."""
    with _refusing_row(row, PUPIL_CODE):
        code = parse_pupil_code(row.required(PUPIL_CODE))
        if code not in pupils:
            raise Invalid(f"Mã học sinh {code} không có trong lớp.")
        if code in rows:
            raise Invalid(f"Mã học sinh {code} đã có ở dòng {rows[code]}.")
        rows[code] = row.number
        return pupils[code]
    return None


def _is_the_same(row: Row, pupil: SlotPupil) -> bool:
    """A name or birth date beside another pupil's code is a sign of shifted rows: nothing of the row is taken."""
    theirs = {FULL_NAME: pupil.full_name, BIRTH_DATE: f"{pupil.birth_date:%d/%m/%Y}"}
    there = {heading: text for heading, text in theirs.items() if row.sheet.column_of(heading) is not None}
    agreed = [_agrees(row, heading, text) for heading, text in there.items()]  # so that all that differs is said
    return all(agreed)


def _agrees(row: Row, heading: str, theirs: str) -> bool:
    with _refusing_row(row, heading):
        said = row.text(heading) if heading == FULL_NAME else f"{row.date_of(heading):%d/%m/%Y}"
        if fold(said) != fold(theirs):
            raise Invalid(f"Tệp ghi “{said}”, hồ sơ ghi “{theirs}”, có thể dòng bị lệch.")
        return True
    return False


@contextmanager
def _refusing_row(row: Row, heading: str) -> Iterator[None]:
    with row.refusals(heading):
        try:
            yield
        except Invalid as refused:
            raise Invalid(_with_row_left(refused.message)) from refused


def _row_cells(row: Row, cells: list[Cell], pupil: SlotPupil, stamp: Stamp | None) -> dict[Place, Filled]:
    filled: dict[Place, Filled] = {}
    for cell in cells:
        place = (pupil.record_id, cell.key)
        version = stamp.version_of(pupil.pupil_code, place) if stamp else None
        with row.refusals(cell.heading):
            filled[place] = Filled(read_cell(row, cell), version, row.address(cell.heading))
    return filled
