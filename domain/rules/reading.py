"""Reads a rule file (TOML): one version of one circular's rules."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Final, TypeVar

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.rules.rule_set import RuleSet
from domain.rules.school_levels import SchoolLevel, level_of
from domain.rules.tables import Place, mapping, table
from domain.rules.thresholds import PrimaryRules, SecondaryRules

_VERSION: Final = re.compile(r"[a-z0-9-]+/[1-9][0-9]*")
_GRADE: Final = re.compile(r"[1-9]|1[0-2]")
_Rules = TypeVar("_Rules", PrimaryRules, SecondaryRules)


def read_rule_set(path: Path) -> RuleSet:
    """Read one file; raise Invalid, naming the file and the key, for anything that is missing, unknown or unfit."""
    found, place = _parsed(path), Place(path.name)
    primary, secondary = found.pop("primary", None), found.pop("secondary", None)
    first_years = _first_years(found.pop("first_years", {}), place.at("first_years"))
    rules = table(RuleSet, found, place, first_years=first_years, primary=None, secondary=None)
    if not _VERSION.fullmatch(rules.version):
        raise place.at("version").refusal("phải có dạng tt22-2021/1")
    rules = replace(
        rules,
        primary=_section(PrimaryRules, primary, rules, place.at("primary")),
        secondary=_section(SecondaryRules, secondary, rules, place.at("secondary")),
    )
    _refuse_grades_without_rules(rules, place)
    return rules


def _parsed(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        line = re.search(r"at line ([0-9]+)", str(error))
        where = f" ở dòng {line[1]}" if line else ""
        raise Invalid(f"Tệp quy tắc {path.name} không đúng dạng TOML{where}.") from error


def _first_years(found: object, place: Place) -> dict[int, SchoolYear]:
    years: dict[int, SchoolYear] = {}
    for grade, text in mapping(found, place).items():
        if not _GRADE.fullmatch(grade):
            raise place.at(grade).refusal("phải là một lớp từ 1 đến 12")
        try:
            years[int(grade)] = SchoolYear.parse(str(text))
        except Invalid as error:
            raise place.at(grade).refusal("phải là một năm học, dạng 2021-2022") from error
    return years


def _section(kind: Callable[..., _Rules], found: object, rules: RuleSet, place: Place) -> _Rules | None:
    return None if found is None else table(kind, found, place, version=rules.version, circular=rules.circular)


def _refuse_grades_without_rules(rules: RuleSet, place: Place) -> None:
    if not rules.first_years:
        raise place.at("first_years").refusal("bị thiếu: phải nêu các lớp áp dụng")
    for grade in rules.first_years:
        section, found = _of_level(rules, level_of(grade))
        if found is None:
            raise place.at(section).refusal(f"bị thiếu trong khi bộ quy tắc áp dụng cho lớp {grade}")


def _of_level(rules: RuleSet, level: SchoolLevel) -> tuple[str, PrimaryRules | SecondaryRules | None]:
    return ("primary", rules.primary) if level is SchoolLevel.PRIMARY else ("secondary", rules.secondary)
