"""Short ways to say what a secondary pupil was given, as it is entered."""

from collections.abc import Mapping
from typing import Any

from domain.assessment import REGULAR_POINTS, AssessmentPoint, SubjectKind, Term, points_of
from domain.curriculum import HOMEROOM, Curriculum, Subject, curriculum_for
from domain.entered import Entered
from domain.entry import CONDUCT, CellKey, Values
from domain.scales import CellKind

HK1, YEAR = Term
GRADE_7, GRADE_9 = curriculum_for(7), curriculum_for(9)
GRADE_12 = curriculum_for(12, optional=["vat_li", "hoa_hoc", "sinh_hoc", "am_nhac"], topics=["toan", "am_nhac"])
SUMMER = AssessmentPoint.SUMMER


def kind_of(subject: Subject) -> CellKind:
    return CellKind.SCORE if subject.kind is SubjectKind.SCORED else CellKind.LEVEL


def row(subject: Subject, term: Term, text: str) -> dict[CellKey, str]:
    """The same mark or level in every assessment of the term; "M" exempts; "" leaves everything empty."""
    mid, end = points_of(term)
    points = (end,) if text == "M" else (*REGULAR_POINTS[: subject.min_regular], mid, end) if text else ()
    return {CellKey(subject.code, point, kind_of(subject)): text for point in points}


def slots(curriculum: Curriculum, term: Term, marks: Mapping[str, str], conduct: str = "T") -> dict[str, Values]:
    """What slots entered: by subject the mark of all its assessments, else 8 or Đ."""
    found: dict[str, Values] = {}
    for subject in curriculum.subjects:
        usual = "8" if subject.kind is SubjectKind.SCORED else "Đ"
        comment = CellKey(subject.code, points_of(term)[1], CellKind.COMMENT)
        found[subject.code] = row(subject, term, marks.get(subject.code, usual)) | {comment: f"Về {subject.name}."}
    given = CellKey(CONDUCT, points_of(term)[1], CellKind.LEVEL)
    return found | {HOMEROOM: {given: conduct} if conduct else {}}


def year(
    curriculum: Curriculum,
    marks: Mapping[str, str] | None = None,
    *,
    hk1: Mapping[str, str] | None = None,
    conduct: tuple[str, str] = ("T", "T"),
    summer: Mapping[str, str] | None = None,
    **more: Any,  # noqa: ANN401
) -> Entered:
    """A year: `marks` of both terms but for those of `hk1`; `summer` by subject or CONDUCT; `more` are facts."""
    second = slots(curriculum, YEAR, marks or {}, conduct[1])
    first = slots(curriculum, HK1, {**(marks or {}), **(hk1 or {})}, conduct[0])
    for item, text in (summer or {}).items():
        slot, kind = (HOMEROOM, CellKind.LEVEL) if item == CONDUCT else (item, kind_of(curriculum.subject(item)))
        second[slot] = {**second[slot], CellKey(item, SUMMER, kind): text}
    return Entered(slots=second, earlier=first, **more)


def term(curriculum: Curriculum, marks: Mapping[str, str] | None = None, conduct: str = "T", **more: Any) -> Entered:  # noqa: ANN401
    """A first term."""
    return Entered(slots=slots(curriculum, HK1, marks or {}, conduct), **more)
