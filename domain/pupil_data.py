"""Everything that a school holds on one pupil, by sections: for people and for machines (Law 91/2025/QH15)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

Cell: TypeAlias = str | int | bool | date | datetime | None


@dataclass(frozen=True)
class Section:
    """`columns` are codes with their Vietnamese names; a row has a cell for each of them.

    A code that knows its name (`domain.labelled`) is told to machines, its name to people.
    """

    code: str
    title: str
    columns: Mapping[str, str]
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class HeldFile:
    """A file of the pupil alone in the object store, and its name in the package."""

    name: str
    sha256: str


@dataclass(frozen=True)
class PupilData:
    sections: Sequence[Section]
    files: Sequence[HeldFile]
