"""One version of one circular's rules, and from when it binds which grades."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.calendar import SchoolYear
from domain.rules.thresholds import PrimaryRules, SecondaryRules


@dataclass(frozen=True)
class RuleSet:
    """`version` is what computed results store, as "tt22-2021/1"; `unverified` names keys and why they are doubted."""

    version: str
    circular: str
    title: str
    effective_from: date
    unverified: tuple[str, ...]
    first_years: Mapping[int, SchoolYear]  # the grades it binds, each with its first school year
    primary: PrimaryRules | None
    secondary: SecondaryRules | None

    @property
    def age(self) -> tuple[date, int]:
        """What orders rule sets: a later number corrects an earlier one of the same day."""
        return self.effective_from, int(self.version.rpartition("/")[2])

    def binds(self, grade: int, school_year: SchoolYear, on: date) -> bool:
        first = self.first_years.get(grade)
        return first is not None and first <= school_year and self.effective_from <= on
