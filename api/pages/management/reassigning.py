"""Everything that a person fills goes to others from a day on: shown first, then done at once."""

from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, status
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.management.handing_on import ChangeForm, asked_for, change_form, day_of_text, id_of_text, staff_of_school
from api.pages.templating import page
from api.services import Services
from domain.duties import MANAGERS
from domain.errors import Conflict, DomainError, Invalid
from domain.outstanding import Holding
from storage import assignments, reassigning
from storage.certificate_list import people_who_can_sign
from storage.reassigning import Change
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/nguoi")


@dataclass(frozen=True)
class Line:
    """One slot that a person fills; `taker` is who is to have it, "" to leave it."""

    holding: Holding
    taker: str

    @property
    def key(self) -> str:
        return f"{self.holding.class_id}/{self.holding.slot}"


@router.get("/{staff_id}/chuyen")
@allow(MANAGERS)
def show_work_of(
    request: Request,
    staff_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ChangeForm, Depends(asked_for)],
    da_chuyen: int | None = None,
) -> Response:
    """What the person fills, and what would become of it if the one who is asked for took over."""
    values = _values(found, person, staff_id, form.thay)
    return page(found, request, "people/hand_on.html", **values, form=form, problem=_trouble(form), done=da_chuyen)


@router.post("/{staff_id}/chuyen")
@allow(MANAGERS)
def hand_on(
    request: Request,
    staff_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ChangeForm, Depends(change_form)],
    phan: Annotated[list[str] | None, Form()] = None,
) -> Response:
    """Give the chosen slots to others from the day on, all of them or none."""
    chosen = {each.rpartition("/")[0]: each.rpartition("/")[2] for each in phan or ()}
    try:
        with found.sessions.begin() as session:
            staff_of_school(session, staff_id, person)
            made = reassigning.change_slots(session, person, _changes(session, staff_id, chosen, form), form.why)
    except (Conflict, Invalid) as refused:
        values = _values(found, person, staff_id, "", chosen)
        return page(
            found, request, "people/hand_on.html", status=422, **values, form=form, problem=refused.message, done=None
        )
    return RedirectResponse(f"/nguoi/{staff_id}/chuyen?da_chuyen={made}", status.HTTP_303_SEE_OTHER)


def _changes(session: Session, staff_id: UUID, chosen: dict[str, str], form: ChangeForm) -> list[Change]:
    at, until = form.at, form.until
    own = {f"{each.class_id}/{each.slot}": each for each in assignments.held_by(session, staff_id, now())}
    changes = [
        Change(own[key].class_id, own[key].slot, id_of_text(taker), at, until)
        for key, taker in chosen.items()
        if taker and key in own
    ]
    if not changes and not any(chosen.values()):
        raise Invalid("Chưa chọn người nhận cho phần việc nào.")
    return changes


def _trouble(form: ChangeForm) -> str:
    try:
        day_of_text(form.tu, "Từ ngày")
        if form.until is not None and form.until <= form.at:
            return "Ngày kết thúc phải sau ngày bắt đầu."
    except DomainError as refused:
        return refused.message
    return ""


def _values(
    found: Services, person: Person, staff_id: UUID, taker: str, chosen: dict[str, str] | None = None
) -> dict[str, Any]:
    at = now()
    with found.sessions() as session:
        who = staff_of_school(session, staff_id, person)
        held = assignments.held_by(session, staff_id, at)
        members = [each for each in assignments.staff_of(session, person.school_id) if each.staff_id != staff_id]
        offices = [each for each in assignments.offices(session, person.school_id) if each.staff_id == staff_id]
        equipped = people_who_can_sign(session, person.school_id, at)
    known = taker if any(str(each.staff_id) == taker for each in members) else ""
    lines = [Line(each, (chosen or {}).get(f"{each.class_id}/{each.slot}", known)) for each in held]
    return {
        "who": who,
        "lines": lines,
        "members": members,
        "taker": known,
        "has_choice": bool(known or chosen),
        "offices": [each for each in offices if each.valid_to is None or each.valid_to > at],
        "equipped": equipped,
        "now": at,
    }
