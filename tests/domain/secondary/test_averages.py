"""Averages of scored subjects and results of comment subjects."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Incomplete
from domain.secondary.averages import least_regular, passed_term, passed_year, term_average, year_average
from domain.secondary.levels import PassLevel
from tests.domain.secondary.samples import EXEMPT, FAILED, OK, RULES, decimals

HALF_EVEN = replace(RULES, average=replace(RULES.average, rounding="ROUND_HALF_EVEN"))
HALF_DOWN = replace(RULES, average=replace(RULES.average, rounding="ROUND_HALF_DOWN"))


@pytest.mark.parametrize(
    ("periods", "count"),
    [(1, 2), (34, 2), (35, 2), (36, 3), (52, 3), (69, 3), (70, 3), (71, 4), (105, 4), (140, 4), (0, 0)],
)
def test_article_6_says_how_many_regular_scores_a_term_needs(periods: int, count: int) -> None:
    assert least_regular(RULES, periods) == count


@pytest.mark.parametrize(
    ("regular", "midterm", "final", "average"),
    [
        ("8 9", "7", "8", "7.9"),  # 55/7
        ("8*4", "8", "8", "8.0"),
        ("0 0", "0", "0", "0.0"),
        ("10*4", "10", "10", "10.0"),
        ("5*2", "5", "4.9", "5.0"),  # 4.957
        ("4.9*2", "4.9", "4.9", "4.9"),
        ("6 7 8", "7.5", "6", "6.8"),  # 54/8 = 6.75
        ("8 9 10 7", "9", "8.5", "8.6"),  # 77.5/9 = 8.61
        ("10", "0", "0", "1.7"),  # the actual count divides: 10/6
        ("10*10", "0", "0", "6.7"),  # 100/15
    ],
)
def test_a_term_average_weighs_midterm_twice_and_final_thrice(
    regular: str, midterm: str, final: str, average: str
) -> None:
    found = term_average(RULES, decimals(regular), Decimal(midterm), Decimal(final))
    assert str(found) == average


# Five regular scores make the divisor ten; many of these are not what binary floats give.
@pytest.mark.parametrize(
    ("exact", "up", "even", "down"),
    [
        ("3.45", "3.5", "3.4", "3.4"),
        ("4.95", "5.0", "5.0", "4.9"),
        ("6.45", "6.5", "6.4", "6.4"),
        ("7.95", "8.0", "8.0", "7.9"),
        ("8.95", "9.0", "9.0", "8.9"),
        ("1.15", "1.2", "1.2", "1.1"),
        ("4.35", "4.4", "4.4", "4.3"),
        ("8.25", "8.3", "8.2", "8.2"),
        ("9.85", "9.9", "9.8", "9.8"),
        ("6.44", "6.4", "6.4", "6.4"),
        ("6.46", "6.5", "6.5", "6.5"),
    ],
)
def test_ties_are_rounded_as_the_rules_say(exact: str, up: str, even: str, down: str) -> None:
    total = Decimal(exact) * 10
    whole = total // 10
    regular = [whole] * 4 + [total - 9 * whole]  # not a mark a pupil could get, but the sum is what counts
    found = [str(term_average(rules, regular, whole, whole)) for rules in (RULES, HALF_EVEN, HALF_DOWN)]
    assert found == [up, even, down]


@pytest.mark.parametrize(
    ("hk1", "hk2", "average"),
    [
        ("7.9", "8.5", "8.3"),
        ("8.0", "8.0", "8.0"),
        ("10.0", "5.0", "6.7"),
        ("5.0", "10.0", "8.3"),
        ("6.4", "6.5", "6.5"),  # 6.467
        ("6.5", "6.4", "6.4"),  # 6.433
        ("4.8", "5.0", "4.9"),  # 4.933
        ("4.9", "5.0", "5.0"),  # 4.967
        ("3.3", "3.5", "3.4"),  # 3.433
        ("3.4", "3.5", "3.5"),  # 3.467
        ("7.8", "8.0", "7.9"),
        ("7.9", "8.0", "8.0"),
        ("8.8", "9.0", "8.9"),
        ("8.9", "9.0", "9.0"),
    ],
)
def test_a_year_average_weighs_the_second_term_twice(hk1: str, hk2: str, average: str) -> None:
    assert str(year_average(RULES, Decimal(hk1), Decimal(hk2))) == average


def test_an_average_without_regular_scores_is_refused() -> None:
    with pytest.raises(Incomplete, match="Chưa có điểm đánh giá thường xuyên"):
        term_average(RULES, [], Decimal(8), Decimal(8))


def test_weights_and_decimals_come_from_the_rules() -> None:
    plain = replace(RULES.average, midterm=1, final=1, second_term=1, decimals=2)
    rules = replace(RULES, average=plain)
    assert str(term_average(rules, [Decimal(8)], Decimal(7), Decimal(7))) == "7.33"
    assert str(year_average(rules, Decimal(7), Decimal(8))) == "7.50"


@pytest.mark.parametrize(
    ("levels", "passed"),
    [
        ([OK] * 4, OK),
        ([OK, OK, OK, FAILED], FAILED),
        ([FAILED, OK, OK, OK], FAILED),
        ([FAILED] * 4, FAILED),
        ([OK], OK),
        ([EXEMPT, OK], OK),
        ([EXEMPT, FAILED], FAILED),
        ([EXEMPT, EXEMPT], EXEMPT),
    ],
)
def test_a_comment_subject_passes_a_term_if_every_assessment_does(levels: list[PassLevel], passed: PassLevel) -> None:
    assert passed_term(levels) is passed


def test_a_comment_subject_without_assessments_is_refused() -> None:
    with pytest.raises(Incomplete, match="Chưa có mức đánh giá nào"):
        passed_term([])


@pytest.mark.parametrize("level", PassLevel)
def test_a_comment_subject_s_year_is_its_second_term(level: PassLevel) -> None:
    assert passed_year(level) is level


MARKS = st.integers(0, 100).map(lambda tenths: Decimal(tenths).scaleb(-1))
REGULAR = st.lists(MARKS, min_size=1, max_size=10)


@given(REGULAR, MARKS, MARKS)
def test_a_term_average_is_the_exact_fraction_rounded(regular: list[Decimal], midterm: Decimal, final: Decimal) -> None:
    exact = (sum(map(Fraction, regular)) + 2 * Fraction(midterm) + 3 * Fraction(final)) / (len(regular) + 5)
    assert term_average(RULES, regular, midterm, final) == Decimal(int(exact * 10 + Fraction(1, 2))).scaleb(-1)


@given(REGULAR, MARKS, MARKS)
def test_the_tie_rule_moves_nothing_but_ties(regular: list[Decimal], midterm: Decimal, final: Decimal) -> None:
    exact = (sum(map(Fraction, regular)) + 2 * Fraction(midterm) + 3 * Fraction(final)) / (len(regular) + 5)
    is_tie = (exact * 10).denominator == 2
    up, even, down = (term_average(rules, regular, midterm, final) for rules in (RULES, HALF_EVEN, HALF_DOWN))
    assert up - down == (Decimal("0.1") if is_tie else 0)
    assert even in {up, down}


@given(MARKS, MARKS)
def test_a_year_average_has_no_ties(hk1: Decimal, hk2: Decimal) -> None:
    averages = {year_average(rules, hk1, hk2) for rules in (RULES, HALF_EVEN, HALF_DOWN)}
    assert len(averages) == 1


@given(REGULAR, MARKS, MARKS, st.data())
def test_raising_one_score_never_lowers_an_average(
    regular: list[Decimal], midterm: Decimal, final: Decimal, data: st.DataObject
) -> None:
    scores = [*regular, midterm, final]
    place = data.draw(st.integers(0, len(scores) - 1))
    better = [*scores]
    better[place] = data.draw(MARKS.filter(lambda mark: mark >= scores[place]))
    before, after = (term_average(RULES, each[:-2], each[-2], each[-1]) for each in (scores, better))
    assert before <= after
    assert year_average(RULES, before, midterm) <= year_average(RULES, after, midterm)
    assert year_average(RULES, midterm, before) <= year_average(RULES, midterm, after)


@given(REGULAR, MARKS, MARKS, st.randoms(use_true_random=False))
def test_the_order_of_regular_scores_never_matters(
    regular: list[Decimal], midterm: Decimal, final: Decimal, chance: Random
) -> None:
    shuffled = chance.sample(regular, len(regular))
    assert term_average(RULES, shuffled, midterm, final) == term_average(RULES, regular, midterm, final)
