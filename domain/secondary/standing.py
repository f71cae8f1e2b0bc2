"""Where a pupil stands against the bars of Circular 22/2021/TT-BGDĐT art. 9, over the subjects that count."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from domain.assessment import SubjectKind
from domain.errors import Incomplete, Invalid
from domain.rules.thresholds import LearningBar
from domain.secondary.levels import SubjectMark, average_label


class Scored(NamedTuple):
    """A scored subject; sorted worst first, so that the order in which subjects came never matters."""

    average: Decimal
    code: str
    name: str

    def __str__(self) -> str:
        return f"{self.name} {average_label(self.average)}"


@dataclass(frozen=True)
class Standing:
    """What counts of a pupil's subjects; `failed` are the comment subjects at Chưa đạt, `passed` how many are not."""

    scored: tuple[Scored, ...]
    failed: tuple[str, ...]
    passed: int
    exempt: int

    @classmethod
    def of(cls, marks: Sequence[SubjectMark]) -> "Standing":
        """Leave exempt subjects out; raise Incomplete for a subject without result, Invalid if nothing counts."""
        counting = [mark for mark in marks if mark.counts]
        if not counting:
            raise Invalid("Không có môn học nào để xếp mức kết quả học tập.")
        if missing := [mark.name for mark in counting if not mark.is_known]:
            raise Incomplete(f"Chưa có kết quả môn học: {', '.join(missing)}.")
        scored = sorted(
            Scored(mark.average, mark.code, mark.name)
            for mark in counting
            if mark.kind is SubjectKind.SCORED and mark.average is not None
        )
        failed = sorted(mark.name for mark in counting if mark.failed)
        return cls(tuple(scored), tuple(failed), len(counting) - len(scored) - len(failed), len(marks) - len(counting))

    def below(self, score: Decimal) -> tuple[Scored, ...]:
        return tuple(row for row in self.scored if row.average < score)

    def reaching(self, score: Decimal) -> int:
        return sum(row.average >= score for row in self.scored)

    def meets(self, bar: LearningBar) -> bool:
        enough = len(self.failed) <= bar.failed_comments and self.reaching(bar.threshold) >= bar.count
        return enough and not self.below(bar.floor)

    def kept_below_by(self, bar: LearningBar) -> str:
        """Return the one subject but for which the bar, which is not met, would be; "" if there is no such one.

        "But for" reads: were that subject alone as good as the bar asks, the pupil would meet the bar.
        """
        low, reaching = self.below(bar.floor), self.reaching(bar.threshold)
        over = len(self.failed) - bar.failed_comments
        if over > 0:
            return self.failed[0] if over == 1 and not low and reaching >= bar.count else ""
        candidates = low or self.below(bar.threshold)
        alone = len(low) <= 1 and bool(candidates) and reaching + 1 >= bar.count
        return str(candidates[-1]) if alone else ""


def few(subjects: Sequence[object], named: int = 3) -> str:
    """Name the first of them: a trace must fit on the record, which shows the rest."""
    return ", ".join(str(subject) for subject in subjects[:named]) + (", …" if len(subjects) > named else "")
