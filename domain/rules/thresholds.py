"""What the circulars measure pupils by: each table of a rule file is one class here, each of its keys one field.

The types are the whole check of a file: `Annotated` says what codes or whole numbers are allowed, a `Decimal` is a
score from 0 to 10. `source` is the article. Codes are those of `domain.assessment` and `domain.secondary.levels`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, TypeAlias

MeritCode: TypeAlias = Annotated[str, ("T", "K", "Đ", "CĐ")]
TieRule: TypeAlias = Annotated[str, ("ROUND_HALF_UP", "ROUND_HALF_EVEN", "ROUND_HALF_DOWN")]
Count: TypeAlias = Annotated[int, range(100)]
Columns: TypeAlias = Annotated[int, range(1, 11)]  # AssessmentPoint knows ten
Weight: TypeAlias = Annotated[int, range(1, 11)]


@dataclass(frozen=True)
class PrimaryBar:
    """Lowest levels and lowest year-end score of one result, all inclusive."""

    source: str
    subject_level: Annotated[str, ("T", "H", "C")]
    trait_level: Annotated[str, ("T", "Đ", "C")]
    score: Annotated[int, range(11)]


@dataclass(frozen=True)
class PrimaryRules:
    """Circular 27/2020; the bars stand best first, the first one met decides."""

    version: str
    circular: str
    results: Mapping[Annotated[str, ("HTXS", "HTT", "HT")], PrimaryBar]


@dataclass(frozen=True)
class LeastRegular:
    """How many regular scores a term needs in a subject of more than `above_periods` periods a year."""

    above_periods: Annotated[int, range(1000)]
    count: Count


@dataclass(frozen=True)
class RegularRules:
    """Regular scores or assessments of a subject in a term; `most` is how many columns we offer."""

    source: str
    least: tuple[LeastRegular, ...]
    least_comment: Count
    most: Columns


@dataclass(frozen=True)
class AverageRules:
    """Weights of scores in a term and of terms in a year, and how averages are rounded."""

    source: str
    regular: Weight
    midterm: Weight
    final: Weight
    first_term: Weight
    second_term: Weight
    decimals: Annotated[int, range(3)]
    rounding: TieRule


@dataclass(frozen=True)
class LearningBar:
    """All averages from `floor`, `count` of them from `threshold`; at most `failed_comments` comment subjects fail."""

    source: str
    floor: Decimal
    threshold: Decimal
    count: Count
    failed_comments: Count


@dataclass(frozen=True)
class AdjustmentRules:
    """One subject alone that keeps a pupil this many levels below Tốt or Khá raises the level by one."""

    source: str
    levels_below: Annotated[int, range(1, 4)]


@dataclass(frozen=True)
class ConductRules:
    """The year's conduct by that of the second term, then of the first."""

    source: str
    year: Mapping[MeritCode, Mapping[MeritCode, MeritCode]]


@dataclass(frozen=True)
class PromotionRules:
    """Most absences (half-day sessions of the year, inclusive) with which a pupil is promoted."""

    source: str
    most_absences: Annotated[int, range(301)]


@dataclass(frozen=True)
class RetestRules:
    """Year averages below this one may be re-tested."""

    source: str
    below: Decimal


@dataclass(frozen=True)
class TitleRules:
    """Học sinh Xuất sắc asks for `count` year averages from `score`."""

    source: str
    count: Count
    score: Decimal


@dataclass(frozen=True)
class Article:
    """An article that has no number to configure."""

    source: str


@dataclass(frozen=True)
class SecondaryRules:
    """Circular 22/2021; the learning bars stand best first, the first one met decides."""

    version: str
    circular: str
    regular: RegularRules
    average: AverageRules
    learning: Mapping[Annotated[str, ("T", "K", "Đ")], LearningBar]
    adjustment: AdjustmentRules
    conduct: ConductRules
    promotion: PromotionRules
    summer_training: Article
    retest: RetestRules
    titles: TitleRules
    disabled: Article
