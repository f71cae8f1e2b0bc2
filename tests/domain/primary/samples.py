"""Short ways to say a primary pupil's year, as judged and as entered."""

from collections.abc import Mapping

from domain.assessment import AssessmentPoint, Score, Term, points_of
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.entered import Entered
from domain.entry import PRIMARY_COMMENTS, CellKey, Values
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.primary.year import ResultWithTrace, SubjectResult, TraitResult, YearAssessment, overall_result
from domain.rules.book import rule_book
from domain.rules.thresholds import PrimaryRules
from domain.scales import CellKind

T, H, C, M = SubjectLevel
GOOD, MET, POOR = QualityLevel
HTXS, HTT, HT, CHT = OverallResult
GRADE_1, GRADE_4, GRADE_5 = (curriculum_for(grade) for grade in (1, 4, 5))


def _newest() -> PrimaryRules:
    rules = rule_book().newest(1).primary
    assert rules is not None
    return rules


RULES = _newest()


def year(
    levels: tuple[SubjectLevel, ...] = (T, T, T),
    traits: tuple[QualityLevel, ...] = (GOOD, GOOD),
    scores: tuple[Score | None, ...] = (9, 9),
) -> YearAssessment:
    """A year of Tiếng Việt, Toán (both tested) and Đạo đức, one quality and one competency."""
    names = ("Tiếng Việt", "Toán", "Đạo đức")
    rows = zip(names, levels, (*scores, None), strict=True)
    return YearAssessment(
        tuple(SubjectResult(name, level, tested=name != "Đạo đức", score=score) for name, level, score in rows),
        (TraitResult("Chăm chỉ", traits[0]),),
        (TraitResult("Ngôn ngữ", traits[1]),),
    )


def judge(assessed: YearAssessment) -> ResultWithTrace:
    return overall_result(RULES, assessed)


Changes = Mapping[CellKey, str]


def slots(curriculum: Curriculum, term: Term = Term.YEAR_END, changes: Changes | None = None) -> dict[str, Values]:
    """What a pupil who does well in everything has at the term's end; `changes` by cell."""
    mid, end = points_of(term)
    found: dict[str, dict[CellKey, str]] = {}
    for subject in curriculum.subjects:
        code = subject.code
        values = {CellKey(code, point, CellKind.LEVEL): "T" for point in (mid, end)}
        values |= {CellKey(code, point, CellKind.SCORE): "9" for point in (mid, end) if subject.has_test(point)}
        found[code] = values | {CellKey(code, end, CellKind.COMMENT): f"Em học tốt môn {subject.name}."}
    found[HOMEROOM] = {
        CellKey(trait.code, point, CellKind.LEVEL): "T" for trait in curriculum.traits for point in (mid, end)
    }
    found[HOMEROOM] |= {CellKey(where.value, end, CellKind.COMMENT): where.label for where in PRIMARY_COMMENTS}
    taught = {subject.code for subject in curriculum.subjects}
    for key, text in (changes or {}).items():
        found[key.item if key.item in taught else HOMEROOM][key] = text
    return dict(found)


def pupil(
    curriculum: Curriculum,
    term: Term = Term.YEAR_END,
    changes: Changes | None = None,
    **more: bool | int | str | None,
) -> Entered:
    return Entered(slots=slots(curriculum, term, changes), **more)  # type: ignore[arg-type]


def level(item: str, point: str = "year_end") -> CellKey:
    return CellKey(item, AssessmentPoint(point), CellKind.LEVEL)


def score(item: str, point: str = "year_end") -> CellKey:
    return CellKey(item, AssessmentPoint(point), CellKind.SCORE)


def comment(where: str, point: str = "year_end") -> CellKey:
    return CellKey(where, AssessmentPoint(point), CellKind.COMMENT)
