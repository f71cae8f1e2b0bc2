"""Averages of scored subjects and results of comment subjects (Circular 22/2021/TT-BGDĐT art. 6 and art. 9 clause 1).

Marks and averages are exact decimals; binary floats would move ties. Rounding is the rule set's.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from domain.errors import Incomplete
from domain.rules.thresholds import AverageRules, SecondaryRules
from domain.secondary.levels import PassLevel


def least_regular(rules: SecondaryRules, periods: int) -> int:
    """Return how many regular scores a term needs in a scored subject of so many periods a year (art. 6)."""
    return max((step.count for step in rules.regular.least if periods > step.above_periods), default=0)


def term_average(rules: SecondaryRules, regular: Sequence[Decimal], midterm: Decimal, final: Decimal) -> Decimal:
    """Return ĐTBmhk over the regular scores that were given; raise Incomplete if there are none."""
    if not regular:
        raise Incomplete("Chưa có điểm đánh giá thường xuyên.")
    weights = rules.average
    total = weights.regular * sum(regular) + weights.midterm * midterm + weights.final * final
    return _rounded(total, weights.regular * len(regular) + weights.midterm + weights.final, weights)


def year_average(rules: SecondaryRules, hk1: Decimal, hk2: Decimal) -> Decimal:
    """Return ĐTBmcn from the two rounded term averages."""
    weights = rules.average
    total = weights.first_term * hk1 + weights.second_term * hk2
    return _rounded(total, weights.first_term + weights.second_term, weights)


def _rounded(total: Decimal, weight: int, rules: AverageRules) -> Decimal:
    # A quotient that is no tie differs from one by far more than what 28 digits leave out.
    return (total / weight).quantize(Decimal(1).scaleb(-rules.decimals), rules.rounding)


def passed_term(levels: Iterable[PassLevel]) -> PassLevel:
    """Return a comment subject's level of the term: Đạt if every assessment is; exempt ones do not count.

    Raises Incomplete without any assessment; whether there are enough is the caller's to check (`least_comment`).
    """
    given = set(levels)
    if not given:
        raise Incomplete("Chưa có mức đánh giá nào trong học kì.")
    counting = given - {PassLevel.M}
    if not counting:
        return PassLevel.M
    return PassLevel.D if counting == {PassLevel.D} else PassLevel.CD


def passed_year(hk2: PassLevel) -> PassLevel:
    """Return a comment subject's level of the year: that of the second term."""
    return hk2
