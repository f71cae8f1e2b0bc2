"""Measurements as rows: a figure, what it consists of, and what it stands beside in the same run."""

import statistics
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import ParamSpec, TypeVar

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Row:
    """`beside` are baselines in the same unit, `parts` what the figure consists of or what comes on top of it."""

    group: str
    name: str
    value: float
    unit: str
    beside: Mapping[str, float]
    parts: Mapping[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        ratios = {name: _short(value / self.value) for name, value in self.beside.items()}
        beside, parts = ({name: _short(value) for name, value in each.items()} for each in (self.beside, self.parts))
        figures = {"value": _short(self.value), "unit": self.unit, "beside": beside, "ratios": ratios, "parts": parts}
        return {"group": self.group, "name": self.name, **figures}

    def as_text(self) -> str:
        beside = ", ".join(f"{name} {_short(value)} = {value / self.value:.3g}x" for name, value in self.beside.items())
        parts = ", ".join(f"{name} {_short(value)}" for name, value in self.parts.items())
        return f"  {self.name:38} {_short(self.value):>8} {self.unit:5}  {beside}{f'  [{parts}]' if parts else ''}"


def table(rows: Sequence[Row]) -> str:
    lines = []
    for before, row in zip([None, *rows], rows, strict=False):
        if before is None or before.group != row.group:
            lines += ["", row.group]
        lines.append(row.as_text())
    return "\n".join(lines).lstrip("\n")


def timed(
    work: Callable[Arguments, Result], *arguments: Arguments.args, **more: Arguments.kwargs
) -> tuple[Result, float]:
    """The result, and the milliseconds it took."""
    start = time.perf_counter()
    result = work(*arguments, **more)
    return result, (time.perf_counter() - start) * 1000


def milliseconds(work: Callable[Arguments, object], *arguments: Arguments.args, **more: Arguments.kwargs) -> float:
    return timed(work, *arguments, **more)[1]


def medians(turns: Iterable[Sequence[float]]) -> list[float]:
    """The median of each column of figures that were taken in turns."""
    return [statistics.median(column) for column in zip(*turns, strict=True)]


def _short(value: float) -> float:
    return float(f"{value:.3g}") if abs(value) < 100 else round(value)  # noqa: PLR2004 - three digits are enough
