"""A season of a city, day by day: whoever wishes to act sits down, in the order of the clock."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from domain.stages import Stage
from simulation.acts import Act
from simulation.cast import School, make_schools
from simulation.people import Role
from simulation.plan import ESCALATED_AFTER, REMINDED_BEFORE, SeasonPlan, Step
from simulation.work import SchoolState, Session, pending

_APPROVED: Final = frozenset({Stage.APPROVED, Stage.SEALED})
_SEALED: Final = frozenset({Stage.SEALED})
_ENTERED: Final = frozenset(Stage) - {Stage.ENTRY}
_HEEDS: Final = 0.7  # the chance that a reminder is read
_HANDED_ON: Final = 4  # workdays by which teachers are ahead of what the principal has to approve
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Season:
    """Acts in time order, and by school and step how much was done at the end of each day that changed it."""

    plan: SeasonPlan
    schools: tuple[School, ...]
    acts: tuple[Act, ...]
    totals: Mapping[int, Mapping[Step, int]]
    progress: Mapping[int, Mapping[Step, Mapping[date, int]]]


def make_season(schools: int, seed: int, *, plan: SeasonPlan) -> Season:
    """The same for the same arguments; every act is allowed by the lifecycle at its moment."""
    chance = Random(seed)  # noqa: S311 - people's ways, not secrets
    cast = make_schools(schools, plan, chance)
    lives = [_Life(school, plan, Random(chance.random())) for school in cast]  # noqa: S311 - the same
    acts = sorted((act for life in lives for act in life.acts()), key=lambda act: (act.at, act.school))
    return Season(
        plan,
        cast,
        tuple(acts),
        {life.state.school.number: life.totals for life in lives},
        {life.state.school.number: life.progress for life in lives},
    )


class _Life:
    """One school's season; schools do not touch each other."""

    def __init__(self, school: School, plan: SeasonPlan, chance: Random) -> None:
        self.state = SchoolState(school)
        self.plan = plan
        self.chance = chance
        self.awake: dict[int, set[Step]] = {person.number: set() for person in school.people}
        pupils = sum(len(klass.pupils) for klass in school.classes)
        self.totals = {step: self.state.lacking if step is Step.DATA_REVIEW else pupils for step in Step}
        self.progress: dict[Step, dict[date, int]] = {step: {plan.start - _DAY: 0} for step in Step}

    def acts(self) -> Iterator[Act]:
        day = self.plan.start
        while day <= self.plan.end:
            left = {step: _left(self.plan, step, day) for step in Step}
            self._wake(day)
            yield from self._day(day, left)
            self._count(day)
            day += _DAY

    def _day(self, day: date, left: Mapping[Step, int]) -> Iterator[Act]:
        sessions = sorted(self._sessions(day, left), key=lambda session: session.now)
        clock: datetime | None = None
        for session in sessions:
            # Nobody finds done what another is only about to do.
            session.now = max(session.now, clock) if clock else session.now
            yield from session.work()
            clock = session.now

    def _sessions(self, day: date, left: Mapping[Step, int]) -> Iterator[Session]:
        is_workday = self.plan.workdays.is_workday(day)
        for person in self.state.school.people:
            at, mood = person.session(day, self.chance), self.chance.random()
            is_free = not is_workday and self.chance.random() >= person.weekends
            if is_free or person.is_out(day):
                continue
            awake = self.awake[person.number]
            due_in = {**left, Step.APPROVE: left[Step.APPROVE] - (person.role is not Role.PRINCIPAL) * _HANDED_ON}
            wished = frozenset(step for step in Step if person.urge(due_in[step], is_awake=step in awake) > mood)
            if wished:
                yield Session(self.state, person, at, wished, self.chance, left[Step.APPROVE] <= 1)

    def _wake(self, day: date) -> None:
        """Reminders and escalations reach whom something waits for; after a move everybody may sleep again."""
        if self.plan.moved_on(day):
            for steps in self.awake.values():
                steps.difference_update({Step.APPROVE, Step.ISSUE})
        for step, is_certain in _nudges(self.plan, day):
            for person in self.state.school.people:
                if step in pending(self.state, person) and (is_certain or self.chance.random() < _HEEDS):
                    self.awake[person.number].add(step)

    def _count(self, day: date) -> None:
        books = self.state.books
        counts = {
            Step.DATA_REVIEW: self.state.lacking - len(self.state.gaps),
            Step.ENTRY: sum(book.count(_ENTERED) for book in books),
            Step.APPROVE: sum(book.count(_APPROVED) for book in books),
            Step.ISSUE: sum(book.count(_SEALED) for book in books),
        }
        for step, count in counts.items():
            past = self.progress[step]
            if count != past[next(reversed(past))]:
                past[day] = count


def _left(plan: SeasonPlan, step: Step, day: date) -> int:
    """Workdays to a deadline, today counted in; below zero once it is over."""
    due = plan.due(step, day)
    return plan.workdays.count(day - _DAY, due) if day <= due else -plan.workdays.count(due, day)


def _nudges(plan: SeasonPlan, day: date) -> Iterator[tuple[Step, bool]]:
    """Steps of which people are reminded today, and whether it is an escalation, which nobody overhears."""
    for step in Step:
        due = plan.due(step, day)
        if any(day == plan.workdays.add(due, -days) for days in REMINDED_BEFORE):
            yield step, False
        if any(day == plan.workdays.add(due, days) for days in ESCALATED_AFTER):
            yield step, True
