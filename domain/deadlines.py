"""One deadline of a class's term and the moments before and after it at which something must happen."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from domain.calendar import day_of

_INSTANT: Final = timedelta(microseconds=1)
SOON: Final = timedelta(days=7)


class Urgency(StrEnum):
    LATE = "late"
    TODAY = "today"
    SOON = "soon"
    LATER = "later"


class Hook(StrEnum):
    REMINDER = "reminder"
    OVERDUE = "overdue"
    ESCALATION = "escalation"


# How far from the deadline each hook lies; a campaign's policy will set these per step (guide/domain.md 5.2).
OFFSETS: dict[Hook, timedelta] = {
    Hook.REMINDER: timedelta(days=-7),
    Hook.OVERDUE: timedelta(0),
    Hook.ESCALATION: timedelta(days=2),
}


@dataclass(frozen=True)
class Deadline:
    """The first instant at which the term is late (aware UTC), and the version of the policy that says so."""

    policy_version: int
    due_at: datetime


@dataclass(frozen=True)
class Alarm:
    hook: Hook
    at: datetime


def next_alarm(deadline: Deadline, fired: Collection[Hook]) -> Alarm | None:
    """The earliest hook that has not fired; it may lie in the past, then it is to fire at once."""
    alarms = [Alarm(hook, deadline.due_at + offset) for hook, offset in OFFSETS.items() if hook not in fired]
    return min(alarms, key=lambda alarm: alarm.at, default=None)


def is_outrun(hook: Hook | None, due_at: datetime, now: datetime) -> bool:
    """Whether a hook says that a deadline is near which is over: the hook that says so comes with it."""
    return hook is Hook.REMINDER and due_at <= now


def is_late(deadline: Deadline, now: datetime) -> bool:
    """Judged by the clock; correctness never depends on a timer firing."""
    return now >= deadline.due_at


def days_left(due_at: datetime, now: datetime) -> int:
    """Days in Vietnam to the last day in time: 0 on that day itself, negative once late."""
    return (last_day(due_at) - day_of(now)).days


def last_day(due_at: datetime) -> date:
    """The last day in time, as people write a deadline."""
    return day_of(due_at - _INSTANT)


def urgency(due_at: datetime, now: datetime) -> Urgency:
    if due_at <= now:
        return Urgency.LATE
    left = days_left(due_at, now)
    if left == 0:
        return Urgency.TODAY
    return Urgency.SOON if left <= SOON.days else Urgency.LATER
