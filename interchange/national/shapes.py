"""What the text of a field must look like: values of the calendar, and patterns of the rules."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.calendar import SchoolYear
from domain.errors import Invalid


@dataclass(frozen=True)
class Shape:
    """`says` finishes the sentence "phải ..." for a text that does not match."""

    matches: Callable[[str], bool]
    says: str


def pattern(expression: str, says: str) -> Shape:
    """Texts that match the regular expression as a whole."""
    compiled = re.compile(expression)
    return Shape(lambda text: compiled.fullmatch(text) is not None, says)


def _unchanged(read_and_write: Callable[[str], str]) -> Callable[[str], bool]:
    """Texts that can be read and are then written as they stand."""

    def matches(text: str) -> bool:
        try:
            return read_and_write(text) == text
        except (ValueError, Invalid):
            return False

    return matches


# Values of the calendar, by the name the rules give them.
CALENDAR: Final = {
    "date": Shape(
        _unchanged(lambda text: date.fromisoformat(text).isoformat()),
        "là ngày có thật, dạng năm-tháng-ngày, ví dụ 2026-05-31",
    ),
    "datetime": Shape(
        _unchanged(lambda text: datetime.fromisoformat(text).replace(tzinfo=None).isoformat(timespec="seconds")),
        "là thời điểm có thật, dạng năm-tháng-ngàyTgiờ:phút:giây, ví dụ 2026-05-31T08:30:00",
    ),
    "month": Shape(
        _unchanged(lambda text: date.fromisoformat(f"{text}-01").isoformat()[: len("YYYY-MM")]),
        "là tháng có thật, dạng năm-tháng, ví dụ 2019-05",
    ),
    "school_year": Shape(
        _unchanged(lambda text: str(SchoolYear.parse(text))),
        "là hai năm liền nhau, ví dụ 2025-2026",
    ),
}
