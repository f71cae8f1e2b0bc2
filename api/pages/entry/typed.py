"""The plain form of a sheet: what was typed into it, which of it is new, and the page after it was sent."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Final
from uuid import UUID

from fastapi import Depends, Request

from api.pages.entry.grid import Column, Grid, Line
from api.pages.entry.saved import CellEdit, Overtaken, Refused, Saved
from domain.errors import Invalid

SEEN: Final = "|"  # between version and value, in the hidden field beside each input
_FIELDS: Final = 440  # inputs on one page, each with its hidden field; a form may have a thousand
LONGEST: Final = 4000  # characters of one field


@dataclass(frozen=True)
class Box:
    """One input: what stands in it, and what is wrong with that. `theirs` is what somebody else wrote meanwhile."""

    name: str
    column: Column
    value: str
    seen: str
    message: str = ""
    theirs: str = ""


@dataclass(frozen=True)
class Row:
    line: Line
    boxes: tuple[Box, ...]


async def form_fields(request: Request) -> dict[str, str]:
    form = await request.form()
    return {name: value.replace("\r\n", "\n") for name, value in form.items() if isinstance(value, str)}


Fields = Annotated[dict[str, str], Depends(form_fields)]


def pages_of(grid: Grid) -> list[tuple[Line, ...]]:
    """The pupils by pages that one form may hold."""
    size = max(5, _FIELDS // max(1, len(grid.columns)))
    return [grid.lines[start : start + size] for start in range(0, len(grid.lines), size)] or [()]


def rows_of(grid: Grid, lines: tuple[Line, ...]) -> tuple[Row, ...]:
    return tuple(Row(line, tuple(_boxes(grid, line))) for line in lines)


def _boxes(grid: Grid, line: Line) -> Iterator[Box]:
    for column, (value, version) in zip(grid.columns, line.cells, strict=True):
        yield Box(_name(line.record_id, column.code), column, column.shown(value), f"{version}{SEEN}{value}")


def _name(record_id: UUID, code: str) -> str:
    return f"{record_id} {code}"


def edits_of(fields: Mapping[str, str], grid: Grid) -> list[tuple[CellEdit, str]]:
    """What was changed in the form, each with the value that its writer saw. Raises Invalid for a broken field."""
    try:
        edits = [_edit(name, text, fields[f"{name} seen"]) for name, text in fields.items() if f"{name} seen" in fields]
    except ValueError as error:
        raise Invalid("Không đọc được biểu mẫu đã gửi; hãy tải lại trang và thử lại.") from error
    return [(edit, seen) for edit, seen in edits if edit.text.strip() not in {seen, grid.column(edit.code).shown(seen)}]


def _edit(name: str, text: str, beside: str) -> tuple[CellEdit, str]:
    """Raises ValueError for what the form never had."""
    record_id, code = name.split(" ")
    version, _, seen = beside.partition(SEEN)
    if len(text) > LONGEST:
        raise ValueError(name)
    return CellEdit(UUID(record_id), code, text, int(version)), seen


def settle(edits: list[tuple[CellEdit, str]], save: Callable[[list[CellEdit]], Saved]) -> Saved:
    """Save, and insist where a cell still holds what its writer saw: only something beside it has changed."""
    first = save([edit for edit, _ in edits])
    seen = {(edit.record_id, edit.code): value for edit, value in edits}
    unchanged = [each for each in first.overtaken if seen[each.edit.record_id, each.edit.code] == each.value]
    if not unchanged:
        return first
    again = save([_insisting(each) for each in unchanged])
    others = tuple(each for each in first.overtaken if each not in unchanged)
    return Saved(first.saved + again.saved, others + again.overtaken, first.refused + again.refused)


def _insisting(each: Overtaken) -> CellEdit:
    return CellEdit(each.edit.record_id, each.edit.code, each.edit.text, each.version)


def answered(rows: tuple[Row, ...], saved: Saved) -> tuple[Row, ...]:
    """The rows again, with what was typed still there where it could not be saved, and why."""
    troubles: dict[tuple[UUID, str], Refused | Overtaken] = {}
    troubles |= {(each.edit.record_id, each.edit.code): each for each in saved.refused}
    troubles |= {(each.edit.record_id, each.edit.code): each for each in saved.overtaken}
    return tuple(
        Row(row.line, tuple(_answered(box, troubles.get((row.line.record_id, box.column.code))) for box in row.boxes))
        for row in rows
    )


def _answered(box: Box, trouble: Refused | Overtaken | None) -> Box:
    match trouble:
        case None:
            return box
        case Overtaken():
            theirs = f"{trouble.by}: {box.column.shown(trouble.value) or '–'}"
            return replace(box, value=trouble.edit.text, theirs=theirs)
        case Refused():
            return replace(box, value=trouble.edit.text, message=trouble.message)


def kept(rows: tuple[Row, ...], fields: Mapping[str, str]) -> tuple[Row, ...]:
    """The rows with everything that was typed, where nothing of it could be saved."""
    return tuple(
        Row(row.line, tuple(replace(box, value=fields.get(box.name, box.value)) for box in row.boxes)) for row in rows
    )
