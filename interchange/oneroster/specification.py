"""What the OneRoster CSV binding prescribes, read from specification.toml: files, columns, vocabularies."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

EXTENSION: Final = "metadata."  # columns of one's own begin with this
_FILE: Final = Path(__file__).with_name("specification.toml")


@dataclass(frozen=True)
class Vocabulary:
    """The words a column may hold; an extensible one also takes those that begin with "ext:"."""

    values: tuple[str, ...]
    extensible: bool

    def has(self, word: str) -> bool:
        return word in self.values or (self.extensible and word.startswith("ext:"))


@dataclass(frozen=True)
class Column:
    """One column of a file; `ref` is the file whose sourcedId it holds."""

    name: str
    type: str  # guid, string, secret, enum, date, datetime, year or list
    required: bool = False
    enum: str = ""
    ref: str = ""


@dataclass(frozen=True)
class Specification:
    """The whole table. `manifest_files` are all files a manifest speaks of, read here or not."""

    longest_id: int
    id_pattern: str
    versions: Mapping[str, str]
    manifest_files: tuple[str, ...]
    manifest_optional: tuple[str, ...]
    vocabularies: Mapping[str, Vocabulary]
    files: Mapping[str, tuple[Column, ...]]


def _loaded() -> Specification:
    data: dict[str, Any] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    manifest = data["manifest"]
    words = {name: Vocabulary(tuple(each["values"]), each["extensible"]) for name, each in data["enums"].items()}
    return Specification(
        longest_id=data["longest_id"],
        id_pattern=data["id_pattern"],
        versions=manifest["versions"],
        manifest_files=tuple(manifest["files"]),
        manifest_optional=tuple(manifest["optional"]),
        vocabularies=words,
        files={name: tuple(Column(**column) for column in columns) for name, columns in data["files"].items()},
    )


SPECIFICATION: Final = _loaded()
