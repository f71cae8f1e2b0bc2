"""What somebody at a school still has to do: by class-term and slot, and by person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.assessment import Term
from domain.deadlines import days_left
from domain.identity import SyllableKey, name_sort_key
from domain.risks import Risk
from domain.work import Work


@dataclass(frozen=True)
class Outstanding:
    """What one slot of a class-term has to do now for so many pupils; `since` is when it became its turn."""

    class_term_id: UUID
    class_id: UUID
    class_name: str
    school_year: str
    term: Term
    slot: str
    slot_name: str
    work: Work
    pupils: int
    since: datetime
    due_at: datetime

    def is_late(self, now: datetime) -> bool:
        return now >= self.due_at


@dataclass(frozen=True)
class ClassWork:
    """How many parts of one class-term wait for a person, by what is to be done."""

    class_term_id: UUID
    class_name: str
    term: Term
    counts: Mapping[Work, int]


@dataclass(frozen=True)
class PersonWork:
    """A member of staff, what waits for that person, and when the person was last here and last nudged."""

    staff_id: UUID
    full_name: str
    duties: tuple[str, ...]
    work: tuple[Outstanding, ...]
    seen_at: datetime | None = None
    nudged_at: datetime | None = None
    risks: tuple[Risk, ...] = ()

    @property
    def counts(self) -> Mapping[Work, int]:
        """How many parts (a slot of a class-term) wait, by what is to be done."""
        found: dict[Work, int] = {}
        for each in self.work:
            found[each.work] = found.get(each.work, 0) + 1
        return {work: found[work] for work in Work if work in found}

    @property
    def by_class(self) -> tuple[ClassWork, ...]:
        """The same for each class-term, in order."""
        found: dict[UUID, dict[Work, int]] = {}
        first: dict[UUID, Outstanding] = {}
        for each in self.work:
            first.setdefault(each.class_term_id, each)
            counts = found.setdefault(each.class_term_id, {})
            counts[each.work] = counts.get(each.work, 0) + 1
        return tuple(ClassWork(key, one.class_name, one.term, found[key]) for key, one in first.items())

    @property
    def oldest(self) -> datetime | None:
        return min((each.since for each in self.work), default=None)

    @property
    def due_at(self) -> datetime | None:
        return min((each.due_at for each in self.work), default=None)

    def is_late(self, now: datetime) -> bool:
        return any(each.is_late(now) for each in self.work)

    def days_left(self, now: datetime) -> int | None:
        return days_left(self.due_at, now) if self.due_at else None


_NO_DEADLINE: Final = 10**6


def by_urgency(people: Sequence[PersonWork], now: datetime) -> list[PersonWork]:
    """The latest first, then by given name; whoever has nothing to do comes last."""

    def key(person: PersonWork) -> tuple[int, tuple[SyllableKey, ...]]:
        left = person.days_left(now)
        return (_NO_DEADLINE if left is None else min(left, 0), name_sort_key(person.full_name))

    return sorted(people, key=key)


@dataclass(frozen=True)
class Holding:
    """Who fills a slot of a class from when to when, and why it came to that person."""

    class_id: UUID
    class_name: str
    slot: str
    slot_name: str
    staff_id: UUID
    full_name: str
    valid_from: datetime
    valid_to: datetime | None
    reason: str = field(default="")
    made_by: str = field(default="")
    for_whom: str = field(default="")  # whom the holder stands in for
