"""The homeroom teacher's room: what of the class is missing, where every pupil stands, what to do now."""

from typing import Annotated, Any, Final
from uuid import uuid4

from fastapi import APIRouter, Depends, Query, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable
from api.guard import allow
from api.pages.choices import query_string
from api.pages.language import marked as _
from api.pages.templating import page
from api.services import Services
from domain.assessment import Term
from domain.calendar import day_of
from domain.completeness import Choice, Completeness, PartState, chosen
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES, Duty
from domain.stages import Stage
from storage import completeness
from storage.access import ClassTermHead
from storage.corrections import changes

router = APIRouter(include_in_schema=False)
ROOM: Final = "/lop/{class_term_id}/chu-nhiem"
READERS: Final = OFFICES | {Duty.HOMEROOM}
HELD: Final = "held"
# Where pupils stand, short enough for a column of the matrix and for a choice.
STANDINGS: Final = {
    Stage.ENTRY.value: _("Đang nhập"),
    Stage.SUBMITTED.value: _("Chờ rà soát"),
    Stage.REVIEWED.value: _("Chờ GVBM ký"),
    Stage.SUBJECT_SIGNED.value: _("Chờ GVCN ký"),
    Stage.HOMEROOM_SIGNED.value: _("Chờ duyệt"),
    Stage.APPROVED.value: _("Chờ đóng dấu"),
    Stage.SEALED.value: _("Đã đóng dấu"),
    Stage.ISSUED.value: _("Đã phát hành"),
    HELD: _("Tạm giữ"),
}
# What was just done, by the word in the address of the page that follows.
DONE: Final = {
    "nhac": _("Đã nhắc %(count)s phần. Giáo viên thấy lời nhắc trong mục Thông báo."),
    "da-nhac": _("Hôm nay đã nhắc rồi; mỗi phần chỉ nhắc một lần một ngày."),
    "ra-soat": _("Đã ghi: rà soát %(count)s học sinh."),
    "tra-lai": _("Đã trả lại %(count)s phần để sửa."),
    "tam-giu": _("Đã tạm giữ %(count)s học sinh."),
    "bo-giu": _("Đã thôi tạm giữ %(count)s học sinh."),
}


async def choice_of(
    missing: Annotated[str, Query(alias="con-thieu")] = "",
    slot: Annotated[str, Query(alias="mon")] = "",
    standing: Annotated[str, Query(alias="trang-thai")] = "",
) -> Choice:
    return Choice(bool(missing), slot, standing if standing in STANDINGS else "")


ChoiceDep = Annotated[Choice, Depends(choice_of)]


def query_of(choice: Choice) -> str:
    """The choice as the address says it, so that it can be kept and passed on."""
    missing = "1" if choice.only_missing else ""
    return query_string({"con-thieu": missing, "mon": choice.slot, "trang-thai": choice.standing})


@router.get("/chu-nhiem")
@allow({Duty.HOMEROOM})
def show_my_classes(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """One's own classes and terms; straight to the room where there is only one."""
    with found.sessions() as session:
        lines = completeness.homeroom_lines(session, person.school_id, person.staff_id, now())
    if len(lines) == 1:
        address = ROOM.format(class_term_id=lines[0].class_term_id)
        return RedirectResponse(address, status.HTTP_303_SEE_OTHER)
    return page(found, request, "homeroom/classes.html", lines=lines, standings=STANDINGS)


@router.get(ROOM)
@allow(READERS)
def show_room(
    request: Request,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    choice: ChoiceDep,
) -> Response:
    require_readable(head, person, HOMEROOM)
    values = room_values(found, head, choice) | {**_done(request), "problem": ""}
    return page(found, request, "homeroom/room.html", **values)


@router.get(ROOM + "/bang")
@allow(READERS)
def show_changing_part(
    request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, choice: ChoiceDep
) -> Response:
    require_readable(head, person, HOMEROOM)
    return page(found, request, "homeroom/_room.html", **room_values(found, head, choice))


def _done(request: Request) -> dict[str, Any]:
    """What the address says was just done; numbers only are taken from it."""
    count = request.query_params.get("so", "")
    return {"done": DONE.get(request.query_params.get("da", ""), ""), "count": count if count.isdecimal() else "0"}


def refused_room(request: Request, head: ClassTermHead, found: Services, problem: str) -> Response:
    """The room as it is now, and why what was asked was not done."""
    values = room_values(found, head, Choice()) | {"done": "", "count": "0", "problem": problem}
    return page(found, request, "homeroom/room.html", status=status.HTTP_409_CONFLICT, **values)


def room_values(found: Services, head: ClassTermHead, choice: Choice) -> dict[str, Any]:
    moment = now()
    with found.sessions() as session:
        whole = completeness.of_class_term(session, head.id, moment)
        reminded = completeness.reminded_at(session, head.id)
        reasons = completeness.hold_reasons(session, head.id)
        attended = completeness.attendance_kept(session, head.id)
        changed = [each for cells in changes.under_way(session, head.id).values() for each in cells]
        doubts = completeness.doubtful(session, head.id, choice.slot) if choice.slot in whole.slots else {}
    return {
        **frame_of(head),
        "whole": whole,
        "shown": chosen(whole, choice),
        "choice": choice,
        "query": query_of(choice),
        "states": list(PartState),
        "standings": STANDINGS,
        "reminded": reminded,
        "reminded_today": {slot for slot, at in reminded.items() if day_of(at) == day_of(moment)},
        "reasons": reasons,
        "changed_cells": changed,
        "attended": attended,
        "doubts": doubts,
        "own": own_total(whole),
        "to_review": whole.at(Stage.SUBMITTED),
        "to_sign": whole.at(Stage.SUBJECT_SIGNED),
        "command_id": uuid4(),
    }


def frame_of(head: ClassTermHead) -> dict[str, Any]:
    """What the heading and the tabs of a class's pages say."""
    return {
        "head": head,
        "term": Term(head.term),
        "is_mine": HOMEROOM in head.my_slots,
        "is_late": head.due_at <= now() and head.stage != Stage.ISSUED,
    }


def own_total(whole: Completeness) -> Any:  # noqa: ANN401 - a SlotTotal, or None in a class without pupils
    return next((total for total in whole.totals if total.slot == HOMEROOM), None)
