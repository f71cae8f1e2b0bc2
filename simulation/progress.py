"""How far the schools of a season were on a day, as a forecast sees it."""

from collections.abc import Mapping
from datetime import date
from typing import Final

from domain.forecast import Track
from simulation.plan import Step
from simulation.season import Season

BEFORE: Final = {Step.ISSUE: Step.APPROVE}  # after which step a record only waits for this one


def daily(season: Season) -> Mapping[int, Mapping[Step, Track]]:
    """By school and step, what was done by the end of each day of the whole season."""
    return daily_on(season, season.plan.end)


def daily_on(season: Season, today: date) -> Mapping[int, Mapping[Step, Track]]:
    """The same as it was known at the end of a day, also as to deadlines; steps with nothing to do are left out."""
    due = {step: season.plan.due(step, today) for step in Step}
    return {
        number: {
            step: Track(
                total, due[step], _until(today, season.progress[number][step]), _ready(season, number, step, today)
            )
            for step, total in totals.items()
            if total
        }
        for number, totals in season.totals.items()
    }


def done_on(season: Season, school: int, step: Step, today: date) -> int:
    """Records that had done a step at the end of a day."""
    return max(_until(today, season.progress[school][step]).items())[1]


def _until(today: date, progress: Mapping[date, int]) -> dict[date, int]:
    return {day: done for day, done in progress.items() if day <= today}


def _ready(season: Season, school: int, step: Step, today: date) -> int | None:
    if step not in BEFORE:
        return None
    return done_on(season, school, BEFORE[step], today) - done_on(season, school, step, today)
