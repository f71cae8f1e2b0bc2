"""What tells how far a phase is: which count of a class, or which mark of a school, and how it looks from above."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.assessment import Term
from domain.campaigns.phases import Step
from domain.labelled import Labelled

# A school is at risk when it is likelier than not that something will be missing at the deadline.
AT_RISK: Final = 0.5


@dataclass(frozen=True)
class Measure:
    """A count of `class_progress` in a term's books; without one a school itself is done or not."""

    term: Term | None = None
    count: str = ""
    school: str = ""

    @property
    def counts_records(self) -> bool:
        return bool(self.count)


MEASURES: Final[Mapping[Step, Measure]] = {
    Step.CLOSE_HK1: Measure(Term.HK1, "issued"),
    Step.CLOSE_YEAR: Measure(Term.YEAR_END, "submitted"),
    Step.DATA_REVIEW: Measure(school="confirmed_at"),
    Step.TRAINING: Measure(school="trained_on"),
    Step.ENTRY_SIGNING: Measure(Term.YEAR_END, "approved"),
    Step.ISSUE: Measure(Term.YEAR_END, "issued"),
    Step.SUBMISSION: Measure(Term.YEAR_END, "accepted"),
    Step.FREEZE: Measure(Term.YEAR_END, "frozen"),
    Step.REPORT_TO_MINISTRY: Measure(),
}


class Standing(Labelled):
    """How a phase stands at a school or at many, the gravest first."""

    LATE = "late", "Quá hạn"
    AT_RISK = "at_risk", "Có nguy cơ trễ"
    ON_THE_WAY = "on_the_way", "Đang làm"
    DONE = "done", "Đã xong"


@dataclass(frozen=True)
class Tally:
    """One phase over some schools; `missing` records are expected to be late at the schools at risk.

    What `finished`, `fell_late` and `moved` say is since the last count of a day before today.
    """

    schools: int = 0
    done_schools: int = 0
    excepted: int = 0
    late: int = 0
    at_risk: int = 0
    total: int = 0
    done: int = 0
    missing: int = 0
    finished: int = 0
    fell_late: int = 0
    moved: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(*(mine + theirs for mine, theirs in zip(vars(self).values(), vars(other).values(), strict=True)))

    @property
    def standing(self) -> Standing:
        if self.late:
            return Standing.LATE
        if self.at_risk:
            return Standing.AT_RISK
        return Standing.DONE if self.done_schools + self.excepted >= self.schools else Standing.ON_THE_WAY

    @property
    def percent(self) -> int:
        """Rounded down: 100 is said of what is whole."""
        return 100 * self.done // self.total if self.total else (100 if self.standing is Standing.DONE else 0)
