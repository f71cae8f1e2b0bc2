"""Unlocks: a teacher asks on the sheet of a part that was sent; the principal decides, the admin carries it out."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm
from api.errors import Refusal, Unavailable
from api.guard import allow
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.services import Services
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import STAFF, TEACHERS
from domain.errors import DomainError, Invalid, NotAllowed
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from storage import board
from storage.access import ClassTermHead
from storage.corrections import records, views
from storage.staffing import Person
from storage.tables import Unlock

router = APIRouter(include_in_schema=False)
PATH = "/mo-khoa"
ASK = "/lop/{class_term_id}/nhap/{slot}/mo-khoa"
KIND = MatterKind.UNLOCK


@router.get(PATH)
@allow(STAFF)
def show_list(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return acting.list_page(found, request, person, KIND)


@router.get(PATH + "/{unlock_id}")
@allow(STAFF)
def show_matter(request: Request, unlock_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    return _page(request, found, person, unlock_id, DeedForm())


@router.post(PATH + "/{unlock_id}")
@allow(STAFF)
async def decide(
    request: Request, unlock_id: UUID, person: CurrentPerson, found: ServicesDep, form: Annotated[DeedForm, Form()]
) -> Response:
    """Carry one decision out; a refusal shows beside what was typed."""
    await run_in_threadpool(acting.visible, found, unlock_id, person, KIND)
    try:
        more: dict[str, Any] = {}
        if form.deed() is Deed.GRANT:
            more = {"record_ids": tuple(map(str, form.hs)), "slots": tuple(form.phan)}
        if form.deed() in {Deed.GRANT, Deed.EXTEND}:
            more["until"] = form.until()
        await acting.send(found, person, (KIND, unlock_id), form, **more)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, request, found, person, unlock_id, form, refused)
    return RedirectResponse(f"{PATH}/{unlock_id}?xong={form.viec}", status.HTTP_303_SEE_OTHER)


@router.get(ASK)
@allow(TEACHERS)
def ask_form(
    request: Request,
    slot: str,
    head: VisibleClassTerm,
    found: ServicesDep,
    hs: Annotated[list[UUID] | None, Query()] = None,
) -> Response:
    return _ask_page(request, found, head, slot, DeedForm(hs=hs or []))


@router.post(ASK)
@allow(TEACHERS)
async def ask(
    request: Request,
    slot: str,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[DeedForm, Form()],
) -> Response:
    """The command's id is the matter's: pressed twice, it is one."""
    try:
        if not views.may_ask_unlock(head, slot):
            raise NotAllowed("Thầy/cô chỉ đề nghị được cho phần mình phụ trách.")
        if not form.hs:
            raise Invalid("Chưa chọn học sinh nào. Hãy đánh dấu học sinh cần sửa.")
        asked = {"class_term_id": str(head.id), "record_ids": tuple(map(str, form.hs)), "slots": (slot,)}
        await acting.send(found, person, (KIND, form.command_id), form, deed=Deed.ASK, **asked)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_ask_page, request, found, head, slot, form, refused)
    return RedirectResponse(f"{PATH}/{form.command_id}?xong=ask", status.HTTP_303_SEE_OTHER)


def _page(
    request: Request,
    found: Services,
    person: Person,
    unlock_id: UUID,
    form: DeedForm,
    refused: Refusal | None = None,
) -> Response:
    with found.sessions() as session:
        matter = acting.require(session, unlock_id, person, KIND)
        unlock = session.get_one(Unlock, unlock_id)
        more = {
            "unlock": unlock,
            "slots": [each for each in views.all_parts(session, unlock.class_term_id) if each[0] in unlock.slots],
        }
        values = acting.matter_values(session, matter, person, form, refused) | more
    return acting.shown(found, request, "corrections/unlock.html", values, refused)


def _ask_page(
    request: Request,
    found: Services,
    head: ClassTermHead,
    slot: str,
    form: DeedForm,
    refused: Refusal | None = None,
) -> Response:
    """The pupils whose part is sent and not sealed."""
    with found.sessions() as session:
        records.require_slots(session, head.id, [slot])
        lines = [
            each for each in board.record_lines(session, head.id)
            if each.stage not in {"sealed", "issued"} and records.sent_slots(session, each.record_id, [slot])
        ]  # fmt: skip
        (name,) = views.names_of(session, head.id, [slot])
    values = {
        "head": head, "term": Term(head.term), "slot": slot, "part": name, "lines": lines, "form": form,
        "is_homeroom": slot == HOMEROOM, "problem": refused.message if refused else "",
        "command_id": acting.next_id(form, refused),
    }  # fmt: skip
    return acting.shown(found, request, "corrections/ask_unlock.html", values, refused)
