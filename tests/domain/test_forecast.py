"""What will be missing at a deadline: properties, and better than naive on made-up seasons."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.forecast import FIT_SEEDS, METHODS, outcomes, score
from domain.forecast import Track, forecast
from domain.workdays import Workdays
from simulation.plan import Step, city_plan
from simulation.season import Season, make_season

START, DUE = date(2024, 6, 3), date(2024, 6, 28)
WORKDAYS = Workdays()
TODAYS = st.dates(START, DUE + timedelta(days=10))
TEST_SEEDS = (1, 2)


@st.composite
def tracks(draw: st.DrawFn, today: date, size: int = 4) -> dict[int, Track]:
    found = {}
    for number in range(draw(st.integers(1, size))):
        total = draw(st.integers(1, 400))
        days = sorted(draw(st.sets(st.dates(START, today), max_size=6)))
        counts = sorted(draw(st.integers(0, total)) for _ in days)
        ready = draw(st.none() | st.integers(0, total - counts[-1] if counts else total))
        due = draw(st.sampled_from((DUE, DUE + timedelta(days=2), DUE + timedelta(days=40))))
        found[number] = Track(total, due, dict(zip(days, counts, strict=True)), ready)
    return found


def left(track: Track) -> int:
    return track.total - (max(track.done.items())[1] if track.done else 0)


@given(st.data(), TODAYS)
def test_whatever_was_done_the_numbers_hold_together(data: st.DataObject, today: date) -> None:
    given_tracks = data.draw(tracks(today))
    found = forecast(given_tracks, today, WORKDAYS)
    assert list(found) == list(given_tracks)
    for key, each in found.items():
        track = given_tracks[key]
        assert 0 <= each.low <= each.missing <= each.high <= left(track)
        assert 0 <= each.chance <= 1
        assert 0 <= each.mean <= left(track) + 1e-9
        assert each.pace >= 0
        assert not left(track) or each.finishes_on is None or (each.pace > 0 and each.finishes_on > today)


@given(st.data(), TODAYS)
def test_more_done_today_never_raises_what_is_missing(data: st.DataObject, today: date) -> None:
    before = data.draw(tracks(today))
    more = data.draw(st.integers(0, left(before[0])))
    done = {**before[0].done, today: before[0].total - left(before[0]) + more}
    after = before | {0: replace(before[0], done=done)}
    said, then = forecast(before, today, WORKDAYS), forecast(after, today, WORKDAYS)
    assert then[0].missing <= said[0].missing
    assert then[0].mean <= said[0].mean + 1e-9
    for key in before:
        assert then[key].mean <= said[key].mean + 1e-9


@given(st.data(), TODAYS)
def test_a_finished_track_misses_nothing(data: st.DataObject, today: date) -> None:
    others = data.draw(tracks(today))
    each = forecast(others | {9: Track(30, DUE, {START: 30})}, today, WORKDAYS)[9]
    assert (each.missing, each.low, each.high, each.chance) == (0, 0, 0, 0)
    assert each.finishes_on == START


@pytest.mark.parametrize("late_by", [0, 1, 20])
def test_once_the_deadline_is_over_all_that_is_left_is_missing(late_by: int) -> None:
    today = DUE + timedelta(days=late_by)
    each = forecast({1: Track(30, DUE, {START: 0, DUE: 12})}, today, WORKDAYS)[1]
    assert (each.missing, each.low, each.high, each.chance, each.mean) == (18, 18, 18, 1, 18)


def test_an_even_pace_is_the_present_pace() -> None:
    days = [WORKDAYS.add(START, number) for number in range(11)]
    each = forecast({1: Track(100, DUE, {day: 5 * n for n, day in enumerate(days)})}, days[-1], WORKDAYS)[1]
    assert each.pace == pytest.approx(5)
    assert each.finishes_on == WORKDAYS.add(days[-1], 10)


def test_without_a_pace_there_is_no_day_of_finishing() -> None:
    assert forecast({1: Track(30, DUE, {})}, START, WORKDAYS)[1].finishes_on is None
    assert forecast({}, START, WORKDAYS) == {}


def test_a_quicker_school_misses_less_and_a_quicker_campaign_too() -> None:
    today = WORKDAYS.add(START, 10)
    slow, quick = Track(100, DUE, {START: 0}), Track(100, DUE, {START: 0, today: 60})
    among_slow = forecast({1: slow, **dict.fromkeys(range(2, 40), slow)}, today, WORKDAYS)[1]
    among_quick = forecast({1: slow, **dict.fromkeys(range(2, 40), quick)}, today, WORKDAYS)
    assert among_quick[1].mean < among_slow.mean
    assert among_quick[2].mean / 40 < among_quick[1].mean / 100


def test_what_only_waits_for_the_last_hand_is_missing_less() -> None:
    track = Track(100, DUE, {START: 0})
    today = WORKDAYS.add(DUE, -3)
    none, some, all_ready = (forecast({1: replace(track, ready=n)}, today, WORKDAYS)[1] for n in (0, 50, 100))
    assert none.mean > some.mean > all_ready.mean


@pytest.fixture(scope="module")
def seasons() -> list[Season]:
    assert not set(TEST_SEEDS) & set(FIT_SEEDS)
    return [make_season(40, seed, plan=city_plan(2024)) for seed in TEST_SEEDS]


def test_made_up_seasons_are_foreseen_better_than_naively(seasons: list[Season]) -> None:
    steps = (Step.DATA_REVIEW, Step.ENTRY, Step.ISSUE)
    scores = {
        name: score([each for season in seasons for step in steps for before in (20, 10, 5, 3)
                     for each in outcomes(season, step, before, method)])
        for name, method in METHODS.items()
    }  # fmt: skip
    ours = scores.pop("ours")
    assert ours.covered > 0.8
    for naive in scores.values():
        assert ours.error < 0.9 * naive.error
        assert ours.brier < 0.75 * naive.brier
