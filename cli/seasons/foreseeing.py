"""How well the last day was foreseen from the days that the engine recorded."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import fmean
from typing import Final

from cli.seasons.recorded import Recorded
from domain.forecast import forecast
from simulation.plan import Step
from simulation.progress import daily_on, done_on
from simulation.season import Season

BEFORE: Final = (10, 5, 3)
METHOD: Final = (
    "Mean difference of the records that were said to be missing at the end of the last day and those that were, "
    "in % of a school's records; forecast from the recorded days up to then, beside “nothing more will be done”."
)


@dataclass(frozen=True)
class Foresight:
    """So many workdays before the last day: the error of the forecast, and that of expecting nothing more."""

    before: int
    error: float
    naive: float


def back_test(season: Season, recorded: Recorded) -> list[Foresight]:
    """Schools of one season only: with few of them the figures say little."""
    seen = replace(season, progress=recorded.progress)
    return [_foresight(seen, before) for before in BEFORE]


def _foresight(season: Season, before: int) -> Foresight:
    errors = list(_errors(season, before))
    return Foresight(before, 100 * fmean(ours for ours, _ in errors), 100 * fmean(naive for _, naive in errors))


def _errors(season: Season, before: int) -> Iterator[tuple[float, float]]:
    workdays, due = season.plan.workdays, season.plan.due(Step.ISSUE, season.plan.end)
    today = workdays.add(due + timedelta(days=1), -1 - before)
    tracks = {number: steps[Step.ISSUE] for number, steps in daily_on(season, today).items()}
    for number, said in forecast(tracks, today, workdays).items():
        total = tracks[number].total
        missing = total - done_on(season, number, Step.ISSUE, due)
        left = total - done_on(season, number, Step.ISSUE, today)
        yield abs(said.missing - missing) / total, abs(left - missing) / total
