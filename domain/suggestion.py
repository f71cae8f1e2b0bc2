"""Phrases that come with the product: what good teachers write, by grade, subject and level.

The texts are data in `domain/suggestions`. A homeroom comment goes by the pupil's result, one on qualities or
competencies by the lowest level among them.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from domain.assessment import Term

_SUFFIX: Final = ".toml"


class Suggestion(NamedTuple):
    """`item` is as in the slot's cells, `level` the code of its scale."""

    item: str
    level: str
    text: str


def suggestions(
    grade: int, subject: str, *, level: str = "", item: str = "", term: Term | None = None
) -> tuple[Suggestion, ...]:
    """Phrases for a slot, best level first; of every level, item and term unless told which.

    Nothing for a subject that the grade does not have.
    """
    return tuple(
        each
        for entry in _entries()
        if entry["subject"] == subject and grade in entry["grades"] and term in {None, *entry.get("terms", Term)}
        for each in _phrases(entry)
        if level in {"", each.level} and item in {"", each.item}
    )


def _phrases(entry: Mapping[str, Any]) -> Iterator[Suggestion]:
    item = entry.get("item", entry["subject"])
    for level, texts in entry["levels"].items():
        for text in texts:
            yield Suggestion(item, level, text)


@cache
def _entries() -> tuple[Mapping[str, Any], ...]:
    folder = files("domain").joinpath("suggestions")
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(_SUFFIX))
    read = (tomllib.loads(folder.joinpath(name).read_text("utf-8")) for name in names)
    return tuple(entry for found in read for entry in found["comments"])
