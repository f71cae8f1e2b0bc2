"""What a person was told: the count beside the bell, and the list."""

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
from api.pages.choices import query_string
from api.pages.language import gettext, in_words
from api.pages.language import marked as _
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of
from domain.deadlines import last_day
from domain.duties import EVERYBODY, Duty
from domain.errors import NotFound
from domain.notices import KIND_NAMES, Kind, Told
from storage import notices
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/thong-bao")
LIST: Final = "/thong-bao"
_TAKEN: Final = TakenList("thong-bao", _("Thông báo"), {
    _("Lúc"): 18, _("Loại"): 14, _("Thông báo"): 70, _("Lý do"): 50, _("Hạn"): 12, _("Đã đọc"): 9, _("Còn việc"): 9,
})  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to."""

    kind: Kind | None = None
    only_new: bool = False

    @property
    def query(self) -> str:
        return query_string({"loai": self.kind or "", "moi": "1" if self.only_new else ""})


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
@allow(EVERYBODY)
def count_unread(person: CurrentPerson, found: ServicesDep) -> Response:
    """How many notices wait to be read; nothing where there are none."""
    with found.sessions() as session:
        return HTMLResponse(str(notices.unread(session, person.staff_id) or ""))


@router.get("")
@allow(EVERYBODY)
def show_notices(request: Request, person: CurrentPerson, found: ServicesDep, wanted: WantedDep) -> Response:
    return page(found, request, "notices/list.html", **_values(found, person, wanted))


@router.get("/danh-sach")
@allow(EVERYBODY)
def show_lines(request: Request, person: CurrentPerson, found: ServicesDep, wanted: WantedDep) -> Response:
    """The part of the page that changes."""
    return page(found, request, "notices/_lines.html", **_values(found, person, wanted))


@router.get(".xlsx")
@allow(EVERYBODY)
def take_notices(person: CurrentPerson, found: ServicesDep, wanted: WantedDep) -> Response:
    with found.sessions() as session:
        told = notices.of_person(session, person.staff_id, now(), wanted.kind, only_new=wanted.only_new)
    rows = map(_row, sorted(told, key=lambda each: each.at, reverse=True))
    about = (
        gettext(KIND_NAMES[wanted.kind]) if wanted.kind else "",
        gettext("Chỉ thông báo chưa đọc") if wanted.only_new else "",
    )
    return take_list(found, person, _TAKEN, rows, about)


@router.get("/{notice_id}/mo")
@allow(EVERYBODY)
def open_notice(notice_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Lead to the task that a notice is about; it counts as read then."""
    with found.sessions() as session:
        told = notices.one(session, person.staff_id, notice_id, now())
    if told is None:
        raise NotFound("Không tìm thấy thông báo này.")
    _mark(found, person, [notice_id])
    return RedirectResponse(told.path, status.HTTP_303_SEE_OTHER)


@router.post("/{notice_id}/da-doc")
@allow(EVERYBODY)
def mark_one(notice_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    _mark(found, person, [notice_id])
    return RedirectResponse(LIST, status.HTTP_303_SEE_OTHER)


@router.post("/da-doc")
@allow(EVERYBODY)
def mark_all(person: CurrentPerson, found: ServicesDep) -> Response:
    _mark(found, person, None)
    return RedirectResponse(LIST, status.HTTP_303_SEE_OTHER)


def _row(told: Told) -> Row:
    return (
        told.at, gettext(KIND_NAMES[told.kind]), in_words(told.words, told.values), told.reason,
        last_day(told.due_at) if told.due_at and told.is_open else "",
        "" if told.is_new else gettext("Đã đọc"), gettext("Còn việc") if told.is_open else "",
    )  # fmt: skip


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
        "query": wanted.query,
        "is_admin": Duty.ADMIN in person.duties,
    }


def _by_day(told: Iterable[Told]) -> list[DayOfNotices]:
    newest = sorted(told, key=lambda each: each.at, reverse=True)
    return [DayOfNotices(day, list(group)) for day, group in groupby(newest, key=lambda each: day_of(each.at))]
