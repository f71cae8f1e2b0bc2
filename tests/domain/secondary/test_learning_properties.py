"""What holds for the learning result of every pupil, and the guide's own words for it as an oracle."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import SubjectKind
from domain.secondary.averages import term_average
from domain.secondary.learning import REASON_LIMIT, Judged, learning_level
from domain.secondary.levels import MeritLevel, PassLevel, SubjectMark
from tests.domain.secondary.samples import EXEMPT, FAILED, OK, RULES

ORDER = list(MeritLevel)
EDGES = ("0", "3.4", "3.5", "4.9", "5.0", "6.4", "6.5", "7.9", "8.0", "8.0", "8.0", "10")
AVERAGES = st.sampled_from(EDGES).map(Decimal) | st.integers(0, 100).map(lambda tenths: Decimal(tenths).scaleb(-1))
PASSES = st.sampled_from((OK, OK, OK, FAILED))


def _subjects(averages: Sequence[Decimal], levels: Sequence[PassLevel]) -> tuple[SubjectMark, ...]:
    return (
        *(SubjectMark(f"s{n}", f"Môn {n}", SubjectKind.SCORED, average) for n, average in enumerate(averages)),
        *(SubjectMark(f"c{n}", f"Môn {n} nhận xét", SubjectKind.COMMENT, passed=each) for n, each in enumerate(levels)),
    )


# Mostly good pupils with one or two odd subjects: that is where clause 3 works.
_USUAL = st.tuples(st.sampled_from(("8.0", "6.5", "5.0")), st.integers(4, 8)).map(
    lambda them: [Decimal(them[0])] * them[1]
)
_SCORED = st.lists(AVERAGES, min_size=1, max_size=10) | st.tuples(_USUAL, st.lists(AVERAGES, max_size=3)).map(
    lambda both: both[0] + both[1]
)
PUPILS = st.builds(_subjects, _SCORED, st.lists(PASSES, max_size=4))


def rank(judged: Judged) -> int:
    """0 is Tốt."""
    assert judged.level is not None
    return ORDER.index(judged.level)


def base_of(averages: Sequence[Decimal], failed: int) -> int:
    """The guide's rule, word for word."""
    for level, (floor, many, failures) in enumerate((("6.5", "8.0", 0), ("5.0", "6.5", 0), ("3.5", "5.0", 1))):
        six = sum(average >= Decimal(many) for average in averages) >= 6
        if failed <= failures and six and all(average >= Decimal(floor) for average in averages):
            return level
    return 3


def adjusted(averages: Sequence[Decimal], failed: int) -> int:
    """The guide's pseudo-code: try every subject alone at what the target needs."""
    base = base_of(averages, failed)
    for target, needed in enumerate((Decimal("8.0"), Decimal("6.5"))):
        lifted = [
            ([*averages[:place], max(average, needed), *averages[place + 1 :]], failed)
            for place, average in enumerate(averages)
        ]
        if failed:
            lifted.append(([*averages], failed - 1))
        if base - target >= 2 and any(base_of(*each) <= target for each in lifted):
            return base - 1
    return base


@given(PUPILS)
def test_the_level_is_that_of_the_guide(marks: tuple[SubjectMark, ...]) -> None:
    averages = [mark.average for mark in marks if mark.average is not None]
    failed = sum(mark.passed is FAILED for mark in marks)
    judged = learning_level(RULES, marks)
    assert judged.base_level is ORDER[base_of(averages, failed)]
    assert judged.level is ORDER[adjusted(averages, failed)]


@given(PUPILS)
def test_the_raise_is_of_one_level_at_most_and_never_to_the_best(marks: tuple[SubjectMark, ...]) -> None:
    judged = learning_level(RULES, marks)
    assert judged.base_level is not None
    raised = ORDER.index(judged.base_level) - rank(judged)
    assert raised in {0, 1}
    assert not raised or rank(judged) > 0
    assert ("điều chỉnh" in judged.reason) is (raised == 1)


@given(PUPILS, st.data())
def test_raising_one_average_never_lowers_the_level(marks: tuple[SubjectMark, ...], data: st.DataObject) -> None:
    place = data.draw(st.sampled_from([n for n, mark in enumerate(marks) if mark.average is not None]))
    least = marks[place].average
    assert least is not None
    better = replace(marks[place], average=data.draw(AVERAGES.map(lambda average: max(average, least))))
    after = (*marks[:place], better, *marks[place + 1 :])
    assert rank(learning_level(RULES, after)) <= rank(learning_level(RULES, marks))


@given(PUPILS, st.data())
def test_passing_one_comment_subject_never_lowers_the_level(
    marks: tuple[SubjectMark, ...], data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(marks) - 1))
    after = tuple(replace(mark, passed=OK) if n == place and mark.passed else mark for n, mark in enumerate(marks))
    assert rank(learning_level(RULES, after)) <= rank(learning_level(RULES, marks))


@given(PUPILS, st.lists(st.integers(0, 100), min_size=4, max_size=4), st.integers(0, 3))
def test_raising_one_score_of_a_term_never_lowers_the_level(
    marks: tuple[SubjectMark, ...], tenths: list[int], place: int
) -> None:
    def judged(scores: Sequence[int]) -> int:
        *regular, midterm, final = (Decimal(each).scaleb(-1) for each in scores)
        average = term_average(RULES, regular, midterm, final)
        return rank(learning_level(RULES, (*marks, SubjectMark("x", "Toán", SubjectKind.SCORED, average))))

    better = [min(100, each + 5) if n == place else each for n, each in enumerate(tenths)]
    assert judged(better) <= judged(tenths)


@given(PUPILS, st.data())
def test_neither_level_nor_reason_depends_on_the_order_of_subjects(
    marks: tuple[SubjectMark, ...], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(marks))
    assert learning_level(RULES, shuffled) == learning_level(RULES, marks) == learning_level(RULES, list(marks))


@given(PUPILS, PASSES)
def test_an_exempt_subject_changes_no_level(marks: tuple[SubjectMark, ...], passed: PassLevel) -> None:
    exempt = (
        SubjectMark("x", "Toán", SubjectKind.SCORED, Decimal(0), exempt=True),
        SubjectMark("y", "Âm nhạc", SubjectKind.COMMENT, passed=EXEMPT),
        SubjectMark("z", "Mĩ thuật", SubjectKind.COMMENT, passed=passed, exempt=True),
    )
    assert learning_level(RULES, (*marks, *exempt)).level is learning_level(RULES, marks).level


@given(PUPILS)
def test_the_reason_fits_on_the_record_even_with_the_longest_names(marks: tuple[SubjectMark, ...]) -> None:
    long = tuple(replace(mark, name=mark.name.ljust(40, "x")) for mark in marks)
    for each in (marks, long):
        assert 0 < len(learning_level(RULES, each).reason) <= REASON_LIMIT
