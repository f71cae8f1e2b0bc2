"""Reports as workbooks: a class's for its homeroom teacher and the school's offices, a school's for its offices."""

import re
import unicodedata
from datetime import date

from fastapi import APIRouter, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now
from domain.calendar import TIMEZONE
from domain.curriculum import HOMEROOM
from domain.errors import NotFound
from interchange.reports.class_summary import write_class_summary
from storage import access
from storage.access import ClassTermHead
from storage.reports.class_summaries import class_summary
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


def _require_whole_class(head: ClassTermHead, person: Person) -> None:
    """A report speaks of every subject; a subject's teacher has no part in the others'."""
    if not access.may_read_slot(person, head, HOMEROOM):
        raise NotFound("Không tìm thấy báo cáo này.")


def _today() -> date:
    return now().astimezone(TIMEZONE).date()


def _workbook(data: bytes, *words: str) -> Response:
    """The file's name says what it is, never whom it is about."""
    plain = unicodedata.normalize("NFD", "_".join(words)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", plain)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "private, no-store"}
    return Response(data, media_type=XLSX, headers=headers)
