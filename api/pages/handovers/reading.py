"""The list of handovers, and one of them: in which step it is, whose turn it is, what can be done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.pages.formats import minute
from api.pages.handovers.opening import OPENERS
from api.pages.handovers.words import DONE, deed_words, way_of
from api.pages.language import gettext as _
from api.pages.language import marked
from api.pages.taking import Row, TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.deadlines import last_day
from domain.duties import STAFF
from domain.errors import NotFound
from domain.matters import MatterKind, words
from domain.matters.handovers import HandoverState
from storage import access
from storage.handovers import counting, reading
from storage.handovers.deciding import Case
from storage.handovers.reading import HandoverLine, HandoverView, ItemLine, colleagues
from storage.handovers.standing import report_is_due
from storage.matters import paper_orders
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/ban-giao")
_TAKEN: Final = TakenList("ban-giao", marked("Bàn giao công việc"), {
    marked("Người bàn giao"): 28, marked("Trường hợp"): 28, marked("Từ lúc"): 18, marked("Đến hết ngày"): 12,
    marked("Đang ở bước"): 30, marked("Số phần"): 8, marked("Chưa ai nhận"): 12,
})  # fmt: skip
_BEFORE = frozenset({HandoverState.CONFIRMING, HandoverState.ACCEPTING})
_AFTER = frozenset({HandoverState.SIGNING, HandoverState.STANDING})


@router.get("")
@allow(STAFF)
def show_list(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = reading.of_school(session, person)
    return page(found, request, "handovers/list.html", lines=lines, may_open=bool(person.duties & OPENERS), now=now())


@router.get(".xlsx")
@allow(STAFF)
def take_all(person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = reading.of_school(session, person)
    return take_list(found, person, _TAKEN, [_row(each) for each in lines])


def _row(line: HandoverLine) -> Row:
    until = last_day(line.until) if line.until else None
    return line.who, _(line.kind.label), minute(line.effective_at), until, _(line.state.label), line.parts, line.open


@router.get("/{handover_id}")
@allow(STAFF)
def show_one(
    request: Request, handover_id: UUID, person: CurrentPerson, found: ServicesDep, xong: str = ""
) -> Response:
    values = values_of(found, person, handover_id)
    return page(found, request, "handovers/one.html", **values, done=DONE.get(xong, ""), problem="", typed={})


@dataclass(frozen=True)
class Can:
    """What the visitor may do now."""

    confirm: bool
    override: bool
    accept: tuple[ItemLine, ...]
    name: tuple[ItemLine, ...]
    cancel: bool
    give_back: bool
    report: bool
    leave_out_giver: bool
    sign: tuple[str, ...]

    @property
    def anything(self) -> bool:
        return any((self.confirm, self.override, self.accept, self.report, self.leave_out_giver, self.sign))


def values_of(found: Services, person: Person, handover_id: UUID) -> dict[str, Any]:
    """Raises NotFound for another school's, and for one in which the person has no part."""
    at = now()
    with found.sessions() as session:
        view = reading.view_of(session, handover_id, person, at)
        if view is None:
            raise NotFound("Không tìm thấy việc bàn giao này.")
        work = counting.lines_of(session, view.case, at) if view.case.row.staff_id else []
        known = colleagues(session, person.school_id, view.case.row.staff_id, view.case.row.effective_at)
        fields = paper_orders.fields_for(session, handover_id, person)
        paper = access.matter_document(session, handover_id, person, at)
        can = _can(view, person, at, fields, reports=report_is_due(session, view.case))
    row = view.case.row
    return {
        "view": view,
        "case": view.case,
        "row": row,
        "kind": view.case.kind,
        "state": view.case.state,
        "work": work,
        "can": can,
        "members": known.members,
        "equipped": known.equipped,
        "way": way_of(view.case.kind, asks=row.confirm_due is not None),
        "deed_words": deed_words,
        "task_words": {name: words.TASKS.get(f"{MatterKind.HANDOVER}.{name}", name) for name, _people in view.turns},
        "command_id": uuid4(),
        "now": at,
        "paper": paper,
    }


def _can(view: HandoverView, person: Person, at: datetime, fields: tuple[str, ...], *, reports: bool) -> Can:
    case, state = view.case, view.case.state
    manages = bool(person.duties & OPENERS)
    is_giver = case.row.staff_id == person.staff_id
    is_own = is_giver and not case.kind.has_minutes
    is_due = case.row.confirm_due is not None and case.row.confirm_due <= at
    begun = case.row.moment is not None and case.row.moment <= at
    is_late = _is_late(case, at)
    vacant = tuple(each for each in view.items if not each.item.accepted_at and each.is_free)
    mine = tuple(each for each in vacant if each.item.successor_id == person.staff_id)
    return Can(
        confirm=state is HandoverState.CONFIRMING and is_giver,
        override=state is HandoverState.CONFIRMING and manages and is_due,
        accept=mine if state is HandoverState.ACCEPTING or is_late else (),
        name=vacant if (state in _BEFORE and (manages or is_own)) or (is_late and manages) else (),
        cancel=(state in _BEFORE or (state in _AFTER and not begun)) and (manages or is_own),
        give_back=state in _AFTER and begun and _is_out(view, at) and (manages or is_giver),
        report=reports and manages,
        leave_out_giver=state is HandoverState.SIGNING
        and manages
        and not case.row.giver_left_out
        and not _signed(view),
        sign=fields,
    )


def _is_late(case: Case, at: datetime) -> bool:
    """Whether hands have changed, and what stayed vacant may still be given."""
    is_back = case.row.until is not None and case.row.until <= at
    is_persons = case.row.staff_id is not None and case.state is not HandoverState.CANCELLED
    return case.row.applied_at is not None and is_persons and not is_back


def _is_out(view: HandoverView, at: datetime) -> bool:
    return view.case.row.until is not None and view.case.row.until > at


def _signed(view: HandoverView) -> bool:
    return any(each.deed == "signed.giver" for each in view.steps)
