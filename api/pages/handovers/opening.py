"""A new handover: who leaves and why, then everything that the person fills with who is to have it."""

import asyncio
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.handovers import Wanted
from api.pages.handovers.forms import AskedForm, HandoverForm, SentForm, key_of
from api.pages.handovers.parts import PartLine, parts_of
from api.pages.handovers.words import KINDS
from api.pages.management.handing_on import staff_of_school
from api.pages.templating import page
from api.services import Services
from domain.duties import Duty
from domain.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from domain.matters.handovers import Deed
from storage import assignments
from storage.handovers.reading import colleagues
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/ban-giao")
OPENERS: Final = frozenset({Duty.PRINCIPAL, Duty.ADMIN})


@router.get("/moi")
@allow(OPENERS)
def show_form(request: Request, person: CurrentPerson, found: ServicesDep, nguoi: str = "") -> Response:
    form = AskedForm(nguoi=nguoi).form()
    return page(found, request, "handovers/new.html", **_values(found, person, form), problem="")


@router.post("/moi/xem")
@allow(OPENERS)
def show_parts(
    request: Request, person: CurrentPerson, found: ServicesDep, asked: Annotated[AskedForm, Form()]
) -> Response:
    """Everything that the person fills, to be handed on; nothing is opened yet."""
    form = asked.form()
    return page(found, request, "handovers/new.html", **_values(found, person, form), problem=_trouble(form))


@router.post("/moi")
@allow(OPENERS)
async def open_handover(
    request: Request, person: CurrentPerson, found: ServicesDep, sent: Annotated[SentForm, Form()]
) -> Response:
    """Open it; the same form sent again is the same handover."""
    form = sent.form()
    try:
        wanted = await asyncio.to_thread(_wanted, found, person, form)
        await found.handovers.open(person, wanted)
    except (Conflict, Invalid, NotAllowed) as refused:
        values = await asyncio.to_thread(_values, found, person, form)
        return page(found, request, "handovers/new.html", status=422, **values, problem=refused.message)
    return RedirectResponse(f"/ban-giao/{form.command_id}?xong={Deed.OPEN}", status.HTTP_303_SEE_OTHER)


def _trouble(form: HandoverForm) -> str:
    if form.kind is None:
        return ""
    try:
        if form.until is not None and form.until <= form.effective_at:
            return "Ngày kết thúc phải sau ngày bắt đầu."
    except DomainError as refused:
        return refused.message
    return ""


def _wanted(found: Services, person: Person, form: HandoverForm) -> Wanted:
    if form.kind is None or form.staff_id is None:
        raise Invalid("Hãy chọn người bàn giao và trường hợp.")
    with found.sessions() as session:
        staff_of_school(session, form.staff_id, person)
        lines = _parts(session, form, form.staff_id)
    return form.wanted(form.kind, form.staff_id, {each.key: each.held for each in lines})


def _parts(session: Session, form: HandoverForm, staff_id: UUID) -> list[PartLine]:
    role = form.kind.role if form.kind else ""
    return [each for each in parts_of(session, staff_id, now()) if not role or each.held.role == role]


def _values(found: Services, person: Person, form: HandoverForm) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        who = staff_of_school(session, form.staff_id, person) if form.staff_id else None
        members = assignments.staff_of(session, person.school_id)
        known = colleagues(session, person.school_id, form.staff_id, at)
        lines = _parts(session, form, who.id) if who and form.kind else []
    if form.nguoi and who is None:
        raise NotFound("Không tìm thấy người này trong trường.")
    return {
        "form": form,
        "kinds": KINDS,
        "who": who,
        "everybody": members,
        "members": known.members,
        "equipped": known.equipped,
        "lines": lines,
        "is_ready": who is not None and form.kind is not None,
        "key_of": key_of,
    }
