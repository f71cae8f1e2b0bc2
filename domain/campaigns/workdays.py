"""The holidays that come with hocba; an office keeps the calendar of its year in the database."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Final

_FILE: Final = Path(__file__).parent / "data" / "holidays.toml"
_YEARS: Final = range(2024, 2031)


@dataclass(frozen=True)
class SpecialDay:
    """A day on which offices are closed, or (`is_workday`) open although it is a Saturday or Sunday."""

    day: date
    name: str
    source: str
    is_workday: bool = False


def _read() -> tuple[SpecialDay, ...]:
    found = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    days = [day for table in found["years"] for day in _days(table)]
    return tuple({each.day: each for each in sorted(days, key=lambda each: each.day)}.values())


def _days(table: dict[str, Any]) -> Iterator[SpecialDay]:
    for year in _YEARS if table.get("fixed") else (table["year"],):
        for text in table["days"]:
            yield SpecialDay(date.fromisoformat(f"{year}-{text}"), table["name"], table["source"])


SHIPPED_DAYS: Final = _read()
