"""A short absence: what one hands to a colleague for some days, and gets back by itself."""

import asyncio
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.handovers.forms import AskedForm, HandoverForm, SentForm
from api.pages.handovers.parts import PartLine, parts_of
from api.pages.templating import page
from api.services import Services
from domain.duties import STAFF
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from domain.matters.handovers import SHORT_LEAVE, Deed, HandoverKind
from storage.handovers.reading import colleagues
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/nghi-ngan-ngay")


@router.get("")
@allow(STAFF)
def show_form(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return page(found, request, "handovers/short_leave.html", **_values(found, person, AskedForm().form()), problem="")


@router.post("")
@allow(STAFF)
async def open_delegation(
    request: Request, person: CurrentPerson, found: ServicesDep, sent: Annotated[SentForm, Form()]
) -> Response:
    """Ask colleagues to stand in for what one fills oneself; the same form sent again asks once."""
    own = replace(sent.form(), nguoi=str(person.staff_id), loai=HandoverKind.DELEGATION.value)
    try:
        lines = await asyncio.to_thread(_lines, found, person.staff_id)
        wanted = own.wanted(HandoverKind.DELEGATION, person.staff_id, {each.key: each.held for each in lines})
        await found.handovers.open(person, wanted)
    except (Conflict, Invalid, NotAllowed, NotFound) as refused:
        values = await asyncio.to_thread(_values, found, person, own)
        return page(found, request, "handovers/short_leave.html", status=422, **values, problem=refused.message)
    return RedirectResponse(f"/ban-giao/{own.command_id}?xong={Deed.OPEN}", status.HTTP_303_SEE_OTHER)


def _lines(found: Services, staff_id: UUID) -> list[PartLine]:
    with found.sessions() as session:
        return _own(session, staff_id, now())


def _own(session: Session, staff_id: UUID, at: datetime) -> list[PartLine]:
    """The teaching; an office is handed on by who manages the school."""
    return [each for each in parts_of(session, staff_id, at) if each.held.class_id]


def _values(found: Services, person: Person, form: HandoverForm) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        lines = _own(session, person.staff_id, at)
        known = colleagues(session, person.school_id, person.staff_id, at)
    return {
        "form": form, "lines": lines, "members": known.members, "equipped": known.equipped, "longest": SHORT_LEAVE.days,
    }  # fmt: skip
