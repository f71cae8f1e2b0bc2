"""Certificates by the days they have left, what to do about each, and who has none; people see their own."""

from typing import Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.certificates import TROUBLED, CertificateLine, Condition
from domain.duties import OFFICES, STAFF
from interchange.reports.certificates import write_certificates
from storage import board
from storage.certificate_list import certificate_list, of_person
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/chung-thu-so")
# How the list may be narrowed down, beside each condition by itself.
TROUBLE: Final = "can-lam"


@router.get("")
@allow(OFFICES)
def show_certificates(request: Request, person: CurrentPerson, found: ServicesDep, tinh_trang: str = "") -> Response:
    lines = _lines(found, person)
    counts = {each: sum(line.condition is each for line in lines) for each in Condition}
    return page(
        found,
        request,
        "certificates/list.html",
        lines=[line for line in lines if _is_shown(line, tinh_trang)],
        counts={each: count for each, count in counts.items() if count},
        trouble=sum(_needs_care(line) for line in lines),
        asked=tinh_trang,
        total=len(lines),
    )


@router.get("/cua-toi")
@allow(STAFF)
def show_own(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = of_person(session, person.school_id, person.staff_id, now())
    return page(found, request, "certificates/own.html", lines=lines)


@router.get("/bang")
@allow(OFFICES)
def download_certificates(person: CurrentPerson, found: ServicesDep, tinh_trang: str = "") -> Response:
    lines = [line for line in _lines(found, person) if _is_shown(line, tinh_trang)]
    with found.sessions() as session:
        school = board.school_name(session, person.school_id)
    return workbook(write_certificates(school, lines), "chung-thu-so")


def _lines(found: Services, person: Person) -> list[CertificateLine]:
    with found.sessions() as session:
        return certificate_list(session, person.school_id, now())


def _needs_care(line: CertificateLine) -> bool:
    return line.condition in TROUBLED or line.condition is Condition.EXPIRING


def _is_shown(line: CertificateLine, asked: str) -> bool:
    if asked == TROUBLE:
        return _needs_care(line)
    return asked not in set(Condition) or line.condition == asked
