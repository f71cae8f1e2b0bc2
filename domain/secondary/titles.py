"""Titles of the year (Circular 22/2021/TT-BGDĐT art. 15)."""

from collections.abc import Iterable
from decimal import Decimal

from domain.rules.thresholds import SecondaryRules
from domain.secondary.levels import MeritLevel


def title(
    rules: SecondaryRules, conduct: MeritLevel | None, learning: MeritLevel | None, year_averages: Iterable[Decimal]
) -> str:
    """Return the title, or ""; `year_averages` are those of the scored subjects that count."""
    if conduct is not MeritLevel.T or learning is not MeritLevel.T:
        return ""
    best = sum(average >= rules.titles.score for average in year_averages)
    return "Học sinh Xuất sắc" if best >= rules.titles.count else "Học sinh Giỏi"
