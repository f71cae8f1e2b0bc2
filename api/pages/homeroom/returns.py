"""Sending parts back to their teachers: what is meant, what becomes void, and one decision for each slot."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Final
from uuid import UUID, uuid4, uuid5

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import Field
from starlette.responses import Response

from api import deciding
from api.deciding import decision_of
from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_slot
from api.guard import allow
from api.pages.homeroom.decisions import refusal_of, room_after
from api.pages.homeroom.room import ROOM, frame_of
from api.pages.language import marked as _
from api.pages.reasons import Reasons
from api.pages.templating import page
from api.services import Services
from domain.completeness import Completeness, PupilParts, Selection, ToReturn, to_return
from domain.curriculum import HOMEROOM
from domain.decisions import Action
from domain.duties import Duty
from storage import at_stake, completeness
from storage.access import ClassTermHead
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
COMMON_RETURNS: Final = (
    _("Điểm hoặc mức đạt được chưa khớp với bài kiểm tra."),
    _("Nhận xét chưa phù hợp với kết quả của học sinh."),
    _("Nhập nhầm học sinh."),
    _("Giáo viên xin sửa lại."),
)
NOTHING: Final = _("Chưa chọn phần nào để trả lại.")


class ReturnWords(Reasons):
    o: list[str] = Field(default_factory=list)  # "slot:record" of each part


@router.get(ROOM + "/tra-lai")
@allow({Duty.HOMEROOM})
def ask_to_return(
    request: Request,
    head: VisibleClassTerm,
    found: ServicesDep,
    o: Annotated[list[str] | None, Query()] = None,
    cot: Annotated[list[str] | None, Query()] = None,
    dong: Annotated[list[UUID] | None, Query()] = None,
) -> Response:
    """What would go back to whom, which signatures become void, and the question why."""
    require_slot(head, HOMEROOM)
    selection = Selection(_parts(o or []), frozenset(cot or []), frozenset(dong or []))
    return page(found, request, "homeroom/return.html", **_return_values(found, head, selection, uuid4()))


@router.post(ROOM + "/tra-lai")
@allow({Duty.HOMEROOM})
async def give_back(
    request: Request,
    words: Annotated[ReturnWords, Form()],
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
) -> Response:
    """One decision per slot; a slot that is refused keeps no other from going back."""
    require_slot(head, HOMEROOM)
    by_slot = _by_slot(_parts(words.o))
    problems = {"": words.problem() or ("" if by_slot else NOTHING)}
    if not problems[""]:
        problems = await _return_each(found, head, person, words, by_slot)
    if not any(problems.values()):
        return room_after(head, "tra-lai", sum(map(len, by_slot.values())))
    selection = Selection(_parts(words.o))
    values = await asyncio.to_thread(_return_values, found, head, selection, words.command_id)
    said = values | {"problems": problems, "words": words}
    code = status.HTTP_422_UNPROCESSABLE_CONTENT if problems.get("") else status.HTTP_409_CONFLICT
    return page(found, request, "homeroom/return.html", status=code, **said)


async def _return_each(
    found: Services, head: ClassTermHead, person: Person, words: ReturnWords, by_slot: dict[str, list[UUID]]
) -> dict[str, str]:
    """Send each slot's decision; returns the refusals by slot."""
    problems = {}
    for slot, record_ids in by_slot.items():
        command_id = uuid5(words.command_id, slot)
        reason_id = await deciding.keep_reason(found, person, command_id, words.text())
        decision = decision_of(person, HOMEROOM, Action.RETURN, record_ids, to_slot=slot, reason_id=reason_id)
        problems[slot] = await refusal_of(found, head, command_id, decision)
    return problems


def _parts(values: Sequence[str]) -> frozenset[tuple[str, UUID]]:
    """Of "slot:record"; what is not of this form was not made by our page, and is nobody's."""
    found = set()
    for value in values:
        slot, _colon, record_id = value.partition(":")
        try:
            found.add((slot, UUID(record_id)))
        except ValueError:
            continue
    return frozenset(found)


def _by_slot(parts: Iterable[tuple[str, UUID]]) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = {}
    for slot, record_id in sorted(parts, key=str):
        found.setdefault(slot, []).append(record_id)
    return found


@dataclass(frozen=True)
class _Group:
    """One slot of a return: who has to correct, and whose part."""

    name: str
    teacher: str
    slot: str
    pupils: Sequence[PupilParts]


def _return_values(found: Services, head: ClassTermHead, selection: Selection, command_id: UUID) -> dict[str, Any]:
    with found.sessions() as session:
        whole = completeness.of_class_term(session, head.id, now())
        back = to_return(whole, selection)
        by_slot = {slot: [row.record_id for row in rows] for slot, rows in back.pupils.items()}
        stake = at_stake.of_return(session, head.id, by_slot) if by_slot else []
    return {
        **frame_of(head),
        "groups": _groups(whole, back),
        "back": back,
        "stake": stake,
        "names": {total.slot: total.name for total in whole.totals},
        "common": COMMON_RETURNS,
        "problems": {},
        "words": ReturnWords(command_id=command_id),
    }


def _groups(whole: Completeness, back: ToReturn) -> list[_Group]:
    return [
        _Group(total.name, total.teacher, total.slot, back.pupils[total.slot])
        for total in whole.totals
        if total.slot in back.pupils
    ]
