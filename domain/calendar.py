"""School years, term dates and the deadlines of each policy, in the time of Vietnam."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from domain.assessment import Term
from domain.errors import Invalid, NotFound

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


class Policy(StrEnum):
    HCM_2024 = "hcm-2024"  # the city's pilot: 30/6 and 15/8 are two phases
    TWO_TRACK_2025 = "two-track-2025"  # elsewhere from 2025: 30/6 and 15/8 are two groups of pupils


class Step(StrEnum):
    CLOSE_HK1 = "close_hk1"
    CLOSE_YEAR = "close_year"
    DATA_REVIEW = "data_review"
    ISSUE = "issue"
    FREEZE = "freeze"
    REPORT_TO_MINISTRY = "report_to_ministry"


class Cohort(StrEnum):
    """Which pupils a deadline binds."""

    ALL = "all"
    COMPLETED = "completed"  # completed the class programme at the end of the year
    SUPPLEMENTARY = "supplementary"  # supplementary assessment in summer


@dataclass(frozen=True)
class PolicyDeadline:
    """A step is in time on the due day itself, to its end in Vietnam (a plan's “before 30/6” counts that day in)."""

    policy: Policy
    step: Step
    cohort: Cohort
    due: date
    source: str

    @property
    def due_at(self) -> datetime:
        """The first instant at which it is late."""
        return end_of_day(self.due)

    def is_late(self, now: datetime) -> bool:
        return now >= self.due_at


_CITY: Final = "Kế hoạch thời gian năm học của UBND Thành phố Hồ Chí Minh"
_PILOT: Final = "Quy chế tạm thời về học bạ số của Thành phố Hồ Chí Minh (6/2024)"
_KG: Final = "Quyết định 295/QĐ-SGDĐT Kiên Giang (25/3/2025)"

# Policy, step, cohort, (month, day) of the year in which the school year ends, source.
_Row = tuple[Policy, Step, Cohort, tuple[int, int], str]
_ROWS: Final[tuple[_Row, ...]] = (
    (Policy.HCM_2024, Step.CLOSE_HK1, Cohort.ALL, (1, 15), _CITY),
    (Policy.HCM_2024, Step.CLOSE_YEAR, Cohort.ALL, (5, 31), _CITY),
    (Policy.HCM_2024, Step.DATA_REVIEW, Cohort.ALL, (6, 30), _PILOT),
    (Policy.HCM_2024, Step.ISSUE, Cohort.ALL, (8, 15), _PILOT),
    (Policy.TWO_TRACK_2025, Step.CLOSE_HK1, Cohort.ALL, (1, 15), _CITY),
    (Policy.TWO_TRACK_2025, Step.CLOSE_YEAR, Cohort.ALL, (5, 31), _CITY),
    # Only an issued record can be reported and frozen, so issuing shares the day of the freeze.
    (Policy.TWO_TRACK_2025, Step.ISSUE, Cohort.COMPLETED, (6, 30), _KG),
    (Policy.TWO_TRACK_2025, Step.FREEZE, Cohort.COMPLETED, (6, 30), _KG),
    (Policy.TWO_TRACK_2025, Step.REPORT_TO_MINISTRY, Cohort.COMPLETED, (7, 10), _KG),
    (Policy.TWO_TRACK_2025, Step.ISSUE, Cohort.SUPPLEMENTARY, (8, 15), _KG),
    (Policy.TWO_TRACK_2025, Step.FREEZE, Cohort.SUPPLEMENTARY, (8, 15), _KG),
    (Policy.TWO_TRACK_2025, Step.REPORT_TO_MINISTRY, Cohort.SUPPLEMENTARY, (8, 25), _KG),
)


def deadlines(policy: Policy, year: SchoolYear) -> tuple[PolicyDeadline, ...]:
    """Return the policy's deadlines of a school year, earliest first."""
    found = [
        PolicyDeadline(policy, step, cohort, date(year.end, *day), source)
        for each, step, cohort, day, source in _ROWS
        if each is policy
    ]
    return tuple(sorted(found, key=lambda deadline: deadline.due))


def deadline(policy: Policy, step: Step, cohort: Cohort, year: SchoolYear) -> PolicyDeadline:
    """Return the deadline of a step for a cohort, or the one for everybody; raise NotFound if the policy has none."""
    own = {each.cohort: each for each in deadlines(policy, year) if each.step is step}
    found = own.get(cohort) or own.get(Cohort.ALL)
    if found is None:
        raise NotFound(f"Chính sách {policy} không có hạn cho bước {step}, nhóm {cohort}.")
    return found
