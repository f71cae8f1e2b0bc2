"""The files that an extract is copied from: taken in, looked at beside the copy, and taken out again."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request, status
from fastapi.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow, require_ours
from api.pages.corrections import acting
from api.pages.corrections.acting import DeedForm
from api.pages.extracts.showing import CLERKS, KIND, PATH, READERS, shown
from api.pages.transfers.showing import FILES
from api.services import Services
from api.uploads import own_upload
from domain.errors import DomainError, Invalid, NotFound
from domain.transfers.extracts import ExtractSource
from storage.extracts import drafts
from storage.extracts.drafts import KeptFile
from storage.staffing import Person
from storage.tables import Extract

router = APIRouter(include_in_schema=False, prefix=PATH + "/{extract_id}/tep")
MOST: Final = 20 * 1024 * 1024
_TOO_LARGE: Final = "Tệp quá lớn; mỗi tệp nhiều nhất 20 MB."
_KINDS: Final = FILES[1:]
_ENDINGS: Final = {media: ending for _, media, ending in _KINDS}


@router.post("")
@allow(CLERKS, takes_upload=True)
async def add(request: Request, extract_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Keep a scan or a file; the same one again changes nothing."""
    require_ours(request)
    await run_in_threadpool(acting.visible, found, extract_id, person, KIND)
    try:
        upload = await own_upload(request, MOST, _TOO_LARGE)
        await run_in_threadpool(_add, found, person, extract_id, upload.data, upload.fields)
    except DomainError as refused:
        return await run_in_threadpool(shown, request, found, person, extract_id, DeedForm(), refused)
    return RedirectResponse(f"{PATH}/{extract_id}?xong=saved#tep", status.HTTP_303_SEE_OTHER)


@router.get("/{sha256}")
@allow(READERS)
def show_file(extract_id: UUID, sha256: str, person: CurrentPerson, found: ServicesDep) -> Response:
    """The bytes as they were taken in."""
    with found.sessions() as session:
        acting.require(session, extract_id, person, KIND)
        files = drafts.files(session.get_one(Extract, extract_id))
    kept = next((each for each in files if each.sha256 == sha256), None)
    if kept is None:
        raise NotFound("Không có tệp này.")
    headers = {"Content-Disposition": f'inline; filename="ban-goc-{sha256[:12]}.{_ENDINGS[kept.media]}"'}
    return Response(found.objects.get(sha256), media_type=kept.media, headers=headers)


@router.post("/{sha256}/bo")
@allow(CLERKS)
async def remove(
    request: Request, extract_id: UUID, sha256: str, person: CurrentPerson, found: ServicesDep
) -> Response:
    await run_in_threadpool(acting.visible, found, extract_id, person, KIND)
    try:
        await run_in_threadpool(_remove, found, person, extract_id, sha256)
    except DomainError as refused:
        return await run_in_threadpool(shown, request, found, person, extract_id, DeedForm(), refused)
    return RedirectResponse(f"{PATH}/{extract_id}#tep", status.HTTP_303_SEE_OTHER)


def _add(found: Services, person: Person, extract_id: UUID, data: bytes, fields: dict[str, str]) -> None:
    if not data:
        raise Invalid("Hãy chọn tệp bản chụp hoặc PDF.")
    media = next((media for start, media, _ in _KINDS if data.startswith(start)), None)
    if media is None:
        raise Invalid("Chỉ nhận tệp PDF, JPEG hoặc PNG.")
    if fields.get("loai") not in set(ExtractSource):
        raise Invalid("Hãy chọn loại bản gốc.")
    issuer = " ".join(fields.get("noi_cap", "").split())
    file = KeptFile(ExtractSource(fields["loai"]), issuer[:250], found.objects.put(data), media, person.staff_id)
    with found.sessions.begin() as session:
        drafts.add_file(session, extract_id, file, now())


def _remove(found: Services, person: Person, extract_id: UUID, sha256: str) -> None:
    with found.sessions.begin() as session:
        drafts.remove_file(session, extract_id, sha256, person.staff_id, now())
