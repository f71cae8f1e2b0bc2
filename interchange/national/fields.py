"""The published field list of the national record, and what it says in words only, as tables and fields.

`fields.csv` is the list (table, field, type, required, description), as exchanged with the National Data Centre;
`rules.toml` holds codes, conditions and formats with their sources, `labels.toml` what people call a field.
"""

import csv
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from interchange.national.shapes import CALENDAR, Shape, pattern


class Level(StrEnum):
    """Which of the two records."""

    PRIMARY = "primary"
    SECONDARY = "secondary"


class Kind(StrEnum):
    """What a value is in Python: str, bool, int, or int and float. Dates and times are text."""

    TEXT = "text"
    BOOLEAN = "boolean"
    INTEGER = "integer"
    NUMBER = "number"


class Need(StrEnum):
    ALWAYS = "always"
    UNLESS_WAIVED = "unless_waived"  # not asked of a pupil who is not assessed
    NEVER = "never"


@dataclass(frozen=True)
class Rule:
    """One entry of `rules.toml`; what each part means stands at the head of that file."""

    fields: tuple[str, ...]
    source: str
    unverified: str = ""
    need: Need | None = None
    codes: Mapping[str, str] | None = None
    format: str = ""
    pattern: str = ""
    says: str = ""
    between: tuple[int, int] | None = None
    not_zero: bool = False


@dataclass(frozen=True)
class ExactlyOne:
    """Fields of which exactly one has a value; `says` is the whole refusal."""

    fields: tuple[str, ...]
    says: str
    source: str
    unverified: str = ""


@dataclass(frozen=True)
class Field:
    """One column: `published` is its type in the list, `length` its greatest number of characters (text only)."""

    name: str
    label: str
    published: str
    kind: Kind
    length: int | None
    need: Need
    description: str
    rule: Rule
    shape: Shape | None


@dataclass(frozen=True)
class Table:
    """One table; `part` is what a child table adds to its record's name ("" for the record itself).

    `identity` names the fields that tell a child's rows apart.
    """

    name: str
    part: str
    label: str
    fields: Mapping[str, Field]
    identity: tuple[str, ...] = ()
    exactly_one: tuple[ExactlyOne, ...] = ()

    @property
    def key(self) -> str:
        """The field that holds a row's own technical key."""
        return f"key{self.name}"

    @property
    def record_key(self) -> str:
        """The field that holds the key of the row's record; of the record itself, its own."""
        return f"key{self.name.partition('_')[0]}"


@dataclass(frozen=True)
class Layout:
    """The record of one level: its table, and its child tables by part."""

    table: Table
    parts: Mapping[str, Table]


@dataclass(frozen=True)
class _Rules:
    identity: Mapping[str, tuple[str, ...]]
    exactly_one: tuple[ExactlyOne, ...]
    rule: tuple[Rule, ...]


@dataclass(frozen=True)
class _Labels:
    parts: Mapping[str, str]
    fields: Mapping[str, str]


# By the name of the record's table.
LEVELS: Final = {"thongtinsohocbasotieuhoc": Level.PRIMARY, "thongtinsohocbasothcsthpt": Level.SECONDARY}
_FOLDER: Final = Path(__file__).parent
_TYPE: Final = re.compile(r"([A-Z]+)(?:\(([0-9]+)\))?")
_KINDS: Final = {"BOOLEAN": Kind.BOOLEAN, "INT": Kind.INTEGER, "DOUBLE": Kind.NUMBER}
_NO_RULE: Final = Rule((), "")


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((_FOLDER / name).read_text(encoding="utf-8"))


RULES: Final = TypeAdapter(_Rules).validate_python(_toml("rules.toml"))
LABELS: Final = TypeAdapter(_Labels).validate_python(_toml("labels.toml"))
_RULE_OF: Final = {name: rule for rule in RULES.rule for name in rule.fields}


def _field(row: Mapping[str, str]) -> Field:
    name, published = row["field"], row["type"]
    base, length = _TYPE.fullmatch(published).groups()  # type: ignore[union-attr]
    rule = _RULE_OF.get(f"{row['table']}.{name}") or _RULE_OF.get(name, _NO_RULE)
    return Field(
        name,
        LABELS.fields[name],
        published,
        kind=_KINDS.get(base, Kind.TEXT),
        length=int(length) if length else None,
        need=rule.need or (Need.ALWAYS if row["required"] == "yes" else Need.NEVER),
        description=row["description_vi"],
        rule=rule,
        shape=_shape(rule, base),
    )


def _shape(rule: Rule, base: str) -> Shape | None:
    if rule.pattern:
        return pattern(rule.pattern, rule.says)
    return CALENDAR.get(rule.format or base.lower())


def _table(record: str, name: str, rows: Iterable[Mapping[str, str]]) -> Table:
    part = name[len(record) + 1 :]
    return Table(
        name,
        part,
        LABELS.parts.get(part, ""),
        fields={row["field"]: _field(row) for row in rows if row["table"] == name},
        identity=RULES.identity.get(part, ()),
        exactly_one=() if part else RULES.exactly_one,
    )


def _layouts() -> dict[Level, Layout]:
    with (_FOLDER / "fields.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    names = dict.fromkeys(row["table"] for row in rows)
    layouts = {}
    for record, level in LEVELS.items():
        tables = [_table(record, name, rows) for name in names if name.partition("_")[0] == record]
        layouts[level] = Layout(tables[0], {table.part: table for table in tables[1:]})
    return layouts


LAYOUTS: Final[Mapping[Level, Layout]] = _layouts()
