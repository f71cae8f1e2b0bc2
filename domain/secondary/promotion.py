"""Who is promoted, at the end of the year and after the summer (Circular 22/2021/TT-BGDĐT art. 12 to 14)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from domain.errors import Incomplete, Invalid
from domain.labelled import Labelled
from domain.rules.school_levels import level_of
from domain.rules.thresholds import SecondaryRules
from domain.secondary.learning import learning_level
from domain.secondary.levels import MeritLevel, SubjectMark
from domain.secondary.retest import RetestResult, retestable, retested
from domain.secondary.standing import few


class Outcome(Labelled):
    PROMOTED = "promoted", "Được lên lớp"
    COMPLETED = "completed", "Hoàn thành chương trình cấp học"
    RETEST = "retest", "Kiểm tra, đánh giá lại trong kì nghỉ hè"
    SUMMER_TRAINING = "summer_training", "Rèn luyện trong kì nghỉ hè"
    PRINCIPAL_DECIDES = "principal_decides", "Hiệu trưởng xem xét, quyết định"
    REPEATS = "repeats", "Không được lên lớp"


PASSING: Final = frozenset({Outcome.PROMOTED, Outcome.COMPLETED})


@dataclass(frozen=True)
class YearStanding:
    """A pupil's year: its levels, half-day absences and subjects. A pupil who is not assessed has no levels."""

    grade: int
    learning: MeritLevel | None
    conduct: MeritLevel | None
    absences: int
    marks: tuple[SubjectMark, ...]
    assessment_waived: bool = False
    individual_plan: bool = False  # a disabled pupil who is assessed by a plan of his own (art. 11)

    @property
    def is_disabled(self) -> bool:
        return self.assessment_waived or self.individual_plan


@dataclass(frozen=True)
class Summer:
    """What the summer brought: re-test results by subject code, conduct after training."""

    retest: Mapping[str, RetestResult] = field(default_factory=dict)
    conduct: MeritLevel | None = None


@dataclass(frozen=True)
class Promotion:
    """`learning` and `conduct` are the levels that were decided on: after the summer, those it left."""

    outcome: Outcome
    learning: MeritLevel | None
    conduct: MeritLevel | None
    reason: str
    rule_version: str


def promotion(rules: SecondaryRules, year: YearStanding, summer: Summer | None = None) -> Promotion:
    """Decide at the end of the year, or after the summer (an empty Summer: the pupil did nothing then).

    Raises Incomplete while a level is missing, Invalid for a re-test or training the pupil had no need of.
    """
    _refuse_unknown(year)
    after = year if summer is None else _after(rules, year, summer)
    outcome, reason = _beyond_levels(rules, year) or _by_levels(rules, after, is_final=summer is not None)
    return Promotion(outcome, after.learning, after.conduct, reason, rules.version)


def _refuse_unknown(year: YearStanding) -> None:
    levels = {"rèn luyện": year.conduct, "học tập": year.learning}
    if year.assessment_waived:
        del levels["học tập"]
    missing = [what for what, level in levels.items() if level is None]
    if missing:
        raise Incomplete(f"Chưa có kết quả {' và '.join(missing)} cả năm học.")


def _after(rules: SecondaryRules, year: YearStanding, summer: Summer) -> YearStanding:
    if summer.conduct is not None and year.conduct is not MeritLevel.CD:
        raise Invalid("Chỉ rèn luyện trong kì nghỉ hè khi kết quả rèn luyện cả năm học Chưa đạt.")
    trained = replace(year, conduct=summer.conduct or year.conduct)
    if not summer.retest:
        return trained
    if year.learning is not MeritLevel.CD:
        raise Invalid("Chỉ kiểm tra, đánh giá lại khi kết quả học tập cả năm học Chưa đạt.")
    marks = retested(rules, year.marks, summer.retest)
    return replace(trained, marks=marks, learning=learning_level(rules, marks).level)


def _beyond_levels(rules: SecondaryRules, year: YearStanding) -> tuple[Outcome, str] | None:
    """What no summer changes: too many absences, and what the circular leaves to the principal."""
    most = rules.promotion.most_absences
    if year.absences > most and not year.is_disabled:
        why = f"nghỉ {year.absences} buổi, quá {most} buổi ({rules.promotion.source})"
        return Outcome.REPEATS, f"Không đủ điều kiện {_goal(year.grade)}: {why}."
    if open_case := _open_case(rules, year):
        return Outcome.PRINCIPAL_DECIDES, f"{open_case}: {completion_text(year.grade, Outcome.PRINCIPAL_DECIDES)}."
    return None


def _open_case(rules: SecondaryRules, year: YearStanding) -> str:
    if year.is_disabled:
        articles = f"Thông tư {rules.circular}, {rules.disabled.source} và {rules.promotion.source}"
        how = "không đánh giá" if year.assessment_waived else "đánh giá theo kế hoạch giáo dục cá nhân"
        return f"Học sinh khuyết tật {how} ({articles})"
    if year.learning is not MeritLevel.CD:
        return ""
    if year.conduct is MeritLevel.CD:
        return "Kết quả rèn luyện và kết quả học tập cả năm học đều Chưa đạt"
    if retestable(rules, year.marks):
        return ""
    return "Kết quả học tập Chưa đạt nhưng không có môn học nào để đánh giá lại"


def _by_levels(rules: SecondaryRules, year: YearStanding, *, is_final: bool) -> tuple[Outcome, str]:
    levels = {"rèn luyện": year.conduct, "học tập": year.learning}
    low = " và ".join(what for what, level in levels.items() if level is MeritLevel.CD)
    if not low:
        why = f"kết quả rèn luyện và học tập từ mức Đạt trở lên, nghỉ {year.absences} buổi ({rules.promotion.source})"
        return passing(year.grade), f"Đủ điều kiện {_goal(year.grade)}: {why}."
    if is_final:
        why = f"sau kì nghỉ hè, kết quả {low} vẫn Chưa đạt ({rules.promotion.source})"
        return Outcome.REPEATS, f"Không đủ điều kiện {_goal(year.grade)}: {why}."
    if year.conduct is MeritLevel.CD:
        training = f"phải rèn luyện trong kì nghỉ hè ({rules.summer_training.source})"
        return Outcome.SUMMER_TRAINING, f"Kết quả rèn luyện cả năm học Chưa đạt: {training}."
    subjects = few([mark.name for mark in retestable(rules, year.marks)])
    return Outcome.RETEST, f"Kết quả học tập Chưa đạt: được kiểm tra, đánh giá lại {subjects} ({rules.retest.source})."


def passing(grade: int) -> Outcome:
    return Outcome.COMPLETED if _is_last(grade) else Outcome.PROMOTED


def _is_last(grade: int) -> bool:
    return grade == level_of(grade).grades[-1]


def _programme(grade: int) -> str:
    return f"chương trình {level_of(grade).label.lower()}"


def _goal(grade: int) -> str:
    return f"công nhận hoàn thành {_programme(grade)}" if _is_last(grade) else "lên lớp"


def completion_text(grade: int, outcome: Outcome) -> str:
    """Return what the record says about promotion, or about the programme in the last grade of a level."""
    if outcome in PASSING:
        return f"Hoàn thành {_programme(grade)}" if _is_last(grade) else f"Được lên lớp {grade + 1}"
    if outcome is Outcome.REPEATS:
        return f"Chưa hoàn thành {_programme(grade)}" if _is_last(grade) else outcome.label
    if outcome is Outcome.PRINCIPAL_DECIDES:
        return f"{outcome.label} việc {_goal(grade)}"
    return outcome.label
