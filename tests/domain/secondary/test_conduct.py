"""The year's conduct: all 16 cases of article 8."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.secondary.conduct import year_conduct
from domain.secondary.levels import MeritLevel
from tests.domain.secondary.samples import FAIR, GOOD, NOT_PASS, PASS, RULES


@pytest.mark.parametrize(
    ("hk1", "hk2", "year"),
    [
        (GOOD, GOOD, GOOD),
        (FAIR, GOOD, GOOD),
        (PASS, GOOD, FAIR),
        (NOT_PASS, GOOD, FAIR),
        (GOOD, FAIR, FAIR),
        (FAIR, FAIR, FAIR),
        (PASS, FAIR, FAIR),
        (NOT_PASS, FAIR, PASS),
        (GOOD, PASS, FAIR),
        (FAIR, PASS, PASS),
        (PASS, PASS, PASS),
        (NOT_PASS, PASS, PASS),
        (GOOD, NOT_PASS, NOT_PASS),
        (FAIR, NOT_PASS, NOT_PASS),
        (PASS, NOT_PASS, NOT_PASS),
        (NOT_PASS, NOT_PASS, NOT_PASS),
    ],
)
def test_the_year_follows_from_the_terms(hk1: MeritLevel, hk2: MeritLevel, year: MeritLevel) -> None:
    assert year_conduct(RULES, hk1, hk2) is year


ORDER = list(MeritLevel)
LEVELS = st.sampled_from(MeritLevel)


@given(LEVELS, LEVELS, LEVELS)
def test_better_conduct_in_a_term_never_lowers_the_year_s(
    one: MeritLevel, other: MeritLevel, fixed: MeritLevel
) -> None:
    better, worse = sorted((one, other), key=ORDER.index)
    for terms in (((better, fixed), (worse, fixed)), ((fixed, better), (fixed, worse))):
        high, low = (ORDER.index(year_conduct(RULES, *both)) for both in terms)
        assert high <= low
