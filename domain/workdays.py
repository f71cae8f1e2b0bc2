"""Which days people work: Monday to Friday but for holidays, and the Saturdays that make up for a bridge day.

Holidays and make-up days (ngày làm bù) are decided anew for each year, so they are given, not computed.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Final

_DAY: Final = timedelta(days=1)
_WEEK, _WORKWEEK = 7, 5


@dataclass(frozen=True)
class Workdays:
    """A day that is both a holiday and a make-up day is a workday."""

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        return day in self.makeup or (day.weekday() < _WORKWEEK and day not in self.holidays)

    def add(self, day: date, count: int) -> date:
        """The count-th workday after the day, or before it for a negative count; the day itself for 0."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def count(self, after: date, until: date) -> int:
        """Workdays later than `after` up to and including `until`; 0 if there are none."""
        return max(0, self._up_to(until) - self._up_to(after))

    def _up_to(self, day: date) -> int:
        """All workdays from the first Monday of the calendar (1 January of year 1) to this day."""
        weeks, rest = divmod(day.toordinal(), _WEEK)
        weekdays = weeks * _WORKWEEK + min(rest, _WORKWEEK)
        return weekdays - bisect_right(self._lost, day) + bisect_right(self._won, day)

    @cached_property
    def _lost(self) -> list[date]:
        return sorted(_on_weekdays(self.holidays - self.makeup))

    @cached_property
    def _won(self) -> list[date]:
        return sorted(self.makeup.difference(_on_weekdays(self.makeup)))


def _on_weekdays(days: Iterable[date]) -> list[date]:
    return [day for day in days if day.weekday() < _WORKWEEK]
