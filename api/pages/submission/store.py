"""The authority's room of the record store: how records stand by year and grade, and the freeze (chốt)."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.pages.language import marked as _
from api.pages.office import acting
from api.pages.office.season import office_of
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.duties import AUTHORITY
from storage.campaigns import authorities
from storage.staffing import Person
from storage.submission import freezing, standing
from storage.submission.standing import CohortLine

PATH: Final = "/co-quan/kho"
router = APIRouter(include_in_schema=False, prefix=PATH)
_TAKEN: Final = TakenList("kho-hoc-ba-so", _("Kho học bạ số"), {
    _("Năm học"): 12, _("Khối"): 7, _("Số trường"): 10, _("Kho chưa nhận"): 14, _("Đã nhận, chưa chốt"): 18,
    _("Đã chốt"): 12,
})  # fmt: skip
SchoolYear = Annotated[str, Path(pattern="^[0-9]{4}-[0-9]{4}$")]
Grade = Annotated[int, Path(ge=1, le=12)]


@router.get("")
@allow(AUTHORITY)
def show_store(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    frozen: Annotated[int | None, Query(alias="chot", ge=0, le=10_000_000)] = None,
) -> Response:
    lines, may_decide = _lines(found, person), acting.may_decide(person)
    return page(found, request, "submission/store.html", lines=lines, may_decide=may_decide, frozen=frozen)


@router.get(".xlsx")
@allow(AUTHORITY)
def take_store(person: CurrentPerson, found: ServicesDep) -> Response:
    rows = [
        (each.school_year, each.grade, each.schools, each.waiting, each.accepted, each.frozen)
        for each in _lines(found, person)
    ]
    return take_list(found, person, _TAKEN, rows)


@router.get("/{school_year}/{grade}/chot")
@allow(acting.HEADS)
def show_freeze(
    request: Request, person: CurrentPerson, found: ServicesDep, school_year: SchoolYear, grade: Grade
) -> Response:
    """What a freeze would concern, and what follows from it."""
    line = standing.cohort(_lines(found, person), school_year, grade)
    return page(found, request, "submission/freeze.html", line=line)


@router.post("/{school_year}/{grade}/chot")
@allow(acting.HEADS)
def freeze(person: CurrentPerson, found: ServicesDep, school_year: SchoolYear, grade: Grade) -> Response:
    """Freeze what the store has accepted by now; sent twice, nothing more changes."""
    with found.sessions.begin() as session:
        schools = session.scalars(authorities.schools_under(office_of(person), today())).all()
        frozen = freezing.freeze(session, schools, school_year, grade, now())
    return RedirectResponse(f"{PATH}?chot={frozen}", status.HTTP_303_SEE_OTHER)


def _lines(found: Services, person: Person) -> list[CohortLine]:
    with found.sessions() as session:
        return standing.cohorts(session, office_of(person), now())
