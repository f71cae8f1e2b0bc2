"""Who is in a season: schools and their wards, classes, pupils, and who holds which part of a class's book."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from random import Random
from typing import Final

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, curriculum_for
from simulation.people import Person, Role, make_person
from simulation.plan import SeasonPlan

GRADE: Final = 1
ENGLISH: Final = "ngoai_ngu_1"
_WARDS: Final = 15
# Who teaches what beside the homeroom teacher; in a small school one person teaches both arts.
_SPECIALTIES: Final = (("am_nhac",), ("mi_thuat",), ("giao_duc_the_chat",), (ENGLISH,))
_SMALL_SPECIALTIES: Final = (("am_nhac", "mi_thuat"), ("giao_duc_the_chat",), (ENGLISH,))


@dataclass(frozen=True)
class Pupil:
    """`gap_until` is the first day on which missing data can be had, None for a pupil whose data is complete.

    Without a personal id a record is not signed; nor is it before `ready_on` where the pupil has summer work.
    """

    number: int
    gap_until: date | None
    has_id: bool
    ready_on: date | None


@dataclass(frozen=True)
class Klass:
    """A class, its pupils, and by slot the number of the person who holds it."""

    number: int
    name: str
    pupils: tuple[Pupil, ...]
    holders: Mapping[str, int]

    @property
    def subjects(self) -> tuple[str, ...]:
        return tuple(slot for slot in self.holders if slot not in {HOMEROOM, PRINCIPAL, SEAL})


@dataclass(frozen=True)
class School:
    number: int
    ward: str
    people: tuple[Person, ...]
    classes: tuple[Klass, ...]


def make_schools(schools: int, plan: SeasonPlan, chance: Random) -> tuple[School, ...]:
    """A city whose people hurry more or less in this season, in schools that hurry more or less in any."""
    tempo = chance.lognormvariate(0, 0.3)
    numbers = _Numbers(count(1), count(1), count(1))
    return tuple(_school(number, tempo, plan, chance, numbers) for number in range(1, schools + 1))


@dataclass(frozen=True)
class _Numbers:
    """No number comes twice in a city."""

    people: Iterator[int]
    classes: Iterator[int]
    pupils: Iterator[int]


def _school(number: int, tempo: float, plan: SeasonPlan, chance: Random, numbers: _Numbers) -> School:
    lead = _lead(tempo, chance)

    def person(role: Role) -> Person:
        return make_person(next(numbers.people), role, lead, plan, chance)

    size = chance.choices((1, 2, 3), (2, 4, 3))[0]
    specialties = _SPECIALTIES if size > 1 else _SMALL_SPECIALTIES
    principal, clerk = person(Role.PRINCIPAL), person(Role.CLERK)
    specialists = {specialty: person(Role.SPECIALIST) for specialty in specialties}
    taught = {slot: each.number for specialty, each in specialists.items() for slot in specialty}
    homerooms = [person(Role.HOMEROOM) for _ in range(size)]
    gaps = chance.uniform(0.08, 0.4)
    classes = [
        Klass(
            next(numbers.classes),
            f"{GRADE}A{place}",
            tuple(_pupils(gaps, plan, chance, numbers)),
            _holders(homeroom.number, taught, {PRINCIPAL: principal.number, SEAL: clerk.number}),
        )
        for place, homeroom in enumerate(homerooms, start=1)
    ]
    people = (principal, clerk, *specialists.values(), *homerooms)
    return School(number, f"Phường {chance.randint(1, _WARDS)}", people, tuple(classes))


def _lead(tempo: float, chance: Random) -> float:
    """One school in seven is always late, as many are done long before; most begin in the last two weeks."""
    kind = chance.choices(("late", "usual", "early"), (1, 5, 1))[0]
    if kind == "late":
        return chance.uniform(-1.5, 2)
    return tempo * (chance.uniform(20, 60) if kind == "early" else chance.uniform(6, 15))


def _holders(homeroom: int, taught: Mapping[str, int], leaders: Mapping[str, int]) -> dict[str, int]:
    slots = curriculum_for(GRADE, optional=(ENGLISH,)).slots
    return {**{slot: taught.get(slot, homeroom) for slot in slots}, **leaders}


def _pupils(gaps: float, plan: SeasonPlan, chance: Random, numbers: _Numbers) -> Iterator[Pupil]:
    for _ in range(chance.randint(20, 38)):
        has_id, has_summer_work = chance.random() > 0.01, chance.random() < 0.02  # noqa: PLR2004 - shares of pupils
        lacks = not has_id or chance.random() < gaps
        yield Pupil(
            next(numbers.pupils),
            _later(plan.start, 14 if has_id else 45, chance) if lacks else None,
            has_id,
            _later(plan.issue_due - timedelta(days=26), 8, chance) if has_summer_work else None,
        )


def _later(day: date, days: float, chance: Random) -> date:
    return day + timedelta(days=int(chance.expovariate(1 / days)))
