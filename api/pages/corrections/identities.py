"""Identity pages: what waits for a decision or a signature, and one matter with what changes."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep
from api.errors import Refusal, Unavailable
from api.guard import allow
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.services import Services
from domain.duties import OFFICES
from domain.errors import DomainError
from domain.matters import MatterKind
from domain.pupils import PupilField
from storage.matters import papers
from storage.staffing import Person
from storage.tables import CivilChange, Document, IdentityPage, PupilRow

router = APIRouter(include_in_schema=False)
PATH = "/trang-thong-tin"
KIND = MatterKind.IDENTITY


@router.get(PATH)
@allow(OFFICES, crosses_schools=True)
def show_list(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    return acting.list_page(found, request, person, KIND)


@router.get(PATH + "/{identity_id}")
@allow(OFFICES, crosses_schools=True)
def show_matter(request: Request, identity_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    return _page(request, found, person, identity_id, DeedForm())


@router.post(PATH + "/{identity_id}")
@allow(OFFICES, crosses_schools=True)
async def decide(
    request: Request, identity_id: UUID, person: CurrentPerson, found: ServicesDep, form: Annotated[DeedForm, Form()]
) -> Response:
    await run_in_threadpool(acting.visible, found, identity_id, person, KIND)
    try:
        await acting.send(found, person, (KIND, identity_id), form)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(_page, request, found, person, identity_id, form, refused)
    return RedirectResponse(f"{PATH}/{identity_id}?xong={form.viec}", status.HTTP_303_SEE_OTHER)


def _page(
    request: Request,
    found: Services,
    person: Person,
    identity_id: UUID,
    form: DeedForm,
    refused: Refusal | None = None,
) -> Response:
    with found.sessions() as session:
        matter = acting.require(session, identity_id, person, KIND)
        shown = session.get_one(IdentityPage, identity_id)
        change = session.get(CivilChange, identity_id)
        values = acting.matter_values(session, matter, person, form, refused)
        values |= {
            "shown": shown,
            "change": change,
            "pupil": session.get_one(PupilRow, shown.pupil_id),
            "fields": {each.value: each.label for each in PupilField},
            "former": session.get(Document, shown.former_document) if shown.former_document else None,
            "paper": papers.shown(session, identity_id),
        }
    return acting.shown(found, request, "corrections/identity.html", values, refused)
