"""The year's conduct from that of its two terms (Circular 22/2021/TT-BGDĐT art. 8)."""

from domain.rules.thresholds import SecondaryRules
from domain.secondary.levels import MeritLevel


def year_conduct(rules: SecondaryRules, hk1: MeritLevel, hk2: MeritLevel) -> MeritLevel:
    return MeritLevel(rules.conduct.year[hk2][hk1])
