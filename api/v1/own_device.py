"""For keys on their owner's own device: digests out and raw signatures in, or whole documents out and in."""

import asyncio
from base64 import b64encode
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.bodies import raw
from api.deps import CurrentPerson, OwnOrder, OwnOrderDep, ServicesDep, body_of, now
from api.guard import allow
from api.services import Services
from api.v1.confirmed import carry_on, obstacle_to, ready_decisions
from api.v1.order_forms import ConfirmedView, DigestsView, RawSignaturesForm, ToSignView
from api.v1.views import confirmed_view
from domain.duties import STAFF
from domain.errors import DomainError
from domain.scopes import Scope
from signing.archival import MAX_BYTES
from storage.staffing import Person

router = APIRouter(tags=["signing"])
Position = Annotated[int, Path(ge=0, le=10_000)]
PDF = "application/pdf"


@router.get("/orders/{order_id}/digests")
@allow(STAFF, Scope.SIGN)
def digests(own: OwnOrderDep, found: ServicesDep) -> DigestsView:
    """What one's own token is to sign: the signed attributes of each paper, and their digest."""
    handed = found.own_device.digests(own.order)
    of, request = handed.request.digests(), handed.request
    return DigestsView(
        order_id=own.order.id,
        summary=request.summary,
        certificate_sha256=handed.certificate_sha256,
        mechanism=request.mechanism,
        items=[
            ToSignView(position=handed.positions[at], to_be_signed=b64encode(data), digest=of[at].hex())
            for at, data in request.to_be_signed.items()
        ],
    )


@router.post("/orders/{order_id}/signatures")
@allow(STAFF, Scope.SIGN)
async def signatures(
    form: RawSignaturesForm, own: OwnOrderDep, person: CurrentPerson, found: ServicesDep
) -> ConfirmedView:
    """Take one's own token's raw signatures (ECDSA in DER) and let the class-term go on, as a confirmation does.

    A value that does not fit leaves out its paper only. Sent again, it is answered again and signs nothing anew.
    """
    obstacle = await asyncio.to_thread(_obstacle, found, own, person)
    if obstacle is not None:
        raise obstacle
    raw = {each.position: each.value for each in form.signatures}
    refused = await asyncio.to_thread(found.own_device.give, own.order, raw, now())
    [decision] = await asyncio.to_thread(ready_decisions, found, [own.order.id])
    answer = await carry_on(found, own, decision, refused)
    if isinstance(answer, Exception):
        raise answer
    return confirmed_view(own.order.id, answer)


@router.get("/orders/{order_id}/papers/{position}", response_class=Response, responses={200: {"content": {PDF: {}}}})
@allow(STAFF, Scope.SIGN)
def paper(position: Position, own: OwnOrderDep, found: ServicesDep) -> Response:
    """A document for one's own program to sign."""
    name = f"hocba-{own.order.id}-{position}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(found.own_device.paper(own.order, position), media_type=PDF, headers=headers)


@router.put("/orders/{order_id}/papers/{position}", status_code=204, openapi_extra=raw(PDF))
@allow(STAFF, Scope.SIGN)
async def signed_paper(position: Position, request: Request, own: OwnOrderDep, found: ServicesDep) -> None:
    """Bring a document back signed (the request's body is the PDF); the confirmation then needs no passphrase.

    Taken only if nothing but one's own signature was added to what was handed out.
    """
    uploaded = await body_of(request, MAX_BYTES, "Tệp quá lớn, không phải văn bản đã tải về để ký.")
    await asyncio.to_thread(found.own_device.bring, own.order, position, uploaded)


def _obstacle(found: Services, own: OwnOrder, person: Person) -> DomainError | None:
    with found.sessions() as session:
        return obstacle_to(session, own, person, now())
