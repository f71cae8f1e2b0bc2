"""Opening the books of a term: which classes have none yet, one or many at once, and what came of each."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, today
from api.errors import Unavailable
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from api.v1.opening import due_at, open_book
from domain.assessment import Term
from domain.calendar import SchoolYear, term_dates
from domain.deadlines import last_day
from domain.duties import Duty
from domain.errors import Conflict, Invalid
from storage import assignments
from storage.books import BookLine, book_of, books_of
from storage.campaigns import running
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/so/mo")
ADMINS = frozenset({Duty.ADMIN})
_TAKEN: Final = TakenList(
    "mo-so", _("Mở sổ"), {_("Lớp"): 9, _("Học sinh"): 9, _("Sổ"): 18, _("Mở lúc"): 18, _("Hạn"): 12}
)


@router.get("")
@allow(ADMINS)
def show_books(
    request: Request, person: CurrentPerson, found: ServicesDep, nam: str = "", ki: str = "", da_mo: int | None = None
) -> Response:
    return page(found, request, "opening/list.html", **_values(found, person, nam, ki), opened=da_mo, refused={})


@router.get(".xlsx")
@allow(ADMINS)
def take_books(person: CurrentPerson, found: ServicesDep, nam: str = "", ki: str = "") -> Response:
    values = _values(found, person, nam, ki)
    year, term = values["year"], values["term"]
    rows = (_row(line) for line in values["lines"])
    about = (year, gettext(term.label))
    return take_list(found, person, _TAKEN, rows, about)


def _row(line: BookLine) -> Row:
    state = _("Đã mở") if line.class_term_id else _("Chưa mở") if line.pupils else _("Chưa có học sinh")
    return line.class_name, line.pupils, gettext(state), line.opened_at, last_day(line.due_at) if line.due_at else None


@router.post("")
@allow(ADMINS)
async def open_books(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    ki: Annotated[str, Form()] = "",
    nam: Annotated[str, Form()] = "",
    lop: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """Open the books of the chosen classes, one after the other: each by itself, whatever becomes of the others."""
    refused: dict[UUID, str] = {}
    if not lop:
        values = await run_in_threadpool(_values, found, person, nam, ki)
        refused_all = {"opened": 0, "refused": {}, "problem": "Chưa chọn lớp nào."}
        return page(found, request, "opening/list.html", status=422, **(values | refused_all))
    for class_id in dict.fromkeys(lop):
        try:
            await open_book(found, person, class_id, _term(ki))
        except (Conflict, Invalid, Unavailable) as refusal:
            refused[class_id] = refusal.message
    done = len(set(lop)) - len(refused)
    if refused:
        values = await run_in_threadpool(_values, found, person, nam, ki)
        return page(found, request, "opening/list.html", status=422, **values, opened=done, refused=refused)
    query = urlencode({"nam": nam, "ki": ki, "da_mo": done})
    return RedirectResponse(f"/so/mo?{query}", status.HTTP_303_SEE_OTHER)


@router.post("/{class_id}")
@allow(ADMINS)
async def open_one(
    request: Request, class_id: UUID, person: CurrentPerson, found: ServicesDep, ki: Annotated[str, Form()] = ""
) -> Response:
    """Open the book of one class, and answer with its line of the list."""
    term = _term(ki)
    await open_book(found, person, class_id, term)
    if "HX-Request" not in request.headers:
        return RedirectResponse(f"/so/mo?ki={term.value}", status.HTTP_303_SEE_OTHER)
    line = await run_in_threadpool(_line, found, class_id, term)
    return page(found, request, "opening/_line.html", line=line, refused={}, begins_on=None)


def _line(found: Services, class_id: UUID, term: Term) -> BookLine:
    with found.sessions() as session:
        return book_of(session, class_id, term)


def _term(text: str) -> Term:
    return Term(text) if text in set(Term) else Term.HK1


def _begins_on(school_year: str, term: Term) -> date | None:
    """The first day of a term that has not begun: its books are opened only on purpose."""
    first = term_dates(SchoolYear.parse(school_year), term).start
    return first if first > today() else None


def _usual(by_term: Mapping[Term, Sequence[BookLine]], year: str) -> Term:
    """The first term with something to open that has begun, else the last one that has."""
    begun = [term for term in Term if year and _begins_on(year, term) is None] or [Term.HK1]
    return next((term for term in begun if any(line.class_term_id is None for line in by_term[term])), begun[-1])


def _due(session: Session, person: Person, year: str, term: Term, grade: int) -> datetime:
    """What the campaign of the grade says, else the usual day."""
    held = running.book_deadline(session, person.school_id, (year, grade, term))
    return held.due_at if held else due_at(year, term)


def _values(found: Services, person: Person, nam: str, ki: str) -> dict[str, Any]:
    with found.sessions() as session:
        years = assignments.years_of(session, person.school_id)
        year = nam if nam in years else next(iter(years), "")
        by_term = {term: books_of(session, person.school_id, year, term) for term in Term}
        term = Term(ki) if ki in set(Term) else _usual(by_term, year)
        due_of = {grade: _due(session, person, year, term, grade) for grade in {line.grade for line in by_term[term]}}
    lines = [replace(line, due_at=line.due_at or due_of[line.grade]) for line in by_term[term]]
    deadlines = {line.due_at for line in lines}
    return {
        "years": years,
        "year": year,
        "term": term,
        "terms": list(Term),
        "lines": lines,
        "closed": sum(line.class_term_id is None for line in lines),
        "due_at": deadlines.pop() if len(deadlines) == 1 else None,
        "begins_on": _begins_on(year, term) if years else None,
        "problem": "",
    }
