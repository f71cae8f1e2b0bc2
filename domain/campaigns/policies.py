"""The policies that come with hocba; an office's own are in the database."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

from domain.calendar import SchoolYear
from domain.campaigns.phases import Cohort, Due, Phase, Step, checked, from_json
from domain.errors import NotFound

_SHIPPED: Final = Path(__file__).parent / "data"


class Policy(StrEnum):
    HCM_2024 = "hcm-2024"  # the city's pilot: 30/6 and 15/8 are two phases
    TWO_TRACK_2025 = "two-track-2025"  # elsewhere from 2025: 30/6 and 15/8 are two groups of pupils


@dataclass(frozen=True)
class ShippedPolicy:
    """`unverified` says what of it no text was found for: docs/campaigns.md."""

    code: Policy
    name: str
    version: int
    source: str
    phases: tuple[Phase, ...]
    unverified: tuple[str, ...] = ()


@cache
def shipped() -> Mapping[Policy, ShippedPolicy]:
    return {policy: _read(policy) for policy in Policy}


def _read(policy: Policy) -> ShippedPolicy:
    found = tomllib.loads((_SHIPPED / f"{policy.value}.toml").read_text(encoding="utf-8"))
    phases = checked([from_json(each) for each in found["phases"]])
    return ShippedPolicy(
        policy, found["name"], int(found["version"]), found["source"], phases, tuple(found.get("unverified", ()))
    )


def deadlines(policy: Policy, year: SchoolYear) -> tuple[Due, ...]:
    """Return the policy's deadlines of a school year, earliest first."""
    return dues_of(shipped()[policy].phases, year)


def dues_of(phases: tuple[Phase, ...], year: SchoolYear) -> tuple[Due, ...]:
    return tuple(sorted((Due(*each.key, each.due(year)) for each in phases), key=lambda due: due.on))


def deadline(policy: Policy, step: Step, cohort: Cohort, year: SchoolYear) -> Due:
    """Return the deadline of a step for a cohort, or the one for everybody; raise NotFound if the policy has none."""
    own = {each.cohort: each for each in deadlines(policy, year) if each.step is step}
    found = own.get(cohort) or own.get(Cohort.ALL)
    if found is None:
        raise NotFound(f"Chính sách {policy} không có hạn cho bước {step}, nhóm {cohort}.")
    return found
