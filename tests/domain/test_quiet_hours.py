"""Quiet hours by the clock of Vietnam, over midnight and within a day."""

from datetime import UTC, datetime, time

import pytest

from domain.calendar import TIMEZONE
from domain.quiet_hours import quiet_until


def vietnam(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 12, day, hour, minute, tzinfo=TIMEZONE)


@pytest.mark.parametrize(
    ("at", "end"),
    [
        (vietnam(1, 21), vietnam(2, 6)), (vietnam(1, 23, 59), vietnam(2, 6)), (vietnam(2, 0), vietnam(2, 6)),
        (vietnam(2, 5, 59), vietnam(2, 6)), (vietnam(2, 6), None), (vietnam(2, 20, 59), None),
    ],
)  # fmt: skip
def test_quiet_hours_over_midnight(at: datetime, end: datetime | None) -> None:
    assert quiet_until(at.astimezone(UTC), time(21), time(6)) == end


@pytest.mark.parametrize(("hour", "end"), [(11, None), (12, 14), (13, 14), (14, None)])
def test_quiet_hours_within_a_day(hour: int, end: int | None) -> None:
    assert quiet_until(vietnam(1, hour), time(12), time(14)) == (vietnam(1, end) if end else None)


def test_equal_times_are_no_quiet_hours() -> None:
    assert quiet_until(vietnam(1, 3), time(0), time(0)) is None
