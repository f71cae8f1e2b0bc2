"""Which days people work."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.workdays import Workdays

# 2024: 29 April, a Monday between the weekend and two holidays, was off and made up for on Saturday 4 May.
YEAR = Workdays(
    frozenset({date(2024, 4, 18), date(2024, 4, 29), date(2024, 4, 30), date(2024, 5, 1), date(2024, 9, 1)}),
    frozenset({date(2024, 5, 4)}),
)
DAYS = st.dates(date(2024, 3, 1), date(2024, 10, 1))


@pytest.mark.parametrize(
    ("day", "works"),
    [
        (date(2024, 4, 26), True), (date(2024, 4, 27), False), (date(2024, 4, 29), False), (date(2024, 4, 30), False),
        (date(2024, 5, 2), True), (date(2024, 5, 4), True), (date(2024, 5, 5), False), (date(2024, 9, 1), False),
    ],
)  # fmt: skip
def test_holidays_are_free_and_make_up_days_are_not(day: date, *, works: bool) -> None:
    assert YEAR.is_workday(day) is works


@pytest.mark.parametrize(
    ("day", "count", "found"),
    [
        (date(2024, 4, 26), 1, date(2024, 5, 2)), (date(2024, 5, 3), 1, date(2024, 5, 4)),
        (date(2024, 5, 3), 2, date(2024, 5, 6)), (date(2024, 5, 2), -1, date(2024, 4, 26)),
        (date(2024, 5, 5), -1, date(2024, 5, 4)), (date(2024, 5, 5), 0, date(2024, 5, 5)),
    ],
)  # fmt: skip
def test_counting_on_passes_over_free_days(day: date, count: int, found: date) -> None:
    assert YEAR.add(day, count) == found


def test_a_day_that_is_both_is_worked_on() -> None:
    day = date(2024, 5, 4)
    assert Workdays(frozenset({day}), frozenset({day})).is_workday(day)
    monday = date(2024, 4, 29)
    assert Workdays(frozenset({monday}), frozenset({monday})).count(date(2024, 4, 28), monday) == 1


@given(DAYS, DAYS)
def test_counting_agrees_with_looking_at_each_day(after: date, until: date) -> None:
    between = [after + timedelta(days=number) for number in range(1, (until - after).days + 1)]
    assert YEAR.count(after, until) == sum(map(YEAR.is_workday, between))


@given(DAYS, st.integers(1, 60))
def test_adding_and_counting_are_inverse(day: date, count: int) -> None:
    later, earlier = YEAR.add(day, count), YEAR.add(day, -count)
    assert YEAR.is_workday(later)
    assert YEAR.is_workday(earlier)
    assert YEAR.count(day, later) == count
    assert YEAR.count(earlier, day) == count - 1 + YEAR.is_workday(day)
