"""Dates the way people put them into cells: as dates, as text in several forms, or as the number a date is kept as."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.errors import Invalid
from interchange.spreadsheet.workbook import CellValue

_SIGN: Final = r"[/.\-]"
_CLOCK: Final = r"(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"  # exports add the time of day
_FORMS: Final = tuple(
    re.compile(form + _CLOCK)
    for form in (
        rf"(?P<day>\d{{1,2}})\s*{_SIGN}\s*(?P<month>\d{{1,2}})\s*{_SIGN}\s*(?P<year>\d{{4}}|\d{{2}})",
        rf"(?P<year>\d{{4}}){_SIGN}(?P<month>\d{{1,2}}){_SIGN}(?P<day>\d{{1,2}})",
        r"(?:ngày )?(?P<day>\d{1,2}) tháng (?P<month>\d{1,2}) năm (?P<year>\d{4})",
    )
)
_EPOCH: Final = date(1899, 12, 30)  # day 0 of spreadsheets
_NUMBERS: Final = range(10_000, 73_051)  # from 1927 to 2099
_LAST_CENTURY_FROM: Final = 40  # a year of two digits: 40 is 1940, 39 is 2039


@dataclass(frozen=True)
class ReadDate:
    """A date, and why a person should look at it; "" where nothing had to be guessed."""

    value: date
    doubt: str = ""


def read_date(value: CellValue, text: str) -> ReadDate:
    """Read a cell's value, given as text too, day before month. Raises Invalid for no date, or none of the calendar."""
    if isinstance(value, datetime):
        return ReadDate(value.date())
    if isinstance(value, date):
        return ReadDate(value)
    if isinstance(value, float | int) and _NUMBERS.start <= value < _NUMBERS.stop:
        return _from_number(int(value))
    for form in _FORMS:
        if found := form.fullmatch(text.casefold()):
            return _from_parts(found, text)
    raise Invalid(f"“{text}” không phải là ngày; cần dạng ngày/tháng/năm, ví dụ 05/09/2017.")


def _from_number(days: int) -> ReadDate:
    found = _EPOCH + timedelta(days=days)
    return ReadDate(found, f"Ô lưu dạng số {days}; đã hiểu là ngày {found:%d/%m/%Y}, cần xem lại.")


def _from_parts(found: re.Match[str], text: str) -> ReadDate:
    day, month, year = (int(found[part]) for part in ("day", "month", "year"))
    is_short = len(found["year"]) < 4  # noqa: PLR2004 - digits of a year
    if is_short:
        year += 1900 if year >= _LAST_CENTURY_FROM else 2000
    try:
        read = date(year, month, day)
    except ValueError as error:
        raise Invalid(f"“{text}” không phải là ngày có trong lịch; cần dạng ngày/tháng/năm.") from error
    return ReadDate(read, f"Năm chỉ có hai chữ số; đã hiểu là {read:%d/%m/%Y}, cần xem lại." if is_short else "")
