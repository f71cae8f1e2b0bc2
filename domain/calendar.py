"""School years, term dates and the deadlines of each policy, in the time of Vietnam."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from domain.assessment import Term
from domain.errors import Invalid

TIMEZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
_YEAR: Final = re.compile(r"([0-9]{4})\s*[-–]\s*([0-9]{4})")
_YEARS: Final = range(2000, 2100)  # in which a school year may begin
_SATURDAY: Final = 5


def day_of(moment: datetime) -> date:
    """Return the day in Vietnam in which a moment falls."""
    return moment.astimezone(TIMEZONE).date()


def start_of_day(day: date) -> datetime:
    """Return the first instant of that day in Vietnam, in UTC."""
    return datetime.combine(day, time(), TIMEZONE).astimezone(UTC)


def end_of_day(day: date) -> datetime:
    """Return the first instant after that day in Vietnam, in UTC: something done before it was done in time."""
    return datetime.combine(day + timedelta(days=1), time(), TIMEZONE).astimezone(UTC)


_FIRST_MONTH: Final = 8


@dataclass(frozen=True, order=True)
class SchoolYear:
    """A school year by the calendar year it starts in."""

    start: int

    @classmethod
    def parse(cls, text: str) -> "SchoolYear":
        """Read "2023-2024"; raise Invalid unless the second year follows the first, in this century."""
        years = _YEAR.fullmatch(text.strip())
        if years is None or int(years[2]) != int(years[1]) + 1:
            raise Invalid(f"Năm học phải có dạng 2023-2024, nhận được “{text}”.")
        if int(years[1]) not in _YEARS:
            raise Invalid(f"Năm học phải từ 2000-2001 đến 2099-2100, nhận được “{text}”.")
        return cls(int(years[1]))

    @classmethod
    def of(cls, day: date) -> "SchoolYear":
        """The one under way, or about to begin: a new one counts from August on."""
        return cls(day.year if day.month >= _FIRST_MONTH else day.year - 1)

    @property
    def end(self) -> int:
        return self.start + 1

    def __str__(self) -> str:
        return f"{self.start}-{self.end}"


@dataclass(frozen=True)
class TermDates:
    """First and last day of study (inclusive); `confirmed` is False where only the national frame is known."""

    start: date
    end: date
    confirmed: bool
    source: str


# The city's own plan, by school year and term.
_HCM_TERMS: Final = {
    (2023, Term.HK1): (date(2023, 9, 5), date(2024, 1, 13)),
    (2023, Term.YEAR_END): (date(2024, 1, 15), date(2024, 5, 25)),
}
_HCM_SOURCE: Final = "Kế hoạch thời gian năm học 2023-2024 của UBND Thành phố Hồ Chí Minh"
_FRAME_SOURCE: Final = "Suy ra từ khung thời gian: 35 tuần, học kì I xong trước 15/01, chương trình xong trước 25/5"


def term_dates(year: SchoolYear, term: Term) -> TermDates:
    """Return the dates of a term: the city's plan if known, else dates derived from the frame, to be confirmed."""
    known = _HCM_TERMS.get((year.start, term))
    if known is not None:
        return TermDates(*known, confirmed=True, source=_HCM_SOURCE)
    last_saturday = _saturday_before(date(year.end, 1, 15))
    if term is Term.HK1:
        return TermDates(date(year.start, 9, 5), last_saturday, confirmed=False, source=_FRAME_SOURCE)
    monday = last_saturday + timedelta(days=2)
    return TermDates(monday, date(year.end, 5, 25), confirmed=False, source=_FRAME_SOURCE)


def _saturday_before(day: date) -> date:
    return day - timedelta(days=(day.weekday() - _SATURDAY - 1) % 7 + 1)
