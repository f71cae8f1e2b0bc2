"""Temporal's own pages show histories in the clear through this, to a head of the city's office who is signed in.

The protocol of Temporal's remote codecs, decoding only: payloads in, payloads out. Histories hold ids, codes, counts
and hashes of all schools, so no school's administrator is let in; that somebody looked is kept with the account.
"""

from datetime import timedelta
from typing import Final

from fastapi import APIRouter, Depends, Request, Response, status
from pydantic import Base64Bytes, BaseModel, Field
from temporalio.api.common.v1 import Payload

from api.deps import CurrentVisitor, ServicesDep, now
from api.guard import allow, everybody
from api.pages.entrance.door import deed_of
from api.services import Services
from config.history_keys import HistoryKeyMissing
from config.payloads import PayloadDamaged
from domain.account_states import AccountEventKind
from domain.duties import Duty
from domain.errors import Invalid, NotAllowed
from storage import access, account_events
from storage.visitors import Visitor

router = APIRouter(prefix="/codec", tags=["codec"])
NOTED_EVERY: Final = timedelta(hours=1)
_MOST: Final = 2000  # payloads at once; a page of a history has some hundred
_SENT: Final = "content-type, x-namespace, authorization, x-csrf-token"
_FORGED: Final = "Chỉ trang quản trị Temporal của hệ thống được hỏi ở đây."
_NOT_CITY: Final = "Chỉ lãnh đạo cơ quan quản lý cấp thành phố xem được lịch sử kĩ thuật."
_UNREADABLE: Final = "Có dữ liệu mã hoá bằng khoá mà hệ thống không có, hoặc đã bị thay đổi."


class PayloadBody(BaseModel):
    """A message of Temporal's API in JSON: bytes in base64 (protobuf's JSON mapping)."""

    metadata: dict[str, Base64Bytes] = {}
    data: Base64Bytes = b""


class PayloadsBody(BaseModel):
    payloads: list[PayloadBody] = Field(max_length=_MOST)


def from_our_engine_pages(request: Request, response: Response, found: ServicesDep) -> None:
    """A browser does not let a page lie about its origin, so this stands for the token that our own forms carry.

    Raises NotAllowed.
    """
    if request.headers.get("Origin", "") != found.temporal_ui_origin:
        raise NotAllowed(_FORGED)
    response.headers.update(_shared_with(found))


FromEnginePages = Depends(from_our_engine_pages)


@router.options("/decode", status_code=status.HTTP_204_NO_CONTENT, dependencies=[FromEnginePages])
@everybody
async def may_decode(response: Response) -> None:
    """What a browser asks before it sends anything to another origin (Fetch, CORS-preflight)."""
    response.headers["Access-Control-Allow-Methods"] = "POST"
    response.headers["Access-Control-Allow-Headers"] = _SENT


@router.post("/decode", dependencies=[FromEnginePages])
@allow({Duty.OFFICE_HEAD}, checks_origin=True)
def decode(
    body: PayloadsBody,
    request: Request,
    visitor: CurrentVisitor,
    found: ServicesDep,
) -> PayloadsBody:
    """Raises NotAllowed and Invalid."""
    _note(found, request, visitor)
    given = [Payload(metadata=each.metadata, data=each.data) for each in body.payloads]
    try:
        plain = found.codec.decode_now(given)
    except (HistoryKeyMissing, PayloadDamaged) as error:
        raise Invalid(_UNREADABLE) from error
    return PayloadsBody.model_construct(payloads=[_body(each) for each in plain])


def _body(payload: Payload) -> PayloadBody:
    return PayloadBody.model_construct(metadata=dict(payload.metadata), data=payload.data)


def _note(found: Services, request: Request, visitor: Visitor) -> None:
    with found.sessions.begin() as session:
        if not access.leads_the_city(session, visitor.person):
            raise NotAllowed(_NOT_CITY)
        if visitor.account_id is not None:
            deed, since = deed_of(request, found, visitor), now() - NOTED_EVERY
            account_events.record_once(session, visitor.account_id, AccountEventKind.HISTORY_READ, deed, since)


def _shared_with(found: Services) -> dict[str, str]:
    return {
        "Access-Control-Allow-Origin": found.temporal_ui_origin,
        "Access-Control-Allow-Credentials": "true",
        "Vary": "Origin",
    }
