"""How far a school's class-terms are: where each stands, since when, and how it lies to its deadline."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.assessment import Term
from domain.deadlines import days_left
from domain.stages import Stage


@dataclass(frozen=True)
class BoardLine:
    """One class and term on the progress board: how many records stand at each stage.

    `since` is when the last of its records came to the step at which the class stands.
    """

    class_term_id: UUID
    class_name: str
    school_year: str
    term: Term
    pupils: int
    held: int
    counts: dict[Stage, int]
    stage: Stage
    due_at: datetime
    overdue: bool
    slots: int
    submitted_slots: int
    signed_slots: int
    grade: int
    since: datetime

    @property
    def is_done(self) -> bool:
        return self.stage is Stage.ISSUED

    def is_late(self, now: datetime) -> bool:
        """Judged by the clock, as decisions are; a class that was issued is late no more."""
        return not self.is_done and now >= self.due_at

    def days_left(self, now: datetime) -> int:
        return days_left(self.due_at, now)


@dataclass(frozen=True)
class Tally:
    """How many of some class-terms are done, and how many late."""

    classes: int
    done: int
    late: int
    pupils: int
    issued: int


def tally(lines: Iterable[BoardLine], now: datetime) -> Tally:
    counted = list(lines)
    return Tally(
        classes=len(counted),
        done=sum(line.is_done for line in counted),
        late=sum(line.is_late(now) for line in counted),
        pupils=sum(line.pupils for line in counted),
        issued=sum(line.counts.get(Stage.ISSUED, 0) for line in counted),
    )
