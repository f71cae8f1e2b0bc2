"""The signing dialog: prepare, confirm once, watch, and read what came of it. Each step has an address of its own."""

import asyncio
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request, status
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from api import batches
from api.deps import CurrentPerson, ServicesDep
from api.errors import STATUSES
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.signing import facts
from api.pages.signing.asking import AskForm, OpenForm
from api.pages.signing.words import PAPER_NAMES
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from domain.duties import SIGNERS
from domain.errors import DomainError, NotFound

router = APIRouter(include_in_schema=False)
_PAPERS: Final = TakenList("van-ban-luot-ky", _("Văn bản của lượt ký"), {
    _("Lớp"): 9, _("Học kì"): 16, _("Năm học"): 12, _("Phần việc"): 28, _("Văn bản"): 20, _("Của"): 28,
    _("Mã băm nội dung"): 68,
})  # fmt: skip
_PUSH_EACH = 5  # looks; in case that whoever began has died


class ConfirmForm(BaseModel):
    """The orders that were shown, and the passphrase or PIN, which goes to the key and nowhere else."""

    order_id: list[UUID] = Field(max_length=300)
    passphrase: SecretStr = SecretStr("")


@router.get("/ky/chuan-bi")
@allow(SIGNERS)
def show_choice(
    request: Request, person: CurrentPerson, found: ServicesDep, ask: Annotated[AskForm, Query()]
) -> Response:
    """What would be signed and what cannot be yet. Nothing is opened before it is sent on, which the page does."""
    return page(found, request, "signing/choice.html", **facts.choice(found, person, ask))


@router.post("/ky/chuan-bi")
@allow(SIGNERS)
async def prepare(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[OpenForm, Form()]
) -> Response:
    """Open a batch; sent twice, or while the same is open, it is the same batch."""
    action, asked = await asyncio.to_thread(facts.wishes, found, person, form)
    try:
        opened = await batches.open_and_prepare(found, person, form.command_id, action, asked)
    except NotFound:
        raise
    except DomainError as refusal:
        values = await asyncio.to_thread(facts.choice, found, person, form, refusal)
        return page(found, request, "signing/choice.html", status=_status(refusal), **values)
    return RedirectResponse(f"/ky/{opened}", status.HTTP_303_SEE_OTHER)


@router.get("/ky/{batch_id}")
@allow(SIGNERS)
async def show_batch(request: Request, batch_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Where a batch is, now or tomorrow. Whatever lies still is set going again."""
    await batches.push(found, person, batch_id)
    values = await asyncio.to_thread(facts.batch, found, person, batch_id)
    return page(found, request, "signing/batch.html", **values)


@router.get("/ky/{batch_id}/tien-do")
@allow(SIGNERS)
async def show_progress(
    request: Request, batch_id: UUID, person: CurrentPerson, found: ServicesDep, lan: int = 0
) -> Response:
    """The part of the page that moves, asked for again and again while something is under way."""
    if lan % _PUSH_EACH == _PUSH_EACH - 1:
        await batches.push(found, person, batch_id)
    values = await asyncio.to_thread(facts.batch, found, person, batch_id, look=lan + 1)
    return page(found, request, "signing/_batch.html", **values)


@router.get("/ky/{batch_id}/doi-thay")
@allow(SIGNERS)
def show_moved(request: Request, batch_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Pupils who were returned or held while the dialog stands open; beside the field in which somebody types."""
    return page(found, request, "signing/_moved.html", **facts.moved(found, person, batch_id))


@router.get("/ky/{batch_id}/van-ban")
@allow(SIGNERS)
def show_papers(request: Request, batch_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Every paper of a batch with its fingerprint, to read at leisure or to print."""
    return page(found, request, "signing/papers.html", **facts.papers(found, person, batch_id), paper_names=PAPER_NAMES)


@router.get("/ky/{batch_id}/van-ban.xlsx")
@allow(SIGNERS)
def take_papers(batch_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    rows = [
        (
            each.of.class_name, gettext(each.of.term.label), each.of.school_year, ", ".join(each.slots),
            gettext(PAPER_NAMES[paper.kind]), paper.title or gettext("Cả lớp"), paper.sha256,
        )
        for each in facts.papers(found, person, batch_id)["card"].orders
        for paper in each.papers
    ]  # fmt: skip
    return take_list(found, person, _PAPERS, rows)


@router.get("/ky/{batch_id}/xac-nhan")
@allow(SIGNERS)
def show_after_refusal(batch_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Where a browser without scripts stands after a refusal: loaded again, it shows the batch."""
    facts.require_own(found, person, batch_id)
    return RedirectResponse(f"/ky/{batch_id}", status.HTTP_303_SEE_OTHER)


@router.post("/ky/{batch_id}/xac-nhan")
@allow(SIGNERS)
async def confirm(
    request: Request,
    batch_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ConfirmForm, Form()],
) -> Response:
    """Sign what was shown. A refusal of the key is told where the passphrase was typed, and nothing is lost."""
    secret = form.passphrase if form.passphrase.get_secret_value() else None
    try:
        await batches.confirm(found, person, batch_id, form.order_id, secret)
    except DomainError as refusal:
        if type(refusal) is NotFound:  # the batch; a key that is not there is the signer's to know
            raise
        values = await asyncio.to_thread(facts.batch, found, person, batch_id, problem=refusal)
        return page(found, request, "signing/batch.html", status=_status(refusal), **values)
    return RedirectResponse(f"/ky/{batch_id}", status.HTTP_303_SEE_OTHER)


def _status(refusal: DomainError) -> int:
    return next(
        (code for kind, (code, _title) in STATUSES.items() if isinstance(refusal, kind)), status.HTTP_409_CONFLICT
    )
