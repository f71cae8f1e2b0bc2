"""Civil data of a pupil that a civil-status office may change, and how each value is read. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from domain.errors import Invalid
from domain.ethnicities import ETHNICITIES
from domain.identity import is_personal_id, normalise_name, parse_sex
from domain.pupils import LONGEST, PupilField

# In the order of the identity page; the rest of what is known of a pupil is not decided by a civil-status office.
FIELDS: Final = (
    PupilField.FULL_NAME,
    PupilField.BIRTH_DATE,
    PupilField.SEX,
    PupilField.ETHNICITY,
    PupilField.NATIONALITY,
    PupilField.PERSONAL_ID,
    PupilField.PLACE_OF_BIRTH,
    PupilField.NATIVE_PLACE,
    PupilField.FATHER_NAME,
    PupilField.MOTHER_NAME,
    PupilField.GUARDIAN_NAME,
)
# What a class's sheets and summaries name a pupil by; the rest stands on the pupil's own papers only.
ON_CLASS_PAPERS: Final = frozenset({PupilField.FULL_NAME})
# Without a text of their own, what a code says of the former place would be wrong.
CODES_OF: Final[Mapping[PupilField, tuple[PupilField, ...]]] = {
    PupilField.PLACE_OF_BIRTH: (PupilField.BIRTH_PROVINCE_CODE, PupilField.BIRTH_COMMUNE_CODE),
    PupilField.NATIVE_PLACE: (PupilField.NATIVE_PROVINCE_CODE, PupilField.NATIVE_COMMUNE_CODE),
}
_MAY_BE_EMPTY: Final = frozenset({PupilField.GUARDIAN_NAME, PupilField.FATHER_NAME, PupilField.MOTHER_NAME})
_NUMBER: Final = 60


@dataclass(frozen=True)
class CivilDecision:
    """The decision of a civil-status office: its number, its day, and who made it."""

    number: str
    day: date
    office: str


def read(field: PupilField, text: str, today: date) -> str:
    """A value as the database keeps it. Raises Invalid, naming the field."""
    words = normalise_name(text)
    if not words and field not in _MAY_BE_EMPTY:
        raise Invalid(f"Hãy ghi {field.label.lower()} mới.")
    if len(words) > LONGEST or not words.isprintable():
        raise Invalid(f"{field.label} quá dài hoặc có ký tự lạ.")
    match field:
        case PupilField.BIRTH_DATE:
            return _day(words, today).isoformat()
        case PupilField.SEX:
            return parse_sex(words).label
        case PupilField.PERSONAL_ID if not is_personal_id(words):
            raise Invalid("Số định danh cá nhân phải có đúng 12 chữ số.")
        case PupilField.ETHNICITY if words not in ETHNICITIES:
            raise Invalid("Dân tộc không có trong danh mục 54 dân tộc.")
        case _:
            return words


def read_decision(number: str, day: str, office: str, today: date) -> CivilDecision:
    words = " ".join(number.split())
    if not words or len(words) > _NUMBER or not words.isprintable():
        raise Invalid("Hãy ghi số quyết định hoặc số trích lục (nhiều nhất 60 ký tự).")
    place = " ".join(office.split())
    if not place or len(place) > LONGEST or not place.isprintable():
        raise Invalid("Hãy ghi cơ quan hộ tịch đã quyết định.")
    return CivilDecision(words, _day(day, today), place)


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    """The new values that differ. Raises Invalid where none does."""
    found = {name: value for name, value in after.items() if before.get(name, "") != value}
    if not found:
        raise Invalid("Chưa có thông tin nào thay đổi.")
    return found


def _day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise Invalid("Ngày ghi theo dạng năm-tháng-ngày.") from error
    if day > today:
        raise Invalid("Ngày không thể ở sau hôm nay.")
    return day
