"""When secondary pupils could change schools before 10/5/2026, and that nobody else is held up."""

from datetime import date

import pytest

from domain.errors import NotAllowed
from domain.rules.school_levels import SchoolLevel
from domain.transfers.rules import Origin, TransferCase
from domain.transfers.windows import refuse_outside_window

LOWER, UPPER = SchoolLevel.LOWER_SECONDARY, SchoolLevel.UPPER_SECONDARY


def asked(day: date, level: SchoolLevel = UPPER, *, is_excepted: bool = False) -> None:
    refuse_outside_window(TransferCase(day, level, Origin.SAME_PROVINCE), is_excepted=is_excepted)


# The city's plan: the first term of 2023-2024 ended on 13/1/2024, the year on 25/5/2024.
@pytest.mark.parametrize(
    "day", [date(2024, 1, 13), date(2024, 1, 27), date(2024, 5, 26), date(2024, 8, 1), date(2024, 9, 4)]
)
@pytest.mark.parametrize("level", [LOWER, UPPER])
def test_the_end_of_the_first_term_and_the_summer_are_open(day: date, level: SchoolLevel) -> None:
    asked(day, level)


@pytest.mark.parametrize(
    ("day", "opens"),
    [
        (date(2023, 12, 1), "13/01/2024"),
        (date(2024, 1, 12), "13/01/2024"),
        (date(2024, 1, 28), "26/05/2024"),
        (date(2024, 5, 25), "26/05/2024"),
        (date(2024, 9, 5), "11/01/2025"),
        (date(2026, 5, 9), "26/05/2026"),
    ],
)
def test_any_other_day_is_refused_and_the_next_window_named(day: date, opens: str) -> None:
    with pytest.raises(NotAllowed) as refused:
        asked(day)
    assert f"đơn ngày {day:%d/%m/%Y} ở ngoài các đợt này. Đợt tới bắt đầu ngày {opens}" in refused.value.message
    assert "Quyết định 51/2002/QĐ-BGDĐT" in refused.value.message
    assert "Giám đốc Sở" in refused.value.message


def test_the_department_may_except_somebody() -> None:
    asked(date(2024, 3, 1), is_excepted=True)


def test_primary_pupils_and_everybody_under_the_new_rule_may_ask_on_any_day() -> None:
    asked(date(2024, 3, 1), SchoolLevel.PRIMARY)
    for level in SchoolLevel:
        asked(date(2026, 5, 10), level)
        asked(date(2027, 3, 1), level)
