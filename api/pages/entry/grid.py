"""Pupils by cells, as a sheet of entry shows them: the same for the form and for the script that makes it a grid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from api.pages.language import VIETNAMESE, current_language, gettext
from domain.assessment import AssessmentPoint
from domain.entry import Cell, CellKey
from domain.errors import NotFound
from domain.scales import CellKind
from domain.stages import STAGE_NAMES
from storage.entry_sheets import EntrySheet

SEPARATOR = "~"


@dataclass(frozen=True)
class Column:
    """What a column's cells may hold. `code` is the cell's place in its row, as forms and the script name it."""

    code: str
    kind: str  # level, score, comment; of attendance: count, measure, flag, text
    heading: str
    label: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    decimals: int = 0
    limit: int = 0
    exempt: bool = False
    low: int = 0
    high: int = 0

    def shown(self, value: str) -> str:
        """A stored value as people write it."""
        return value.replace(".", ",") if self.kind == CellKind.SCORE else value


@dataclass(frozen=True)
class Line:
    """One pupil; each of `cells` is what it holds, with its version. `standing` says who holds a closed part."""

    record_id: UUID
    order_no: int
    full_name: str
    is_open: bool
    standing: str
    cells: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Problem:
    """A required cell that is empty (without a message), or something to look at."""

    record_id: UUID
    code: str
    order_no: int
    pupil: str
    label: str
    message: str = ""


@dataclass(frozen=True)
class Grid:
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    problems: tuple[Problem, ...] = ()
    places: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "places", {column.code: index for index, column in enumerate(self.columns)})

    @property
    def missing(self) -> int:
        return sum(not each.message for each in self.problems)

    def column(self, code: str) -> Column:
        if code not in self.places:
            raise NotFound("Không có ô này.")
        return self.columns[self.places[code]]

    def as_json(self) -> dict[str, Any]:
        return {
            "columns": [vars(column) for column in self.columns],
            "pupils": [vars(line) | {"record_id": str(line.record_id)} for line in self.lines],
            "problems": [vars(each) | {"record_id": str(each.record_id)} for each in self.problems],
        }


def code_of(key: CellKey) -> str:
    return SEPARATOR.join((key.item, key.point.value, key.kind.value))


def key_of(code: str) -> CellKey:
    """Raises NotFound for what `code_of` never gave."""
    try:
        item, point, kind = code.split(SEPARATOR)
        return CellKey(item, AssessmentPoint(point), CellKind(kind))
    except ValueError as error:
        raise NotFound("Không có ô này.") from error


def grid_of(sheet: EntrySheet) -> Grid:
    """The grid of a part."""
    return Grid(
        tuple(_column(cell) for cell in sheet.marks.cells),
        tuple(
            Line(
                pupil.record_id,
                pupil.order_no,
                pupil.full_name,
                pupil.is_open,
                standing(sheet, pupil.record_id),
                _cells(sheet, pupil.record_id, sheet.marks.cells),
            )
            for pupil in sheet.marks.pupils
        ),
        tuple(_problems(sheet)),
    )


def heading_of(cell: Cell) -> str:
    """The name of a column, and when in parentheses, in the language of the page."""
    name, _, when = cell.heading.partition(" (")
    return f"{gettext(name)} ({gettext(when.removesuffix(')'))})" if when else gettext(name)


def _column(cell: Cell) -> Column:
    scale = cell.scale
    return Column(
        code_of(cell.key),
        cell.kind.value,
        heading_of(cell),
        cell.label if current_language() == VIETNAMESE else heading_of(cell),
        cell.is_required,
        tuple((choice.value, choice.label) for choice in scale.choices),
        scale.decimals,
        scale.limit,
        scale.may_exempt,
    )


def _cells(sheet: EntrySheet, record_id: UUID, cells: Sequence[Cell]) -> tuple[tuple[str, int], ...]:
    known = (sheet.known(record_id, cell.key) for cell in cells)
    return tuple((each.value, each.version) for each in known)


def _problems(sheet: EntrySheet) -> list[Problem]:
    """In the order of the class; what is missing only of pupils whose part can still be written."""
    headings = {cell.key: heading_of(cell) for cell in sheet.marks.cells}
    pupils = {pupil.record_id: pupil for pupil in sheet.marks.pupils}
    found = []
    for each in sheet.problems:
        pupil = pupils[each.record_id]
        told = [(cell.key, "") for cell in each.missing if pupil.is_open]
        if pupil.is_open or sheet.marks.is_closed:
            told += [(doubt.key, gettext(doubt.message)) for doubt in each.doubts]
        found += [
            Problem(pupil.record_id, code_of(key), pupil.order_no, pupil.full_name, headings.get(key, ""), message)
            for key, message in told
        ]
    return found


def standing(sheet: EntrySheet, record_id: UUID) -> str:
    """Who holds a pupil's part where its teacher may not write; nothing while it is open."""
    part = sheet.parts[record_id]
    if part.held:
        return gettext("Đang tạm giữ")
    if part.is_open:
        return gettext("Được trả lại") if part.returned else ""
    return gettext(STAGE_NAMES[part.stage])
