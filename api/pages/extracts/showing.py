"""One extract: what was copied, from what, what is missing, whose turn it is; opening one, and deciding about it."""

from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Refusal, Unavailable
from api.guard import allow
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.pages.language import marked as _
from api.services import Services
from domain.duties import OFFICES, Duty
from domain.errors import DomainError
from domain.matters import MatterKind
from domain.matters.corrections import CorrectionCommand, Deed, ExtractState
from domain.transfers.extracts import ExtractSource
from storage.extracts import drafts, steps
from storage.matters import papers
from storage.staffing import Person
from storage.tables import Document, Extract, Matter, PupilRow, Transfer

router = APIRouter(include_in_schema=False)
PATH: Final = "/trich-luc"
KIND: Final = MatterKind.EXTRACT
READERS: Final = OFFICES | {Duty.HOMEROOM}
CLERKS: Final = frozenset({Duty.CLERK})
_DONE: Final = {Deed.SUBMIT: "submit", Deed.CONFIRM: "checked", Deed.REFUSE: "returned", Deed.WITHDRAW: "withdraw"}
DEEDS: Final = {
    Deed.ASK: _("Bắt đầu trích lục"),
    Deed.SUBMIT: _("Gửi đối chiếu"),
    Deed.CONFIRM: _("Đã đối chiếu, đúng với bản gốc"),
    Deed.REFUSE: _("Trả lại để sửa"),
    Deed.WITHDRAW: _("Bỏ trích lục"),
    Deed.SETTLED: _("Xong"),
    Deed.LEFT: Deed.LEFT.label,
    Deed.NOT_COME: Deed.NOT_COME.label,
}


class OpenForm(BaseModel):
    command_id: UUID = Field(default_factory=uuid4)
    transfer_id: UUID


@router.post(PATH)
@allow(CLERKS)
async def begin(person: CurrentPerson, found: ServicesDep, form: Annotated[OpenForm, Form()]) -> Response:
    """Open an extract for a pupil who came from outside; pressed twice, it is one."""
    extract_id = str(form.command_id)
    command = CorrectionCommand(
        KIND.value, extract_id, Deed.ASK, str(person.staff_id), extract_id, transfer_id=str(form.transfer_id)
    )
    await found.approvals.decide_correction(command)
    return RedirectResponse(f"{PATH}/{extract_id}", status.HTTP_303_SEE_OTHER)


@router.get(PATH + "/{extract_id}")
@allow(READERS)
def show_extract(request: Request, extract_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    return shown(request, found, person, extract_id, DeedForm())


@router.post(PATH + "/{extract_id}")
@allow(READERS)
async def decide(
    request: Request, extract_id: UUID, person: CurrentPerson, found: ServicesDep, form: Annotated[DeedForm, Form()]
) -> Response:
    await run_in_threadpool(acting.visible, found, extract_id, person, KIND)
    try:
        await acting.send(found, person, (KIND, extract_id), form)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(shown, request, found, person, extract_id, form, refused)
    return RedirectResponse(f"{PATH}/{extract_id}?xong={_DONE.get(form.deed(), '')}", status.HTTP_303_SEE_OTHER)


def shown(
    request: Request, found: Services, person: Person, extract_id: UUID, form: DeedForm, refused: Refusal | None = None
) -> Response:
    with found.sessions() as session:
        matter = acting.require(session, extract_id, person, KIND)
        values = acting.matter_values(session, matter, person, form, refused) | _values(session, extract_id, person)
    return acting.shown(found, request, "extracts/show.html", values, refused)


def _values(session: Session, extract_id: UUID, person: Person) -> dict[str, Any]:
    row = session.get_one(Extract, extract_id)
    transfer = session.get_one(Transfer, row.transfer_id)
    is_draft = row.state == ExtractState.DRAFT
    return {
        "row": row,
        "transfer": transfer,
        "pupil": session.get_one(PupilRow, transfer.pupil_id),
        "years": drafts.years(row),
        "files": drafts.files(row),
        "missing": steps.problems(session, row) if is_draft else (),
        "may_check": steps.may_check(session, session.get_one(Matter, extract_id), person.staff_id, now()),
        "may_enter": is_draft and Duty.CLERK in person.duties,
        "may_withdraw": row.state in {ExtractState.DRAFT, ExtractState.CHECKING} and Duty.CLERK in person.duties,
        "sources": list(ExtractSource),
        "deeds": {each.value: label for each, label in DEEDS.items()},
        "former": session.get(Document, row.former_document) if row.former_document else None,
        "paper": papers.shown(session, extract_id),
        "new_year": uuid4(),
    }
