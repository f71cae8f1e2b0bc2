"""The shipped policies, and what a policy may say."""

from datetime import UTC, date, datetime

import pytest

from domain.calendar import SchoolYear
from domain.campaigns.phases import Cohort, Step
from domain.campaigns.policies import Policy, deadline, deadlines
from domain.errors import NotFound

YEAR = SchoolYear(2023)


def test_june_and_august_are_two_phases_in_the_city_s_pilot() -> None:
    assert deadline(Policy.HCM_2024, Step.DATA_REVIEW, Cohort.COMPLETED, YEAR).on == date(2024, 6, 30)
    assert deadline(Policy.HCM_2024, Step.ISSUE, Cohort.SUPPLEMENTARY, YEAR).on == date(2024, 8, 15)


def test_june_and_august_are_two_groups_of_pupils_under_two_tracks() -> None:
    now = datetime(2024, 7, 1, tzinfo=UTC)
    completed, waiting = (deadline(Policy.TWO_TRACK_2025, Step.FREEZE, cohort, YEAR) for cohort in list(Cohort)[1:])
    assert now >= completed.at
    assert now < waiting.at
    assert waiting.at == datetime(2024, 8, 15, 17, tzinfo=UTC)


@pytest.mark.parametrize("policy", Policy)
def test_deadlines_come_earliest_first_and_close_both_terms(policy: Policy) -> None:
    found = deadlines(policy, YEAR)
    assert [each.on for each in found] == sorted(each.on for each in found)
    assert [each.step for each in found[:2]] == [Step.CLOSE_HK1, Step.CLOSE_YEAR]


def test_a_step_without_deadline_is_not_found() -> None:
    with pytest.raises(NotFound, match="report_to_ministry"):
        deadline(Policy.HCM_2024, Step.REPORT_TO_MINISTRY, Cohort.ALL, YEAR)
    with pytest.raises(NotFound):
        deadline(Policy.TWO_TRACK_2025, Step.FREEZE, Cohort.ALL, YEAR)
