"""From the cells of secondary classes to results of subjects, terms and the year."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from domain.assessment import COUNTED_AS_REGULAR, EXEMPT, AssessmentPoint, SubjectKind, Term, points_of
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.entered import Entered
from domain.entry import CONDUCT, END, CellKey, Values
from domain.rules.thresholds import SecondaryRules
from domain.scales import CellKind
from domain.secondary.averages import passed_term, passed_year, term_average, year_average
from domain.secondary.levels import MeritLevel, PassLevel, SubjectMark, parse_mark
from domain.secondary.retest import RetestResult


def term_mark(curriculum: Curriculum, subject: Subject, term: Term, values: Values) -> SubjectMark:
    """A subject's result of a term; no average and no level while a periodic mark is missing."""
    kind = subject.kind
    unknown = SubjectMark(subject.code, subject.name, kind, exempt=_is_exempt(values))
    if unknown.exempt:
        return unknown
    if kind is SubjectKind.COMMENT:
        return _passed(unknown, subject, term, values)
    return _averaged(unknown, curriculum, subject, term, values)


def _is_exempt(values: Values) -> bool:
    """M instead of the mark or level at the end of the term."""
    return any(text == EXEMPT for key, text in values.items() if key.point in END and key.kind is not CellKind.COMMENT)


def _averaged(mark: SubjectMark, curriculum: Curriculum, subject: Subject, term: Term, values: Values) -> SubjectMark:
    found = {point: _number(values, subject, point) for point in (*COUNTED_AS_REGULAR, *points_of(term))}
    mid, end = (found[point] for point in points_of(term))
    regular = [number for point in COUNTED_AS_REGULAR if (number := found[point]) is not None]
    if mid is None or end is None or not regular:
        return mark
    average = term_average(curriculum.secondary_rules, regular, mid, end)
    return SubjectMark(mark.code, mark.name, mark.kind, average=average)


def _passed(mark: SubjectMark, subject: Subject, term: Term, values: Values) -> SubjectMark:
    texts = {point: values.get(CellKey(subject.code, point, CellKind.LEVEL), "") for point in AssessmentPoint}
    if not all(texts[point] for point in points_of(term)):
        return mark
    given = [PassLevel(texts[point]) for point in (*COUNTED_AS_REGULAR, *points_of(term)) if texts[point]]
    return SubjectMark(mark.code, mark.name, mark.kind, passed=passed_term(given))


def _number(values: Values, subject: Subject, point: AssessmentPoint) -> Decimal | None:
    text = values.get(CellKey(subject.code, point, CellKind.SCORE), "")
    mark = parse_mark(text) if text else EXEMPT
    return mark if isinstance(mark, Decimal) else None


def year_mark(rules: SecondaryRules, hk1: SubjectMark, hk2: SubjectMark) -> SubjectMark:
    """A subject's result of the year. Of a pupil who was exempt in one term, the other term's result counts."""
    if hk1.exempt or hk2.exempt:
        return hk1 if hk2.exempt else hk2
    if hk2.kind is SubjectKind.COMMENT:
        passed = passed_year(hk2.passed) if hk2.passed else None
        return SubjectMark(hk2.code, hk2.name, hk2.kind, passed=passed)
    if hk1.average is None or hk2.average is None:
        return SubjectMark(hk2.code, hk2.name, hk2.kind)
    average = year_average(rules, hk1.average, hk2.average)
    return SubjectMark(hk2.code, hk2.name, hk2.kind, average=average)


@dataclass(frozen=True)
class YearMarks:
    """One subject over the year; `retest` is what a re-assessment gave."""

    subject: Subject
    hk1: SubjectMark
    hk2: SubjectMark
    year: SubjectMark
    retest: RetestResult | None


def year_marks(curriculum: Curriculum, first: Curriculum, pupil: Entered) -> tuple[YearMarks, ...]:
    """Every subject's results in the order of the form; `first` is the curriculum of the first term."""
    return tuple(subject_year(curriculum, first, subject, pupil) for subject in curriculum.subjects)


def subject_year(curriculum: Curriculum, first: Curriculum, subject: Subject, pupil: Entered) -> YearMarks:
    values = pupil.slots.get(subject.code, {})
    hk1 = term_mark(first, subject, Term.HK1, pupil.earlier.get(subject.code, {}))
    hk2 = term_mark(curriculum, subject, Term.YEAR_END, values)
    return YearMarks(subject, hk1, hk2, year_mark(curriculum.secondary_rules, hk1, hk2), _retest(subject, values))


def _retest(subject: Subject, values: Values) -> RetestResult | None:
    if subject.kind is SubjectKind.SCORED:
        return _number(values, subject, AssessmentPoint.SUMMER)
    text = values.get(CellKey(subject.code, AssessmentPoint.SUMMER, CellKind.LEVEL), "")
    return PassLevel(text) if text else None


def conduct(slots: Mapping[str, Values], point: AssessmentPoint) -> MeritLevel | None:
    """The conduct that the homeroom teacher gave at a point."""
    text = slots.get(HOMEROOM, {}).get(CellKey(CONDUCT, point, CellKind.LEVEL), "")
    return MeritLevel(text) if text else None
