"""A sheet of entry: the plain form, the data of the grid that a script makes of it, and saving for both."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request, status
from pydantic import BaseModel, Field
from starlette.responses import JSONResponse, RedirectResponse, Response

from api.deps import ServicesDep
from api.guard import allow
from api.pages.entry import typed
from api.pages.entry.desk import OwnSheet, ReadableSheet, Shown, ShownSheet, save, show
from api.pages.entry.saved import CellEdit, Saved
from api.pages.entry.typed import Fields, Row
from api.pages.entry.words import words
from api.pages.formats import minute
from api.pages.language import language_of, speak
from api.pages.templating import page
from api.services import Services
from api.v1.entry_forms import CellText
from api.v1.forms import Form
from domain.curriculum import HOMEROOM
from domain.duties import STAFF, TEACHERS
from domain.errors import DomainError
from storage.transfers import brought

router = APIRouter(include_in_schema=False)
PageNumber = Annotated[int, Query(alias="trang", ge=1, le=100)]


class CellForm(Form):
    record_id: UUID
    code: str = Field(max_length=120)
    value: CellText
    version: int = Field(ge=0)

    def edit(self) -> CellEdit:
        return CellEdit(self.record_id, self.code, self.value, self.version)


class CellsForm(Form):
    cells: list[CellForm] = Field(min_length=1, max_length=2000)


class _Notice(BaseModel):
    """What the page says on top of the sheet after a form was sent."""

    refusal: str = ""
    saved: int = 0


@router.get("/lop/{class_term_id}/nhap/{slot}")
@allow(STAFF)
def show_sheet(
    request: Request,
    shown: ShownSheet,
    found: ServicesDep,
    number: PageNumber = 1,
    saved: Annotated[int, Query(alias="luu", ge=0, le=5000)] = 0,
) -> Response:
    """The sheet as a form, a page of pupils at a time; a script makes a grid of the whole class of it."""
    pages = typed.pages_of(shown.grid)
    number = min(number, len(pages))
    rows = typed.rows_of(shown.grid, pages[number - 1])
    return sheet_page(found, request, shown, rows, number, _Notice(saved=saved))


@router.get("/lop/{class_term_id}/nhap/{slot}/du-lieu")
@allow(STAFF)
def show_data(request: Request, shown: ShownSheet) -> Response:
    """Everything in the sheet that changes while people work."""
    speak(language_of(request))
    data = shown.grid.as_json() | {
        "to_send": [str(record_id) for record_id in shown.sheet.to_send],
        "at": minute(shown.at)[:5],
    }
    return JSONResponse(data)


@router.put("/lop/{class_term_id}/nhap/{slot}/o")
@allow(TEACHERS)
def save_cells(form: CellsForm, asked: OwnSheet, found: ServicesDep) -> Response:
    """Save cells as the grid sends them: what became of each. 409 once the part was sent."""
    with found.sessions.begin() as session:
        result = save(session, asked, [cell.edit() for cell in form.cells])
    return JSONResponse(result.as_json())


@router.post("/lop/{class_term_id}/nhap/{slot}")
@allow(TEACHERS)
def save_form(
    request: Request, fields: Fields, asked: OwnSheet, found: ServicesDep, number: PageNumber = 1
) -> Response:
    """Save what was typed into the form; what could not be saved stays in it, with the reason beside it."""
    with found.sessions() as session:
        before = show(session, asked)
    try:
        saved = _save_typed(found, asked, typed.edits_of(fields, before.grid))
        refusal = ""
    except DomainError as error:
        saved, refusal = Saved(), error.message
    if not refusal and not saved.refused and not saved.overtaken:
        back = f"{asked.path}?trang={number}&luu={len(saved.saved)}"
        return RedirectResponse(back, status.HTTP_303_SEE_OTHER)
    with found.sessions() as session:
        shown = show(session, asked)
    pages = typed.pages_of(shown.grid)
    rows = typed.answered(typed.rows_of(shown.grid, pages[min(number, len(pages)) - 1]), saved)
    if refusal:
        rows = typed.kept(rows, fields)
    return sheet_page(found, request, shown, rows, number, _Notice(refusal=refusal, saved=len(saved.saved)))


def _save_typed(found: Services, asked: ReadableSheet, edits: list[tuple[CellEdit, str]]) -> Saved:
    if not edits:
        return Saved()
    with found.sessions.begin() as session:
        return typed.settle(edits, lambda wanted: save(session, asked, wanted))


def sheet_page(
    found: Services, request: Request, shown: Shown, rows: tuple[Row, ...], number: int, notice: _Notice
) -> Response:
    speak(language_of(request))
    is_bad = notice.refusal or any(box.message or box.theirs for row in rows for box in row.boxes)
    with found.sessions() as session:
        newcomers = brought.newcomers(session, shown.asked.head.id)
    values: dict[str, Any] = {
        "brought": newcomers,
        "rows": rows,
        "number": number,
        "pages": len(typed.pages_of(shown.grid)),
        "notice": notice,
        "words": words(),
    }
    code = status.HTTP_422_UNPROCESSABLE_CONTENT if is_bad else status.HTTP_200_OK
    return page(found, request, "entry/sheet.html", status=code, **values, **send_values(shown))


def send_values(shown: Shown) -> dict[str, Any]:
    """What the button at the end of a sheet needs."""
    return {"shown": shown, "command_id": uuid4(), "homeroom": HOMEROOM}


def refused_page(found: Services, request: Request, shown: Shown, refusal: str) -> Response:
    """The sheet again, with what was refused on top of it."""
    rows = typed.rows_of(shown.grid, typed.pages_of(shown.grid)[0])
    return sheet_page(found, request, shown, rows, 1, _Notice(refusal=refusal))
