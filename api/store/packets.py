"""Packets come in here, signed by their school; whoever has one can ask for its receipt again."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Path, Request, status
from fastapi.responses import JSONResponse
from starlette.responses import Response

from activities.submission.receiving import BUSY_FOR, StoreBusy
from api.bodies import raw
from api.deps import ServicesDep, body_of, now
from api.errors import PROBLEM_JSON, Problem, problem
from api.guard import everybody
from interchange.receipts import PongBody, ReceiptBody, pong_body, receipt_body
from signing.xades_verifier import MAX_BYTES, TOO_LARGE

router = APIRouter(tags=["store"])
Sha256 = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]


@router.get("/ping")
@everybody
async def ping(found: ServicesDep) -> PongBody:
    """For tests of a connection; says nothing about whether a packet would be accepted."""
    return pong_body(found.exchange.own_name, now())


@router.post(
    "/packets",
    response_model=ReceiptBody,
    openapi_extra=raw("application/xml"),
    responses={status.HTTP_429_TOO_MANY_REQUESTS: {"model": Problem, "description": "Send it again after Retry-After"}},
)
@everybody
async def take_packet(request: Request, found: ServicesDep) -> Response:
    """A signed packet (XAdES). The signature says whose it is; the same packet again gets the same answer."""
    data = await body_of(request, MAX_BYTES, TOO_LARGE)
    try:
        receipt = await asyncio.to_thread(found.exchange.receiving.take_in, data, now())
    except StoreBusy as busy:
        return _busy(busy)
    return JSONResponse(receipt_body(receipt).model_dump(mode="json"))


@router.get("/packets/{sha256}")
@everybody
def show_receipt(sha256: Sha256, found: ServicesDep) -> ReceiptBody:
    """The answer to a packet, by the hash of its file: only who has the packet knows it."""
    return receipt_body(found.exchange.receiving.receipt(sha256))


def _busy(refusal: StoreBusy) -> Response:
    body = problem(refusal.code, "Hệ thống bận", status.HTTP_429_TOO_MANY_REQUESTS, refusal.message)
    headers = {"Retry-After": str(BUSY_FOR)}
    return JSONResponse(body.model_dump(), body.status, headers, media_type=PROBLEM_JSON)
