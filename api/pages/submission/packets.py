"""One packet of the school: what is in it, its file for a place without connection, and the store's receipt."""

from typing import Final
from uuid import UUID

from fastapi import APIRouter, Request
from starlette.responses import Response

from api.deps import CurrentPerson, ServicesDep
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.submission import facts
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from domain.submission.states import PacketState
from interchange.receipts import write_receipt
from storage.submission import packets, showing

router = APIRouter(include_in_schema=False, prefix="/nop/goi")
_TAKEN: Final = TakenList("goi-tin", _("Học bạ trong gói tin"), {
    _("Lớp"): 9, _("Học sinh"): 28, _("Mã học sinh"): 14, _("Phiên bản"): 9, _("Tình trạng"): 16, _("Lý do"): 80,
})  # fmt: skip


@router.get("/{packet_id}")
@allow(facts.READERS)
def show_packet(request: Request, packet_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        packet = packets.of_school(session, packet_id, person.school_id)
        lines = showing.of_packet(session, packet_id)
    state = PacketState(packet.state)
    may_work = bool(person.duties & facts.WORKERS)
    return page(found, request, "submission/packet.html", packet=packet, state=state, lines=lines, may_work=may_work)


@router.get("/{packet_id}/hoc-ba.xlsx")
@allow(facts.READERS)
def take_packet(packet_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    with found.sessions() as session:
        packet = packets.of_school(session, packet_id, person.school_id)
        lines = showing.of_packet(session, packet_id)
    rows = [
        (each.class_name, each.full_name, each.pupil_code, each.version, gettext(each.state.label), each.reason)
        for each in lines
    ]
    return take_list(found, person, _TAKEN, rows, (packet.name,))


@router.post("/{packet_id}/xuat")
@allow(facts.WORKERS)
def export_packet(packet_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The signed file itself, to be carried to the authority where there is no connection."""
    with found.sessions.begin() as session:
        packet = packets.export(session, packet_id, person.school_id)
        name, sha256 = packet.name, packet.sha256
    return _file(found.objects.get(sha256), "application/xml", f"{name}.xml")


@router.get("/{packet_id}/bien-nhan.json")
@allow(facts.READERS)
def take_receipt(packet_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """What the store answered, for the school's files. Raises NotFound where the store is another installation's."""
    with found.sessions() as session:
        packet = packets.of_school(session, packet_id, person.school_id)
    return _file(write_receipt(found.exchange.receiving.receipt(packet.sha256)), "application/json", "bien-nhan.json")


def _file(data: bytes, media_type: str, name: str) -> Response:
    return Response(data, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
