"""When a request may be made at all: the secondary rule of before 10/5/2026 knows two windows a year."""

from collections.abc import Iterator
from datetime import date, timedelta

from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.errors import NotAllowed
from domain.transfers.rules import TransferCase, WindowRule

_DAY = timedelta(days=1)


def refuse_outside_window(case: TransferCase, *, is_excepted: bool = False) -> None:
    """Raise NotAllowed for a request on a day the rule does not allow; `is_excepted` if the department allowed it.

    Dates of terms are those of `domain.calendar`, where some are only derived.
    """
    rule, day = case.rule, case.requested_on
    if rule.window is None or is_excepted:
        return
    windows = list(_windows(day, rule.window))
    if any(first <= day <= last for first, last in windows):
        return
    opens = min(first for first, _ in windows if first > day)
    raise NotAllowed(
        f"Theo Quyết định {rule.circular}, học sinh trung học chỉ chuyển trường khi kết thúc học kì I hoặc trong hè; "
        f"đơn ngày {day:%d/%m/%Y} ở ngoài các đợt này. Đợt tới bắt đầu ngày {opens:%d/%m/%Y}; "
        "trường hợp ngoại lệ do Giám đốc Sở Giáo dục và Đào tạo quyết định."
    )


def _windows(day: date, rule: WindowRule) -> Iterator[tuple[date, date]]:
    """First and last days of the windows around a day."""
    for start in range(day.year - 1, day.year + 1):
        year = SchoolYear(start)
        first_term = term_dates(year, Term.HK1).end
        yield first_term, first_term + timedelta(days=rule.days_after_first_term)
        yield term_dates(year, Term.YEAR_END).end + _DAY, term_dates(SchoolYear(start + 1), Term.HK1).start - _DAY
