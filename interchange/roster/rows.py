"""One row of a class list: a pupil, or what keeps it from being one."""

from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Final

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.ethnicities import ETHNICITIES
from domain.identity import Sex, check_personal_id, is_personal_id, normalise_name, parse_pupil_code
from domain.pupils import HOME_COUNTRY, PROVINCE_CODES, ListedPupil, PupilField
from interchange.headings import plain
from interchange.roster import columns
from interchange.sheets import Row, Severity, cell_text, short

PUPIL_CODE: Final = PupilField.PUPIL_CODE.label
PERSONAL_ID: Final = PupilField.PERSONAL_ID.label
FULL_NAME: Final = PupilField.FULL_NAME.label
BIRTH_DATE: Final = PupilField.BIRTH_DATE.label
SEX: Final = PupilField.SEX.label
ETHNICITY: Final = PupilField.ETHNICITY.label

_TICKS: Final = {"x", "có", "1", "true", "✓", "✔"}
_QUOTED: Final = 40  # characters
_DIGITS: Final = {PERSONAL_ID: 12, PUPIL_CODE: 10}  # of the shortest that is valid
_SHORT_OF_ZEROS: Final = {PERSONAL_ID: range(10, 12), PUPIL_CODE: range(9, 10)}  # digits, mended without asking
_MAYBE_SHORT: Final = {11}  # digits of a pupil code: 12 of them are a personal id's, which often begins with 0
_ZEROS_DROPPED: Final = (
    "Ô lưu dạng số nên Excel có thể đã bỏ số 0 ở đầu; nếu thiếu, hãy định dạng cột là Văn bản (Text) rồi gõ lại mã."
)
# What is written where a pupil has no number yet, without accents and spaces; "" is signs only, such as “-”.
_NONE_YET: Final = {
    "",
    "chua",
    "chuaco",
    "chuacoma",
    "chuacoso",
    "chuacap",
    "chuaduoccap",
    "chuacosodinhdanh",
    "chuacocccd",
    "chocap",
    "dangchocap",
    "khong",
    "khongco",
    "khongcoso",
}
# Grade 1 begins at six; a year early or up to three late are provided for (Circular 28/2020/TT-BGDĐT art. 33).
_AGES_OF_GRADE_1: Final = range(5, 10)
_SEXES: Final = {"nam": Sex.MALE, "trai": Sex.MALE, "nu": Sex.FEMALE, "gai": Sex.FEMALE}
_ETHNICITY_NAMES: Final = {plain(name).replace(" ", ""): name for name in ETHNICITIES}
_HOME_NAMES: Final = {"viet nam", "vietnam", "vn"}


@dataclass(frozen=True, kw_only=True)
class RosterRow(ListedPupil):
    """One pupil and where the list names it. Height and weight are text as entered, in cm and kg."""

    height_cm: str = ""
    weight_kg: str = ""
    health: str = ""
    sheet: str = field(default="", compare=False)
    row: int = field(default=0, compare=False)  # as the spreadsheet shows it, from 1


def read_row(row: Row) -> RosterRow | None:
    """Read one pupil; None if a cell was refused. All cells are looked at, so that all is said at once."""
    code = name = ""
    birth_date = sex = None
    with row.refusals(PUPIL_CODE):
        code = _pupil_code(row)
    with row.refusals(FULL_NAME):
        name = short(normalise_name(row.required(FULL_NAME)))
    with row.refusals(BIRTH_DATE):
        birth_date = row.date_of(BIRTH_DATE)
    with row.refusals(SEX):
        sex = _sex(row.required(SEX))
    text, place_code = partial(_text, row), partial(_place_code, row)
    read = RosterRow(
        pupil_code=code,
        personal_id=_personal_id(row, sex, birth_date),
        full_name=name,
        birth_date=birth_date or date.max,
        sex=sex or Sex.MALE,
        ethnicity=_ethnicity(row),
        nationality=_nationality(row),
        place_of_birth=text(PupilField.PLACE_OF_BIRTH),
        birth_province_code=place_code(PupilField.BIRTH_PROVINCE_CODE),
        birth_commune_code=place_code(PupilField.BIRTH_COMMUNE_CODE),
        native_place=text(PupilField.NATIVE_PLACE),
        native_province_code=place_code(PupilField.NATIVE_PROVINCE_CODE),
        native_commune_code=place_code(PupilField.NATIVE_COMMUNE_CODE),
        current_address=text(PupilField.CURRENT_ADDRESS),
        address_province_code=place_code(PupilField.ADDRESS_PROVINCE_CODE),
        address_commune_code=place_code(PupilField.ADDRESS_COMMUNE_CODE),
        father_name=text(PupilField.FATHER_NAME),
        father_occupation=text(PupilField.FATHER_OCCUPATION),
        mother_name=text(PupilField.MOTHER_NAME),
        mother_occupation=text(PupilField.MOTHER_OCCUPATION),
        guardian_name=text(PupilField.GUARDIAN_NAME),
        guardian_occupation=text(PupilField.GUARDIAN_OCCUPATION),
        policy_group=text(PupilField.POLICY_GROUP),
        register_no=text(PupilField.REGISTER_NO),
        height_cm=row.text(columns.HEIGHT),
        weight_kg=row.text(columns.WEIGHT),
        health=normalise_name(row.text(columns.HEALTH)),
        assessment_waived=ticked(row.text(PupilField.ASSESSMENT_WAIVED.label)),
        sheet=row.sheet.name,
        row=row.number,
    )
    return None if row.failed else read


def check_age(row: Row, birth_date: date, year: SchoolYear, grade: int) -> None:
    """Refuse a birth date after the year began; note one that is unusual for the grade."""
    if birth_date.year >= year.start:
        row.blame(BIRTH_DATE, f"Ngày sinh {birth_date:%d/%m/%Y} không thể là của học sinh năm học {year}.")
    elif year.start - birth_date.year - grade + 1 not in _AGES_OF_GRADE_1:
        message = f"Sinh năm {birth_date.year} mà học khối {grade} năm học {year}; cần xem lại."
        row.blame(BIRTH_DATE, message, Severity.REVIEW)


def ticked(text: str) -> bool:
    return text.casefold() in _TICKS


def number_text(row: Row, heading: str) -> str:
    """A pupil code or personal id without spaces; "" where it says that there is none yet.

    One kept as a number lost its leading zeros, which are put back.
    """
    text = cell_text(row.raw(heading))
    if plain(text).replace(" ", "") in _NONE_YET:
        return ""
    digits = text.replace(" ", "").lstrip("'")
    return digits.zfill(_DIGITS[heading]) if _lost_zeros(row, heading) else digits


def _lost_zeros(row: Row, heading: str) -> bool:
    raw = row.raw(heading)
    return isinstance(raw, float) and len(cell_text(raw)) in _SHORT_OF_ZEROS[heading]


def personal_id_text(row: Row) -> str:
    """Return the personal id; leading zeros that were put back are noted for review."""
    return _noted(row, PERSONAL_ID)


def _noted(row: Row, heading: str) -> str:
    if _lost_zeros(row, heading):
        row.blame(heading, "Ô lưu dạng số nên mất số 0 ở đầu; đã bổ sung, cần xem lại.", Severity.REVIEW)
    return number_text(row, heading)


def _pupil_code(row: Row) -> str:
    """The pupil code. Codes differ in length, so nobody can tell whether a number lost a zero and is still one."""
    text = _noted(row, PUPIL_CODE) or row.required(PUPIL_CODE)
    is_number = isinstance(row.raw(PUPIL_CODE), float) and text.isdecimal()
    if is_number and len(text) < _DIGITS[PUPIL_CODE]:
        raise Invalid(f"Mã học sinh chỉ có {len(text)} chữ số. {_ZEROS_DROPPED}")
    if is_number and len(text) in _MAYBE_SHORT:
        row.blame(PUPIL_CODE, f"Mã học sinh có {len(text)} chữ số. {_ZEROS_DROPPED}", Severity.REVIEW)
    return parse_pupil_code(short(text))


def _personal_id(row: Row, sex: Sex | None, birth_date: date | None) -> str:
    personal_id = personal_id_text(row)
    if not personal_id:
        row.blame(PERSONAL_ID, "Chưa có số định danh cá nhân.", Severity.REVIEW)
    elif not is_personal_id(personal_id):
        said = quoted(row.text(PERSONAL_ID))
        row.blame(PERSONAL_ID, f"{PERSONAL_ID} phải có đúng 12 chữ số, nhận được “{said}”; chưa có thì để trống ô.")
    elif sex and birth_date:
        for finding in check_personal_id(personal_id, sex, birth_date):
            row.blame(PERSONAL_ID, finding.message, Severity.REVIEW)
    return personal_id


def quoted(text: str) -> str:
    """As much of a text as a sentence about it can hold."""
    return text if len(text) <= _QUOTED else f"{text[:_QUOTED]}…"


def _sex(text: str) -> Sex:
    sex = _SEXES.get(plain(text))
    if sex is None:
        raise Invalid(f"Giới tính phải là Nam hoặc Nữ, nhận được “{text}”.")
    return sex


def _ethnicity(row: Row) -> str:
    entered = _text(row, PupilField.ETHNICITY)
    known = _ETHNICITY_NAMES.get(plain(entered).replace(" ", ""))
    if known is None:
        message = f"“{entered}” không có trong danh mục 54 dân tộc." if entered else "Chưa ghi dân tộc."
        row.blame(ETHNICITY, message, Severity.REVIEW)
    return known or entered


def _nationality(row: Row) -> str:
    entered = _text(row, PupilField.NATIONALITY)
    return HOME_COUNTRY if plain(entered) in _HOME_NAMES else entered


def _text(row: Row, of: PupilField) -> str:
    with row.refusals(of.label):
        return short(normalise_name(row.text(of.label)))
    return ""


def _place_code(row: Row, of: PupilField) -> str:
    digits = 2 if of in PROVINCE_CODES else 5
    with row.refusals(of.label):
        text = short(row.text(of.label))
        if text and not (text.isascii() and text.isdecimal() and len(text) <= digits):
            raise Invalid(f"{of.label} phải có {digits} chữ số, nhận được “{text}”.")
        return text.zfill(digits) if text else ""
    return ""
