"""How well deadlines are foreseen, tried on simulated seasons, against two naive forecasts in the same run.

`python -m bench.forecast [--seasons 20] [--schools 60] [--seed 1000] [--json]`: in seasons whose seeds were not used to
fit the forecast (that was 100 to 109), all four steps are forecast 20, 10, 5, 3 and 1 workdays before their deadline.
Given are the mean absolute error of the records missing, in percent of a school's records; the share of outcomes in the
80 % interval; the Brier score of the chance that anything is missing. The naive forecasts are that the average pace
since the start goes on (`pace`), and that nothing more will be done (`nothing`). A ratio below 1 is better than naive.
Also the milliseconds to forecast 700 schools, best of five.
"""

import argparse
import json
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from domain.forecast import Forecast, Track, forecast
from domain.workdays import Workdays
from simulation.plan import Step, city_plan
from simulation.progress import daily_on, done_on
from simulation.season import Season, make_season

BEFORE = (20, 10, 5, 3, 1)  # workdays to the deadline
CITY = 700
RUNS = 5
FIT_SEEDS = range(100, 110)
Tracks = Mapping[int, Track]
Method = Callable[[Tracks, date, Workdays], Mapping[int, Forecast]]


@dataclass(frozen=True)
class Outcome:
    """One forecast, and how many records were missing then, of how many."""

    said: Forecast
    missing: int
    total: int


@dataclass(frozen=True)
class Score:
    error: float  # percent of a school's records
    covered: float
    brier: float


def _going_on(tracks: Tracks, today: date, workdays: Workdays) -> dict[int, Forecast]:
    found = {}
    for number, track in tracks.items():
        first, done = min(track.done), _done(track)
        pace = done / max(1, workdays.count(first, today))
        found[number] = _certain(max(0, round(track.total - done - pace * workdays.count(today, track.due))))
    return found


def _nothing_more(tracks: Tracks, _today: date, _workdays: Workdays) -> dict[int, Forecast]:
    return {number: _certain(track.total - _done(track)) for number, track in tracks.items()}


def _done(track: Track) -> int:
    return max(track.done.items())[1]


def _certain(missing: int) -> Forecast:
    return Forecast(missing, missing, missing, float(missing > 0), None, 0.0, float(missing))


METHODS: Mapping[str, Method] = {"ours": forecast, "pace": _going_on, "nothing": _nothing_more}


def outcomes(season: Season, step: Step, before: int, method: Method) -> Iterator[Outcome]:
    """What a method said so many workdays before a step's deadline, with what came of it."""
    workdays, due = season.plan.workdays, season.plan.due(step, season.plan.end)
    today = workdays.add(due + timedelta(days=1), -1 - before)
    tracks = {number: steps[step] for number, steps in daily_on(season, today).items() if step in steps}
    for number, said in method(tracks, today, workdays).items():
        total = tracks[number].total
        yield Outcome(said, total - done_on(season, number, step, due), total)


def score(found: list[Outcome]) -> Score:
    return Score(
        error=100 * fmean(abs(each.said.missing - each.missing) / each.total for each in found),
        covered=fmean(each.said.low <= each.missing <= each.said.high for each in found),
        brier=fmean((each.said.chance - (each.missing > 0)) ** 2 for each in found),
    )


def _measured(seeds: range, schools: int) -> dict[str, dict[str, Score]]:
    """By row of the table and method."""
    found: dict[str, dict[str, list[Outcome]]] = defaultdict(lambda: defaultdict(list))
    for seed in seeds:
        season = make_season(schools, seed, plan=city_plan(2024 + seed % 3))
        for step in Step:
            for before in BEFORE:
                for name, method in METHODS.items():
                    these = list(outcomes(season, step, before, method))
                    for row in (f"{before} workdays before", step.value, "all"):
                        found[row][name] += these
    rows = [f"{before} workdays before" for before in BEFORE] + [step.value for step in Step] + ["all"]
    return {row: {name: score(those) for name, those in found[row].items()} for row in rows}


def _milliseconds(seed: int) -> float:
    season = make_season(60, seed, plan=city_plan(2024))
    today = season.plan.workdays.add(season.plan.issue_due, -5)
    some = [steps[Step.ISSUE] for steps in daily_on(season, today).values()]
    tracks = {number: some[number % len(some)] for number in range(CITY)}
    best = float("inf")
    for _ in range(RUNS):
        started = time.perf_counter()
        forecast(tracks, today, season.plan.workdays)
        best = min(best, time.perf_counter() - started)
    return 1000 * best


def _line(row: str, by: Mapping[str, Score]) -> str:
    ours = by["ours"]
    numbers = [f"{by[name].error:8.1f}" for name in METHODS] + [f"{100 * ours.covered:8.0f}"]
    numbers += [f"{by[name].brier:8.3f}" for name in METHODS]
    ratios = [f"{ours.error / by[name].error:8.2f}{ours.brier / by[name].brier:8.2f}" for name in ("pace", "nothing")]
    return f"{row:20}" + "".join(numbers + ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seasons", type=int, default=20)
    parser.add_argument("--schools", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    rows = _measured(range(options.seed, options.seed + options.seasons), options.schools)
    spent = _milliseconds(options.seed)
    if options.json:
        plain = {row: {name: vars(each) for name, each in by.items()} for row, by in rows.items()}
        print(json.dumps({"rows": plain, "milliseconds": spent, "schools": CITY}))
        return
    print(f"{options.seasons} seasons of {options.schools} schools; error in % of a school's records, in interval in %")
    print(f"{'':20}{'error':>8}{'pace':>8}{'nothing':>8}{'inside':>8}{'Brier':>8}{'pace':>8}{'nothing':>8}", end="")
    print(f"{'to pace':>8}{'Brier':>8}{'nothing':>8}{'Brier':>8}")
    for row, by in rows.items():
        print(_line(row, by))
    print(f"{CITY} schools forecast in {spent:.1f} ms")


if __name__ == "__main__":
    main()
