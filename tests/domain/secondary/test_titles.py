"""Titles of article 15."""

from itertools import product

import pytest

from domain.secondary.levels import MeritLevel
from domain.secondary.titles import title
from tests.domain.secondary.samples import GOOD, RULES, decimals


@pytest.mark.parametrize(
    ("averages", "expected"),
    [
        ("9.0*6 6.5*2", "Học sinh Xuất sắc"),
        ("10*8", "Học sinh Xuất sắc"),
        ("9.0*5 8.9*3", "Học sinh Giỏi"),
        ("8.9*8", "Học sinh Giỏi"),
        ("8.0*6 6.5*2", "Học sinh Giỏi"),
    ],
)
def test_the_title_counts_averages_from_nine(averages: str, expected: str) -> None:
    assert title(RULES, GOOD, GOOD, decimals(averages)) == expected


@pytest.mark.parametrize(
    ("conduct", "learning"), [both for both in product([*MeritLevel, None], repeat=2) if both != (GOOD, GOOD)]
)
def test_there_is_no_title_unless_conduct_and_learning_are_both_good(
    conduct: MeritLevel | None, learning: MeritLevel | None
) -> None:
    assert title(RULES, conduct, learning, decimals("10*8")) == ""
