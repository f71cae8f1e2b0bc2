"""Terms, levels and scores of primary assessment, and the year-end rule of Circular 27/2020/TT-BGDĐT."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from domain.errors import Incomplete, Invalid
from domain.labelled import Labelled

RULE_VERSION: Final = "tt27-2020/1"
MAX_SCORE: Final = 10
LAST_PRIMARY_GRADE: Final = 5
_NAMED: Final = 3


class Term(Labelled):
    """What a class closes and signs; the second term closes together with the year."""

    HK1 = "hk1", "Học kì I"
    YEAR_END = "year_end", "Cuối năm học"


class AssessmentPoint(Labelled):
    """The four times a year at which levels are given (Circular 27/2020 art. 7)."""

    MID_HK1 = "mid_hk1", "Giữa học kì I"
    END_HK1 = "end_hk1", "Cuối học kì I"
    MID_HK2 = "mid_hk2", "Giữa học kì II"
    YEAR_END = "year_end", "Cuối năm học"


class SubjectLevel(Labelled):
    """Level of a subject or educational activity (Circular 27/2020 art. 7); M is an exempt row."""

    T = "T", "Hoàn thành tốt"
    H = "H", "Hoàn thành"
    C = "C", "Chưa hoàn thành"
    M = "M", "Miễn"


class QualityLevel(Labelled):
    """Level of a quality or competency (Circular 27/2020 art. 7); the code of D is "Đ" (U+0110)."""

    T = "T", "Tốt"
    D = "Đ", "Đạt"
    C = "C", "Cần cố gắng"


class OverallResult(Labelled):
    """Result of the year (Circular 27/2020 art. 9), best first."""

    HTXS = "HTXS", "Hoàn thành xuất sắc"
    HTT = "HTT", "Hoàn thành tốt"
    HT = "HT", "Hoàn thành"
    CHT = "CHT", "Chưa hoàn thành"


class Exempt(StrEnum):
    """The score of a pupil who is exempt from the test."""

    M = "M"


Score: TypeAlias = int | Exempt
EXEMPT: Final = Exempt.M

_POINTS: Final = {
    Term.HK1: (AssessmentPoint.MID_HK1, AssessmentPoint.END_HK1),
    Term.YEAR_END: (AssessmentPoint.MID_HK2, AssessmentPoint.YEAR_END),
}


def points_of(term: Term) -> tuple[AssessmentPoint, AssessmentPoint]:
    """Return the term's two assessment points, middle and end."""
    return _POINTS[term]


def parse_subject_level(text: str) -> SubjectLevel:
    """Read a subject level from its code or name, in any case; raise Invalid otherwise."""
    for level in SubjectLevel:
        if _folded(text) in {level.casefold(), level.label.casefold()}:
            return level
    raise Invalid(f"“{text}” không phải là mức đạt được của môn học; chỉ nhận {_choices(SubjectLevel)}.")


def parse_quality_level(text: str) -> QualityLevel:
    """Read a level of a quality or competency; D and the look-alike Ð (U+00D0) stand for Đ. Raises Invalid."""
    wanted = _folded(text).replace("\u00f0", "đ")
    for level in QualityLevel:
        if ("đ" if wanted == "d" else wanted) in {level.casefold(), level.label.casefold()}:
            return level
    raise Invalid(f"“{text}” không phải là mức của phẩm chất, năng lực; chỉ nhận {_choices(QualityLevel)}.")


def _choices(kind: type[Labelled]) -> str:
    return ", ".join(f"{level} ({level.label})" for level in kind)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


def parse_score(value: str | float) -> Score:
    """Read a test score: a whole number 0..10 (also as 9.0, the way spreadsheets keep it) or M.

    Circular 27/2020 art. 7: the 10-point scale without decimals. Raises Invalid.
    """
    text = str(value).strip().replace(",", ".")
    if text.upper() == Exempt.M:
        return EXEMPT
    whole, _, decimals = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or decimals.strip("0"):
        raise Invalid(f"“{value}” không phải là điểm hợp lệ; điểm là số nguyên từ 0 đến 10, hoặc M nếu được miễn.")
    if int(whole) > MAX_SCORE:
        raise Invalid(f"Điểm {whole} vượt quá thang điểm 10.")
    return int(whole)


def score_text(score: Score | None) -> str:
    """Return the score as documents print it: empty, "M" or "0".."10"."""
    return "" if score is None else str(score)


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

    @property
    def traits(self) -> tuple[TraitResult, ...]:
        return self.qualities + self.competencies


@dataclass(frozen=True)
class ResultWithTrace:
    result: OverallResult | None  # None: not assessed
    reason: str
    rule_version: str


@dataclass(frozen=True)
class _Bar:
    """What a result asks for: lowest levels and lowest year-end score, all inclusive."""

    result: OverallResult
    subject_level: SubjectLevel
    trait_level: QualityLevel
    score: int


# Circular 27/2020 art. 9, clause 2, point a. The first bar that is met decides.
_BARS: Final = (
    _Bar(OverallResult.HTXS, SubjectLevel.T, QualityLevel.T, 9),
    _Bar(OverallResult.HTT, SubjectLevel.T, QualityLevel.T, 7),
    _Bar(OverallResult.HT, SubjectLevel.H, QualityLevel.D, 5),
)


def overall_result(year: YearAssessment) -> ResultWithTrace:
    """Judge the year by Circular 27/2020 art. 9; rows with level or score M leave the rule.

    Raises Incomplete if a tested subject has no score, Invalid if there is nothing to judge.
    """
    if year.assessment_waived:
        reason = "Học sinh khuyết tật không đánh giá: không xếp mức kết quả giáo dục (Thông tư 27/2020, Điều 8)."
        return ResultWithTrace(None, reason, RULE_VERSION)
    _refuse_unjudgeable(year)
    missed: list[str] = []
    for bar in _BARS:
        shortfall = _shortfall(year, bar)
        if not shortfall:
            return ResultWithTrace(bar.result, " ".join([_met(year, bar), *missed[-1:]]), RULE_VERSION)
        missed.append(f"Chưa đạt mức {bar.result.label} vì có {shortfall}.")
    return ResultWithTrace(OverallResult.CHT, missed[-1], RULE_VERSION)


def _refuse_unjudgeable(year: YearAssessment) -> None:
    if not any(subject.level != SubjectLevel.M for subject in year.subjects) or not year.traits:
        raise Invalid("Không có môn học, phẩm chất hoặc năng lực nào để xếp mức kết quả giáo dục.")
    missing = [s.name for s in year.subjects if s.tested and s.level != SubjectLevel.M and s.score is None]
    if missing:
        raise Incomplete(f"Chưa có điểm kiểm tra cuối năm học: {', '.join(missing)}.")


def _scores(year: YearAssessment) -> list[tuple[str, int]]:
    rows = [row for row in year.subjects if row.tested and row.level != SubjectLevel.M]
    return [(row.name, row.score) for row in rows if isinstance(row.score, int)]


def _shortfall(year: YearAssessment, bar: _Bar) -> str:
    """Return what keeps the pupil below the bar, or "" if the bar is met."""
    subjects: dict[str, list[str]] = {}
    for row in year.subjects:
        if row.level != SubjectLevel.M and _worse(row.level, bar.subject_level):
            subjects.setdefault(f"môn ở mức {row.level.label}", []).append(row.name)
    traits: dict[str, list[str]] = {}
    for trait in year.traits:
        if _worse(trait.level, bar.trait_level):
            traits.setdefault(f"phẩm chất, năng lực ở mức {trait.level.label}", []).append(trait.name)
    low = [f"{name} {score}" for name, score in _scores(year) if score < bar.score]
    groups = [*sorted(subjects.items()), *sorted(traits.items()), (f"điểm kiểm tra dưới {bar.score}", low)]
    return "; ".join(f"{why}: {_few(names)}" for why, names in groups if names)


def _few(names: list[str]) -> str:
    """Name the first three; the record itself shows the rest, and the trace must fit on its page."""
    more = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" và {more} mục khác" if more > 0 else "")


_Level = TypeVar("_Level", SubjectLevel, QualityLevel)


def _worse(level: _Level, lowest: _Level) -> bool:
    """Levels are declared best first, so a later one is worse."""
    order = list(type(level))
    return order.index(level) > order.index(lowest)


def _met(year: YearAssessment, bar: _Bar) -> str:
    rising = "" if bar.subject_level == SubjectLevel.T else " trở lên"
    parts = [
        f"các môn học, hoạt động giáo dục đều ở mức {bar.subject_level.label}{rising}",
        f"các phẩm chất, năng lực đều ở mức {bar.trait_level.label}{rising}",
    ]
    if scores := _scores(year):
        listed = ", ".join(f"{name} {score}" for name, score in scores)
        parts.append(f"điểm kiểm tra cuối năm học đều từ {bar.score} trở lên ({listed})")
    if exempt := [row.name for row in year.subjects if SubjectLevel.M in {row.level, row.score}]:
        parts.append(f"được miễn: {', '.join(exempt)}")
    return f"{bar.result.label}: {'; '.join(parts)}."


def programme_completed(result: OverallResult | None) -> bool:
    """Circular 27/2020 art. 11: every result but CHT completes the class programme; no result completes nothing."""
    return result is not None and result != OverallResult.CHT


def promoted(result: OverallResult | None, *, principal_decides: bool = False) -> bool:
    """Circular 27/2020 art. 11: completion promotes; otherwise the principal may still decide to promote."""
    return programme_completed(result) or principal_decides


def completion_text(grade: int, result: OverallResult | None, *, principal_decides: bool = False) -> str:
    """Return section 6 of the record's year (Circular 27/2020 art. 11)."""
    programme = "chương trình tiểu học" if grade == LAST_PRIMARY_GRADE else f"chương trình lớp {grade}"
    if programme_completed(result):
        return f"Hoàn thành {programme}"
    state = f"Chưa hoàn thành {programme}" if result else "Thực hiện theo kế hoạch giáo dục cá nhân"
    return f"{state}; được lên lớp theo quyết định của Hiệu trưởng" if principal_decides else state


def commendation_title(result: OverallResult | None, *, recognised: bool) -> str:
    """Return the title of Circular 27/2020 art. 13, or "".

    `recognised`: the class recognised outstanding work in a subject or clear progress in a quality or competency.
    """
    if result == OverallResult.HTXS:
        return "Học sinh Xuất sắc"
    if result == OverallResult.HTT and recognised:
        return "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
    return ""
