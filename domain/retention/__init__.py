"""How long personal data is kept, as data: each kind with its source, how sure that is, and what is done at the end."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from domain.errors import Invalid

_SHIPPED: Final = Path(__file__).parent / "data" / "luu-giu-2026.1.toml"


class End(StrEnum):
    """Deleted by the daily sweep, kept for good, kept with what it belongs to, or held elsewhere."""

    DELETE = "delete"
    KEEP = "keep"
    WITH = "with"
    OUTSIDE = "outside"


class Certainty(StrEnum):
    """How sure the time is: nothing was read in the official text itself."""

    RECALLED = "recalled"
    UNVERIFIED = "unverified"


@dataclass(frozen=True)
class Kept:
    """One kind of data; `days` count from `counted_from` (None: for good, or nothing of ours), `reason` why so."""

    code: str
    name: str
    tables: tuple[str, ...]
    then: End
    source: str
    certainty: Certainty
    days: int | None = None
    counted_from: str = ""
    reason: str = ""


@dataclass(frozen=True)
class RetentionPolicy:
    """One version of it; `impersonal` are the tables with nobody's data."""

    version: str
    title: str
    effective_from: date
    sources: tuple[str, ...]
    unverified: tuple[str, ...]
    kinds: tuple[Kept, ...]
    impersonal: frozenset[str]

    @cached_property
    def by_table(self) -> Mapping[str, Kept]:
        return {table: kind for kind in self.kinds for table in kind.tables}

    @property
    def deleted(self) -> Mapping[str, int]:
        """After how many days rows of a table go, in the order of the file."""
        found = ((table, kind.days) for table, kind in self.by_table.items() if kind.then is End.DELETE)
        return {table: days for table, days in found if days is not None}


def read_policy(path: Path = _SHIPPED) -> RetentionPolicy:
    """The shipped one, or an installation's own. Raises Invalid for one that leaves something open."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))
    policy = RetentionPolicy(
        version=found["version"],
        title=found["title"],
        effective_from=found["effective_from"],
        sources=tuple(found["sources"]),
        unverified=tuple(found["unverified"]),
        kinds=tuple(map(_kind, found["kinds"])),
        impersonal=frozenset(found["impersonal"]["tables"]),
    )
    _check(policy)
    return policy


def _kind(found: Mapping[str, Any]) -> Kept:
    typed = {"tables": tuple(found["tables"]), "then": End(found["then"]), "certainty": Certainty(found["certainty"])}
    return Kept(**{**found, **typed})


def _check(policy: RetentionPolicy) -> None:
    named = [table for kind in policy.kinds for table in kind.tables]
    twice = {table for table in named if named.count(table) > 1 or table in policy.impersonal}
    if twice:
        raise Invalid(f"{policy.version}: {', '.join(sorted(twice))}: named twice")
    for kind in policy.kinds:
        if kind.then is End.DELETE and (kind.days is None or kind.days < 0 or not kind.counted_from):
            raise Invalid(f"{policy.version}, {kind.code}: after how many days, counted from when?")
        if kind.then is not End.DELETE and not kind.reason:
            raise Invalid(f"{policy.version}, {kind.code}: why is it kept?")
