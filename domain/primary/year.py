"""The result of a primary year: Circular 27/2020/TT-BGDĐT art. 9, with a trace that people can read."""

from dataclasses import dataclass
from typing import Final, TypeVar

from domain.assessment import Score
from domain.errors import Incomplete, Invalid
from domain.naming import few
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.rules.thresholds import PrimaryBar, PrimaryRules

INDIVIDUAL_PLAN: Final = "Đánh giá theo kế hoạch giáo dục cá nhân (Thông tư 27/2020, Điều 8)."


@dataclass(frozen=True)
class SubjectResult:
    """One subject at the end of the year; the score is that of the last test if the pupil was re-tested."""

    name: str
    level: SubjectLevel
    tested: bool = False
    score: Score | None = None


@dataclass(frozen=True)
class TraitResult:
    """One quality or competency at the end of the year."""

    name: str
    level: QualityLevel


@dataclass(frozen=True)
class YearAssessment:
    """Everything the year-end rule looks at for one pupil."""

    subjects: tuple[SubjectResult, ...]
    qualities: tuple[TraitResult, ...]
    competencies: tuple[TraitResult, ...]
    assessment_waived: bool = False  # a disabled pupil who is not assessed
    individual_plan: bool = False  # a disabled pupil who is assessed by a plan of his own (art. 8)

    @property
    def traits(self) -> tuple[TraitResult, ...]:
        return self.qualities + self.competencies


@dataclass(frozen=True)
class ResultWithTrace:
    result: OverallResult | None  # None: not assessed
    reason: str
    rule_version: str


def overall_result(rules: PrimaryRules, year: YearAssessment) -> ResultWithTrace:
    """Judge the year by Circular 27/2020 art. 9, clause 2, point a: the first bar that is met decides.

    Rows with level or score M leave the rule. Raises Incomplete if a tested subject has no score, Invalid if there is
    nothing to judge.
    """
    if year.assessment_waived:
        reason = "Học sinh khuyết tật không đánh giá: không xếp mức kết quả giáo dục (Thông tư 27/2020, Điều 8)."
        return ResultWithTrace(None, reason, rules.version)
    _refuse_unjudgeable(year)
    plan = [INDIVIDUAL_PLAN] if year.individual_plan else []
    missed: list[str] = []
    for code, bar in rules.results.items():
        result, shortfall = OverallResult(code), _shortfall(year, bar)
        if not shortfall:
            return ResultWithTrace(result, " ".join([_met(year, result, bar), *missed[-1:], *plan]), rules.version)
        missed.append(f"Chưa đạt mức {result.label} vì có {shortfall}.")
    return ResultWithTrace(OverallResult.CHT, " ".join([missed[-1], *plan]), rules.version)


def _refuse_unjudgeable(year: YearAssessment) -> None:
    if not any(subject.level != SubjectLevel.M for subject in year.subjects) or not year.traits:
        raise Invalid("Không có môn học, phẩm chất hoặc năng lực nào để xếp mức kết quả giáo dục.")
    missing = [s.name for s in year.subjects if s.tested and s.level != SubjectLevel.M and s.score is None]
    if missing:
        raise Incomplete(f"Chưa có điểm kiểm tra cuối năm học: {', '.join(missing)}.")


def _scores(year: YearAssessment) -> list[tuple[str, int]]:
    rows = [row for row in year.subjects if row.tested and row.level != SubjectLevel.M]
    return [(row.name, row.score) for row in rows if isinstance(row.score, int)]


def _shortfall(year: YearAssessment, bar: PrimaryBar) -> str:
    """Return what keeps the pupil below the bar, or "" if the bar is met."""
    subjects: dict[str, list[str]] = {}
    for row in year.subjects:
        if row.level != SubjectLevel.M and _worse(row.level, SubjectLevel(bar.subject_level)):
            subjects.setdefault(f"môn ở mức {row.level.label}", []).append(row.name)
    traits: dict[str, list[str]] = {}
    for trait in year.traits:
        if _worse(trait.level, QualityLevel(bar.trait_level)):
            traits.setdefault(f"phẩm chất, năng lực ở mức {trait.level.label}", []).append(trait.name)
    low = [f"{name} {score}" for name, score in _scores(year) if score < bar.score]
    groups = [*sorted(subjects.items()), *sorted(traits.items()), (f"điểm kiểm tra dưới {bar.score}", low)]
    return "; ".join(f"{why}: {few(names)}" for why, names in groups if names)


_Level = TypeVar("_Level", SubjectLevel, QualityLevel)


def _worse(level: _Level, lowest: _Level) -> bool:
    """Levels are declared best first, so a later one is worse."""
    order = list(type(level))
    return order.index(level) > order.index(lowest)


def _least(level: str, rising: bool) -> str:  # noqa: FBT001 - told by its caller alone
    return f"{level} trở lên" if rising else level


def _met(year: YearAssessment, result: OverallResult, bar: PrimaryBar) -> str:
    subject, trait = SubjectLevel(bar.subject_level), QualityLevel(bar.trait_level)
    rising = subject is not SubjectLevel.T
    parts = [
        f"các môn học, hoạt động giáo dục đều ở mức {_least(subject.label, rising)}",
        f"các phẩm chất, năng lực đều ở mức {_least(trait.label, rising)}",
    ]
    if scores := _scores(year):
        listed = ", ".join(f"{name} {score}" for name, score in scores)
        parts.append(f"điểm kiểm tra cuối năm học đều từ {bar.score} trở lên ({listed})")
    if exempt := [row.name for row in year.subjects if SubjectLevel.M in {row.level, row.score}]:
        parts.append(f"được miễn: {', '.join(exempt)}")
    return f"{result.label}: {'; '.join(parts)}."
