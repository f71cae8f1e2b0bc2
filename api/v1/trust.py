"""Certificates and how they stand, and the proof of time of a document."""

import asyncio
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from activities.evidence import evidence_of
from activities.handover import NOT_YET, handover
from api.bodies import raw
from api.deps import CurrentPerson, ServicesDep, VisibleDocument, body_of, now
from api.guard import allow
from api.services import Services
from domain.duties import STAFF
from domain.errors import NotAllowed, NotFound
from domain.scopes import Scope
from signing.seal_image import SealImage
from storage import access, registration, watching
from storage.staffing import Person
from storage.watching import EXPIRING, Holder

router = APIRouter(tags=["trust"])
ERS = "application/octet-stream"
ASICE = "application/vnd.etsi.asic-e+zip"
SEAL_KEEPERS = frozenset({"seal_clerk", "system_admin"})
MAX_PICTURE = 2 * 1024 * 1024


class CertificateView(BaseModel):
    """A certificate of the school or of one of its people; `state` also says expiring (60 days), expired, not_yet."""

    id: UUID
    owner: str | None
    provider: str
    state: str
    state_since: datetime | None
    not_before: datetime
    not_after: datetime
    days_left: int
    checked_at: datetime | None
    status: str | None


@router.get("/certificates")
@allow(STAFF, Scope.READ)
def list_certificates(person: CurrentPerson, found: ServicesDep) -> list[CertificateView]:
    """One's own certificates; for the school's offices all of them, the first to end first."""
    moment = now()
    with found.sessions() as session:
        holders = watching.of_school(session, person.school_id)
    mine = [each for each in holders if person.roles & access.SCHOOL_WIDE or each.staff_id == person.staff_id]
    return [_view(each, moment) for each in mine]


@router.get("/documents/{document_id}/evidence", response_class=Response, responses={200: {"content": {ERS: {}}}})
@allow(STAFF, Scope.READ)
def evidence_record(head: VisibleDocument, found: ServicesDep) -> Response:
    """The evidence record (RFC 4998, DER) of a document as it is now; 404 until it has been time-stamped."""
    with found.sessions() as session:
        record = evidence_of(session, head.sha256)
    if record is None:
        raise NotFound(NOT_YET)
    headers = {"Content-Disposition": f'attachment; filename="{head.kind}-{head.id}.ers"'}
    return Response(record, media_type=ERS, headers=headers)


@router.get("/documents/{document_id}/handover", response_class=Response, responses={200: {"content": {ASICE: {}}}})
@allow(STAFF, Scope.READ)
def handover_container(head: VisibleDocument, found: ServicesDep) -> Response:
    """The document with its evidence and validation data (ASiC-E): what its holder needs to prove it without us."""
    with found.sessions() as session:
        packed = handover(session, found.objects, head.id)
    headers = {"Content-Disposition": f'attachment; filename="{head.kind}-{head.id}.asice"'}
    return Response(packed, media_type=ASICE, headers=headers)


@router.put("/school/seal-image", status_code=204, openapi_extra=raw("image/png"))
@allow(STAFF, Scope.DECIDE)
async def save_seal_image(request: Request, person: CurrentPerson, found: ServicesDep) -> None:
    """The school's own picture of its seal (PNG, red on a transparent ground), for seals from now on."""
    if not person.roles & SEAL_KEEPERS:
        raise NotAllowed("Chỉ văn thư hoặc cán bộ quản trị của trường được thay hình con dấu.")
    picture = await body_of(request, MAX_PICTURE, "Hình con dấu quá lớn (tối đa 2 MB).")
    await asyncio.to_thread(keep_picture, found, person, picture)


def keep_picture(found: Services, person: Person, picture: bytes) -> None:
    SealImage.of(picture)
    sha256 = found.objects.put(picture)
    with found.sessions.begin() as session:
        registration.keep_seal_image(session, person.school_id, sha256)


def _view(holder: Holder, moment: datetime) -> CertificateView:
    row, check = holder.certificate, holder.newest
    return CertificateView(
        id=row.id,
        owner=holder.full_name,
        provider=row.provider,
        state=watching.condition(row, moment, moment + EXPIRING),
        state_since=row.state_since,
        not_before=row.not_before,
        not_after=row.not_after,
        days_left=max((row.not_after - moment).days, 0),
        checked_at=check.checked_at if check else None,
        status=check.status if check else None,
    )
