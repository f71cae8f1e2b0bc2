"""The offices of a school by date: head, deputies, clerks, administrators."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Query, Request, status
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.management.handing_on import ChangeForm, change_form, day_of_text, empty_form, id_of_text
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.calendar import day_of, start_of_day
from domain.deadlines import last_day
from domain.duties import DUTY_NAMES, MANAGERS, OFFICES, Duty
from domain.errors import Conflict, Invalid, NotAllowed, NotFound
from storage import assignments, reassigning
from storage.assignments import Office
from storage.reassigning import Appointment
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/phan-cong/chuc-vu")
HEADS: Final = frozenset({Duty.PRINCIPAL, Duty.ADMIN})
_LONGEST: Final = 60
Asked = Annotated[str, Query(alias="chuc-vu")]  # the office that the list is narrowed to
_TAKEN: Final = TakenList("chuc-vu", _("Chức vụ"), {
    _("Chức vụ"): 24, _("Chức danh in dưới chữ ký"): 24, _("Người giữ"): 28, _("Từ ngày"): 12, _("Đến ngày"): 12,
    _("Lý do"): 50, _("Lý do thôi giữ"): 50,
})  # fmt: skip


@dataclass(frozen=True)
class OfficeForm:
    """Which office is given, as it was typed."""

    role: str
    title: str
    replaces: bool

    def appointment(self, staff_id: UUID, at: datetime) -> Appointment:
        """The title is printed under signatures; without one it is the name of the office. Raises Invalid."""
        if self.role not in OFFICES:
            raise Invalid("Hãy chọn chức vụ.")
        title = " ".join(self.title.split())
        if len(title) > _LONGEST or not title.isprintable():
            raise Invalid("Tên chức danh dài quá 60 ký tự hoặc có ký tự lạ.")
        return Appointment(staff_id, self.role, title or DUTY_NAMES[Duty(self.role)], at, self.replaces)


async def office_form(
    role: Annotated[str, Form()] = "", title: Annotated[str, Form()] = "", replaces: Annotated[str, Form()] = ""
) -> OfficeForm:
    return OfficeForm(role, title, bool(replaces))


@router.get("")
@allow(MANAGERS)
def show_offices(
    request: Request, person: CurrentPerson, found: ServicesDep, asked: Asked = "", xong: str = ""
) -> Response:
    return _page(found, request, person, asked=asked, done=bool(xong))


@router.get(".xlsx")
@allow(MANAGERS)
def take_offices(person: CurrentPerson, found: ServicesDep, asked: Asked = "") -> Response:
    with found.sessions() as session:
        rows = [_row(each) for each in assignments.offices(session, person.school_id) if _is_asked(each, asked)]
    return take_list(found, person, _TAKEN, rows, (gettext(DUTY_NAMES[Duty(asked)]),) if asked in OFFICES else ())


def _is_asked(each: Office, role: str) -> bool:
    return role not in OFFICES or each.role == role


def _row(each: Office) -> Row:
    until = last_day(each.valid_to) if each.valid_to else None
    role = gettext(DUTY_NAMES[each.role])
    return role, each.title, each.full_name, day_of(each.valid_from), until, each.reason, each.end_reason


@router.post("")
@allow(HEADS)
def appoint(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ChangeForm, Depends(change_form)],
    office: Annotated[OfficeForm, Depends(office_form)],
) -> Response:
    """Give somebody an office from a day on; the same form sent again changes nothing."""
    try:
        new = office.appointment(id_of_text(form.thay), form.at)
        with found.sessions.begin() as session:
            reassigning.appoint(session, person, new, form.why)
    except (Conflict, Invalid, NotAllowed, NotFound) as refused:
        return _page(found, request, person, problem=refused.message, form=form, office=office)
    return RedirectResponse("/phan-cong/chuc-vu?xong=1", status.HTTP_303_SEE_OTHER)


@router.post("/{position_id}/thoi")
@allow(HEADS)
def retire(
    request: Request,
    position_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ChangeForm, Depends(change_form)],
) -> Response:
    """End an office on a day, for a reason."""
    try:
        with found.sessions.begin() as session:
            reassigning.retire(session, person, position_id, _end(form.tu), form.why)
    except (Conflict, Invalid) as refused:
        return _page(found, request, person, problem=refused.message, leaving=position_id, left=form)
    return RedirectResponse("/phan-cong/chuc-vu?xong=1", status.HTTP_303_SEE_OTHER)


def _end(text: str) -> datetime:
    day = day_of_text(text, "Thôi giữ chức từ ngày")
    return now() if day == today() else start_of_day(day)


def _page(found: Services, request: Request, person: Person, *, asked: str = "", **more: Any) -> Response:  # noqa: ANN401
    at = now()
    with found.sessions() as session:
        held = [each for each in assignments.offices(session, person.school_id) if _is_asked(each, asked)]
        members = assignments.staff_of(session, person.school_id)
    blank = {"form": empty_form(), "office": OfficeForm("", "", replaces=False), "leaving": None, "left": empty_form()}
    return page(
        found,
        request,
        "assignments/offices.html",
        status=422 if more.get("problem") else 200,
        present=[each for each in held if each.valid_to is None or each.valid_to > at],
        past=[each for each in held if each.valid_to is not None and each.valid_to <= at],
        members=members,
        asked=asked if asked in OFFICES else "",
        roles=[each for each in DUTY_NAMES if each in OFFICES],
        may_change=bool(person.duties & HEADS),
        now=at,
        **({"problem": "", "done": False} | blank | more),
    )
