"""The clerk's room: classes that wait for the seal, what is missing before, and the school's picture of its seal."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from fastapi import APIRouter, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.management import certificates_ahead
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from api.uploads import own_upload
from api.v1.trust import MAX_PICTURE, keep_picture
from domain.deadlines import last_day
from domain.duties import Duty
from domain.errors import DomainError, Invalid, NotFound
from domain.progress import BoardLine
from domain.stages import Stage
from storage import board, registration, signing_batches
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/dong-dau")
CLERKS: Final = frozenset({Duty.CLERK})
SEAL_KEEPERS: Final = frozenset({Duty.CLERK, Duty.ADMIN})
SHOWN: Final[Mapping[str, str]] = {"": _("Chờ đóng dấu"), "da-xong": _("Đã phát hành")}
_TAKEN: Final = TakenList("dong-dau", _("Đóng dấu"), {
    _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Học sinh"): 9, _("Chờ đóng dấu"): 9, _("Đã phát hành"): 9,
    _("Chưa được duyệt"): 9, _("Tạm giữ"): 9, _("Hạn"): 12, _("Quá hạn"): 9,
})  # fmt: skip
_TOO_LARGE: Final = "Hình con dấu quá lớn (tối đa 2 MB)."
_NO_FILE: Final = "Chưa chọn tệp nào. Hãy chọn tệp PNG có hình con dấu màu đỏ trên nền trong suốt."


@dataclass(frozen=True)
class SealLine:
    line: BoardLine
    waiting: int
    issued: int

    @property
    def before(self) -> int:
        return self.line.pupils - self.waiting - self.issued


@router.get("")
@allow(CLERKS)
def show_queue(request: Request, person: CurrentPerson, found: ServicesDep, loc: str = "") -> Response:
    """Classes with approved records; one or many are sealed with one confirmation."""
    with found.sessions() as session:
        certificate = certificates_ahead.of_school(session, person, now())
        picture = registration.seal_image(session, person.school_id)
    values = _lines(found, person, loc)
    return page(
        found,
        request,
        "sealing/queue.html",
        certificate=certificate,
        has_picture=picture is not None,
        has_time_stamps=found.has_time_stamps,
        **values,
    )


@router.get("/dong")
@allow(CLERKS)
def show_lines(request: Request, person: CurrentPerson, found: ServicesDep, loc: str = "") -> Response:
    """The part of the page that changes."""
    return page(found, request, "sealing/_lines.html", **_lines(found, person, loc))


@router.get(".xlsx")
@allow(CLERKS)
def take_lines(person: CurrentPerson, found: ServicesDep, loc: str = "") -> Response:
    values = _lines(found, person, loc)
    about, rows = (gettext(SHOWN[values["shown"]]),), map(_row, values["lines"])
    return take_list(found, person, _TAKEN, rows, about)


@router.get("/con-dau")
@allow(SEAL_KEEPERS)
def show_picture(request: Request, person: CurrentPerson, found: ServicesDep, xong: str = "") -> Response:
    """The school's picture of its seal, and a form for another."""
    return page(found, request, "sealing/picture.html", **_picture(found, person, done=bool(xong)))


@router.get("/con-dau/hinh")
@allow(SEAL_KEEPERS)
def send_picture(person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        sha256 = registration.seal_image(session, person.school_id)
    if sha256 is None:
        raise NotFound("Trường chưa có hình con dấu.")
    return Response(found.objects.get(sha256), media_type="image/png")


@router.post("/con-dau")
@allow(SEAL_KEEPERS, takes_upload=True)
async def change_picture(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """Take another picture, for seals from now on; one that is not fit is refused with the reason."""
    upload = await own_upload(request, MAX_PICTURE, _TOO_LARGE)
    try:
        if not upload.data:
            raise Invalid(_NO_FILE)
        await asyncio.to_thread(keep_picture, found, person, upload.data)
    except DomainError as refusal:
        values = await asyncio.to_thread(_picture, found, person, problem=refusal.message)
        return page(found, request, "sealing/picture.html", status=problem_of(refusal).status, **values)
    return RedirectResponse("/dong-dau/con-dau?xong=1", status.HTTP_303_SEE_OTHER)


def _lines(found: Services, person: Person, shown: str) -> dict[str, Any]:
    with found.sessions() as session:
        lines = [_line(each) for each in board.school_board(session, person.school_id)]
        open_batches = signing_batches.open_of(session, person, now())
    shown = shown if shown in SHOWN else ""
    waiting, issued = [each for each in lines if each.waiting], [each for each in lines if each.issued]
    return {
        "lines": issued if shown else waiting,
        "counts": {"": len(waiting), "da-xong": len(issued)},
        "total": sum(each.waiting for each in waiting),
        "shown": shown,
        "choices": SHOWN,
        "open_batches": open_batches,
    }


def _row(each: SealLine) -> Row:
    line = each.line
    return (
        line.class_name, gettext(line.term.label), line.school_year, line.pupils, each.waiting, each.issued,
        each.before, line.held, last_day(line.due_at), gettext("Quá hạn") if line.overdue else "",
    )  # fmt: skip


def _line(line: BoardLine) -> SealLine:
    issued = line.counts.get(Stage.ISSUED, 0) + line.counts.get(Stage.SEALED, 0)
    return SealLine(line, line.counts.get(Stage.APPROVED, 0), issued)


def _picture(found: Services, person: Person, *, done: bool = False, problem: str = "") -> dict[str, Any]:
    with found.sessions() as session:
        sha256 = registration.seal_image(session, person.school_id)
    return {"sha256": sha256, "done": done, "problem": problem}
