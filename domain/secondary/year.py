"""A secondary pupil's term and year as a whole: learning, conduct, promotion, title (Circular 22/2021 art. 8-15)."""

from dataclasses import dataclass, replace

from domain.assessment import AssessmentPoint, Term, points_of
from domain.curriculum import Curriculum
from domain.entered import Entered
from domain.errors import Incomplete
from domain.secondary.conduct import year_conduct
from domain.secondary.learning import Judged, learning_level
from domain.secondary.levels import MeritLevel, SubjectMark
from domain.secondary.promotion import Outcome, Promotion, Summer, YearStanding, passing, promotion
from domain.secondary.reading import YearMarks, conduct, term_mark, year_marks
from domain.secondary.titles import title


@dataclass(frozen=True)
class TermResult:
    marks: tuple[SubjectMark, ...]
    learning: Judged
    conduct: MeritLevel | None


@dataclass(frozen=True)
class YearResult:
    """`conduct` by term and year; `promotion` after the summer where there was need of one.

    `retested` and `trained` are the levels of learning and conduct that re-tests and training in summer led to, None
    where there were none.
    """

    subjects: tuple[YearMarks, ...]
    learning: tuple[Judged, Judged, Judged]  # hk1, hk2, year
    conduct: tuple[MeritLevel, MeritLevel, MeritLevel]
    promotion: Promotion
    retested: MeritLevel | None
    trained: MeritLevel | None
    title: str


def term_result(curriculum: Curriculum, term: Term, pupil: Entered) -> TermResult:
    """Raises Incomplete naming the subjects without result."""
    marks = tuple(term_mark(curriculum, each, term, pupil.slots.get(each.code, {})) for each in curriculum.subjects)
    judged = learning_level(curriculum.secondary_rules, marks, assessment_waived=pupil.assessment_waived)
    return TermResult(marks, judged, conduct(pupil.slots, points_of(term)[1]))


def year_result(curriculum: Curriculum, first: Curriculum, pupil: Entered) -> YearResult:
    """Raises Incomplete naming what has no result yet; Invalid for a re-test nobody had need of."""
    subjects = year_marks(curriculum, first, pupil)
    rules, waived = curriculum.secondary_rules, pupil.assessment_waived
    learning = (
        learning_level(first.secondary_rules, [each.hk1 for each in subjects], assessment_waived=waived),
        learning_level(rules, [each.hk2 for each in subjects], assessment_waived=waived),
        learning_level(rules, [each.year for each in subjects], assessment_waived=waived),
    )
    by_term = _conduct(curriculum, pupil)
    standing = YearStanding(
        grade=curriculum.grade,
        learning=learning[2].level,
        conduct=by_term[2],
        absences=pupil.absent,
        marks=tuple(each.year for each in subjects),
        assessment_waived=waived,
        individual_plan=pupil.individual_plan,
    )
    summer = _summer(subjects, pupil)
    decided = _decided(promotion(rules, standing, summer), curriculum.grade, pupil)
    averages = [each.year.average for each in subjects if each.year.average is not None]
    return YearResult(
        subjects=subjects,
        learning=learning,
        conduct=by_term,
        promotion=decided,
        retested=decided.learning if summer and summer.retest else None,
        trained=summer.conduct if summer else None,
        title=title(rules, by_term[2], learning[2].level, averages),
    )


def _conduct(curriculum: Curriculum, pupil: Entered) -> tuple[MeritLevel, MeritLevel, MeritLevel]:
    hk1 = conduct(pupil.earlier, AssessmentPoint.END_HK1)
    hk2 = conduct(pupil.slots, AssessmentPoint.YEAR_END)
    if hk1 is None or hk2 is None:
        raise Incomplete("Chưa có kết quả rèn luyện của cả hai học kì.")
    return hk1, hk2, year_conduct(curriculum.secondary_rules, hk1, hk2)


def _summer(subjects: tuple[YearMarks, ...], pupil: Entered) -> Summer | None:
    """What the summer brought; a decision of the principal ends it also for a pupil who did nothing then."""
    retest = {each.subject.code: each.retest for each in subjects if each.retest is not None}
    trained = conduct(pupil.slots, AssessmentPoint.SUMMER)
    if not retest and trained is None and pupil.promoted is None:
        return None
    return Summer(retest, trained)


def _decided(found: Promotion, grade: int, pupil: Entered) -> Promotion:
    if found.outcome is not Outcome.PRINCIPAL_DECIDES or pupil.promoted is None:
        return found
    outcome = passing(grade) if pupil.promoted else Outcome.REPEATS
    return replace(found, outcome=outcome, reason=f"{found.reason} Hiệu trưởng đã quyết định: {outcome.small}.")
