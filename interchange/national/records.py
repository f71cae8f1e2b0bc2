"""One national record: the values of its fields, and the rows of its child tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from interchange.national.fields import LAYOUTS, Layout, Level

Value: TypeAlias = str | int | float | bool | None
Row: TypeAlias = Mapping[str, Value]


@dataclass(frozen=True)
class NationalRecord:
    """One pupil, one school year; values are ready for JSON: dates are ISO text, an empty value is no value.

    `children` holds the rows by part ("quatrinhhoctap", "dsbangdiem" or "bangdiem", "chungchi"). Nothing is checked
    here: see `checking`.
    """

    level: Level
    fields: Row
    children: Mapping[str, tuple[Row, ...]]

    def __post_init__(self) -> None:
        """Leave out what is empty, so that the same content is the same record."""
        children = {part: tuple(map(_filled, rows)) for part, rows in self.children.items() if rows}
        object.__setattr__(self, "fields", _filled(self.fields))
        object.__setattr__(self, "children", children)

    @property
    def layout(self) -> Layout:
        return LAYOUTS[self.level]


def _filled(row: Row) -> Row:
    return {name: _plain(value) for name, value in row.items() if value is not None and value != ""}


def _plain(value: Value) -> Value:
    """12.0 and 12 are one number, and are written alike."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
