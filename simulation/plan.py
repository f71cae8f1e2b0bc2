"""What is due when in a season, also after a deadline was moved."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from domain.workdays import Workdays


class Step(StrEnum):
    DATA_REVIEW = "data_review"
    ENTRY = "entry"
    APPROVE = "approve"
    ISSUE = "issue"


REMINDED_BEFORE: Final = (5, 1)  # workdays before a deadline
ESCALATED_AFTER: Final = (1, 3, 5)  # workdays after it


@dataclass(frozen=True)
class SeasonPlan:
    """Days, all inclusive; a move says on which day it was decided and the new day for issuing."""

    start: date
    end: date
    entry_due: date
    data_due: date
    issue_due: date
    moves: tuple[tuple[date, date], ...] = ()
    approved_before: int = 6  # workdays by which the principal should be ahead of the last day
    workdays: Workdays = field(default_factory=Workdays)

    def due(self, step: Step, today: date) -> date:
        """The last day of a step in time, as it is known today."""
        if step is Step.DATA_REVIEW:
            return self.data_due
        if step is Step.ENTRY:
            return self.entry_due
        issue = self._issue_due(today)
        return issue if step is Step.ISSUE else self.workdays.add(issue, -self.approved_before)

    def moved_on(self, today: date) -> bool:
        return any(decided == today for decided, _ in self.moves)

    def _issue_due(self, today: date) -> date:
        known = [due for decided, due in sorted(self.moves) if decided <= today]
        return known[-1] if known else self.issue_due


def city_plan(year: int, moves: tuple[tuple[date, date], ...] = ()) -> SeasonPlan:
    """The city's days of 2024, in any year: marks by 31/5, data by 30/6, issued by 15/8."""
    return SeasonPlan(
        start=date(year, 4, 22),
        end=date(year, 8, 25),
        entry_due=date(year, 5, 31),
        data_due=date(year, 6, 30),
        issue_due=date(year, 8, 15),
        moves=moves,
        workdays=Workdays(frozenset({date(year, 4, 30), date(year, 5, 1)})),
    )
