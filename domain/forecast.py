"""Which schools will miss a deadline, by how many records, and how sure that is.

The method, in plain words. Of the records that are not finished, a share is finished each workday, and that share grows
towards the deadline (`_rush`): few people act early, most in the last days. Tracks with the same deadline are one
campaign. What a campaign did so far, against what the rush led to expect, tells whether its people are quicker or
slower than usual; a school against its campaign tells the same of the school. Both are drawn towards the usual where
little was seen, newer workdays weigh more, and a class counts as one event, since it is finished as a whole. The rest
follows: with what chance a class that is open now will still be open at the end of the due day. A record that waits
for nothing but the last hand (`ready`) goes much faster than one which others have to work on first.

How sure that is comes from two things: the school's own pace is known only roughly, and classes come or do not come as
a whole. `low` and `high` are what is left in the best and in the worst case but for a tenth of the cases each.
"""

import math
from collections import defaultdict
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Final, TypeVar

from domain.forecast_odds import CLASS, Lot, spread
from domain.workdays import Workdays

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Track:
    """How far a school is: finished records at the end of each day on which their number changed, or of every day.

    An entry of 0 says when it began. `ready` tells how many unfinished ones only wait for this step itself, if known.
    """

    total: int
    due: date
    done: Mapping[date, int]
    ready: int | None = None


@dataclass(frozen=True)
class Forecast:
    """Records missing at the end of the due day.

    `missing` is the single best guess, for one school; `mean` is what may be added up over schools. `pace` is the
    present one, in records a workday, and `finishes_on` the day to which it leads if it neither grows nor falls.
    """

    missing: int
    low: int
    high: int
    chance: float
    finishes_on: date | None
    pace: float
    mean: float


# Fitted on the seasons of seeds 100 to 109 of `simulation` (60 schools each); `bench.forecast` tests on others. A real
# season should replace them: how the share of open records that are finished in a workday grows towards a deadline.
_IDLE, _PEAK, _MIDDLE, _SOFTNESS = 0.003, 0.24, 6.0, 1.3
_READY_SHARE: Final = 0.36  # of ready records, finished on any workday
_DAYS_TO_READY: Final = 2.5  # workdays that others need before the last hand
_HALF_LIFE: Final = 7.0  # workdays after which something seen weighs half
_CAMPAIGN_PRIOR, _SCHOOL_PRIOR, _READY_PRIOR = 20.0, 3.0, 2.0  # classes' worth of belief in the usual pace
_FREE_DAYS: Final = 0.1  # what is done in the free days before a deadline that falls on one, in workdays
_FARTHEST: Final = 260  # a year of workdays: what takes longer has no pace
_FADING: Final = 0.5 ** (1 / _HALF_LIFE)


def forecast(tracks: Mapping[Key, Track], today: date, workdays: Workdays) -> dict[Key, Forecast]:
    """Forecast each track from all of them; `today` is the last day that is over, and `done` ends with it."""
    by_due: dict[date, dict[Key, Track]] = defaultdict(dict)
    for key, track in tracks.items():
        by_due[track.due][key] = track
    coming = [today]
    found: dict[Key, Forecast] = {}
    for due, group in by_due.items():
        first = min((day for track in group.values() for day in track.done), default=today)
        campaign = _Campaign(_Clock(min(first, today), today, due, workdays), coming)
        found.update(campaign.forecast(group))
    return {key: found[key] for key in tracks}


@dataclass(frozen=True)
class _Clock:
    """Workdays from a campaign's first day to today, and on to the deadline."""

    first: date
    today: date
    due: date
    workdays: Workdays

    @cached_property
    def left(self) -> int:
        return self.workdays.count(self.today, self.due)

    @cached_property
    def weights(self) -> list[float]:
        """How much each workday since the first counts today."""
        past = self.workdays.count(self.first, self.today)
        return [_FADING ** (past - number) for number in range(past + 1)]

    @cached_property
    def span(self) -> float:
        """The weight of all workdays so far: what a weighted count is an average over."""
        return max(1.0, sum(self.weights[1:]))

    @cached_property
    def expected(self) -> list[float]:
        """The rush of all workdays up to each one since the first, weighted."""
        past, total, found = len(self.weights) - 1, 0.0, [0.0]
        for number in range(1, past + 1):
            # Late days have the rush of the last one.
            total += self.weights[number] * _rush(max(1, past - number + 1 + self.left))
            found.append(total)
        return found

    @cached_property
    def ahead(self) -> float:
        """The rush that is still to come."""
        return sum(map(_rush, range(1, self.left + 1))) or _FREE_DAYS * _rush(1)

    @cached_property
    def positions(self) -> dict[date, int]:
        return {}

    def position(self, day: date) -> int:
        """Work on a free day counts to the workday before it."""
        if (found := self.positions.get(day)) is None:
            found = self.positions[day] = self.workdays.count(self.first, min(day, self.today))
        return found


@dataclass(frozen=True)
class _Seen:
    """What a track did and what the rush led to expect of it, in records, newer days weighing more."""

    left: int
    acted: float
    expected: float
    last_on: date | None

    def classes(self, total: int) -> tuple[float, float]:
        size = min(CLASS, max(1, total))
        return max(0.0, self.acted) / size, self.expected / size


class _Campaign:
    """All tracks with one deadline."""

    def __init__(self, clock: _Clock, coming: list[date]) -> None:
        self.clock = clock
        self.coming = coming

    def forecast(self, tracks: Mapping[Key, Track]) -> dict[Key, Forecast]:
        seen = {key: self._look(track) for key, track in tracks.items()}
        acted, expected = _CAMPAIGN_PRIOR, _CAMPAIGN_PRIOR
        for key, each in seen.items():
            more_acted, more_expected = each.classes(tracks[key].total)
            acted, expected = acted + more_acted, expected + more_expected
        return {key: self._judge(track, seen[key], acted / expected) for key, track in tracks.items()}

    def _look(self, track: Track) -> _Seen:
        expected, weights = self.clock.expected, self.clock.weights
        done, since, acted, awaited, last_on = 0, 0, 0.0, 0.0, None
        for day, count in sorted(track.done.items()):
            at = self.clock.position(day)
            awaited += (track.total - done) * (expected[at] - expected[since])
            acted += (count - done) * weights[at]
            if count != done:
                last_on = day
            done, since = count, at
        awaited += max(0, track.total - done) * (expected[-1] - expected[since])
        return _Seen(max(0, track.total - done), acted, awaited, last_on)

    def _judge(self, track: Track, seen: _Seen, speed: float) -> Forecast:
        pace = max(0.0, seen.acted) / self.clock.span
        if not seen.left:
            return Forecast(0, 0, 0, 0.0, seen.last_on, pace, 0.0)
        finishes_on = self._finishes_on(seen.left, pace)
        if self.clock.due <= self.clock.today:
            return Forecast(seen.left, seen.left, seen.left, 1.0, finishes_on, pace, float(seen.left))
        lots = self._lots(track, seen, speed)
        odds = spread(lots)
        missing = min(seen.left, round(sum(lot.guess for lot in lots)))
        return Forecast(
            missing,
            min(missing, math.floor(odds.low)),
            min(seen.left, max(missing, math.ceil(odds.high))),
            odds.chance,
            finishes_on,
            pace,
            sum(lot.records * lot.mean for lot in lots),
        )

    def _lots(self, track: Track, seen: _Seen, speed: float) -> list[Lot]:
        """The records that wait for the last hand, and the others."""
        acted, expected = seen.classes(track.total)
        shape, rate = _SCHOOL_PRIOR + acted, _SCHOOL_PRIOR + speed * expected
        ahead = speed * self.clock.ahead
        if track.ready is None:
            return [Lot(seen.left, shape, ahead / rate)]
        ready = min(seen.left, track.ready)
        soon = _READY_SHARE * max(_FREE_DAYS, self.clock.left) / _READY_PRIOR
        # The others need days in which to become ready.
        late = ahead * self.clock.left / (self.clock.left + _DAYS_TO_READY)
        lots = [Lot(ready, _READY_PRIOR, soon), Lot(seen.left - ready, shape, late / rate)]
        return [lot for lot in lots if lot.records]

    def _finishes_on(self, left: int, pace: float) -> date | None:
        if pace * _FARTHEST < left:
            return None
        days = math.ceil(left / pace)
        while len(self.coming) <= days:
            self.coming.append(self.clock.workdays.add(self.coming[-1], 1))
        return self.coming[days]


@lru_cache(maxsize=1024)
def _rush(left: int) -> float:
    """The share of open records finished on a workday, with so many left, that one counted in."""
    return _IDLE + _PEAK / (1 + math.exp(min(30.0, (left - _MIDDLE) / _SOFTNESS)))
