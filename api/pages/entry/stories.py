"""The story of a cell: who changed it when, from what to what, and the way back to an earlier value."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import ServicesDep
from api.guard import allow
from api.pages.entry.desk import ReadableSheet, show
from api.pages.entry.grid import Line, key_of
from api.pages.templating import page
from domain.duties import STAFF
from domain.errors import NotFound
from storage import entries

router = APIRouter(include_in_schema=False)


@router.get("/lop/{class_term_id}/nhap/{slot}/lich-su")
@allow(STAFF)
def show_story(
    request: Request,
    asked: ReadableSheet,
    found: ServicesDep,
    record_id: Annotated[UUID, Query(alias="hs")],
    code: Annotated[str, Query(alias="o", max_length=120)],
) -> Response:
    """Every change of one cell, newest first; as a page, or as the part of one that the grid shows."""
    key = key_of(code)
    with found.sessions() as session:
        shown = show(session, asked)
        column, line = shown.grid.column(code), _line(shown.grid.lines, record_id)
        changes = entries.history(session, record_id, asked.slot, key)
    value, version = line.cells[shown.grid.places[code]]
    name = "entry/_story.html" if "HX-Request" in request.headers else "entry/story.html"
    values: dict[str, Any] = {
        "shown": shown,
        "column": column,
        "line": line,
        "changes": changes,
        "value": value,
        "version": version,
    }
    return page(found, request, name, **values)


def _line(lines: tuple[Line, ...], record_id: UUID) -> Line:
    line = next((each for each in lines if each.record_id == record_id), None)
    if line is None:
        raise NotFound("Không tìm thấy phần này.")
    return line
