"""What holds of the year's result whatever a pupil was given."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import EXEMPT
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.primary.year import SubjectResult, TraitResult, YearAssessment
from tests.domain.primary.samples import CHT, HT, C, H, M, T, judge

ORDER = list(OverallResult)
SUBJECTS = st.builds(
    lambda level, score: SubjectResult("Môn", level, tested=score is not None, score=score),
    st.sampled_from([T, H, C]),
    st.none() | st.integers(0, 10) | st.just(EXEMPT),
)
TRAITS = st.lists(st.builds(TraitResult, st.just("Nét"), st.sampled_from(QualityLevel)), min_size=1, max_size=5)
YEARS = st.builds(
    lambda rows, qualities, competencies: YearAssessment(tuple(rows), tuple(qualities), tuple(competencies)),
    st.lists(SUBJECTS, min_size=1, max_size=12),
    TRAITS,
    TRAITS,
)


def rank(assessed: YearAssessment) -> int:
    """0 is the best result."""
    result = judge(assessed).result
    assert result is not None
    return ORDER.index(result)


def put_subject(assessed: YearAssessment, place: int, row: SubjectResult) -> YearAssessment:
    return replace(assessed, subjects=(*assessed.subjects[:place], row, *assessed.subjects[place + 1 :]))


@given(YEARS, st.data())
def test_raising_one_score_never_lowers_the_result(assessed: YearAssessment, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(assessed.subjects) - 1))
    row = assessed.subjects[place]
    if isinstance(row.score, int):
        row = replace(row, score=data.draw(st.integers(row.score, 10)))
    assert rank(put_subject(assessed, place, row)) <= rank(assessed)


@given(YEARS, st.data())
def test_raising_one_level_never_lowers_the_result(assessed: YearAssessment, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(assessed.subjects) - 1))
    row = assessed.subjects[place]
    for better in list(SubjectLevel)[: list(SubjectLevel).index(row.level)]:
        assert rank(put_subject(assessed, place, replace(row, level=better))) <= rank(assessed)
    first, *others = assessed.qualities
    for level in list(QualityLevel)[: list(QualityLevel).index(first.level)]:
        raised = (replace(first, level=level), *others)
        assert rank(replace(assessed, qualities=raised)) <= rank(assessed)


@given(YEARS, st.data())
def test_the_order_of_subjects_and_traits_never_matters(assessed: YearAssessment, data: st.DataObject) -> None:
    shuffled = YearAssessment(
        tuple(data.draw(st.permutations(assessed.subjects))),
        tuple(data.draw(st.permutations(assessed.qualities))),
        tuple(data.draw(st.permutations(assessed.competencies))),
    )
    assert rank(shuffled) == rank(assessed)
    assert rank(replace(assessed, qualities=assessed.competencies, competencies=assessed.qualities)) == rank(assessed)


@given(YEARS)
def test_an_exempt_subject_changes_nothing(assessed: YearAssessment) -> None:
    exempt = SubjectResult("Giáo dục thể chất", M, tested=True)
    assert rank(replace(assessed, subjects=(*assessed.subjects, exempt))) == rank(assessed)


@given(YEARS)
def test_the_worst_of_all_decides_between_completing_and_not(assessed: YearAssessment) -> None:
    scores = [row.score for row in assessed.subjects if isinstance(row.score, int)]
    is_low = min(scores, default=10) < 5 or any(row.level is C for row in assessed.subjects)
    is_low = is_low or any(trait.level is QualityLevel.C for trait in assessed.traits)
    assert (judge(assessed).result is CHT) is is_low
    assert is_low or rank(assessed) <= ORDER.index(HT)


@given(YEARS)
def test_a_plan_of_his_own_changes_the_reason_alone(assessed: YearAssessment) -> None:
    planned = judge(replace(assessed, individual_plan=True))
    assert planned.result is judge(assessed).result
    assert planned.reason.startswith(judge(assessed).reason)
