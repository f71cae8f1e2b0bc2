"""The authority's list of packets that the store took in, and the way in for packets that come as files."""

import asyncio
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Request, status
from starlette.responses import Response

from activities.submission.receiving import Bearer
from api.deps import CurrentPerson, ServicesDep, now, today
from api.errors import problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from api.uploads import own_upload
from domain.duties import AUTHORITY
from domain.errors import DomainError, Invalid, NotFound
from domain.submission.answers import Receipt
from interchange.receipts import write_receipt
from signing.xades_verifier import MAX_BYTES, TOO_LARGE
from storage.campaigns import authorities
from storage.staffing import NO_SCHOOL, Person
from storage.submission import kept

router = APIRouter(include_in_schema=False, prefix="/co-quan/goi-tin")
PER_PAGE: Final = 50
_MOST: Final = 10_000  # of a list to take along
_NO_FILE: Final = "Chưa chọn tệp nào. Hãy chọn tệp gói tin (.xml) mà trường đã xuất."
_TAKEN: Final = TakenList("goi-tin-da-nhan", _("Gói tin đã nhận"), {
    _("Nhận lúc"): 18, _("Mã trường"): 12, _("Trường"): 40, _("Học bạ"): 9, _("Đã nhận"): 9, _("Từ chối"): 9,
    _("Cách nhận"): 16, _("Người nhập tệp"): 28, _("Mã băm của tệp"): 68,
})  # fmt: skip
WAYS: Final = {"network": _("Qua mạng"), "file": _("Nhập tệp")}


@router.get("")
@allow(AUTHORITY)
def show_packets(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    trang: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    return page(found, request, "submission/received.html", **_values(found, person, trang))


@router.get(".xlsx")
@allow(AUTHORITY)
def take_packets(person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        lines = kept.packets(session, person.authority_id or NO_SCHOOL, now(), _MOST)
    rows = [
        (
            each.packet.received_at, each.school.code, each.school.name, each.packet.records, each.packet.accepted,
            each.packet.refused, gettext(WAYS[each.packet.way]), each.by, each.packet.sha256,
        )
        for each in lines
    ]  # fmt: skip
    return take_list(found, person, _TAKEN, rows)


@router.post("")
@allow(AUTHORITY, takes_upload=True)
async def bring_in(request: Request, person: CurrentPerson, found: ServicesDep) -> Response:
    """Take in a packet that a school carried here; its answer goes back to the school at once."""
    upload = await own_upload(request, MAX_BYTES, TOO_LARGE)
    bearer = Bearer(person.staff_id, person.authority_id or NO_SCHOOL)
    try:
        if not upload.data:
            raise Invalid(_NO_FILE)
        receipt = await asyncio.to_thread(found.exchange.receiving.take_in, upload.data, now(), bearer)
    except DomainError as refusal:
        values = await asyncio.to_thread(_values, found, person, 1, problem=refusal.message)
        return page(found, request, "submission/received.html", status=problem_of(refusal).status, **values)
    values = await asyncio.to_thread(_values, found, person, 1, receipt=receipt)
    return page(found, request, "submission/received.html", status=status.HTTP_200_OK, **values)


@router.get("/{sha256}/bien-nhan.json")
@allow(AUTHORITY)
def take_receipt(sha256: Annotated[str, Path(max_length=64)], person: CurrentPerson, found: ServicesDep) -> Response:
    """The answer to a packet of a school that the authority manages, as a file."""
    receipt = found.exchange.receiving.receipt(sha256)
    with found.sessions() as session:
        school = kept.school_with(session, receipt.school_code)
        is_own = school is not None and authorities.manages(
            session, person.authority_id or NO_SCHOOL, school.id, today()
        )
    if not is_own:
        raise NotFound("Kho chưa nhận gói tin này.")
    headers = {"Content-Disposition": f'attachment; filename="bien-nhan-{sha256[:12]}.json"'}
    return Response(write_receipt(receipt), media_type="application/json", headers=headers)


def _values(
    found: Services, person: Person, number: int, *, receipt: Receipt | None = None, problem: str = ""
) -> dict[str, Any]:
    authority_id = person.authority_id or NO_SCHOOL
    with found.sessions() as session:
        total = kept.count_packets(session, authority_id, now())
        lines = kept.packets(session, authority_id, now(), PER_PAGE, (number - 1) * PER_PAGE)
    pages = max(-(-total // PER_PAGE), 1)
    return {
        "lines": lines, "total": total, "number": number, "pages": pages, "ways": WAYS, "receipt": receipt,
        "problem": problem,
    }  # fmt: skip
