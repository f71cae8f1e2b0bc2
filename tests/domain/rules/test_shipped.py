"""The numbers of the two circulars that the software comes with."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from domain.calendar import SchoolYear
from domain.rules.book import rule_book
from domain.rules.rule_set import RuleSet
from domain.rules.thresholds import PrimaryRules, SecondaryRules
from tests.domain.rules.samples import DATA

SHIPPED = rule_book().rule_sets


def primary() -> PrimaryRules:
    rules = rule_book().by_version("tt27-2020/1").primary
    assert rules is not None
    return rules


def secondary() -> SecondaryRules:
    rules = rule_book().by_version("tt22-2021/1").secondary
    assert rules is not None
    return rules


def test_the_two_circulars_are_shipped_with_the_day_they_came_into_force() -> None:
    assert [(rules.version, rules.circular, rules.effective_from) for rules in SHIPPED] == [
        ("tt27-2020/1", "27/2020/TT-BGDĐT", date(2020, 10, 20)),
        ("tt22-2021/1", "22/2021/TT-BGDĐT", date(2021, 9, 5)),
    ]
    assert all("đánh giá học sinh" in rules.title for rules in SHIPPED)


def test_results_know_the_version_they_are_computed_with() -> None:
    assert (primary().version, primary().circular) == ("tt27-2020/1", "27/2020/TT-BGDĐT")
    assert (secondary().version, secondary().circular) == ("tt22-2021/1", "22/2021/TT-BGDĐT")


@pytest.mark.parametrize(
    ("grade", "start"),
    [
        *((grade, 2019 + grade) for grade in range(1, 6)),
        *[(6, 2021), (7, 2022), (10, 2022), (8, 2023), (11, 2023), (9, 2024), (12, 2024)],
    ],
)
def test_each_grade_starts_in_its_year(grade: int, start: int) -> None:
    (bound,) = [rules for rules in SHIPPED if grade in rules.first_years]
    assert bound.first_years[grade] == SchoolYear(start)
    assert (bound.primary is None) is (grade > 5)
    assert (bound.secondary is None) is (grade <= 5)


def test_primary_bars_are_those_of_article_9() -> None:
    bars = {code: (bar.subject_level, bar.trait_level, bar.score) for code, bar in primary().results.items()}
    assert bars == {"HTXS": ("T", "T", 9), "HTT": ("T", "T", 7), "HT": ("H", "Đ", 5)}
    assert list(bars) == ["HTXS", "HTT", "HT"]


def test_secondary_bars_are_those_of_article_9() -> None:
    rules = secondary()
    bars = {code: (bar.floor, bar.threshold, bar.count, bar.failed_comments) for code, bar in rules.learning.items()}
    assert bars == {
        "T": (Decimal("6.5"), 8, 6, 0),
        "K": (5, Decimal("6.5"), 6, 0),
        "Đ": (Decimal("3.5"), 5, 6, 1),
    }
    assert list(bars) == ["T", "K", "Đ"]
    assert rules.adjustment.levels_below == 2


def test_the_other_secondary_numbers() -> None:
    rules = secondary()
    average = rules.average
    assert (average.regular, average.midterm, average.final) == (1, 2, 3)
    assert (average.first_term, average.second_term) == (1, 2)
    assert (average.decimals, average.rounding) == (1, "ROUND_HALF_UP")
    assert (rules.regular.least_comment, rules.regular.most) == (2, 10)
    assert (rules.promotion.most_absences, rules.retest.below) == (45, Decimal(5))
    assert (rules.titles.count, rules.titles.score) == (6, Decimal(9))


@pytest.mark.parametrize("rules", SHIPPED, ids=lambda rules: rules.version)
def test_what_is_unverified_names_a_key_of_the_file_and_says_why(rules: RuleSet) -> None:
    name = rules.version.replace("/", ".") + ".toml"
    whole = tomllib.loads((DATA / name).read_text(encoding="utf-8"))
    for sentence in rules.unverified:
        key, _, why = sentence.partition(": ")
        found = whole
        for part in key.split("."):
            found = found[part]
        assert why.endswith(".")


def test_the_tie_rule_is_said_to_be_unverified() -> None:
    keys = {sentence.partition(":")[0] for sentence in rule_book().by_version("tt22-2021/1").unverified}
    assert {"secondary.average.rounding", "secondary.average.second_term"} <= keys
    assert {"secondary.regular.least_comment", "secondary.learning.T.count"} <= keys
