"""People and what waits for them, the latest first: who is to be nudged, and whose work goes to somebody else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import gettext
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.assessment import Term
from domain.calendar import day_of
from domain.duties import MANAGERS
from domain.errors import NotFound
from domain.outstanding import PersonWork, by_urgency
from domain.work import Work
from interchange.reports.progress import write_people
from storage import board, people
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/nguoi")
LATE: Final = "tre"
EVERYBODY: Final = "tat-ca"
AT_RISK: Final = "nguy-co"
SHOWN: Final = frozenset({LATE, EVERYBODY, AT_RISK})


@dataclass(frozen=True)
class PeopleFilter:
    """Whom the list shows: who has something to do, unless only the late or everybody is asked for."""

    xem: str
    viec: str

    @property
    def query(self) -> str:
        return query_string(vars(self))


async def _filter(xem: str = "", viec: str = "") -> PeopleFilter:
    return PeopleFilter(xem if xem in SHOWN else "", viec if viec in set(Work) else "")


Filter = Annotated[PeopleFilter, Depends(_filter)]


@router.get("")
@allow(MANAGERS)
def show_people(
    request: Request, person: CurrentPerson, found: ServicesDep, asked: Filter, da_nhac: int | None = None
) -> Response:
    values = _values(found, person, asked)
    return page(found, request, "people/list.html", **values, told=da_nhac)


@router.get("/danh-sach")
@allow(MANAGERS)
def show_rows(request: Request, person: CurrentPerson, found: ServicesDep, asked: Filter) -> Response:
    """The part of the page that changes."""
    return page(found, request, "people/_rows.html", **_values(found, person, asked))


@router.get("/bang")
@allow(MANAGERS)
def download_people(person: CurrentPerson, found: ServicesDep, asked: Filter) -> Response:
    values = _values(found, person, asked)
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
    return workbook(write_people(school, values["people"], values["now"]), "nguoi-va-viec")


@router.post("/nhac")
@allow(MANAGERS)
def nudge(
    person: CurrentPerson,
    found: ServicesDep,
    staff_id: Annotated[UUID | None, Form()] = None,
    xem: Annotated[str, Form()] = "",
) -> Response:
    """Remind one person of everything that waits, or everybody of what is late; once for each class and day."""
    at = now()
    with found.sessions.begin() as session:
        working = people.people_work(session, person.school_id, at).people
        if staff_id is None:
            told = people.nudge(session, working, today(), sent_by=person.staff_id, only_late_at=at)
        else:
            told = people.nudge(session, [_one(working, staff_id)], today(), sent_by=person.staff_id)
    query = urlencode({**({"xem": xem} if xem in SHOWN else {}), "da_nhac": told})
    return RedirectResponse(f"/nguoi?{query}", status.HTTP_303_SEE_OTHER)


def _one(working: list[PersonWork], staff_id: UUID) -> PersonWork:
    for each in working:
        if each.staff_id == staff_id:
            return each
    raise NotFound("Không tìm thấy người này trong trường.")


def _values(found: Services, person: Person, asked: PeopleFilter) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        found_work = people.people_work(session, person.school_id, at)
    everybody = found_work.people
    return {
        "people": [each for each in by_urgency(everybody, at) if _is_shown(each, asked, at)],
        "busy": sum(bool(each.work) for each in everybody),
        "late": sum(each.is_late(at) for each in everybody),
        "to_nudge": sum(each.is_late(at) and not _nudged_today(each) for each in everybody),
        "at_risk": sum(bool(each.risks) for each in everybody),
        "everybody": len(everybody),
        "nobodys": found_work.unassigned,
        "work_names": {work: gettext(work.label) for work in Work},
        "term_names": {term: gettext(term.label) for term in Term},
        "asked": asked,
        "now": at,
    }


def _nudged_today(each: PersonWork) -> bool:
    return each.nudged_at is not None and day_of(each.nudged_at) == today()


def _is_shown(each: PersonWork, asked: PeopleFilter, at: datetime) -> bool:
    if asked.viec and Work(asked.viec) not in each.counts:
        return False
    if asked.xem == LATE:
        return each.is_late(at)
    if asked.xem == AT_RISK:
        return bool(each.risks)
    return asked.xem == EVERYBODY or bool(each.work)
