"""What the homeroom teacher decides in the room: remind, look over, hold and release."""

import asyncio
from collections.abc import Sequence
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api import deciding
from api.deciding import decision_of
from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable, require_slot, today
from api.errors import Unavailable
from api.guard import allow
from api.pages.homeroom.room import READERS, ROOM, frame_of, refused_room
from api.pages.language import marked as _
from api.pages.reasons import Reasons
from api.pages.templating import page
from api.services import Services
from domain.curriculum import HOMEROOM
from domain.decisions import Action, Decision
from domain.duties import Duty
from domain.errors import DomainError
from storage import at_stake, completeness
from storage.access import ClassTermHead

router = APIRouter(include_in_schema=False)
EVERYBODY: Final = "tat-ca"
COMMON_HOLDS: Final = (
    _("Chờ bổ sung giấy tờ của học sinh."),
    _("Đang làm thủ tục chuyển trường."),
    _("Chờ kết quả đánh giá lại."),
)
NOBODY: Final = _("Chưa chọn học sinh nào.")


class HoldWords(Reasons):
    dong: list[UUID] = Field(default_factory=list)


@router.post(ROOM + "/nhac")
@allow(READERS)
def remind(slot: Annotated[str, Form()], head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> Response:
    """Tell the teacher of one slot, or everybody who owes something, once a day."""
    require_readable(head, person, HOMEROOM)
    with found.sessions.begin() as session:
        whole = completeness.of_class_term(session, head.id, now())
        told = {
            total.slot: total.staff_id
            for total in whole.owed
            if total.staff_id not in {None, person.staff_id} and slot in {total.slot, EVERYBODY}
        }
        count = completeness.remind(session, head.id, {key: who for key, who in told.items() if who}, today())
    return room_after(head, "nhac" if count else "da-nhac", count)


@router.post(ROOM + "/ra-soat")
@allow({Duty.HOMEROOM})
async def review(
    request: Request,
    command_id: Annotated[UUID, Form()],
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    dong: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    """The homeroom teacher has looked over those who were shown as complete; nobody else."""
    decision = decision_of(person, HOMEROOM, Action.REVIEW, dong or [])
    return await _decided(request, found, head, command_id, decision, "ra-soat")


@router.get(ROOM + "/tam-giu")
@allow({Duty.HOMEROOM})
def ask_to_hold(
    request: Request,
    head: VisibleClassTerm,
    found: ServicesDep,
    dong: Annotated[list[UUID] | None, Query()] = None,
) -> Response:
    require_slot(head, HOMEROOM)
    return page(found, request, "homeroom/hold.html", **_hold_values(found, head, dong or [], uuid4()))


@router.post(ROOM + "/tam-giu")
@allow({Duty.HOMEROOM})
async def hold(
    request: Request,
    words: Annotated[HoldWords, Form()],
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
) -> Response:
    """Keep pupils back; the others go on."""
    require_slot(head, HOMEROOM)
    problem = words.problem() or ("" if words.dong else NOBODY)
    code = status.HTTP_422_UNPROCESSABLE_CONTENT
    if not problem:
        reason_id = await deciding.keep_reason(found, person, words.command_id, words.text())
        decision = decision_of(person, HOMEROOM, Action.HOLD, words.dong, reason_id=reason_id)
        problem = await refusal_of(found, head, words.command_id, decision)
        code = status.HTTP_409_CONFLICT
    if not problem:
        return room_after(head, "tam-giu", len(words.dong))
    values = await asyncio.to_thread(_hold_values, found, head, words.dong, words.command_id)
    return page(found, request, "homeroom/hold.html", status=code, **values | {"problem": problem, "words": words})


@router.post(ROOM + "/bo-tam-giu")
@allow({Duty.HOMEROOM})
async def release(
    request: Request,
    command_id: Annotated[UUID, Form()],
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    dong: Annotated[list[UUID] | None, Form()] = None,
) -> Response:
    return await _decided(
        request, found, head, command_id, decision_of(person, HOMEROOM, Action.RELEASE, dong or []), "bo-giu"
    )


async def _decided(
    request: Request, found: Services, head: ClassTermHead, command_id: UUID, decision: Decision, done: str
) -> Response:
    require_slot(head, HOMEROOM)
    problem = await refusal_of(found, head, command_id, decision)
    if problem:
        return await asyncio.to_thread(refused_room, request, head, found, problem)
    return room_after(head, done, len(decision.record_ids))


async def refusal_of(found: Services, head: ClassTermHead, command_id: UUID, decision: Decision) -> str:
    """Send a decision; why it was refused, or nothing."""
    try:
        await deciding.decide(found, head, command_id, decision)
    except (DomainError, Unavailable) as refusal:
        return refusal.message
    return ""


def room_after(head: ClassTermHead, done: str, count: int) -> Response:
    address = f"{ROOM.format(class_term_id=head.id)}?da={done}&so={count}"
    return RedirectResponse(address, status.HTTP_303_SEE_OTHER)


def _hold_values(found: Services, head: ClassTermHead, record_ids: Sequence[UUID], command_id: UUID) -> dict[str, Any]:
    with found.sessions() as session:
        whole = completeness.of_class_term(session, head.id, now())
        pupils = [row for row in whole.pupils if row.record_id in set(record_ids) and not row.held]
        stake = at_stake.of_hold(session, head.id, [row.record_id for row in pupils]) if pupils else []
    return {
        **frame_of(head),
        "pupils": pupils,
        "stake": stake,
        "names": {},
        "common": COMMON_HOLDS,
        "problem": "",
        "words": HoldWords(command_id=command_id),
    }
