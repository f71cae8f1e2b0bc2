"""A look through a worksheet's XML before its values are read: how large it is, and what the values will not tell.

The library that reads values makes room for every cell up to the last one, repeats a shared text for each cell that
names it, and gives an empty text for an error or a formula that nobody has calculated. So places are counted here just
as that library counts them, and what the two might read in different ways is refused.
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
MAX_AREA: Final = 2_000_000  # cells of the sheets' rectangles from A1 to the last row and column, empty ones too
MAX_CHARACTERS: Final = 20_000_000
_TOO_FAR: Final = "Trang “{}” có dữ liệu ngoài {} dòng, {} cột đầu; hãy xoá phần thừa rồi lưu lại."
_TOO_MUCH: Final = "Trang “{}” có quá nhiều ô hoặc ô quá dài; hãy chép phần danh sách sang một tệp mới rồi lưu lại."
_NOT_CALCULATED: Final = "Ô có công thức chưa được tính; hãy mở bằng Excel, lưu lại, hoặc gõ thẳng giá trị."
_IN_ERROR: Final = "Ô báo lỗi {}; hãy sửa công thức hoặc gõ thẳng giá trị."

_REFERENCE: Final = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ROW_NUMBER: Final = re.compile(r"[1-9][0-9]{0,6}")
_WIDE: Final = (b"\xfe\xff", b"\xff\xfe", b"\0", b"<\0")  # how UTF-16 begins
_INDEX: Final = re.compile(r"[0-9]{1,7}")
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
    """What was found: refusals by cell, merged cells, and the worksheet's XML without empty texts far out."""

    faults: dict[Place, str] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    data: bytes = b""


@dataclass
class Budget:
    """How many cells and characters the workbook's sheets may still hold together, and how far they may reach."""

    cells: int = MAX_CELLS
    area: int = MAX_AREA
    characters: int = MAX_CHARACTERS


def string_lengths(data: bytes) -> Sequence[int]:
    """The length of each shared text, in the order in which cells name them."""
    found: list[int] = []
    open_texts: list[str] = []

    def started(name: str, attributes: Mapping[str, str]) -> None:
        if _local(name) == "si":
            found.append(0)
            open_texts.append(name)
        if len(found) > MAX_CELLS or len(open_texts) > 1 or not _is_small(attributes.get("uniqueCount", "0")):
            raise Invalid(CUT_OFF)

    def ended(name: str) -> None:
        if _local(name) == "si":
            open_texts.pop()

    def text(piece: str) -> None:
        if found:
            found[-1] += len(piece)

    _parse(_parser(started, ended, text), data)
    return found


def _is_small(count: str) -> bool:
    """Room is made for as many texts as are said to come."""
    return _INDEX.fullmatch(count) is not None and int(count) <= MAX_CELLS


def scan(sheet: str, data: bytes, lengths: Sequence[int], budget: Budget) -> Scan:
    """Look through one worksheet; takes what it holds from `budget`. Raises Invalid for one too large or damaged."""
    return _Reader(sheet, data, lengths, budget).read()


class _Reader:
    def __init__(self, sheet: str, data: bytes, lengths: Sequence[int], budget: Budget) -> None:
        self._found = Scan()
        self._sheet, self._data, self._lengths, self._budget = sheet, data, lengths, budget
        self._parser = _parser(self._started, self._ended, self._text)
        self._columns: dict[str, int] = {}
        self._row = self._column = 0  # of a cell that does not say where it is
        self._place: Place = (0, 0)
        self._last: Place = (-1, -1)  # the last row and column that hold anything
        self._kind = ""
        self._is_formula = self._is_text = self._has_value = False
        self._value: list[str] = []
        self._cell_at = self._kept_to = 0  # in bytes
        self._kept = bytearray()

    def read(self) -> Scan:
        _parse(self._parser, self._data)
        self._budget.area -= (self._last[0] + 1) * (self._last[1] + 1)
        self._refuse_too_much()
        self._found.data = bytes(self._kept + self._data[self._kept_to :]) if self._kept_to else self._data
        return self._found

    def _started(self, name: str, attributes: Mapping[str, str]) -> None:
        if self._is_text:
            raise Invalid(CUT_OFF)
        match _local(name):
            case "row":
                self._start_row(attributes.get("r"))
            case "c":
                self._start_cell(attributes)
            case "v" | "is" | "t" as kind:
                self._start_value(kind)
            case "f":
                self._is_formula = True
            case "mergeCell":
                self._merge(attributes.get("ref", ""))

    def _start_row(self, number: str | None) -> None:
        if number is None:
            return
        if _ROW_NUMBER.fullmatch(number) is None:
            raise Invalid(CUT_OFF)
        self._row = int(number) - 1

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        reference = attributes.get("r")
        self._place = self._at(reference) if reference is not None else (self._row, self._column)
        self._column = self._place[1] + 1
        self._kind = attributes.get("t", "")
        self._is_formula, self._has_value, self._value = False, False, []
        self._cell_at = self._parser.CurrentByteIndex

    def _start_value(self, kind: str) -> None:
        """A cell has one value; only a text of its own may come in pieces."""
        if kind != "t" and self._has_value:
            raise Invalid(CUT_OFF)
        self._has_value, self._is_text = True, kind != "is"

    def _text(self, piece: str) -> None:
        if self._is_text:
            self._value.append(piece)

    def _ended(self, name: str) -> None:
        match _local(name):
            case "v" | "t":
                self._is_text = False
            case "c":
                self._cell("".join(self._value))
            case "row":
                self._row, self._column = self._row + 1, 0

    def _cell(self, value: str) -> None:
        if self._kind == "e":
            self._found.faults[self._place] = _IN_ERROR.format(value)
        elif self._is_formula and not value and self._kind != "str":  # a formula may well give an empty text
            self._found.faults[self._place] = _NOT_CALCULATED
        holds = bool(value) or self._place in self._found.faults
        if self._place[0] < MAX_ROWS and self._place[1] < MAX_COLUMNS:
            if holds or self._has_value:
                self._count(value)
        elif holds:
            raise Invalid(_TOO_FAR.format(self._sheet, MAX_ROWS, MAX_COLUMNS))
        elif self._has_value:
            self._cut()

    def _count(self, value: str) -> None:
        self._last = (max(self._last[0], self._place[0]), max(self._last[1], self._place[1]))
        self._budget.cells -= 1
        self._budget.characters -= self._length(value)
        self._refuse_too_much()

    def _refuse_too_much(self) -> None:
        if min(self._budget.cells, self._budget.characters, self._budget.area) < 0:
            raise Invalid(_TOO_MUCH.format(self._sheet))

    def _cut(self) -> None:
        """Leave out the cell that ends here: formulas that give an empty text are often filled down to the last row."""
        self._kept += self._data[self._kept_to : self._cell_at]
        self._kept_to = self._data.index(b">", self._parser.CurrentByteIndex) + 1

    def _length(self, value: str) -> int:
        if self._kind != "s" or not value:
            return len(value)
        if _INDEX.fullmatch(value) is None or int(value) >= len(self._lengths):
            raise Invalid(CUT_OFF)
        return self._lengths[int(value)]

    def _merge(self, reference: str) -> None:
        first, _, last = reference.partition(":")
        merge = Merge(self._at(first), self._at(last or first), reference)
        self._budget.cells -= merge.area
        self._refuse_too_much()
        self._found.merges.append(merge)

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


def _parser(
    started: Callable[[str, dict[str, str]], None], ended: Callable[[str], None], text: Callable[[str], None]
) -> expat.XMLParserType:
    parser = expat.ParserCreate("utf-8")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = started, ended, text
    parser.StartDoctypeDeclHandler, parser.XmlDeclHandler = _no_doctype, _no_other_encoding
    return parser


def _parse(parser: expat.XMLParserType, data: bytes) -> None:
    """Raises Invalid for anything but UTF-8 as well: values are read so, whatever the part says of itself."""
    if data.startswith(_WIDE):
        raise Invalid(CUT_OFF)
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError) as error:
        raise Invalid(CUT_OFF) from error


def _no_doctype(*_: object) -> None:
    raise Invalid(CUT_OFF)


def _no_other_encoding(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.lower() != "utf-8":
        raise Invalid(CUT_OFF)
