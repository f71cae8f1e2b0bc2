"""Reports as workbooks: a class's for its homeroom teacher and the school's offices, a school's for its offices."""

from fastapi import APIRouter, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable, today
from api.guard import allow
from api.services import Services
from api.workbooks import WORKBOOK, workbook
from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from interchange.national.completeness import profile_problems
from interchange.reports.class_summary import write_class_summary
from interchange.reports.missing import write_missing
from interchange.reports.year_lists import write_year_lists
from storage import access
from storage.reports.class_summaries import class_summary
from storage.reports.missing import ProfileCheck, missing_of_class, missing_of_school
from storage.reports.year_lists import school_year_lists
from storage.staffing import Person

router = APIRouter(tags=["reports"], default_response_class=Response)
_NOT_THEIRS = "Không tìm thấy báo cáo này."  # a report speaks of every subject, other teachers' ones too


@router.get("/class-terms/{class_term_id}/reports/summary", responses=WORKBOOK)
@allow(STAFF, Scope.READ)
def get_class_summary(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """The class's summary of the term, with the columns of the sealed paper; drafts are not in it."""
    require_readable(head, person, HOMEROOM, _NOT_THEIRS)
    with found.sessions() as session:
        report = class_summary(session, head.id, today())
    return workbook(write_class_summary(report), "bang-tong-hop", head.class_name, head.term, head.school_year)


@router.get("/years/{school_year}/reports/year-lists", responses=WORKBOOK)
@allow(STAFF, Scope.READ)
def get_year_lists(school_year: str, person: CurrentPerson, found: ServicesDep) -> Response:
    """Who is promoted, who is not yet and why, and who is commended; for the school's offices."""
    _require_office(person)
    year = SchoolYear.parse(school_year)
    with found.sessions() as session:
        report = school_year_lists(session, person.school_id, year, today())
    return workbook(write_year_lists(report), "ket-qua-cuoi-nam", str(year))


@router.get("/class-terms/{class_term_id}/reports/missing", responses=WORKBOOK)
@allow(STAFF, Scope.READ)
def get_missing_of_class(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """Empty cells by teacher and pupil, personal ids that are missing or doubtful, what the national record lacks."""
    require_readable(head, person, HOMEROOM, _NOT_THEIRS)
    with found.sessions() as session:
        report = missing_of_class(session, head.id, now(), _check(found))
    return workbook(write_missing(report), "con-thieu", head.class_name, head.term, head.school_year)


@router.get("/years/{school_year}/terms/{term}/reports/missing", responses=WORKBOOK)
@allow(STAFF, Scope.READ)
def get_missing_of_school(school_year: str, term: Term, person: CurrentPerson, found: ServicesDep) -> Response:
    """The same of all classes of the school; for its offices."""
    _require_office(person)
    year = SchoolYear.parse(school_year)
    with found.sessions() as session:
        report = missing_of_school(session, person.school_id, year, term, now(), _check(found))
    return workbook(write_missing(report), "con-thieu", term.value, str(year))


def _require_office(person: Person) -> None:
    if not person.roles & access.SCHOOL_WIDE:
        raise NotAllowed("Báo cáo này dành cho lãnh đạo, văn thư và cán bộ quản trị của trường.")


def _check(found: Services) -> ProfileCheck:
    return lambda grade, school, pupil: profile_problems(grade, school, pupil, found.codes)
