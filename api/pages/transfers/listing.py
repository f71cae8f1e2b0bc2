"""Transfers of one's school, or of the schools of one's office: what waits for me, who leaves, comes, and has moved."""

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from domain.duties import AUTHORITY, OFFICES, Duty
from storage.transfers import showing

router = APIRouter(include_in_schema=False, prefix="/chuyen-truong")
READERS: Final = OFFICES | AUTHORITY | {Duty.HOMEROOM}
SHOWN: Final = {
    showing.WAITING: _("Đang chờ tôi"),
    showing.LEAVING: _("Đang đi"),
    showing.ARRIVING: _("Đang đến"),
    showing.DONE: _("Đã xong"),
}
_TAKEN: Final = TakenList("chuyen-truong", _("Chuyển trường"), {
    _("Họ và tên"): 28, _("Mã học sinh"): 14, _("Trường nơi đi"): 38, _("Lớp cũ"): 8, _("Trường nơi đến"): 38,
    _("Lớp mới"): 8, _("Ngày nhận đơn"): 14, _("Đang ở bước"): 34, _("Hạn"): 18,
})  # fmt: skip
Shown = Annotated[str | None, Query(alias="loc")]


@router.get("")
@allow(READERS, crosses_schools=True)
def show_list(request: Request, person: CurrentPerson, found: ServicesDep, loc: Shown = None) -> Response:
    """Without a choice, what waits for the person, or if nothing does, those who come."""
    at = now()
    with found.sessions() as session:
        counts = showing.counts(session, person, at)
        chosen = loc if loc in SHOWN else next((each for each in counts if counts[each]), showing.WAITING)
        lines = showing.lines(session, person, at, chosen)
    return page(
        found,
        request,
        "transfers/list.html",
        lines=lines,
        counts=counts,
        choices=SHOWN,
        shown=chosen,
        at=at,
        may_ask=Duty.CLERK in person.duties,
    )


@router.get(".xlsx")
@allow(READERS, crosses_schools=True)
def take(person: CurrentPerson, found: ServicesDep, loc: Shown = None) -> Response:
    chosen = loc if loc in SHOWN else showing.WAITING
    with found.sessions() as session:
        lines = showing.lines(session, person, now(), chosen)
    rows = [
        (
            each.pupil, each.pupil_code, each.from_school, each.from_class, each.to_school, each.to_class,
            each.requested_on, gettext(each.phase.label), each.due_at,
        )
        for each in lines
    ]  # fmt: skip
    return take_list(found, person, _TAKEN, rows, (gettext(SHOWN[chosen or ""]),))
