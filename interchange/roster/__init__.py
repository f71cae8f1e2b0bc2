"""Class lists: the workbooks a school has already, read whatever their headings are, and written in one layout."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from xlsxwriter.utility import xl_rowcol_to_cell

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.identity import parse_school_code
from domain.pupils import PupilField
from interchange.layout import SheetContent, Value, write_workbook
from interchange.roster import columns
from interchange.roster.page import Aside, PupilSheet, pupil_sheet
from interchange.roster.rows import (
    BIRTH_DATE,
    FULL_NAME,
    PERSONAL_ID,
    PUPIL_CODE,
    SEX,
    RosterRow,
    check_age,
    number_text,
    personal_id_text,
    quoted,
    read_row,
    ticked,
)
from interchange.roster.titles import (
    LABELS,
    Chosen,
    RosterHeader,
    class_in_name,
    class_name_of,
    grade_of,
    label_of,
    plan_of,
    subjects_of,
    title_facts,
)
from interchange.sheets import Problem, Row, Severity, Sheet, fold, open_workbook

__all__ = [
    "BIRTH_DATE",
    "FULL_NAME",
    "NOTHING_CHOSEN",
    "PERSONAL_ID",
    "PUPIL_CODE",
    "SEX",
    "Aside",
    "Chosen",
    "Roster",
    "RosterBook",
    "RosterHeader",
    "RosterRow",
    "grade_of",
    "personal_id_text",
    "read_roster",
    "roster_sheet",
    "ticked",
    "write_roster",
]

SHEET_NAME: Final = "Danh sách"
NOTHING_CHOSEN: Final = Chosen()
_WRITTEN_IF_SAID: Final = {LABELS[key][0] for key in ("optional", "topics", "plan")}
_NO_LIST: Final = (
    "Không tìm thấy dòng tiêu đề có cột “Mã học sinh” và “Họ và tên”; hãy kiểm tra lại tệp, hoặc ghi tên các cột."
)
_NO_CLASS: Final = "Chưa rõ danh sách của lớp nào; hãy ghi “Lớp: …” ở đầu trang hoặc thêm cột “Lớp”."
_NO_YEAR: Final = "Chưa rõ năm học; hãy ghi “Năm học: …” ở đầu trang."


@dataclass(frozen=True)
class Roster:
    """One class: `header` is None if nothing says which; rows with an error are left out."""

    header: RosterHeader | None
    pupils: tuple[RosterRow, ...]


@dataclass(frozen=True)
class RosterBook:
    """What could be read of a workbook, class by class.

    Columns left aside are named and nothing of them is kept; so are hidden sheets and those without a list.
    `columns` are those of each sheet, from 0, by folded heading.
    """

    rosters: tuple[Roster, ...]
    problems: tuple[Problem, ...]
    aside: tuple[Aside, ...] = ()
    hidden: tuple[str, ...] = ()
    without_list: tuple[str, ...] = ()
    columns: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @property
    def pupils(self) -> tuple[RosterRow, ...]:
        return tuple(pupil for roster in self.rosters for pupil in roster.pupils)

    @property
    def has_errors(self) -> bool:
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    def problem_at(self, pupil: RosterRow, where: PupilField, message: str) -> Problem:
        """A problem of a pupil that was read, at the cell it has to do with."""
        column = self.columns.get(pupil.sheet, {}).get(fold(where.label))
        cell = "" if column is None else xl_rowcol_to_cell(pupil.row - 1, column)
        return Problem(pupil.sheet, cell, pupil.row, message)


def read_roster(source: Path | bytes, chosen: Chosen = NOTHING_CHOSEN) -> RosterBook:
    """Read the class lists of a workbook; bad rows become problems.

    Raises Invalid only if the file cannot be read at all.
    """
    workbook = open_workbook(source)
    found = {name: pupil_sheet(workbook.grid(name)) for name in workbook.sheet_names}
    pages = {name: page for name, page in found.items() if page is not None}
    without = tuple(name for name, page in found.items() if page is None)
    if not pages:
        return RosterBook((), (Problem(without[0], "", 0, _NO_LIST),), (), workbook.hidden_names, without)
    reading = _Reading(chosen)
    for page in pages.values():
        reading.read(page)
    return RosterBook(
        reading.rosters(),
        tuple(problem for page in pages.values() for problem in page.sheet.problems),
        tuple(aside for page in pages.values() for aside in page.aside),
        workbook.hidden_names,
        without,
        {name: page.sheet.columns for name, page in pages.items()},
    )


class _Reading:
    """Gathers pupils by class over all sheets; nobody may come twice."""

    def __init__(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self._headers: dict[str, RosterHeader | None] = {}
        self._members: dict[str, list[RosterRow]] = {}
        self._seen: dict[tuple[str, str], tuple[str, int]] = {}

    def read(self, page: PupilSheet) -> None:
        headers = _Headers(page.sheet, title_facts(page.title_rows), self._chosen)
        rows = list(page.sheet.body(page.left_out))
        for row in rows:
            self._take(row, headers.of(row))
        if not rows:
            page.sheet.blame("Danh sách trên trang này chưa có học sinh nào.", Severity.REVIEW)

    def _take(self, row: Row, header: RosterHeader | None) -> None:
        pupil = read_row(row)
        self._refuse_repeated(row)
        if pupil is not None and header is not None:
            check_age(row, pupil.birth_date, header.school_year, header.grade)
        key = f"{header.school_year} {fold(header.class_name)}" if header else row.sheet.name
        self._headers.setdefault(key, header)
        members = self._members.setdefault(key, [])
        if pupil is not None and not row.failed:
            members.append(replace(pupil, order_no=len(members) + 1))

    def rosters(self) -> tuple[Roster, ...]:
        return tuple(Roster(header, tuple(self._members[key])) for key, header in self._headers.items())

    def _refuse_repeated(self, row: Row) -> None:
        """Refuse a pupil code or personal id that stood in an earlier row."""
        for heading in (PUPIL_CODE, PERSONAL_ID):
            text, here = number_text(row, heading), (row.sheet.name, row.number)
            if text and (first := self._seen.setdefault((heading, text), here)) != here:
                place = f"dòng {first[1]}" if first[0] == here[0] else f"trang “{first[0]}”, dòng {first[1]}"
                row.blame(heading, f"{heading} {quoted(text)} đã có ở {place}.")


class _Headers:
    """Which class a row belongs to: as its own cell says, the rows above the table, the sheet's name, or who chose."""

    def __init__(self, sheet: Sheet, title: dict[str, str], chosen: Chosen) -> None:
        self._sheet, self._title, self._chosen = sheet, title, chosen
        self._above = title.get("class_name") or class_in_name(sheet.name)
        self._known: dict[str, RosterHeader | None] = {}

    def of(self, row: Row) -> RosterHeader | None:
        """None where that cannot be known; why is said once, at the cell that has to do with it."""
        own = row.text(columns.CLASS)
        said = own or self._above or self._chosen.class_name
        if said not in self._known:
            self._known[said] = None
            try:
                self._known[said] = self._header(said)
            except Invalid as refused:
                self._blame(row, refused.message)
        return self._known[said]

    def _blame(self, row: Row, message: str) -> None:
        if self._sheet.column_of(columns.CLASS) is not None:
            row.blame(columns.CLASS, message)
        else:
            self._sheet.blame(message)

    def _header(self, said: str) -> RosterHeader:
        class_name, chosen = class_name_of(said), class_name_of(self._chosen.class_name)
        if not class_name:
            raise Invalid(_NO_CLASS)
        if chosen and fold(chosen) != fold(class_name):
            raise Invalid(f"Danh sách ghi lớp {class_name}, nhưng lớp đang chọn là {chosen}.")
        title = self._title
        code, grade = title.get("school_code", ""), grade_of(class_name, title.get("grade", ""))
        return RosterHeader(
            authority=title.get("authority", ""),
            school_name=title.get("school_name", ""),
            school_code=parse_school_code(code) if code else "",
            commune=title.get("commune", ""),
            district=title.get("district", ""),
            province=title.get("province", ""),
            school_year=self._year(),
            grade=grade,
            class_name=class_name,
            optional=subjects_of(grade, title.get("optional", "")),
            topics=subjects_of(grade, title.get("topics", "")),
            plan=plan_of(title.get("plan", "")),
        )

    def _year(self) -> SchoolYear:
        said, chosen = self._title.get("school_year", ""), self._chosen.school_year
        year = SchoolYear.parse(said) if said else chosen
        if year is None:
            raise Invalid(_NO_YEAR)
        if chosen is not None and year != chosen:
            raise Invalid(f"Danh sách ghi năm học {year}, nhưng năm học đang chọn là {chosen}.")
        return year


def write_roster(path: Path, header: RosterHeader, pupils: tuple[RosterRow, ...]) -> None:
    """Write a class list with the headings that are known best."""
    write_workbook(path, [roster_sheet(SHEET_NAME, header, pupils)])


def roster_sheet(name: str, header: RosterHeader, pupils: tuple[RosterRow, ...]) -> SheetContent:
    """A class list as one sheet of a workbook."""
    labels = {names[0]: label_of(header, key) for key, names in LABELS.items()}
    labels = {name: text for name, text in labels.items() if text or name not in _WRITTEN_IF_SAID}
    rows = [_cells(pupil) for pupil in pupils]
    return SheetContent(name, f"DANH SÁCH HỌC SINH LỚP {header.class_name}", labels, columns.COLUMNS, rows)


def _cells(pupil: RosterRow) -> tuple[Value, ...]:
    fields = (pupil.birth_date if each is PupilField.BIRTH_DATE else pupil.text(each) for each in PupilField)
    return (pupil.order_no, *fields, pupil.height_cm, pupil.weight_kg, pupil.health)
