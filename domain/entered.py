"""Everything a pupil's papers of a term are written from, and what writes them at each level."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from domain.documents import ColumnGroup, SheetColumn, TotalLine
from domain.entry import Values


@dataclass(frozen=True)
class Entered:
    """One pupil: what slots entered this term, and at the year's end also in the first (`earlier`), by slot.

    Absences are half-day sessions: of the term, at the year's end of the whole year. `promoted` is what the principal
    decided, None without a decision.
    """

    slots: Mapping[str, Values] = field(default_factory=dict)
    earlier: Mapping[str, Values] = field(default_factory=dict)
    absent_excused: int = 0
    absent_unexcused: int = 0
    recognised: bool = False  # the class recognised outstanding work or clear progress (Circular 27/2020 art. 13)
    height_cm: str = ""
    weight_kg: str = ""
    health: str = ""
    assessment_waived: bool = False
    individual_plan: bool = False
    promoted: bool | None = None

    @property
    def absent(self) -> int:
        return self.absent_excused + self.absent_unexcused


@dataclass(frozen=True)
class SummaryForm:
    """The columns of a class summary: groups of narrow ones, and headings of the wide ones."""

    groups: tuple[ColumnGroup, ...]
    verdicts: tuple[str, ...]
    legend: str


@dataclass(frozen=True)
class SheetForm:
    """The columns of a subject's sheet, each pupil's values and comment, and how many pupils have each result."""

    columns: tuple[SheetColumn, ...]
    legend: str
    lines: tuple[tuple[tuple[str, ...], str], ...]
    counts: tuple[tuple[str, int], ...]


class TermPapers(Protocol):
    """What the papers of one class and term say; each level has its own."""

    def sheet(self, subject: str, pupils: Sequence[Entered]) -> SheetForm: ...

    def form(self) -> SummaryForm: ...

    def summary_line(self, pupil: Entered) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Values and verdicts, by the columns of `form`. Raises Incomplete or Invalid where the rules cannot judge."""

    def totals(self, lines: Sequence[tuple[str, ...]]) -> tuple[TotalLine, ...]: ...

    def counts(self, pupils: Sequence[Entered]) -> tuple[tuple[str, int], ...]: ...
