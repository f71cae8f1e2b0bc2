"""The principal's room: the queue of classes, and one class with its pupils beside what is to be signed."""

from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, VisibleRecord, now
from api.guard import allow
from api.pages.approval import class_queue, class_view
from api.pages.approval.class_queue import SHOWN, WAITING
from api.pages.management import certificates_ahead
from api.pages.templating import page
from api.services import Services
from domain.duties import Duty
from domain.errors import NotFound
from storage import approving, signing_batches
from storage.corrections import changes
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
LEADERS = frozenset({Duty.PRINCIPAL, Duty.VICE_PRINCIPAL})
# How long one answer may read results that nobody has asked for since the last decision; the part asks again for more.
AT_ONCE, IN_PARTS = 0.03, 0.4
Shown = Annotated[str, Query(alias="loc")]
Grade = Annotated[str, Query(alias="khoi")]


class Where(BaseModel):
    """The filter and the pupil that the address of a class's page names, and what was just done."""

    loc: str = ""
    hs: UUID | None = None
    xong: str = ""


@router.get("/duyet")
@allow(LEADERS)
def show_queue(
    request: Request, person: CurrentPerson, found: ServicesDep, shown: Shown = WAITING, grade: Grade = ""
) -> Response:
    """Classes that wait for approval, exceptions first."""
    values = _queue(found, person, shown, grade, AT_ONCE)
    with found.sessions() as session:
        certificates = [certificates_ahead.of_school(session, person, now())]
        if Duty.PRINCIPAL in person.duties:
            certificates.insert(0, certificates_ahead.of_person(session, person, now()))
    values["certificates"] = list(certificates_ahead.in_the_way(certificates))
    return page(found, request, "approval/queue.html", **values)


@router.get("/duyet/dong")
@allow(LEADERS)
def show_lines(
    request: Request, person: CurrentPerson, found: ServicesDep, shown: Shown = WAITING, grade: Grade = ""
) -> Response:
    """The part of the page that changes."""
    return page(found, request, "approval/_lines.html", **_queue(found, person, shown, grade, IN_PARTS))


@router.get("/lop/{class_term_id}/duyet")
@allow(LEADERS)
def show_class(
    request: Request,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    where: Annotated[Where, Query()],
) -> Response:
    """One class: who deserves a look, what is to be signed, who signed before."""
    with found.sessions() as session:
        view = class_view.read_class_view(session, head, person, now(), where.loc, where.hs)
    values = values_of(found, view, person, done=where.xong)
    return page(found, request, "approval/class.html", **values)


@router.get("/lop/{class_term_id}/duyet/hoc-sinh/{record_id}")
@allow(LEADERS)
def show_pupil(
    request: Request,
    head: VisibleClassTerm,
    record: VisibleRecord,
    person: CurrentPerson,
    found: ServicesDep,
    shown: Annotated[str, Query(alias="loc")] = "",
) -> Response:
    """The pane with one pupil, for whoever goes from pupil to pupil."""
    if record.class_term.id != head.id:
        raise NotFound("Không tìm thấy học bạ này.")
    with found.sessions() as session:
        view = class_view.read_class_view(session, head, person, now(), shown, record.id)
    return page(found, request, "approval/_pupil.html", **values_of(found, view, person))


@router.get("/lop/{class_term_id}/duyet/moi")
@allow(LEADERS)
def tell_news(
    request: Request, head: VisibleClassTerm, found: ServicesDep, seq: Annotated[int, Query(alias="tu")] = 0
) -> Response:
    """Whether the class has moved on since the page was made; the page itself stays as it is while somebody reads."""
    with found.sessions() as session:
        is_new = approving.seq_of(session, head.id) > seq
    return page(found, request, "approval/_news.html", is_new=is_new, head=head, seq=seq)


@router.post("/lop/{class_term_id}/duyet/da-xem")
@allow(LEADERS)
def note_look(
    request: Request, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep, seq: Annotated[int, Form(ge=0)]
) -> Response:
    """The class was looked at as it was after this decision; what comes later will be shown as new."""
    with found.sessions.begin() as session:
        approving.note_look(session, person.staff_id, head.id, seq, now())
    if "HX-Request" in request.headers:
        return Response(status_code=status.HTTP_204_NO_CONTENT)
    return RedirectResponse("/duyet", status.HTTP_303_SEE_OTHER)


def values_of(
    found: Services,
    view: class_view.ClassView,
    person: Person,
    *,
    done: str = "",
    problem: str = "",
    typed: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """What the page of a class needs; `problem` and what was `typed` after a refusal."""
    look = None
    with found.sessions() as session:
        changed = [each for cells in changes.under_way(session, view.head.id).values() for each in cells]
        if view.pupil:
            look = found.showing.look(session, view.pupil.record_id, view.head.my_slots, now())
    return {
        "head": view.head,
        "seq": view.seq,
        "is_new": False,
        "view": view,
        "look": look,
        "changed_cells": changed,
        "done": class_view.DONE.get(done, ""),
        "problem": problem,
        "typed": {"reason": "", "to_slot": "", "hs": [], **(typed or {})},
        "command_id": uuid4(),
        "may_decide": Duty.PRINCIPAL in person.duties,
    }


def _queue(found: Services, person: Person, shown: str, grade: str, seconds: float) -> dict[str, Any]:
    shown = shown if shown in SHOWN else WAITING
    with found.sessions() as session:
        queue = class_queue.read_queue(session, person, found.remembered, now(), seconds)
        open_batches = signing_batches.open_of(session, person, now())
    return {
        "queue": queue,
        "lines": class_queue.chosen(queue, shown, grade),
        "shown": shown,
        "grade": grade,
        "choices": SHOWN,
        "open_batches": open_batches,
        "may_approve": Duty.PRINCIPAL in person.duties,
    }
