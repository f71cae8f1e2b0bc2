"""A season's days: the coming one of the city, as a plan of the simulation and as phases of a campaign."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

from domain.calendar import SchoolYear, start_of_day
from domain.campaigns.phases import Cohort, Escalation, Owner, Phase, Step
from domain.campaigns.workdays import SHIPPED_DAYS
from domain.workdays import Workdays
from simulation import plan as simulated
from simulation.plan import ESCALATED_AFTER, REMINDED_BEFORE, SeasonPlan, city_plan

# Which phase of a campaign is which step of the simulation.
PHASES: Final = {
    simulated.Step.ENTRY: Step.CLOSE_YEAR,
    simulated.Step.DATA_REVIEW: Step.DATA_REVIEW,
    simulated.Step.APPROVE: Step.ENTRY_SIGNING,
    simulated.Step.ISSUE: Step.ISSUE,
}
_OWNERS: Final = {
    Step.CLOSE_YEAR: Owner.TEACHERS,
    Step.DATA_REVIEW: Owner.ADMIN,
    Step.ENTRY_SIGNING: Owner.TEACHERS,
    Step.ISSUE: Owner.CLERK,
}
_TOLD: Final = (Owner.HOMEROOM, Owner.PRINCIPAL, Owner.AUTHORITY)
# An office decides in the early morning, before that day's reminders; a school's day begins after them.
DECIDED_AT: Final = timedelta(hours=5)
OPENS_AT: Final = timedelta(hours=7)


def coming_plan(today: date) -> SeasonPlan:
    """The next season that has not begun: clocks can only be turned on."""
    plan = city_plan(today.year)
    plan = plan if plan.start > today else city_plan(today.year + 1)
    return replace(plan, workdays=shipped_workdays())


def shipped_workdays() -> Workdays:
    off = frozenset(each.day for each in SHIPPED_DAYS if not each.is_workday)
    return Workdays(off, frozenset(each.day for each in SHIPPED_DAYS if each.is_workday))


def postponed(plan: SeasonPlan, decided_before: int = 8, by: int = 7) -> SeasonPlan:
    """The same with the last day moved: so many workdays before it, by so many days."""
    move = plan.workdays.add(plan.issue_due, -decided_before), plan.issue_due + timedelta(days=by)
    return replace(plan, moves=(*plan.moves, move))


def school_year(plan: SeasonPlan) -> SchoolYear:
    return SchoolYear(plan.start.year - 1)


def phases(plan: SeasonPlan) -> tuple[Phase, ...]:
    """What is due when before anything is moved, with the reminders and escalations that people heed."""
    escalate = tuple(Escalation(*each) for each in zip(ESCALATED_AFTER, _TOLD, strict=True))
    due = {phase: plan.due(step, plan.start) for step, phase in PHASES.items()}
    return tuple(
        Phase(phase, Cohort.ALL, day.month, day.day, _OWNERS[phase], REMINDED_BEFORE, escalate)
        for phase, day in due.items()
    )


def decided_at(day: date) -> datetime:
    return start_of_day(day) + DECIDED_AT


def opens_at(day: date) -> datetime:
    return start_of_day(day) + OPENS_AT


def last_moment(plan: SeasonPlan) -> datetime:
    """A moment after the last day: what is late from the end of that day on is late."""
    return start_of_day(plan.end + timedelta(days=1)) + timedelta(minutes=5)
