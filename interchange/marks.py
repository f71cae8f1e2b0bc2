"""Mark workbooks of a class and term: one sheet per slot, a column per cell, read and written."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, Curriculum
from domain.entry import Cell, CellKey, Values, cells_of
from domain.errors import Invalid
from domain.identity import parse_pupil_code, parse_school_code
from domain.scales import CellKind
from domain.slot_marks import HOMEROOM_NAME
from interchange.layout import Column, SheetContent, Value, write_workbook
from interchange.mark_cells import read_cell, readable
from interchange.roster import FULL_NAME, PUPIL_CODE, ticked
from interchange.sheets import Problem, Row, Sheet, cell_text, fold, open_workbook, read_sheet
from interchange.spreadsheet.workbook import Workbook

EXCUSED: Final = "Nghỉ có phép (buổi)"
UNEXCUSED: Final = "Nghỉ không phép (buổi)"
RECOGNISED: Final = "Được lớp công nhận"
_FACTS: Final = (EXCUSED, UNEXCUSED, RECOGNISED)
MAX_ABSENCES: Final = 400  # half-days; more than a term has
_ABSENCES: Final = re.compile(r"[0-9]{1,3}")

LABELS: Final = {
    "school_code": "Mã trường",
    "school_year": "Năm học",
    "class_name": "Lớp",
    "term": "Học kì",
}


@dataclass(frozen=True)
class MarksHeader:
    school_code: str
    school_year: SchoolYear
    class_name: str
    term: Term


@dataclass(frozen=True)
class TermFacts:
    """What the homeroom teacher keeps beside the cells; absences in half-days of the term."""

    absent_excused: int = 0
    absent_unexcused: int = 0
    recognised: bool = False


@dataclass(frozen=True)
class MarkBook:
    """Values by slot and pupil code, and the homeroom teacher's facts by pupil code.

    `names` (pupil code to full name, in class order) is for people; the codes decide.
    """

    header: MarksHeader
    names: Mapping[str, str]
    slots: Mapping[str, Mapping[str, Values]]
    facts: Mapping[str, TermFacts]
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_marks(source: Path | bytes, curriculum: Curriculum) -> MarkBook:
    """Read a mark workbook; a bad cell stays empty and becomes a problem.

    Raises Invalid if the file is no workbook, a sheet is missing, or the title rows do not say whose marks they are.
    """
    workbook = open_workbook(source)
    homeroom = _open(workbook, HOMEROOM_NAME)
    header = _read_header(homeroom)
    sheets = {HOMEROOM: homeroom, **{each.code: _open(workbook, each.name) for each in curriculum.subjects}}
    for sheet in sheets.values():
        if _read_header(sheet) != header:
            raise Invalid(
                f"Trang “{sheet.name}” ghi trường, năm học, lớp hoặc học kì khác với trang “{HOMEROOM_NAME}”."
            )
    mark_headings = _mark_headings(curriculum)
    names: dict[str, str] = {}
    slots: dict[str, dict[str, Values]] = {}
    facts: dict[str, TermFacts] = {}
    for slot in curriculum.slots:
        sheet, cells = sheets[slot], cells_of(curriculum, header.term, slot)
        others = [] if slot == HOMEROOM else mark_headings
        more = _FACTS if slot == HOMEROOM else others
        _require_columns(sheet, cells)
        sheet.keep_faults_of((PUPIL_CODE, FULL_NAME, *(cell.heading for cell in cells), *more))
        offered = _readable(sheet, cells, others, header.term)
        rows = _pupils(sheet, names)
        slots[slot] = {code: _read_values(row, offered) for code, row in rows.items()}
        if slot == HOMEROOM:
            facts = {code: _read_facts(row) for code, row in rows.items()}
    problems = [problem for slot in curriculum.slots for problem in sheets[slot].problems]
    return MarkBook(header, names, slots, facts, tuple(problems))


def _open(workbook: Workbook, name: str) -> Sheet:
    for candidate in workbook.sheet_names:
        if fold(candidate) == fold(sheet_name(name)):
            return read_sheet(workbook, candidate, key=PUPIL_CODE, required=(FULL_NAME,), labels=LABELS)
    raise Invalid(f"Tệp điểm thiếu trang “{name}”.")


def sheet_name(name: str) -> str:
    """Spreadsheets take 31 characters and no slash in the name of a sheet."""
    return name.replace("/", "-")[:31]


def _require_columns(sheet: Sheet, cells: Iterable[Cell]) -> None:
    for cell in cells:
        if cell.is_required and sheet.column_of(cell.heading) is None:
            sheet.blame(f"Thiếu cột “{cell.heading}”.")


def _readable(sheet: Sheet, cells: Iterable[Cell], others: Iterable[str], term: Term) -> list[Cell]:
    """The slot's cells that have a column. A column of marks that the slot has no cell for is a problem, not a loss."""
    known = {fold(cell.heading) for cell in cells}
    for heading in others:
        if sheet.column_of(heading) is not None and fold(heading) not in known:
            for row in (Row(sheet, index) for index in sheet.filled()):
                if row.text(heading):
                    row.blame(
                        heading, f"Phần này không có cột “{heading}” trong {term.label.lower()}; ô này bị bỏ qua."
                    )
    return [cell for cell in cells if sheet.column_of(cell.heading) is not None]


def _mark_headings(curriculum: Curriculum) -> list[str]:
    """The columns of marks of any subject and term."""
    subjects = [each.code for each in curriculum.subjects]
    cells = (cell for subject in subjects for term in Term for cell in cells_of(curriculum, term, subject))
    return list(dict.fromkeys(cell.heading for cell in cells if cell.kind is not CellKind.COMMENT))


def _read_header(sheet: Sheet) -> MarksHeader:
    missing = [label for key, label in LABELS.items() if not sheet.title.get(key)]
    if missing:
        raise Invalid(f"Phần đầu trang “{sheet.name}” thiếu: {', '.join(missing)}.")
    title = sheet.title
    return MarksHeader(
        parse_school_code(title["school_code"]),
        SchoolYear.parse(title["school_year"]),
        title["class_name"],
        parse_term(title["term"]),
    )


def parse_term(text: str) -> Term:
    """Read "Học kì I" (or "Học kỳ I") or "Cuối năm học"; raise Invalid otherwise."""
    wanted = fold(text).replace("kỳ", "kì")
    for term in Term:
        if fold(term.label) == wanted:
            return term
    raise Invalid(f"Học kì phải là “{Term.HK1.label}” hoặc “{Term.YEAR_END.label}”, nhận được “{text}”.")


def _pupils(sheet: Sheet, names: dict[str, str]) -> dict[str, Row]:
    """Return the sheet's rows by pupil code, noting each pupil's name; a repeated or malformed code is a problem."""
    rows: dict[str, Row] = {}
    for row in sheet.body():
        with row.refusals(PUPIL_CODE):
            code = parse_pupil_code(row.required(PUPIL_CODE))
            if code in rows:
                raise Invalid(f"Mã học sinh {code} đã có ở dòng {rows[code].number}.")
            rows[code] = row
            names.setdefault(code, row.text(FULL_NAME))
    return rows


def _read_values(row: Row, cells: Iterable[Cell]) -> Values:
    values: dict[CellKey, str] = {}
    for cell in cells:
        with row.refusals(cell.heading):
            if value := read_cell(row, cell):
                values[cell.key] = value
    return values


def _read_facts(row: Row) -> TermFacts:
    return TermFacts(_absences(row, EXCUSED), _absences(row, UNEXCUSED), recognised=_is_recognised(row))


def _is_recognised(row: Row) -> bool:
    with row.refusals(RECOGNISED):
        return ticked(cell_text(readable(row, RECOGNISED)))
    return False


def _absences(row: Row, heading: str) -> int:
    with row.refusals(heading):
        text = cell_text(readable(row, heading)) or "0"
        if not _ABSENCES.fullmatch(text) or int(text) > MAX_ABSENCES:
            raise Invalid(f"“{text}” không phải là số buổi nghỉ hợp lệ.")
        return int(text)
    return 0


def write_marks(path: Path, book: MarkBook, curriculum: Curriculum) -> None:
    """Write a mark workbook in the layout that `read_marks` reads."""
    write_workbook(path, [_sheet(book, curriculum, slot) for slot in curriculum.slots])


_PEOPLE: Final = (Column("STT", 5), Column(PUPIL_CODE, 13), Column(FULL_NAME, 28))
_WIDTHS: Final = {CellKind.LEVEL: 11, CellKind.SCORE: 11, CellKind.COMMENT: 60}


def _sheet(book: MarkBook, curriculum: Curriculum, slot: str) -> SheetContent:
    entered = book.slots[slot]
    used = {key for values in entered.values() for key in values}
    cells = [c for c in cells_of(curriculum, book.header.term, slot) if c.is_required or c.key in used]
    columns = [*_PEOPLE, *(Column(cell.heading, _WIDTHS[cell.kind]) for cell in cells)]
    rows: list[list[Value]] = []
    for number, (code, name) in enumerate(book.names.items(), start=1):
        values = entered.get(code, {})
        rows.append([number, code, name, *(_shown(values.get(cell.key, ""), cell) for cell in cells)])
    if slot != HOMEROOM:
        subject = curriculum.subject(slot)
        title = f"BẢNG ĐÁNH GIÁ MÔN {subject.name.upper()}"
        return SheetContent(sheet_name(subject.name), title, _labels(book.header), columns, rows)
    columns += [Column(EXCUSED), Column(UNEXCUSED), Column(RECOGNISED)]
    for row, code in zip(rows, book.names, strict=True):
        fact = book.facts.get(code, TermFacts())
        row += [fact.absent_excused, fact.absent_unexcused, "x" if fact.recognised else ""]
    return SheetContent(HOMEROOM_NAME, _HOMEROOM_TITLE, _labels(book.header), columns, rows)


_HOMEROOM_TITLE: Final = "BẢNG ĐÁNH GIÁ CỦA GIÁO VIÊN CHỦ NHIỆM"


def _shown(value: str, cell: Cell) -> Value:
    """Marks are written as numbers, so that spreadsheets can count with them."""
    if cell.kind is CellKind.SCORE and value.replace(".", "").isdigit():
        return float(value) if "." in value else int(value)
    return value


def _labels(header: MarksHeader) -> dict[str, str]:
    values = (header.school_code, str(header.school_year), header.class_name, header.term.label)
    return dict(zip(LABELS.values(), values, strict=True))
