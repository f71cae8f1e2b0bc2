"""At the present pace, which schools miss a deadline, by how many records."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from domain.workdays import Workdays

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Track:
    total: int
    due: date
    done: Mapping[date, int]


@dataclass(frozen=True)
class Forecast:
    missing: int
    low: int
    high: int
    chance: float
    finishes_on: date | None
    pace: float


def forecast(tracks: Mapping[Key, Track], today: date, workdays: Workdays) -> dict[Key, Forecast]:
    """Replaced by the calibrated one."""
    found = {}
    for key, track in tracks.items():
        done = max(track.done.values(), default=0)
        left = track.total - done
        days = max(1, len(track.done))
        pace = done / days
        missing = max(0, left - int(pace * workdays.count(today, track.due)))
        found[key] = Forecast(missing, 0, left, float(missing > 0), None, pace)
    return found
