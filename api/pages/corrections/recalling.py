"""Recalls: somebody asks on an issued record's page; homeroom teacher, principal and authority decide in their turn."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, VisibleRecord
from api.errors import Refusal, Unavailable
from api.guard import allow
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.services import Services
from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import EVERYBODY, STAFF
from domain.errors import DomainError
from domain.matters import MatterKind
from domain.matters.corrections import Deed
from domain.stages import Stage
from storage.access import RecordHead
from storage.corrections import records, views
from storage.staffing import Person
from storage.tables import Document, Recall

router = APIRouter(include_in_schema=False)
PATH = "/thu-hoi"
ASK = "/hoc-ba/{record_id}/thu-hoi"
KIND = MatterKind.RECALL
_ASKERS = frozenset({"seal_clerk", "system_admin"})


class RecallForm(DeedForm):
    hk1: list[str] = Field(default_factory=list)  # parts of the first term


@router.get(PATH)
@allow(EVERYBODY, crosses_schools=True)
def show_list(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return acting.list_page(found, request, person, KIND)


@router.get(PATH + "/{recall_id}")
@allow(EVERYBODY, crosses_schools=True)
def show_matter(request: Request, recall_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    return _page(request, found, person, recall_id, DeedForm())


@router.post(PATH + "/{recall_id}")
@allow(EVERYBODY, crosses_schools=True)
async def decide(
    request: Request, recall_id: UUID, person: CurrentPerson, found: ServicesDep, form: Annotated[DeedForm, Form()]
) -> Response:
    await run_in_threadpool(acting.visible, found, recall_id, person, KIND)
    try:
        await acting.send(found, person, (KIND, recall_id), form)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, request, found, person, recall_id, form, refused)
    return RedirectResponse(f"{PATH}/{recall_id}?xong={form.viec}", status.HTTP_303_SEE_OTHER)


@router.get(ASK)
@allow(STAFF, crosses_schools=True)
def ask_form(request: Request, record: VisibleRecord, person: CurrentPerson, found: ServicesDep) -> Response:
    return _ask_page(request, found, person, record, RecallForm())


@router.post(ASK)
@allow(STAFF, crosses_schools=True)
async def ask(
    request: Request,
    record: VisibleRecord,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[RecallForm, Form()],
) -> Response:
    """The command's id is the matter's: pressed twice, it is one."""
    try:
        asked = {"record_ids": (str(record.id),), "slots": tuple(form.phan), "first_slots": tuple(form.hk1)}
        await acting.send(found, person, (KIND, form.command_id), form, deed=Deed.ASK, **asked)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_ask_page, request, found, person, record, form, refused)
    return RedirectResponse(f"{PATH}/{form.command_id}?xong=ask", status.HTTP_303_SEE_OTHER)


def may_ask(record: RecordHead, person: Person) -> bool:
    """Whoever teaches the class or keeps the school's records, once something is issued."""
    return record.stage is Stage.ISSUED and bool(_ASKERS & person.roles or record.class_term.my_slots)


def _page(
    request: Request,
    found: Services,
    person: Person,
    recall_id: UUID,
    form: DeedForm,
    refused: Refusal | None = None,
) -> Response:
    with found.sessions() as session:
        matter = acting.require(session, recall_id, person, KIND)
        recall = session.get_one(Recall, recall_id)
        former = session.get(Document, recall.former_document) if recall.former_document else None
        new = session.get(Document, recall.new_document) if recall.new_document else None
        values = acting.matter_values(session, matter, person, form, refused)
        values |= {"recall": recall, "former": former, "new": new}
    return acting.shown(found, request, "corrections/recall.html", values, refused)


def _ask_page(
    request: Request,
    found: Services,
    person: Person,
    record: RecordHead,
    form: RecallForm,
    refused: Refusal | None = None,
) -> Response:
    """Which parts of which term are wrong: a subject teacher finds the own ones."""
    with found.sessions() as session:
        first, year = (records.in_term(session, record.enrolment_id, each) for each in (Term.HK1, Term.YEAR_END))
        own = None if person.roles & _ASKERS or HOMEROOM in record.class_term.my_slots else record.class_term.my_slots
        terms: dict[str, Any] = {
            name: [part for part in views.all_parts(session, row.class_term_id) if own is None or part[0] in own]
            for name, row in (("phan", year), ("hk1", first))
            if row is not None and row.stage == Stage.ISSUED and records.is_of(session, row, person.school_id)
        }
    values = {
        "record": record, "terms": terms, "form": form, "problem": refused.message if refused else "",
        "command_id": acting.next_id(form, refused), "term": Term(record.class_term.term),
    }  # fmt: skip
    return acting.shown(found, request, "corrections/ask_recall.html", values, refused)
