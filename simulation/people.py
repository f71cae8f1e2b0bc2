"""People and their ways: when they begin to care, when they are away, what they forget."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from random import Random
from typing import Final

from domain.calendar import TIMEZONE
from simulation.plan import SeasonPlan


class Role(StrEnum):
    HOMEROOM = "homeroom"
    SPECIALIST = "specialist"
    PRINCIPAL = "principal"
    CLERK = "clerk"


@dataclass(frozen=True)
class Person:
    """Traits are drawn once for a season.

    `lead` is how many workdays before a deadline one begins to care; below zero one needs to be late first.
    `promptness` is the chance to act on a day on which one cares, `stamina` how many classes one does in a day.
    """

    number: int
    role: Role
    lead: float
    promptness: float
    idleness: float  # the chance to act on a day on which one does not care yet
    weekends: float
    evenings: float
    stamina: int
    forgets: bool
    away: frozenset[date]

    def is_out(self, day: date) -> bool:
        """Ill or on holiday."""
        return day in self.away

    def urge(self, left: int, *, is_awake: bool) -> float:
        """The chance to act today with so many workdays left to the deadline, today counted in."""
        caring = 1 / (1 + math.exp(min(30.0, (left - self.lead) / _SOFTNESS)))
        wish = self.idleness + (self.promptness - self.idleness) * caring
        if is_awake:
            return max(wish, self.promptness if left < 0 else wish)
        return wish * (_FORGOTTEN if self.forgets else 1)

    def session(self, day: date, chance: Random) -> datetime:
        """When one sits down on a day: in working hours mostly, some in the late evening."""
        if chance.random() < self.evenings:
            return datetime.combine(day, time(19, 45), TIMEZONE) + timedelta(minutes=chance.randrange(140))
        return datetime.combine(day, time(7, 30), TIMEZONE) + timedelta(minutes=chance.randrange(9 * 60))


_SOFTNESS: Final = 1.2  # workdays over which caring sets in
_FORGOTTEN: Final = 0.06
# By role: the usual wish to act on a day when one cares, days of holiday in July at least and at most, classes a day.
_WAYS: Final = {
    Role.HOMEROOM: (0.6, 7, 21, (1, 2, 3)),
    Role.SPECIALIST: (0.6, 7, 21, (2, 3, 3)),
    Role.PRINCIPAL: (0.65, 5, 12, (2, 3, 9)),
    Role.CLERK: (0.75, 5, 12, (3, 9)),
}


def make_person(number: int, role: Role, lead: float, plan: SeasonPlan, chance: Random) -> Person:
    """A person of a school whose people begin `lead` workdays before a deadline, more or less."""
    usual, _, _, stamina = _WAYS[role]
    own = lead * chance.lognormvariate(0, 0.45) if lead > 0 else lead - chance.expovariate(1)
    return Person(
        number=number,
        role=role,
        lead=own + chance.gauss(0, 1),
        promptness=min(0.95, max(0.12, chance.gauss(usual, 0.15))),
        idleness=chance.choice((0.002, 0.005, 0.01, 0.03)),
        weekends=chance.choice((0.0, 0.0, 0.05, 0.3)),
        evenings=chance.choice((0.02, 0.1, 0.4)),
        stamina=chance.choice(stamina),
        forgets=chance.random() < 0.15,  # noqa: PLR2004 - a share of people
        away=frozenset(_away(role, plan, chance)),
    )


def _away(role: Role, plan: SeasonPlan, chance: Random) -> Iterator[date]:
    _, least, most, _ = _WAYS[role]
    days = chance.randint(least, most)
    july = date(plan.start.year, 7, 1)
    yield from _from(july + timedelta(days=chance.randint(0, 31 - days)), days)
    season = (plan.end - plan.start).days
    for _ in range(chance.choices((0, 1, 2), (5, 3, 1))[0]):
        yield from _from(plan.start + timedelta(days=chance.randrange(season)), chance.choice((2, 3, 5, 8, 15)))


def _from(day: date, days: int) -> Iterator[date]:
    return (day + timedelta(days=number) for number in range(days))
