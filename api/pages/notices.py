"""What a person was told: the count beside the bell, the list, and for administrators what left as mail."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.responses import HTMLResponse, RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of
from domain.duties import STAFF, Duty
from domain.errors import NotFound
from domain.notices import KIND_NAMES, Kind, Told
from storage import mails, notices
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/thong-bao")
LIST: Final = "/thong-bao"
NEWEST_MAILS: Final = 100
MAIL_KINDS: Final = {
    "digest": _("Thư buổi sáng"),
    "notice": _("Thư báo ngay"),
    "invitation": _("Thư mời"),
    "password_reset": _("Thư đặt lại mật khẩu"),
}
# What a message's trouble means, by how its code begins; anything else is a server that did not answer.
MAIL_TROUBLES: Final = (
    ("5", _("Nơi nhận từ chối. Hãy xem lại địa chỉ thư ở trang Người dùng.")),
    ("4", _("Nơi nhận chưa nhận. Hệ thống sẽ thử lại.")),
    ("address", _("Địa chỉ thư viết sai. Hãy sửa ở trang Người dùng.")),
    ("channel", _("Kênh riêng không dùng được. Người nhận cần đặt lại kênh.")),
    ("no channel", _("Người nhận đã bỏ kênh riêng.")),
    ("account closed", _("Tài khoản đã khoá.")),
    ("expired", _("Quá hai ngày chưa gửi được. Hãy xem lại máy chủ thư.")),
)
NO_SERVER: Final = _("Không nối được với máy chủ thư.")
MAIL_CHANNELS: Final = {"mail": _("Thư điện tử"), "own": _("Kênh riêng"), "school": _("Kênh của trường")}


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to."""

    kind: Kind | None = None
    only_new: bool = False


async def wanted(
    kind: Annotated[Kind | None, Query(alias="loai")] = None, *, only_new: Annotated[bool, Query(alias="moi")] = False
) -> Wanted:
    return Wanted(kind, only_new=only_new)


WantedDep = Annotated[Wanted, Depends(wanted)]


@dataclass(frozen=True)
class DayOfNotices:
    day: date
    lines: Sequence[Told]


@router.get("/so-moi")
@allow(STAFF)
def count_unread(person: CurrentPerson, found: ServicesDep) -> Response:
    """How many notices wait to be read; nothing where there are none."""
    with found.sessions() as session:
        return HTMLResponse(str(notices.unread(session, person.staff_id) or ""))


@router.get("")
@allow(STAFF)
def show_notices(request: Request, person: CurrentPerson, found: ServicesDep, wanted: WantedDep) -> Response:
    return page(found, request, "notices/list.html", **_values(found, person, wanted))


@router.get("/danh-sach")
@allow(STAFF)
def show_lines(request: Request, person: CurrentPerson, found: ServicesDep, wanted: WantedDep) -> Response:
    """The part of the page that changes."""
    return page(found, request, "notices/_lines.html", **_values(found, person, wanted))


@router.get("/{notice_id}/mo")
@allow(STAFF)
def open_notice(notice_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Lead to the task that a notice is about; it counts as read then."""
    with found.sessions() as session:
        told = notices.one(session, person.staff_id, notice_id, now())
    if told is None:
        raise NotFound("Không tìm thấy thông báo này.")
    _mark(found, person, [notice_id])
    return RedirectResponse(told.path, status.HTTP_303_SEE_OTHER)


@router.post("/{notice_id}/da-doc")
@allow(STAFF)
def mark_one(notice_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    _mark(found, person, [notice_id])
    return RedirectResponse(LIST, status.HTTP_303_SEE_OTHER)


@router.post("/da-doc")
@allow(STAFF)
def mark_all(person: CurrentPerson, found: ServicesDep) -> Response:
    _mark(found, person, None)
    return RedirectResponse(LIST, status.HTTP_303_SEE_OTHER)


@router.get("/thu")
@allow({Duty.ADMIN})
def show_mails(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """What left, what waits and what did not arrive, to people of the school: never the words of a message."""
    with found.sessions() as session:
        lines = mails.newest(session, person.school_id, NEWEST_MAILS)
    return page(
        found,
        request,
        "notices/mails.html",
        lines=lines,
        kinds=MAIL_KINDS,
        channels=MAIL_CHANNELS,
        in_words=trouble_in_words,
    )


def trouble_in_words(code: str) -> str:
    return next((words for begin, words in MAIL_TROUBLES if code.startswith(begin)), NO_SERVER)


def _mark(found: Services, person: Person, ids: Iterable[UUID] | None) -> None:
    with found.sessions.begin() as session:
        notices.mark_read(session, person.staff_id, None if ids is None else list(ids), now())


def _values(found: Services, person: Person, wanted: Wanted) -> dict[str, Any]:
    with found.sessions() as session:
        told = notices.of_person(session, person.staff_id, now(), wanted.kind, only_new=wanted.only_new)
    return {
        "unread": _by_day(each for each in told if each.is_new),
        "read": _by_day(each for each in told if not each.is_new),
        "kind_names": KIND_NAMES,
        "kind": wanted.kind or "",
        "only_new": wanted.only_new,
        "is_admin": Duty.ADMIN in person.duties,
    }


def _by_day(told: Iterable[Told]) -> list[DayOfNotices]:
    newest = sorted(told, key=lambda each: each.at, reverse=True)
    return [DayOfNotices(day, list(group)) for day, group in groupby(newest, key=lambda each: day_of(each.at))]
