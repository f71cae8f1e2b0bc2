"""Signing the paper of a matter: read it, confirm once, see what came of it. Each step has an address of its own."""

import asyncio
from contextlib import suppress
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from api import matter_orders
from api.deps import CurrentPerson, ServicesDep
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.matters import facts
from api.pages.matters.paper import shown_page, shown_pdf
from api.pages.templating import page
from api.services import Services
from domain.duties import STAFF
from domain.errors import DomainError, NotFound
from storage.matters import paper_orders
from storage.matters.paper_orders import WantedPaper
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/viec/{matter_id}/ky")
_PUSH_EACH = 5  # looks; in case that whoever began has died


class PrepareForm(BaseModel):
    """`command_id` becomes the order's own id, so that pressing twice opens one."""

    command_id: UUID
    phan: str = Field(max_length=60)


class ConfirmForm(BaseModel):
    """The passphrase or PIN goes to the key and nowhere else."""

    passphrase: SecretStr = SecretStr("")


@router.get("")
@allow(STAFF, crosses_schools=True)
def show_paper(
    request: Request, matter_id: UUID, person: CurrentPerson, found: ServicesDep, phan: str = ""
) -> Response:
    """What somebody is waited for to sign; who has prepared it already goes on there."""
    known = matter_orders.under_way(found, person, matter_id, phan)
    if known is not None:
        return _to(matter_id, known)
    return page(found, request, "matters/sign.html", **facts.choice(found, person, matter_id, phan))


@router.post("")
@allow(STAFF, crosses_schools=True)
async def prepare(
    request: Request, matter_id: UUID, person: CurrentPerson, found: ServicesDep, form: Annotated[PrepareForm, Form()]
) -> Response:
    """Open an order and have its paper prepared; sent twice, it is the same order."""
    try:
        await matter_orders.prepare(found, person, WantedPaper(form.command_id, matter_id, form.phan))
    except NotFound:
        raise
    except DomainError as refusal:
        values = await asyncio.to_thread(facts.choice, found, person, matter_id, form.phan, refusal)
        return page(found, request, "matters/sign.html", status=problem_of(refusal).status, **values)
    return _to(matter_id, form.command_id)


@router.get("/{order_id}")
@allow(STAFF, crosses_schools=True)
async def show_order(
    request: Request, matter_id: UUID, order_id: UUID, person: CurrentPerson, found: ServicesDep
) -> Response:
    """Where an order is, now or tomorrow. What lies still is set going again."""
    with suppress(Unavailable):  # the page asks again
        await matter_orders.push(found, person, matter_id, order_id)
    values = await asyncio.to_thread(facts.order, found, person, (matter_id, order_id))
    return page(found, request, "matters/order.html", **values)


@router.get("/{order_id}/tien-do")
@allow(STAFF, crosses_schools=True)
async def show_progress(
    request: Request, matter_id: UUID, order_id: UUID, person: CurrentPerson, found: ServicesDep, lan: int = 0
) -> Response:
    """The part of the page that moves."""
    if lan % _PUSH_EACH == _PUSH_EACH - 1:
        with suppress(Unavailable):
            await matter_orders.push(found, person, matter_id, order_id)
    values = await asyncio.to_thread(facts.order, found, person, (matter_id, order_id), turn=lan + 1)
    return page(found, request, "matters/_order.html", **values)


@router.get("/{order_id}/xem.pdf")
@allow(STAFF, crosses_schools=True)
def show_pdf(matter_id: UUID, order_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The paper just as it will be signed."""
    with found.sessions() as session:
        order = paper_orders.own_order(session, order_id, matter_id, person)
        return shown_pdf(found.showing.prepared(session, order), f"cho-ky-{order_id}.pdf")


@router.get("/{order_id}/trang/{position}")
@allow(STAFF, crosses_schools=True)
def show_page(matter_id: UUID, order_id: UUID, person: CurrentPerson, found: ServicesDep, position: int) -> Response:
    with found.sessions() as session:
        order = paper_orders.own_order(session, order_id, matter_id, person)
        return shown_page(found.showing.prepared(session, order), position)


@router.post("/{order_id}")
@allow(STAFF, crosses_schools=True)
async def confirm(  # fixtures of the request
    request: Request,
    matter_id: UUID,
    order_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ConfirmForm, Form()],
) -> Response:
    """Sign what was shown. A refusal of the key is told where the passphrase was typed, and nothing is lost."""
    secret = form.passphrase if form.passphrase.get_secret_value() else None
    try:
        await matter_orders.confirm(found, person, (matter_id, order_id), secret)
    except DomainError as refusal:
        if type(refusal) is NotFound:  # the order; a key that is not there is the signer's to know
            raise
        values = await asyncio.to_thread(_again, found, person, (matter_id, order_id), refusal)
        return page(found, request, "matters/order.html", status=problem_of(refusal).status, **values)
    return _to(matter_id, order_id)


def _again(found: Services, person: Person, which: tuple[UUID, UUID], refusal: DomainError) -> facts.Values:
    return facts.order(found, person, which, problem=refusal)


def _to(matter_id: UUID, order_id: UUID) -> Response:
    return RedirectResponse(f"/viec/{matter_id}/ky/{order_id}", status.HTTP_303_SEE_OTHER)
