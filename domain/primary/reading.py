"""From the cells of a primary year's end to what its rule looks at."""

from collections.abc import Mapping

from domain.assessment import AssessmentPoint, Score
from domain.curriculum import Curriculum, Trait
from domain.entry import CellKey, Values
from domain.errors import Incomplete
from domain.primary.levels import QualityLevel, SubjectLevel, parse_score
from domain.primary.year import SubjectResult, TraitResult, YearAssessment
from domain.scales import CellKind

# What a supplementary assessment gave takes the place of the year's end (Circular 27/2020 art. 11).
_LATEST_FIRST = (AssessmentPoint.SUMMER, AssessmentPoint.YEAR_END)


def latest(values: Values, item: str, kind: CellKind) -> str:
    """The text that counts for the year; "" if there is none."""
    found = (values.get(CellKey(item, point, kind), "") for point in _LATEST_FIRST)
    return next((text for text in found if text), "")


def without_summer(slots: Mapping[str, Values]) -> Mapping[str, Values]:
    """The year as it stood at its end; the same object if no supplementary assessment was entered."""
    if not any(text and key.point is AssessmentPoint.SUMMER for each in slots.values() for key, text in each.items()):
        return slots
    return {
        slot: {key: text for key, text in values.items() if key.point is not AssessmentPoint.SUMMER}
        for slot, values in slots.items()
    }


def year_assessment(
    curriculum: Curriculum, subjects: Mapping[str, Values], homeroom: Values, *, individual_plan: bool = False
) -> YearAssessment:
    """Gather what the year's rule looks at, in the order of the form.

    Raises Incomplete naming every subject, quality and competency that has no level at the end of the year. A pupil
    whose assessment is waived has none of these: `YearAssessment((), (), (), assessment_waived=True)`.
    """
    levels = {each.code: latest(subjects.get(each.code, {}), each.code, CellKind.LEVEL) for each in curriculum.subjects}
    traits = {each.code: latest(homeroom, each.code, CellKind.LEVEL) for each in curriculum.traits}
    missing = [each.name for each in curriculum.subjects if not levels[each.code]]
    missing += [each.name for each in curriculum.traits if not traits[each.code]]
    if missing:
        raise Incomplete(f"Chưa có mức cuối năm học: {', '.join(missing)}.")
    rows = tuple(
        SubjectResult(
            name=each.name,
            level=SubjectLevel(levels[each.code]),
            tested=each.has_test(AssessmentPoint.YEAR_END),
            score=_score(subjects.get(each.code, {}), each.code),
        )
        for each in curriculum.subjects
    )
    qualities, competencies = (_given(each, traits) for each in (curriculum.qualities, curriculum.competencies))
    return YearAssessment(rows, qualities, competencies, individual_plan=individual_plan)


def _score(values: Values, subject: str) -> Score | None:
    text = latest(values, subject, CellKind.SCORE)
    return parse_score(text) if text else None


def _given(traits: tuple[Trait, ...], levels: Mapping[str, str]) -> tuple[TraitResult, ...]:
    return tuple(TraitResult(trait.name, QualityLevel(levels[trait.code])) for trait in traits)
