"""School years, terms and deadlines in the time of Vietnam."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import Term
from domain.calendar import SchoolYear, day_of, end_of_day, term_dates
from domain.errors import Invalid

YEAR = SchoolYear(2023)


def test_a_school_year_is_read_and_written() -> None:
    assert SchoolYear.parse(" 2023 - 2024 ") == YEAR
    assert str(YEAR) == "2023-2024"
    assert SchoolYear(2024) > YEAR


@pytest.mark.parametrize("text", ["2023", "2023-2025", "2024-2023", "23-24", "2023/2024", ""])
def test_a_malformed_school_year_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="dạng 2023-2024"):
        SchoolYear.parse(text)


@pytest.mark.parametrize("text", ["0000-0001", "1999-2000", "2100-2101", "9998-9999"])
def test_a_school_year_of_another_century_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match=f"phải từ 2000-2001 đến 2099-2100, nhận được “{text}”"):
        SchoolYear.parse(text)


def test_a_day_ends_at_midnight_in_vietnam() -> None:
    assert end_of_day(date(2024, 6, 30)) == datetime(2024, 6, 30, 17, tzinfo=UTC)
    assert day_of(end_of_day(date(2024, 6, 30))) == date(2024, 7, 1)
    assert day_of(end_of_day(date(2024, 6, 30)) - timedelta(microseconds=1)) == date(2024, 6, 30)


def test_the_city_s_terms_of_2023_are_confirmed() -> None:
    hk1, year_end = (term_dates(YEAR, term) for term in Term)
    assert (hk1.start, hk1.end) == (date(2023, 9, 5), date(2024, 1, 13))
    assert (year_end.start, year_end.end) == (date(2024, 1, 15), date(2024, 5, 25))
    assert hk1.confirmed
    assert year_end.confirmed


@given(st.integers(2020, 2100))
def test_terms_of_other_years_come_from_the_frame(start: int) -> None:
    hk1, year_end = (term_dates(SchoolYear(start), term) for term in Term)
    assert date(start + 1, 1, 8) <= hk1.end < date(start + 1, 1, 15)
    assert hk1.end.isoweekday() == 6
    assert year_end.start - hk1.end == timedelta(days=2)
    assert hk1.confirmed is (start == 2023)
    assert (hk1.end - hk1.start).days >= 17 * 7
