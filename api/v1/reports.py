"""Reports as workbooks: a class's for its homeroom teacher and the school's offices, a school's for its offices."""

import re
import unicodedata
from datetime import date

from fastapi import APIRouter, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now
from api.services import Services
from domain.assessment import Term
from domain.calendar import TIMEZONE, SchoolYear
from domain.curriculum import HOMEROOM
from domain.errors import NotAllowed, NotFound
from interchange.national.completeness import profile_problems
from interchange.reports.class_summary import write_class_summary
from interchange.reports.missing import write_missing
from interchange.reports.year_lists import write_year_lists
from storage import access
from storage.access import ClassTermHead
from storage.reports.class_summaries import class_summary
from storage.reports.missing import ProfileCheck, missing_of_class, missing_of_school
from storage.reports.year_lists import school_year_lists
from storage.staffing import Person

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter(tags=["reports"], default_response_class=Response)
_WORKBOOK: dict[int | str, dict[str, object]] = {200: {"content": {XLSX: {}}, "description": "A workbook"}}


@router.get("/class-terms/{class_term_id}/reports/summary", responses=_WORKBOOK)
def get_class_summary(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The class's summary of the term, with the columns of the sealed paper; drafts are not in it."""
    _require_whole_class(head, person)
    with found.sessions() as session:
        report = class_summary(session, head.id, _today())
    return _workbook(write_class_summary(report), "bang-tong-hop", head.class_name, head.term, head.school_year)


@router.get("/years/{school_year}/reports/year-lists", responses=_WORKBOOK)
def get_year_lists(school_year: str, person: CurrentPerson, found: ServicesDep) -> Response:
    """Who is promoted, who is not yet and why, and who is commended; for the school's offices."""
    _require_office(person)
    year = SchoolYear.parse(school_year)
    with found.sessions() as session:
        report = school_year_lists(session, person.school_id, year, _today())
    return _workbook(write_year_lists(report), "ket-qua-cuoi-nam", str(year))


@router.get("/class-terms/{class_term_id}/reports/missing", responses=_WORKBOOK)
def get_missing_of_class(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """Empty cells by teacher and pupil, personal ids that are missing or doubtful, what the national record lacks."""
    _require_whole_class(head, person)
    with found.sessions() as session:
        report = missing_of_class(session, head.id, now(), _check(found))
    return _workbook(write_missing(report), "con-thieu", head.class_name, head.term, head.school_year)


@router.get("/years/{school_year}/terms/{term}/reports/missing", responses=_WORKBOOK)
def get_missing_of_school(school_year: str, term: Term, person: CurrentPerson, found: ServicesDep) -> Response:
    """The same of all classes of the school; for its offices."""
    _require_office(person)
    year = SchoolYear.parse(school_year)
    with found.sessions() as session:
        report = missing_of_school(session, person.school_id, year, term, now(), _check(found))
    return _workbook(write_missing(report), "con-thieu", term.value, str(year))


def _require_whole_class(head: ClassTermHead, person: Person) -> None:
    """A report speaks of every subject; a subject's teacher has no part in the others'."""
    if not access.may_read_slot(person, head, HOMEROOM):
        raise NotFound("Không tìm thấy báo cáo này.")


def _require_office(person: Person) -> None:
    if not person.roles & access.SCHOOL_WIDE:
        raise NotAllowed("Báo cáo này dành cho lãnh đạo, văn thư và cán bộ quản trị của trường.")


def _today() -> date:
    return now().astimezone(TIMEZONE).date()


def _workbook(data: bytes, *words: str) -> Response:
    """The file's name says what it is, never whom it is about."""
    plain = unicodedata.normalize("NFD", "_".join(words)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", plain)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"}
    return Response(data, media_type=XLSX, headers=headers)


def _check(found: Services) -> ProfileCheck:
    return lambda grade, school, pupil: profile_problems(grade, school, pupil, found.codes)
