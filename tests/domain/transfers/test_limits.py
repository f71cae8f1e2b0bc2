"""By when each step is due: working days from Friday, over Tết, at the border of the rules, and to the end of a day."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import TIMEZONE, day_of
from domain.campaigns.workdays import SHIPPED_DAYS
from domain.rules.school_levels import SchoolLevel
from domain.transfers.limits import due
from domain.transfers.phases import Direction, Phase
from domain.transfers.rules import Limit, Origin, Step, TransferCase, transfer_rules
from domain.transfers.states import TransferState
from domain.workdays import Workdays
from storage.tables import Transfer
from storage.transfers.dues import due_of

WORKDAYS = Workdays(frozenset(each.day for each in SHIPPED_DAYS if not each.is_workday))
PRIMARY, UPPER = SchoolLevel.PRIMARY, SchoolLevel.UPPER_SECONDARY
SAME, OTHER, ABROAD = Origin.SAME_PROVINCE, Origin.OTHER_PROVINCE, Origin.ABROAD
LIMITS = [limit for rule in transfer_rules() for limit in rule.limits]


def due_day(case: TransferCase, step: Step, since: date) -> date | None:
    limit = case.limit_of(step)
    return due(limit, since, WORKDAYS).day if limit else None


def due_in(phase: Phase, case: TransferCase, since: date) -> date | None:
    """Of a transfer within the province or from another, as its row says it."""
    row = Transfer(
        phase=phase, direction=Direction.WITHIN, grade=10, requested_on=case.requested_on, counted_from=since,
        is_same_province=case.origin is SAME, other_country="Lào" if case.origin is Origin.ABROAD else "",
    )  # fmt: skip
    found = due_of(row, WORKDAYS)
    return found.day if found else None


@pytest.mark.parametrize(
    ("requested", "origin", "day"),
    [
        (date(2026, 5, 8), SAME, date(2026, 5, 13)),  # Friday, the old rule: 3 days
        (date(2026, 5, 9), OTHER, date(2026, 5, 13)),  # Saturday, the last day of the old rule
        (date(2026, 5, 10), SAME, date(2026, 5, 15)),  # Sunday, the first of the new one: 5 days
        (date(2026, 5, 10), OTHER, date(2026, 5, 20)),  # 8 days
        (date(2026, 5, 11), SAME, date(2026, 5, 18)),  # Monday is not counted itself
        (date(2026, 9, 4), SAME, date(2026, 9, 11)),  # Friday
    ],
)
def test_an_answer_is_due_so_many_working_days_after_the_request(requested: date, origin: Origin, day: date) -> None:
    assert due_day(TransferCase(requested, PRIMARY, origin), Step.ANSWER, requested) == day


@pytest.mark.parametrize(
    ("requested", "origin", "day"),
    [
        (date(2026, 2, 13), SAME, date(2026, 2, 25)),  # Friday before Tết 2026, off from 16 to 20 February: 3 days
        (date(2027, 2, 4), SAME, date(2027, 2, 18)),  # Thursday before Tết 2027, off from 5 to 11 February: 5 days
        (date(2027, 2, 4), OTHER, date(2027, 2, 23)),
    ],
)
def test_tet_stops_the_clock(requested: date, origin: Origin, day: date) -> None:
    assert due_day(TransferCase(requested, PRIMARY, origin), Step.ANSWER, requested) == day


def test_a_pupil_from_abroad_is_placed_in_seven_days_of_the_request_under_the_old_rule_only() -> None:
    old, new = TransferCase(date(2026, 3, 2), PRIMARY, ABROAD), TransferCase(date(2026, 6, 1), PRIMARY, ABROAD)
    assert [(limit.step, limit.counted_from) for limit in old.limits] == [(Step.PLACEMENT, TransferState.REQUESTED)]
    assert due_day(old, Step.PLACEMENT, old.requested_on) == date(2026, 3, 11)
    assert [due_day(new, step, new.requested_on) for step in Step] == [None] * 3


def test_secondary_schools_had_no_limits_before_the_new_rule() -> None:
    case = TransferCase(date(2026, 1, 20), UPPER, SAME)
    assert due_day(case, Step.ANSWER, case.requested_on) is None
    assert due_day(case, Step.RELEASE, date(2026, 5, 20)) is None


def test_the_steps_follow_each_other_until_the_pupil_is_placed() -> None:
    case = TransferCase(date(2026, 6, 1), UPPER, OTHER)
    assert due_in(Phase.REQUESTED, case, date(2026, 6, 1)) == date(2026, 6, 11)
    assert due_in(Phase.ACCEPTED, case, date(2026, 6, 5)) == date(2026, 6, 10)  # since a Friday
    assert due_in(Phase.CHECKING, case, date(2026, 6, 9)) == date(2026, 6, 16)
    assert due_in(Phase.PLACED, case, date(2026, 6, 10)) is None


@pytest.mark.parametrize("end", [Phase.REFUSED, Phase.CANCELLED])
def test_nothing_is_owed_after_the_end(end: Phase) -> None:
    assert due_in(end, TransferCase(date(2026, 6, 1), UPPER, SAME), date(2026, 6, 2)) is None


def test_the_instants_of_a_limit() -> None:
    case = TransferCase(date(2026, 6, 4), UPPER, SAME)  # Thursday; due on Thursday, told on Wednesday and on Friday
    limit = case.limit_of(Step.ANSWER)
    assert limit is not None
    found = due(limit, case.requested_on, WORKDAYS)
    assert (found.step, found.limit.days, found.day) == (Step.ANSWER, 5, date(2026, 6, 11))
    assert found.due_at == datetime(2026, 6, 11, 17, tzinfo=UTC) == datetime(2026, 6, 12, tzinfo=TIMEZONE)
    assert found.remind_at == datetime(2026, 6, 10, 6, tzinfo=TIMEZONE)
    assert found.escalate_at == datetime(2026, 6, 12, 6, tzinfo=TIMEZONE)


def test_a_day_that_makes_up_for_a_bridge_day_counts() -> None:
    makeup = Workdays(makeup=frozenset({date(2026, 6, 6)}))
    [limit] = [each for each in TransferCase(date(2026, 6, 5), UPPER, SAME).limits if each.step is Step.RELEASE]
    assert due(limit, date(2026, 6, 5), makeup).day == date(2026, 6, 9)


@given(
    st.sampled_from(LIMITS),
    st.dates(date(2020, 1, 1), date(2035, 12, 31)),
    st.frozensets(st.dates(date(2020, 1, 1), date(2036, 3, 1)), max_size=60),
)
def test_there_are_exactly_so_many_working_days_until_the_limit(
    limit: Limit, since: date, holidays: frozenset[date]
) -> None:
    workdays = Workdays(holidays)
    found = due(limit, since, workdays)
    assert workdays.is_workday(found.day)
    assert workdays.count(since, found.day) == limit.days
    assert day_of(found.due_at - timedelta(microseconds=1)) == found.day
    assert found.remind_at < found.due_at < found.escalate_at
    assert workdays.count(day_of(found.remind_at), found.day) == 1
