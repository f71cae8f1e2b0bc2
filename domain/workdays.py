"""Days on which offices work: what reminders, limits and forecasts count by."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True)
class Workdays:
    """Monday to Friday but for holidays, and the Saturdays and Sundays that are worked instead (ngày làm bù)."""

    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()

    def is_workday(self, day: date) -> bool:
        return day in self.makeup or (day.weekday() < _SATURDAY and day not in self.holidays)

    def add(self, day: date, count: int) -> date:
        """The `count`-th workday after `day`, before it for a negative count; `day` itself for 0."""
        step = _DAY if count > 0 else -_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_workday(day):
                day += step
        return day

    def count(self, after: date, until: date) -> int:
        """How many workdays are later than `after`, up to and including `until`; 0 if there is none."""
        days = (until - after).days
        return sum(self.is_workday(after + n * _DAY) for n in range(1, days + 1))
