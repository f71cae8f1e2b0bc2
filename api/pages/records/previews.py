"""A record to look at, for everybody who may see all of it: signed, or as a draft; whole or page by page."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.showing import Shown
from api.deps import CurrentPerson, ServicesDep, VisibleRecord, now, require_readable
from api.guard import allow
from api.headers import WITHIN_OUR_PAGE
from api.pages.corrections import pupils, recalling
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.errors import NotFound
from domain.stages import STAGE_NAMES
from storage import showing
from storage.access import RecordHead
from storage.corrections import records as corrected
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/hoc-ba/{record_id}")
NOT_THEIRS = "Không tìm thấy học bạ này."


@router.get("/xem")
@allow(STAFF, crosses_schools=True)
def show_record(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """The record as it was or would be signed; every subject stands on it, so not every teacher may see it."""
    _require_whole(record, person)
    with found.sessions() as session:
        look = found.showing.look(session, record.id, record.class_term.my_slots, now())
        before, after = showing.neighbours(session, record.id)
        former = showing.former_versions(session, record.enrolment_id)
        may_recall = recalling.may_ask(record, person)
        may_change_data = pupils.may_change(session, record, person)
        recall_id = corrected.recall_under_way(session, record.id) if may_recall else None
    return page(
        found,
        request,
        "records/show.html",
        record=record,
        term=Term(record.class_term.term),
        look=look,
        before=before,
        after=after,
        standing=STAGE_NAMES[record.stage],
        former=former,
        may_recall=may_recall,
        recall_id=recall_id,
        may_change_data=may_change_data,
    )


@router.get("/xem.pdf")
@allow(STAFF)
def show_pdf(record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    """The signed bytes, or a draft that says on each page what it is."""
    _require_whole(record, person)
    shown = _shown(found, record)
    name = f"{shown.paper.kind}-{shown.paper.lookup_code}.pdf" if shown.paper else f"ban-xem-truoc-{record.id}.pdf"
    headers = {"Content-Disposition": f'inline; filename="{name}"', **WITHIN_OUR_PAGE}
    return Response(shown.pdf, media_type="application/pdf", headers=headers)


@router.get("/trang/{position}")
@allow(STAFF)
def show_page(record: VisibleRecord, person: CurrentPerson, found: ServicesDep, position: int) -> Response:
    """One page as a picture, for every device."""
    _require_whole(record, person)
    picture = _shown(found, record).picture(position)
    if picture is None:
        raise NotFound("Không có trang này.")
    return Response(picture, media_type="image/webp")


def _shown(found: Services, record: RecordHead) -> Shown:
    with found.sessions() as session:
        return found.showing.record(session, record.id, record.class_term.my_slots, now())


def _require_whole(record: RecordHead, person: Person) -> None:
    require_readable(record.class_term, person, HOMEROOM, NOT_THEIRS)
