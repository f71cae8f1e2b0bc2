"""The paper of a matter, for whoever may see the matter: to look at, to keep, and with its evidence to hand over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.responses import Response

from activities.handover import handover
from activities.showing import Shown
from api.deps import CurrentPerson, ServicesDep, now
from api.guard import allow
from api.headers import WITHIN_OUR_PAGE
from api.services import Services
from domain.duties import EVERYBODY
from domain.errors import NotFound
from storage import access
from storage.access import DocumentHead
from storage.matters import seeing
from storage.tables import Matter

router = APIRouter(include_in_schema=False, prefix="/viec/{matter_id}")
UNKNOWN = "Không tìm thấy việc này."
PDF, ASICE, WEBP = "application/pdf", "application/vnd.etsi.asic-e+zip", "image/webp"


def visible_matter(matter_id: UUID, person: CurrentPerson, found: ServicesDep) -> Matter:
    """A matter that the person may see; others do not exist."""
    with found.sessions() as session:
        matter = session.get(Matter, matter_id)
        if matter is None or not seeing.may_see(session, matter, person, now()):
            raise NotFound(UNKNOWN)
        return matter


VisibleMatter = Annotated[Matter, Depends(visible_matter)]


def signed_paper(matter: VisibleMatter, person: CurrentPerson, found: ServicesDep) -> DocumentHead:
    with found.sessions() as session:
        head = access.matter_document(session, matter.id, person, now())
    if head is None:
        raise NotFound("Văn bản của việc này chưa có ai ký.")
    return head


SignedPaper = Annotated[DocumentHead, Depends(signed_paper)]


@router.get("/xem.pdf")
@allow(EVERYBODY, crosses_schools=True)
def show_pdf(matter: VisibleMatter, found: ServicesDep) -> Response:
    """The paper as far as it is signed, or a draft that says on each page what it is."""
    return shown_pdf(_shown(found, matter), f"van-ban-{matter.id}.pdf")


@router.get("/trang/{position}")
@allow(EVERYBODY, crosses_schools=True)
def show_page(matter: VisibleMatter, found: ServicesDep, position: int) -> Response:
    """One page as a picture, for every device."""
    return shown_page(_shown(found, matter), position)


@router.get("/van-ban.pdf")
@allow(EVERYBODY, crosses_schools=True)
def take_pdf(head: SignedPaper, found: ServicesDep) -> Response:
    """The newest bytes, exactly as signed."""
    headers = {"Content-Disposition": f'attachment; filename="{head.kind}-{head.id}.pdf"'}
    return Response(found.objects.get(head.sha256), media_type=PDF, headers=headers)


@router.get("/van-ban.asice")
@allow(EVERYBODY, crosses_schools=True)
def take_container(head: SignedPaper, found: ServicesDep) -> Response:
    """The paper with its evidence and validation data (ASiC-E); 404 until its time is proven."""
    with found.sessions() as session:
        packed = handover(session, found.objects, head.id)
    headers = {"Content-Disposition": f'attachment; filename="{head.kind}-{head.id}.asice"'}
    return Response(packed, media_type=ASICE, headers=headers)


def _shown(found: Services, matter: Matter) -> Shown:
    with found.sessions() as session:
        return found.showing.matter(session, matter.id, now())


def shown_pdf(shown: Shown, name: str) -> Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', **WITHIN_OUR_PAGE}
    return Response(shown.pdf, media_type=PDF, headers=headers)


def shown_page(shown: Shown, position: int) -> Response:
    picture = shown.picture(position)
    if picture is None:
        raise NotFound("Không có trang này.")
    return Response(picture, media_type=WEBP)
