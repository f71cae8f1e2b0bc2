"""What the rules say of a class: each pupil's results with their reasons, and the lists of the year's end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeAlias

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, require_readable, today
from api.guard import allow
from api.pages.homeroom.room import READERS, frame_of
from api.pages.templating import page
from api.services import Services
from api.workbooks import workbook
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.errors import NotFound
from domain.reports.year_lists import SchoolYearReport, YearLine, YearList
from interchange.reports.year_lists import write_class_year
from storage.access import ClassTermHead
from storage.class_results import PupilLine, class_results
from storage.reports.year_lists import class_year_lists
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
RESULTS: Final = "/lop/{class_term_id}/ket-qua"
LISTS: Final = "/lop/{class_term_id}/danh-sach"


PendingOnly: TypeAlias = Annotated[str, Query(alias="con-thieu")]


@dataclass(frozen=True)
class NamedList:
    """Pupils who stand on one list, in the order of the class."""

    which: YearList
    lines: tuple[YearLine, ...]


@router.get(RESULTS)
@allow(READERS)
def show_results(
    request: Request,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    pending: PendingOnly = "",
) -> Response:
    """In the order of the class, never by result."""
    lines = results_for(found, head, person)
    values = {
        **frame_of(head),
        "lines": [line for line in lines if not pending or line.pending],
        "known": sum(line.result is not None for line in lines),
        "pupils": len(lines),
        "same": _same(lines),
        "only_pending": bool(pending),
    }
    return page(found, request, "homeroom/results.html", **values)


def results_for(found: Services, head: ClassTermHead, person: Person) -> list[PupilLine]:
    """The class in its order. Raises NotFound for who may not read it whole."""
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        return class_results(session, head.id, head.my_slots, today())


# Where somebody still has something to do stands first.
_WANTED: Final = (
    YearList.UNDECIDED, YearList.RETEST, YearList.SUMMER_TRAINING, YearList.NOT_PROMOTED, YearList.UNKNOWN,
)  # fmt: skip


def _same(lines: Sequence[PupilLine]) -> str:
    """Why nobody of the class has a result, where it is the same for all: said once."""
    reasons = {line.pending for line in lines}
    return reasons.pop() if len(reasons) == 1 else ""


@router.get(LISTS)
@allow(READERS)
def show_lists(request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """Who goes up, who does not yet and why, who is commended; only the book of the year's end knows."""
    require_readable(head, person, HOMEROOM)
    lines = _report(found, head).classes[0].pupils if head.term == Term.YEAR_END else ()
    lists = {each: NamedList(each, tuple(line for line in lines if line.verdict.which is each)) for each in YearList}
    values = {
        **frame_of(head),
        "is_year_end": head.term == Term.YEAR_END,
        "pupils": len(lines),
        "lists": [lists[each] for each in _WANTED if lists[each].lines],
        "promoted": lists[YearList.PROMOTED],
        "commended": [line for line in lines if line.verdict.title],
    }
    return page(found, request, "homeroom/lists.html", **values)


@router.get(LISTS + ".xlsx")
@allow(READERS)
def download_lists(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    require_readable(head, person, HOMEROOM)
    if head.term != Term.YEAR_END:
        raise NotFound("Danh sách cuối năm chỉ có ở sổ cuối năm học.")
    data = write_class_year(_report(found, head))
    return workbook(data, "danh-sach-cuoi-nam", head.class_name, head.school_year)


def _report(found: Services, head: ClassTermHead) -> SchoolYearReport:
    with found.sessions() as session:
        return class_year_lists(session, head.id, today())
