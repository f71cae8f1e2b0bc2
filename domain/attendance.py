"""What the homeroom teacher notes of a pupil's term beside the assessment: absences, height, weight, health."""

import re
from decimal import Decimal
from typing import Final

from domain.errors import Invalid
from domain.identity import normalise_name
from domain.labelled import Labelled

HEIGHTS: Final = (30, 250)  # cm
WEIGHTS: Final = (5, 200)  # kg
LONGEST_HEALTH: Final = 60  # characters, as the record's form has room for
_NUMBER: Final = re.compile(r"([0-9]{1,3})(?:[.,]([0-9]))?")


class TermFact(Labelled):
    """The value names the column; people read the label. Absences are in half-day sessions."""

    ABSENT_EXCUSED = "absent_excused", "Số buổi nghỉ có phép"
    ABSENT_UNEXCUSED = "absent_unexcused", "Số buổi nghỉ không phép"
    IS_RECOGNISED = "is_recognised", "Được lớp công nhận"
    HEIGHT_CM = "height_cm", "Chiều cao"
    WEIGHT_KG = "weight_kg", "Cân nặng"
    HEALTH = "health", "Sức khoẻ"


def read_fact(fact: TermFact, value: str | int) -> str | int:
    """What is kept of a value as entered; "" stays empty. Raises Invalid."""
    match fact:
        case TermFact.HEIGHT_CM:
            return _measure(fact, str(value), HEIGHTS, "cm")
        case TermFact.WEIGHT_KG:
            return _measure(fact, str(value), WEIGHTS, "kg")
        case TermFact.HEALTH:
            return _health(normalise_name(str(value)))
        case _ if int(value) < 0:
            raise Invalid(f"{fact.label} không được âm.")
        case _:
            return value


def _measure(fact: TermFact, text: str, limits: tuple[int, int], unit: str) -> str:
    """A number with a decimal comma, and no decimal that is zero."""
    entered = text.strip()
    found = _NUMBER.fullmatch(entered)
    if not entered:
        return ""
    if found is None or not limits[0] <= Decimal(f"{found[1]}.{found[2] or 0}") <= limits[1]:
        raise Invalid(
            f"{fact.label} phải là số từ {limits[0]} đến {limits[1]} {unit}, nhiều nhất một chữ số thập phân."
        )
    return f"{int(found[1])},{found[2]}" if found[2] not in {None, "0"} else str(int(found[1]))


def _health(text: str) -> str:
    if len(text) > LONGEST_HEALTH:
        raise Invalid(f"Sức khoẻ ghi {len(text)} ký tự, quá giới hạn {LONGEST_HEALTH} ký tự.")
    return text
