"""One deadline and its hooks."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.deadlines import OFFSETS, Alarm, Deadline, Hook, is_late, is_outrun, next_alarm

DUE = datetime(2027, 1, 15, 17, tzinfo=UTC)
DEADLINE = Deadline(1, DUE)


@pytest.mark.parametrize(
    ("now", "late"), [(DUE - timedelta(microseconds=1), False), (DUE, True), (DUE + timedelta(days=1), True)]
)
def test_the_due_instant_itself_is_late(now: datetime, *, late: bool) -> None:
    assert is_late(DEADLINE, now) is late


def test_hooks_come_a_week_before_at_and_two_days_after() -> None:
    fired: list[Hook] = []
    while (alarm := next_alarm(DEADLINE, fired)) is not None:
        assert alarm.at == DUE + OFFSETS[alarm.hook]
        fired.append(alarm.hook)
    assert fired == [Hook.REMINDER, Hook.OVERDUE, Hook.ESCALATION]


def test_a_hook_in_the_past_is_still_to_fire() -> None:
    assert next_alarm(DEADLINE, ()) == Alarm(Hook.REMINDER, DUE - timedelta(days=7))


@pytest.mark.parametrize(
    ("hook", "now", "outrun"),
    [
        (Hook.REMINDER, DUE - timedelta(days=7), False), (Hook.REMINDER, DUE, True),
        (Hook.OVERDUE, DUE, False), (Hook.ESCALATION, DUE + timedelta(days=9), False), (None, DUE, False),
    ],
)  # fmt: skip
def test_only_a_reminder_comes_too_late(hook: Hook | None, now: datetime, *, outrun: bool) -> None:
    assert is_outrun(hook, DUE, now) is outrun


@given(st.sets(st.sampled_from(Hook)))
def test_what_has_fired_never_fires_again(fired: set[Hook]) -> None:
    alarm = next_alarm(DEADLINE, fired)
    assert (alarm is None) == (fired == set(Hook))
    assert alarm is None or alarm.hook not in fired
