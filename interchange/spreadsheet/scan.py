"""A look through a worksheet's XML before its values are read: how large it is, and what the values will not tell.

The library that reads values makes room for every cell up to the last one, repeats a shared text for each cell that
names it, and gives an empty text for an error or a formula that nobody has calculated.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat  # documents with a DTD are refused, and nothing outside is ever loaded

from domain.errors import Invalid
from interchange.spreadsheet.kinds import CUT_OFF

MAX_ROWS: Final = 10_000
MAX_COLUMNS: Final = 300
MAX_CELLS: Final = 500_000
MAX_CHARACTERS: Final = 20_000_000
_TOO_FAR: Final = (
    f"Trang “{{}}” có dữ liệu ngoài {MAX_ROWS} dòng, {MAX_COLUMNS} cột đầu; hãy xoá phần thừa rồi lưu lại."
)
_TOO_MUCH: Final = "Trang “{}” có quá nhiều ô hoặc ô quá dài; hãy chép phần danh sách sang một tệp mới rồi lưu lại."
_NOT_CALCULATED: Final = "Ô có công thức chưa được tính; hãy mở bằng Excel, lưu lại, hoặc gõ thẳng giá trị."
_IN_ERROR: Final = "Ô báo lỗi {}; hãy sửa công thức hoặc gõ thẳng giá trị."

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
Place = tuple[int, int]  # row and column from 0


@dataclass(frozen=True)
class Merge:
    """Cells shown as one; only the first, top left, holds a value."""

    first: Place
    last: Place
    name: str  # "B3:B7"

    @property
    def area(self) -> int:
        """How many cells it covers of those that a sheet may have."""
        rows = min(self.last[0], MAX_ROWS - 1) - self.first[0] + 1
        columns = min(self.last[1], MAX_COLUMNS - 1) - self.first[1] + 1
        return max(rows, 1) * max(columns, 1)


@dataclass
class Scan:
    """What was found: refusals by cell, and merged cells."""

    faults: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)


@dataclass
class Budget:
    """How many cells and characters the workbook's sheets may still hold together."""

    cells: int = MAX_CELLS
    characters: int = MAX_CHARACTERS


def string_lengths(data: bytes) -> Sequence[int]:
    """The length of each shared text, in the order in which cells name them."""
    found: list[int] = []

    def started(name: str, _: Mapping[str, str]) -> None:
        if _local(name) == "si":
            found.append(0)
        if len(found) > MAX_CELLS:
            raise Invalid(CUT_OFF)

    def text(piece: str) -> None:
        if found:
            found[-1] += len(piece)

    _parse(data, started, lambda _: None, text)
    return found


def scan(sheet: str, data: bytes, lengths: Sequence[int], budget: Budget) -> Scan:
    """Look through one worksheet; takes what it holds from `budget`. Raises Invalid for one too large or damaged."""
    reader = _Reader(sheet, lengths, budget)
    _parse(data, reader.started, reader.ended, reader.text)
    return reader.found


class _Reader:
    def __init__(self, sheet: str, lengths: Sequence[int], budget: Budget) -> None:
        self.found = Scan()
        self._sheet, self._lengths, self._budget = sheet, lengths, budget
        self._columns: dict[str, int] = {}
        self._place: Place = (-1, -1)
        self._kind = ""
        self._is_formula = self._is_value = False
        self._value: list[str] = []

    def started(self, name: str, attributes: Mapping[str, str]) -> None:
        match _local(name):
            case "c":
                row, column = self._place
                reference = attributes.get("r")
                self._place = self._at(reference) if reference else (row, column + 1)
                self._kind = attributes.get("t", "")
                self._is_formula, self._value = False, []
            case "v" | "t":
                self._is_value = True
            case "f":
                self._is_formula = True
            case "row":
                number = attributes.get("r")
                self._place = (int(number) - 1 if number and number.isdecimal() else self._place[0] + 1, -1)
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def text(self, piece: str) -> None:
        if self._is_value:
            self._value.append(piece)

    def ended(self, name: str) -> None:
        match _local(name):
            case "v" | "t":
                self._is_value = False
            case "c":
                self._cell("".join(self._value))

    def _cell(self, value: str) -> None:
        if self._kind == "e":
            self.found.faults[self._place] = _IN_ERROR.format(value)
        elif self._is_formula and not value and self._kind != "str":  # a formula may well give an empty text
            self.found.faults[self._place] = _NOT_CALCULATED
        if not value and self._place not in self.found.faults:
            return
        row, column = self._place
        if row >= MAX_ROWS or column >= MAX_COLUMNS:
            raise Invalid(_TOO_FAR.format(self._sheet))
        self._budget.cells -= 1
        self._budget.characters -= self._length(value)
        if self._budget.cells < 0 or self._budget.characters < 0:
            raise Invalid(_TOO_MUCH.format(self._sheet))

    def _length(self, value: str) -> int:
        if self._kind != "s" or not value:
            return len(value)
        if not value.isdecimal() or int(value) >= len(self._lengths):
            raise Invalid(CUT_OFF)
        return self._lengths[int(value)]

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        merge = Merge(self._at(first), self._at(last or first), reference)
        self._budget.cells -= merge.area
        if self._budget.cells < 0:
            raise Invalid(_TOO_MUCH.format(self._sheet))
        self.found.merges.append(merge)

    def _at(self, reference: str) -> Place:
        match = _REFERENCE.fullmatch(reference)
        if match is None:
            raise Invalid(CUT_OFF)
        letters, number = match.groups()
        if letters not in self._columns:
            self._columns[letters] = _column(letters)
        return int(number) - 1, self._columns[letters]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _parse(
    data: bytes,
    started: Callable[[str, dict[str, str]], None],
    ended: Callable[[str], None],
    text: Callable[[str], None],
) -> None:
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, text
    parser.StartDoctypeDeclHandler = _no_doctype
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:  # the last: an encoding nobody knows
        raise Invalid(CUT_OFF) from error


def _no_doctype(*_: object) -> None:
    raise Invalid(CUT_OFF)
