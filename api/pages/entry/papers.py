"""The sheet of a subject as it would be signed now: a draft, marked as such, for whoever may read the part."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from activities.drafts import draft_sheet
from api.deps import ServicesDep, now
from api.guard import allow
from api.headers import WITHIN_OUR_PAGE
from api.pages.entry.desk import ReadableSheet, SheetHead, ShownSheet
from api.pages.entry.sheet import send_values
from api.pages.templating import page
from domain.curriculum import HOMEROOM
from domain.duties import STAFF
from domain.errors import NotFound

router = APIRouter(include_in_schema=False)


@router.get("/lop/{class_term_id}/nhap/{slot}/xem.pdf")
@allow(STAFF)
def show_pdf(asked: ReadableSheet, found: ServicesDep) -> Response:
    """The draft itself. Raises Invalid for a text that no paper can hold."""
    _require_sheet(asked)
    address = found.showing.verify_url
    data = draft_sheet(found.sessions, address, asked.head.id, asked.slot, now(), drafts=asked.is_mine)
    headers = {"Content-Disposition": 'inline; filename="phieu-nhap.pdf"', **WITHIN_OUR_PAGE}
    return Response(data, media_type="application/pdf", headers=headers)


@router.get("/lop/{class_term_id}/nhap/{slot}/xem")
@allow(STAFF)
def show_paper(request: Request, shown: ShownSheet, found: ServicesDep) -> Response:
    """The draft within a page, with the way back and the button to send."""
    _require_sheet(shown.asked)
    return page(found, request, "entry/paper.html", **send_values(shown))


def _require_sheet(asked: SheetHead) -> None:
    if asked.slot == HOMEROOM:
        raise NotFound("Phần chủ nhiệm không có phiếu riêng; hãy xem học bạ của từng học sinh.")
