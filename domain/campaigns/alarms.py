"""The moments of a phase: reminders before its deadline, the deadline, and to whom it goes after, by workdays."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendar import start_of_day
from domain.campaigns.phases import Cohort, Due, Owner, Phase, Step
from domain.campaigns.states import PhaseEventKind
from domain.workdays import Workdays

# Before the morning's message goes out, so that it is in it.
HOUR: Final = timedelta(hours=6)


@dataclass(frozen=True)
class PhaseAlarm:
    """What is to happen to a phase at one school, when (aware UTC), and who is told; `days` are workdays from it."""

    step: Step
    cohort: Cohort
    version: int
    kind: PhaseEventKind
    days: int
    to: Owner
    at: datetime

    @property
    def key(self) -> str:
        return f"{self.step}/{self.cohort}/{self.version}/{self.kind}/{self.days}/{self.to}"


def alarms_of(phases: Iterable[Phase], dues: Iterable[Due], workdays: Workdays) -> tuple[PhaseAlarm, ...]:
    """All alarms of a school, earliest first."""
    by_key = {phase.key: phase for phase in phases}
    found = [alarm for due in dues for alarm in _of_phase(by_key[due.step, due.cohort], due, workdays)]
    return tuple(sorted(found, key=lambda each: (each.at, each.key)))


def _of_phase(phase: Phase, due: Due, workdays: Workdays) -> Iterator[PhaseAlarm]:
    fixed = due.step, due.cohort, due.version
    for days in phase.remind:
        yield PhaseAlarm(*fixed, PhaseEventKind.REMINDER, days, phase.owner, _morning(workdays.add(due.on, -days)))
    yield PhaseAlarm(*fixed, PhaseEventKind.OVERDUE, 0, phase.owner, due.at)
    for each in phase.escalate:
        yield PhaseAlarm(
            *fixed, PhaseEventKind.ESCALATION, each.after, each.to, _morning(workdays.add(due.on, each.after))
        )


def _morning(day: date) -> datetime:
    return start_of_day(day) + HOUR


def next_alarm(plan: Iterable[PhaseAlarm], fired: Collection[str]) -> PhaseAlarm | None:
    """The earliest that has not fired; it may lie in the past, then it is to fire at once."""
    return next((alarm for alarm in plan if alarm.key not in fired), None)


def is_outrun(alarm: PhaseAlarm, plan: Iterable[PhaseAlarm], now: datetime) -> bool:
    """Whether a reminder says that a deadline is near which is over, or nearer still: a later one of the phase is due.

    So a deadline that is moved close or into the past reminds once, not once for every day that was skipped.
    """
    if alarm.kind is PhaseEventKind.OVERDUE:
        return False
    same = (alarm.step, alarm.cohort, alarm.version)
    later = (
        each
        for each in plan
        if (each.step, each.cohort, each.version) == same and each.at > alarm.at and each.at <= now
    )
    if alarm.kind is PhaseEventKind.REMINDER:
        return any(True for _ in later)
    return any(each.to is alarm.to for each in later)


def kept(fired: Collection[str], plan: Iterable[PhaseAlarm]) -> tuple[str, ...]:
    """What has fired of the alarms that still hold: those of a deadline that moved are forgotten."""
    still: Mapping[str, None] = dict.fromkeys(alarm.key for alarm in plan)
    return tuple(key for key in fired if key in still)
