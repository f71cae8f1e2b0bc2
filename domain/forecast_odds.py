"""How records that come in whole classes, at a pace that is only roughly known, spread over what may be missing."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Final, NamedTuple

CLASS: Final = 30  # records that come together
_MOST_CLASSES: Final = 12  # more are reckoned as so many bigger ones
_TAIL: Final = 0.1  # on either side of the interval
_LEANING: Final = 4.0  # how much nearer to all or nothing the middle of the cases lies than their mean
# Middles of eight parts of a normal distribution with the same chance each.
_NORMAL: Final = (-1.534, -0.887, -0.489, -0.157, 0.157, 0.489, 0.887, 1.534)


@dataclass(frozen=True)
class Lot:
    """Records alike in their chance to stay open; how fast they go is gamma distributed, in units of what lies ahead.

    The chance to stay open is exp(-ahead * speed) for a speed of that shape and of mean `shape`.
    """

    records: int
    shape: float
    ahead: float

    @property
    def mean(self) -> float:
        return float((1 + self.ahead) ** -self.shape)

    @property
    def guess(self) -> float:
        """Records missing in the middle case: classes come as a whole, so nearer to all or nothing than the mean."""
        stays, goes = math.pow(self.mean, _LEANING), math.pow(1 - self.mean, _LEANING)
        return self.records * stays / (stays + goes)

    def cases(self) -> list[tuple[float, float]]:
        """Records missing and with what chance."""
        classes = min(_MOST_CLASSES, max(1, round(self.records / CLASS)))
        chances = [0.0] * (classes + 1)
        ways = _ways(classes)
        for stays in self._stays():
            for number in range(classes + 1):
                chances[number] += ways[number] * stays**number * (1 - stays) ** (classes - number) / len(_NORMAL)
        return [(number * self.records / classes, chance) for number, chance in enumerate(chances)]

    def _stays(self) -> Iterator[float]:
        """The chance to stay open at eight speeds alike in their chance (Wilson and Hilferty's cube)."""
        middle, width = 1 - 1 / (9 * self.shape), 1 / (3 * math.sqrt(self.shape))
        for place in _NORMAL:
            yield math.exp(-self.ahead * self.shape * max(0.0, middle + place * width) ** 3)


class Odds(NamedTuple):
    low: float
    high: float
    chance: float  # that anything is missing


def spread(lots: Sequence[Lot]) -> Odds:
    """What may be missing of all lots together."""
    cases = sorted(
        (sum(records for records, _ in case), math.prod(chance for _, chance in case))
        for case in product(*(lot.cases() for lot in lots))
    )
    nothing = sum(chance for records, chance in cases if not records)
    return Odds(_at(cases, _TAIL), _at(cases, 1 - _TAIL), min(1.0, max(0.0, 1 - nothing)))


def _at(cases: Sequence[tuple[float, float]], share: float) -> float:
    total = 0.0
    for records, chance in cases:
        total += chance
        if total >= share:
            return records
    return cases[-1][0]


@lru_cache(maxsize=_MOST_CLASSES + 1)
def _ways(classes: int) -> tuple[int, ...]:
    return tuple(math.comb(classes, number) for number in range(classes + 1))
