"""The staff workbook of a school: people with their role, and who teaches what in which class."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Final

from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, offered
from domain.errors import Invalid
from domain.identity import FindingCode, Sex, check_personal_id, normalise_name, parse_school_code, parse_sex
from domain.labelled import Labelled
from domain.rules.school_levels import SchoolLevel
from interchange.layout import Column, SheetContent, Value, write_workbook
from interchange.roster import BIRTH_DATE, FULL_NAME, PERSONAL_ID, SEX, personal_id_text, ticked
from interchange.sheets import Problem, Row, Severity, Sheet, fold, open_workbook, read_sheet

PEOPLE_SHEET: Final = "Nhân sự"
ASSIGNMENTS_SHEET: Final = "Phân công"
ROLE: Final = "Chức vụ"
CLASS: Final = "Lớp"
SLOT: Final = "Phần việc"
FROM: Final = "Từ ngày"
UNTIL: Final = "Đến ngày"
SIGNER: Final = "Người kí"
WHOLE_SCHOOL: Final = "Toàn trường"
LABELS: Final = {"school_name": "Trường", "school_code": "Mã trường", "school_year": "Năm học"}

# Names of the slots that are no subjects.
_SLOT_NAMES: Final = {HOMEROOM: ("Chủ nhiệm",), PRINCIPAL: ("Hiệu trưởng",), SEAL: ("Con dấu của trường",)}


class StaffRole(Labelled):
    PRINCIPAL = "principal", "Hiệu trưởng"
    CLERK = "clerk", "Văn thư"
    ADMIN = "admin", "Quản trị hệ thống"
    TEACHER = "teacher", "Giáo viên"


@dataclass(frozen=True)
class StaffRow:
    """One member of staff."""

    personal_id: str
    full_name: str
    birth_date: date
    sex: Sex
    role: StaffRole


@dataclass(frozen=True)
class AssignmentRow:
    """Who fills a slot from one day to another (inclusive); `class_name` is "" for the whole school.

    Without a last day the person stays until somebody else is assigned. `is_signer` marks the person who signs where
    several share a slot.
    """

    class_name: str
    slot: str
    personal_id: str
    valid_from: date
    valid_until: date | None = None
    is_signer: bool = True


@dataclass(frozen=True)
class Staff:
    school_name: str
    school_code: str
    school_year: SchoolYear
    people: tuple[StaffRow, ...]
    assignments: tuple[AssignmentRow, ...]
    problems: tuple[Problem, ...] = ()


def read_staff(source: Path | bytes) -> Staff:
    """Read a staff workbook; bad rows become problems.

    Raises Invalid if the file is no workbook, a sheet is missing, or the title rows are unusable.
    """
    workbook = open_workbook(source)
    if absent := [name for name in (PEOPLE_SHEET, ASSIGNMENTS_SHEET) if name not in workbook.sheet_names]:
        raise Invalid(f"Tệp nhân sự thiếu trang: {', '.join(absent)}.")
    wanted = (FULL_NAME, BIRTH_DATE, SEX, ROLE)
    people_sheet = read_sheet(workbook, PEOPLE_SHEET, key=PERSONAL_ID, required=wanted, labels=LABELS)
    jobs = read_sheet(workbook, ASSIGNMENTS_SHEET, key=SLOT, required=(CLASS, PERSONAL_ID, FROM), labels={})
    if missing := [label for key, label in LABELS.items() if not people_sheet.title.get(key)]:
        raise Invalid(f"Phần đầu trang “{PEOPLE_SHEET}” thiếu: {', '.join(missing)}.")
    people_sheet.keep_faults_of((PERSONAL_ID, *wanted))
    jobs.keep_faults_of((CLASS, SLOT, PERSONAL_ID, FROM, UNTIL, SIGNER))
    people = _read_people(people_sheet)
    assignments = _read_assignments(jobs, {person.personal_id for person in people})
    return Staff(
        school_name=people_sheet.title["school_name"],
        school_code=parse_school_code(people_sheet.title["school_code"]),
        school_year=SchoolYear.parse(people_sheet.title["school_year"]),
        people=people,
        assignments=assignments,
        problems=(*people_sheet.problems, *jobs.problems),
    )


def _read_people(sheet: Sheet) -> tuple[StaffRow, ...]:
    people: dict[str, StaffRow] = {}
    for row in sheet.body():
        person = _read_person(row)
        if person is not None and person.personal_id in people:
            row.blame(PERSONAL_ID, f"Số định danh {person.personal_id} đã có ở dòng trên.")
        elif person is not None and not row.failed:
            people[person.personal_id] = person
    return tuple(people.values())


def _read_person(row: Row) -> StaffRow | None:
    """Read one person; None if a needed cell was refused. Signing needs the id, so a malformed one is an error here."""
    name = birth_date = sex = role = None
    with row.refusals(FULL_NAME):
        name = normalise_name(row.required(FULL_NAME))
    with row.refusals(BIRTH_DATE):
        birth_date = row.date_of(BIRTH_DATE)
    with row.refusals(SEX):
        sex = parse_sex(row.required(SEX))
    with row.refusals(ROLE):
        role = _parse_role(row.required(ROLE))
    if name is None or birth_date is None or sex is None or role is None:
        return None
    personal_id = personal_id_text(row)
    for finding in check_personal_id(personal_id, sex, birth_date):
        severity = Severity.ERROR if finding.code is FindingCode.MALFORMED else Severity.REVIEW
        row.blame(PERSONAL_ID, finding.message, severity)
    return StaffRow(personal_id, name, birth_date, sex, role)


def _parse_role(text: str) -> StaffRole:
    for role in StaffRole:
        if fold(role.label) == fold(text):
            return role
    raise Invalid(f"Chức vụ phải là một trong: {', '.join(role.label for role in StaffRole)}; nhận được “{text}”.")


def _read_assignments(sheet: Sheet, known: set[str]) -> tuple[AssignmentRow, ...]:
    slots = {fold(name): slot for slot, names in _slot_names().items() for name in names}
    found: list[AssignmentRow] = []
    for row in sheet.body():
        with row.refusals(SLOT):
            slot = slots.get(fold(row.required(SLOT)))
            if slot is None:
                raise Invalid(f"Không có phần việc “{row.text(SLOT)}”.")
            assignment = _read_assignment(row, slot)
            if assignment.personal_id not in known:
                raise Invalid(f"Số định danh {assignment.personal_id} không có ở trang “{PEOPLE_SHEET}”.")
            found.append(assignment)
    return tuple(found)


def _read_assignment(row: Row, slot: str) -> AssignmentRow:
    class_name = row.required(CLASS)
    valid_from = row.date_of(FROM)
    valid_until = row.date_of(UNTIL) if row.text(UNTIL) else None
    if valid_until is not None and valid_until < valid_from:
        raise Invalid(f"{UNTIL} đứng trước {FROM}.")
    return AssignmentRow(
        class_name="" if fold(class_name) == fold(WHOLE_SCHOOL) else class_name,
        slot=slot,
        personal_id=personal_id_text(row),
        valid_from=valid_from,
        valid_until=valid_until,
        is_signer=ticked(row.text(SIGNER)),
    )


@cache
def _slot_names() -> dict[str, tuple[str, ...]]:
    """Names by slot, of the subjects of all grades: one code may have a longer name in secondary school."""
    names: dict[str, dict[str, None]] = {}
    for subject in (each for level in SchoolLevel for grade in level.grades for each in offered(grade)):
        names.setdefault(subject.code, {})[subject.name] = None
    return {slot: tuple(found) for slot, found in names.items()} | _SLOT_NAMES


def write_staff(path: Path, staff: Staff) -> None:
    """Write a staff workbook in the layout that `read_staff` reads."""
    labels = {label: str(getattr(staff, key)) for key, label in LABELS.items()}
    people = SheetContent(
        PEOPLE_SHEET,
        "DANH SÁCH CÁN BỘ, GIÁO VIÊN, NHÂN VIÊN",
        labels,
        _columns((PERSONAL_ID, 16), (FULL_NAME, 28), (BIRTH_DATE, 12), (SEX, 9), (ROLE, 20)),
        [
            (number, each.personal_id, each.full_name, each.birth_date, each.sex.label, each.role.label)
            for number, each in enumerate(staff.people, start=1)
        ],
    )
    columns = _columns(
        (CLASS, 12), (SLOT, 26), (PERSONAL_ID, 16), (FULL_NAME, 28), (FROM, 12), (UNTIL, 12), (SIGNER, 9)
    )
    jobs = SheetContent(ASSIGNMENTS_SHEET, "BẢNG PHÂN CÔNG", labels, columns, _job_rows(staff))
    write_workbook(path, [people, jobs])


def _columns(*columns: tuple[str, float]) -> list[Column]:
    return [Column("STT", 5), *(Column(heading, width) for heading, width in columns)]


def _job_rows(staff: Staff) -> list[tuple[Value, ...]]:
    names = {person.personal_id: person.full_name for person in staff.people}
    slots = _slot_names()
    return [
        (
            number,
            job.class_name or WHOLE_SCHOOL,
            slots[job.slot][0],
            job.personal_id,
            names[job.personal_id],
            job.valid_from,
            job.valid_until or "",
            "x" if job.is_signer else "",
        )
        for number, job in enumerate(staff.assignments, start=1)
    ]
