"""By when a step of a transfer must be done, and when somebody is told before and after."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendar import end_of_day, start_of_day
from domain.transfers.rules import Limit, Step
from domain.workdays import Workdays

_MORNING: Final = timedelta(hours=6)  # before the morning's message goes out, so that it is in it


@dataclass(frozen=True)
class TransferDue:
    """Aware times in UTC: `due_at` is the first instant at which the step is late, the end of the working day `day`.

    `remind_at` is the morning of the working day before, `escalate_at` that of the first working day after.
    """

    step: Step
    day: date
    remind_at: datetime
    due_at: datetime
    escalate_at: datetime
    limit: Limit


def due(limit: Limit, since: date, workdays: Workdays) -> TransferDue:
    """`since` is the day in Vietnam on which what the limit counts from happened; it is not counted itself."""
    day = workdays.add(since, limit.days)
    return TransferDue(
        step=limit.step,
        day=day,
        remind_at=start_of_day(workdays.add(day, -1)) + _MORNING,
        due_at=end_of_day(day),
        escalate_at=start_of_day(workdays.add(day, 1)) + _MORNING,
        limit=limit,
    )
