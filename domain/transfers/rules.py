"""The rules of changing schools as data: limits, windows and papers, each with its source and how sure it is.

A request is dealt with under the rule that was in force on its day, however long it takes.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

from domain.errors import Invalid
from domain.labelled import Labelled
from domain.rules.school_levels import SchoolLevel
from domain.transfers.states import TransferState

_FOLDER: Final = Path(__file__).parent / "data"


class Origin(Labelled):
    """Where a pupil comes from, seen from the receiving school."""

    SAME_PROVINCE = "same_province", "Trong cùng tỉnh, thành phố"
    OTHER_PROVINCE = "other_province", "Từ tỉnh, thành phố khác"
    ABROAD = "abroad", "Từ nước ngoài"


class Step(Labelled):
    """What a school owes within a time."""

    ANSWER = "answer", "Trả lời đơn"
    RELEASE = "release", "Trả hồ sơ"
    PLACEMENT = "placement", "Xếp lớp"


class Certainty(Labelled):
    """How sure a value is: none was read in the official text itself."""

    NEAR_TEXT = "near_text", "Theo bản dẫn lại văn bản"
    SECONDARY = "secondary", "Theo nguồn thứ cấp"


class Condition(Labelled):
    """When a paper is asked for."""

    ALWAYS = "always", "Mọi học sinh"
    INDIVIDUAL_PLAN = "individual_plan", "Học sinh có kế hoạch giáo dục cá nhân"
    OTHER_PROVINCE = "other_province", "Chuyển từ tỉnh, thành phố khác"
    UPPER_SECONDARY = "upper_secondary", "Học sinh trung học phổ thông"


@dataclass(frozen=True)
class Limit:
    """So many working days after the day on which the state `counted_from` was reached."""

    step: Step
    origins: tuple[Origin, ...]
    days: int
    counted_from: TransferState
    source: str
    certainty: Certainty


@dataclass(frozen=True)
class WindowRule:
    """Transfers begin in so many days from the last of the first term, or in summer."""

    days_after_first_term: int
    source: str
    certainty: Certainty


@dataclass(frozen=True)
class Paper:
    """A part of the dossier; `name` is Vietnamese."""

    code: str
    name: str
    only_if: Condition = Condition.ALWAYS


@dataclass(frozen=True)
class TransferRule:
    """One version of one regulation; `unverified` names what is doubted, and why."""

    version: str
    circular: str
    title: str
    effective_from: date
    levels: tuple[SchoolLevel, ...]
    limits: tuple[Limit, ...]
    window: WindowRule | None
    dossier: tuple[Paper, ...]
    unverified: tuple[str, ...]

    @property
    def citation(self) -> str:
        """As regulations are named: what kind it is, and its number."""
        if "/QĐ-" in self.circular:
            return f"Quyết định số {self.circular}"
        return f"Thông tư số {self.circular}"


@dataclass(frozen=True)
class TransferCase:
    """What decides which rule and limits hold: the day of the request (Vietnam), the level, and where from."""

    requested_on: date
    level: SchoolLevel
    origin: Origin
    has_individual_plan: bool = False

    @property
    def rule(self) -> TransferRule:
        """The newest rule of the level on the day of the request. Raises Invalid if none was in force."""
        return rule_for(self.level, self.requested_on)

    @property
    def limits(self) -> tuple[Limit, ...]:
        """Those that hold for it; empty where the rule has none."""
        return tuple(limit for limit in self.rule.limits if self.origin in limit.origins)

    def limit_of(self, step: Step) -> Limit | None:
        """None where the rule has no limit for the step."""
        return next((limit for limit in self.limits if limit.step is step), None)

    @property
    def dossier(self) -> tuple[Paper, ...]:
        """The papers that are asked for."""
        return tuple(paper for paper in self.rule.dossier if self._meets(paper.only_if))

    def _meets(self, condition: Condition) -> bool:
        return {
            Condition.ALWAYS: True,
            Condition.INDIVIDUAL_PLAN: self.has_individual_plan,
            Condition.OTHER_PROVINCE: self.origin is Origin.OTHER_PROVINCE,
            Condition.UPPER_SECONDARY: self.level is SchoolLevel.UPPER_SECONDARY,
        }[condition]


def rule_for(level: SchoolLevel, day: date) -> TransferRule:
    """The newest rule in force for the level on that day. Raises Invalid if there is none."""
    for rule in reversed(transfer_rules()):
        if level in rule.levels and rule.effective_from <= day:
            return rule
    raise Invalid(f"Chưa có quy định chuyển trường cấp {level.small} cho ngày {day:%d/%m/%Y}.")


@cache
def transfer_rules() -> tuple[TransferRule, ...]:
    """All of them, oldest first."""
    rules = (_rule(tomllib.loads(path.read_text(encoding="utf-8"))) for path in sorted(_FOLDER.glob("*.toml")))
    return tuple(sorted(rules, key=lambda rule: rule.effective_from))


def _rule(found: Mapping[str, Any]) -> TransferRule:
    window = found.get("window")
    return TransferRule(
        version=found["version"],
        circular=found["circular"],
        title=found["title"],
        effective_from=found["effective_from"],
        levels=tuple(map(SchoolLevel, found["levels"])),
        limits=tuple(map(_limit, found["limits"])),
        window=WindowRule(**{**window, "certainty": Certainty(window["certainty"])}) if window else None,
        dossier=tuple(_paper(each) for each in found["dossier"]),
        unverified=tuple(found["unverified"]),
    )


def _limit(found: Mapping[str, Any]) -> Limit:
    return Limit(
        step=Step(found["step"]),
        origins=tuple(map(Origin, found["origins"])),
        days=found["days"],
        counted_from=TransferState(found["counted_from"]),
        source=found["source"],
        certainty=Certainty(found["certainty"]),
    )


def _paper(found: Mapping[str, str]) -> Paper:
    return Paper(found["code"], found["name"], Condition(found.get("only_if", Condition.ALWAYS)))
