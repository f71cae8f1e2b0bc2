"""What a principal should look at before approving: results below the standard, as the circulars count them."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from domain.assessment import AssessmentPoint, Term, points_of
from domain.curriculum import HOMEROOM, Curriculum
from domain.entered import Entered
from domain.entry import CellKey, Values
from domain.labelled import Labelled
from domain.naming import few
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.pupil_results import PupilResult
from domain.scales import CellKind
from domain.secondary.levels import MeritLevel

_BELOW: Final = frozenset({OverallResult.CHT.value, MeritLevel.CD.value})


class PointKind(Labelled):
    """Why a pupil deserves a look; in the order in which it matters."""

    RETURNED = "returned", "Đã trả lại"
    CHANGED = "changed", "Thay đổi từ lần xem trước"
    BELOW = "below", "Kết quả chưa đạt"
    PERSONAL_ID = "personal_id", "Số định danh"


class Point(NamedTuple):
    kind: PointKind
    text: str


def below_standard(result: PupilResult, term: Term) -> tuple[str, ...]:
    """The results of a term or year that are below the standard, in words; nothing for most pupils."""
    found = [f"{each.name}: {each.text}" for each in result.verdicts if each.level in _BELOW]
    if term is Term.YEAR_END and result.is_promoted is not True:
        found.append("Chưa được lên lớp" if result.is_promoted is None else "Ở lại lớp")
    return tuple(found)


def below_in_first_term(curriculum: Curriculum, pupil: Entered) -> tuple[str, ...]:
    """The same of a primary pupil's first term, which has no result of its own (Circular 27/2020 art. 7)."""
    if pupil.assessment_waived:
        return ()
    end = points_of(Term.HK1)[1]
    homeroom = pupil.slots.get(HOMEROOM, {})
    least = curriculum.primary_rules.results[OverallResult.HT.value].score
    subjects = [each.name for each in curriculum.subjects if _is_below(pupil.slots, each.code, end, least)]
    traits = [
        each.name
        for each in curriculum.traits
        if homeroom.get(CellKey(each.code, end, CellKind.LEVEL)) == QualityLevel.C
    ]
    found = [("Chưa hoàn thành", subjects), ("Cần cố gắng", traits)]
    return tuple(f"{label}: {few(names)}" for label, names in found if names)


def _is_below(slots: Mapping[str, Values], subject: str, end: AssessmentPoint, least: int) -> bool:
    values = slots.get(subject, {})
    score = values.get(CellKey(subject, end, CellKind.SCORE), "")
    is_low = score.isdigit() and int(score) < least
    return is_low or values.get(CellKey(subject, end, CellKind.LEVEL)) == SubjectLevel.C
