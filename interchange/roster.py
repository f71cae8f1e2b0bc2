"""Class lists: the workbook a school exports at the start of the year, read and written."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.ethnicities import ETHNICITIES
from domain.identity import Sex, check_personal_id, normalise_name, parse_pupil_code, parse_school_code, parse_sex
from domain.signature_plans import SignaturePlan
from interchange.layout import Column, SheetContent, write_workbook
from interchange.sheets import Problem, Row, Severity, Sheet, cell_date, cell_text, fold, open_workbook, read_sheet

SHEET_NAME: Final = "Danh sách"
PUPIL_CODE: Final = "Mã học sinh"
PERSONAL_ID: Final = "Số định danh cá nhân"
FULL_NAME: Final = "Họ và tên"
BIRTH_DATE: Final = "Ngày sinh"
SEX: Final = "Giới tính"
ETHNICITY: Final = "Dân tộc"

COLUMNS: Final = (
    Column("STT", 5),
    Column(PUPIL_CODE, 13),
    Column(PERSONAL_ID, 16),
    Column(FULL_NAME, 28),
    Column(BIRTH_DATE, 12),
    Column(SEX, 9),
    Column(ETHNICITY, 10),
    Column("Quốc tịch", 11),
    Column("Nơi sinh", 26),
    Column("Số đăng bộ", 12),
    Column("Chiều cao (cm)", 10),
    Column("Cân nặng (kg)", 10),
    Column("Sức khoẻ", 10),
    Column("Khuyết tật không đánh giá", 12),
)
REQUIRED: Final = (PUPIL_CODE, PERSONAL_ID, FULL_NAME, BIRTH_DATE, SEX, ETHNICITY)

# Title labels by the field of RosterHeader they fill.
LABELS: Final = {
    "authority": "Cơ quan quản lí",
    "school_name": "Trường",
    "school_code": "Mã trường",
    "commune": "Phường/Xã",
    "district": "Quận/Huyện",
    "province": "Tỉnh/Thành phố",
    "school_year": "Năm học",
    "grade": "Khối",
    "class_name": "Lớp",
}
_MAY_BE_EMPTY: Final = {"district"}  # there are no districts from 1/7/2025


@dataclass(frozen=True)
class RosterHeader:
    """School, class and year, from the title rows."""

    authority: str
    school_name: str
    school_code: str
    commune: str
    district: str
    province: str
    school_year: SchoolYear
    grade: int
    class_name: str
    optional: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    plan: SignaturePlan = SignaturePlan.SHEET


@dataclass(frozen=True)
class RosterRow:
    """One pupil. Height and weight are text as entered, in cm and kg; register_no may be empty."""

    order_no: int
    pupil_code: str
    personal_id: str
    full_name: str
    birth_date: date
    sex: Sex
    ethnicity: str
    nationality: str
    place_of_birth: str
    register_no: str
    height_cm: str = ""
    weight_kg: str = ""
    health: str = ""
    assessment_waived: bool = False


@dataclass(frozen=True)
class Roster:
    """What could be read: `header` is None if the title rows are unusable; rows with an error are left out."""

    header: RosterHeader | None
    pupils: tuple[RosterRow, ...]
    problems: tuple[Problem, ...]


def read_roster(source: Path | bytes) -> Roster:
    """Read a class list; bad rows become problems. Raises Invalid only if the file is no workbook."""
    workbook = open_workbook(source)
    name = next((name for name in workbook.sheet_names if fold(name) == fold(SHEET_NAME)), workbook.sheet_names[0])
    sheet = read_sheet(workbook, name, key=PUPIL_CODE, required=REQUIRED, labels=LABELS)
    header = _read_header(sheet)
    pupils: list[RosterRow] = []
    seen: dict[str, int] = {}
    for order_no, row in enumerate(sheet.body(), start=1):
        pupil = _read_row(row, order_no)
        _refuse_repeated(row, seen)
        if pupil is not None and not row.failed:
            pupils.append(pupil)
    return Roster(header, tuple(pupils), tuple(sheet.problems))


def _read_header(sheet: Sheet) -> RosterHeader | None:
    missing = [label for key, label in LABELS.items() if not sheet.title.get(key) and key not in _MAY_BE_EMPTY]
    if missing:
        sheet.blame(f"Phần đầu trang thiếu: {', '.join(missing)}.")
        return None
    title = sheet.title
    try:
        return RosterHeader(
            authority=title["authority"],
            school_name=title["school_name"],
            school_code=parse_school_code(title["school_code"]),
            commune=title["commune"],
            district=title.get("district", ""),
            province=title["province"],
            school_year=SchoolYear.parse(title["school_year"]),
            grade=parse_grade(title["grade"]),
            class_name=title["class_name"],
        )
    except Invalid as refused:
        sheet.blame(refused.message)
        return None


def parse_grade(text: str) -> int:
    """Read a grade 1..12; raise Invalid otherwise."""
    if text in {str(grade) for grade in range(1, 13)}:
        return int(text)
    raise Invalid(f"Khối phải là số từ 1 đến 12, nhận được “{text}”.")


def _read_row(row: Row, order_no: int) -> RosterRow | None:
    """Read one pupil; None if a cell without which there is no pupil was refused."""
    code = name = None
    birth_date = sex = None
    with row.refusals(PUPIL_CODE):
        code = parse_pupil_code(row.required(PUPIL_CODE))
    with row.refusals(FULL_NAME):
        name = normalise_name(row.required(FULL_NAME))
    with row.refusals(BIRTH_DATE):
        row.required(BIRTH_DATE)
        birth_date = cell_date(row.raw(BIRTH_DATE))
    with row.refusals(SEX):
        sex = parse_sex(row.required(SEX))
    if code is None or name is None or birth_date is None or sex is None:
        return None
    return RosterRow(
        order_no=order_no,
        pupil_code=code,
        personal_id=_personal_id(row, sex, birth_date),
        full_name=name,
        birth_date=birth_date,
        sex=sex,
        ethnicity=_ethnicity(row),
        nationality=row.text("Quốc tịch") or "Việt Nam",
        place_of_birth=normalise_name(row.text("Nơi sinh")),
        register_no=row.text("Số đăng bộ"),
        height_cm=row.text("Chiều cao (cm)"),
        weight_kg=row.text("Cân nặng (kg)"),
        health=normalise_name(row.text("Sức khoẻ")),
        assessment_waived=ticked(row.text("Khuyết tật không đánh giá")),
    )


def ticked(text: str) -> bool:
    return text.casefold() in {"x", "có", "1", "true"}


def personal_id_text(row: Row) -> str:
    """Return the personal id; one kept as a number lost its leading zeros, which are put back and noted for review."""
    raw = row.raw(PERSONAL_ID)
    text = cell_text(raw).replace(" ", "")
    if isinstance(raw, float) and len(text) in {10, 11}:
        row.blame(PERSONAL_ID, "Ô lưu dạng số nên mất số 0 ở đầu; đã bổ sung, cần xem lại.", Severity.REVIEW)
        return text.zfill(12)
    return text


def _personal_id(row: Row, sex: Sex, birth_date: date) -> str:
    personal_id = personal_id_text(row)
    if not personal_id:
        row.blame(PERSONAL_ID, "Chưa có số định danh cá nhân.", Severity.REVIEW)
        return ""
    for finding in check_personal_id(personal_id, sex, birth_date):
        row.blame(PERSONAL_ID, finding.message, Severity.REVIEW)
    return personal_id


def _ethnicity(row: Row) -> str:
    entered = normalise_name(row.text(ETHNICITY))
    for name in ETHNICITIES:
        if fold(name) == fold(entered):
            return name
    row.blame(ETHNICITY, f"“{entered}” không có trong danh mục 54 dân tộc.", Severity.REVIEW)
    return entered


def _refuse_repeated(row: Row, seen: dict[str, int]) -> None:
    """Refuse a pupil code or personal id that stood in an earlier row."""
    for heading in (PUPIL_CODE, PERSONAL_ID):
        text = row.text(heading)
        if text and (first := seen.setdefault(f"{heading} {text}", row.number)) != row.number:
            row.blame(heading, f"{heading} {text} đã có ở dòng {first}.")


def write_roster(path: Path, header: RosterHeader, pupils: tuple[RosterRow, ...]) -> None:
    """Write a class list in the layout that `read_roster` reads."""
    title = f"DANH SÁCH HỌC SINH LỚP {header.class_name}"
    labels = {label: str(getattr(header, key)) for key, label in LABELS.items()}
    rows = [_cells(pupil) for pupil in pupils]
    write_workbook(path, [SheetContent(SHEET_NAME, title, labels, COLUMNS, rows)])


def _cells(pupil: RosterRow) -> tuple[str | int | date, ...]:
    return (
        pupil.order_no,
        pupil.pupil_code,
        pupil.personal_id,
        pupil.full_name,
        pupil.birth_date,
        pupil.sex.label,
        pupil.ethnicity,
        pupil.nationality,
        pupil.place_of_birth,
        pupil.register_no,
        pupil.height_cm,
        pupil.weight_kg,
        pupil.health,
        "x" if pupil.assessment_waived else "",
    )
