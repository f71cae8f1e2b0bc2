"""The school's room: what waits to be submitted, one confirmation, how packets get on, and who must approve what."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from pydantic import BaseModel, Field, SecretStr
from starlette.responses import RedirectResponse, Response

from activities.submission.packing import Packed, PackOrder
from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.language import marked as _
from api.pages.submission import facts
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.errors import DomainError
from domain.submission.states import StoreKind
from storage.staffing import Person
from storage.submission import approvals, connections, outbox

STOP_POLLING: Final = 286  # to htmx
router = APIRouter(include_in_schema=False, prefix="/nop")
_TAKEN: Final = TakenList("nop-hoc-ba", _("Nộp học bạ"), {
    _("Lớp"): 9, _("Năm học"): 12, _("Chờ nộp"): 9, _("Đang gửi"): 9, _("Bị từ chối"): 9, _("Kho đã nhận"): 9,
    _("Đã chốt"): 9,
})  # fmt: skip
_REFUSED: Final = TakenList("hoc-ba-bi-tu-choi", _("Học bạ bị từ chối"), {
    _("Lớp"): 9, _("Học sinh"): 28, _("Mã học sinh"): 14, _("Phiên bản"): 9, _("Lý do"): 80, _("Lúc"): 18,
})  # fmt: skip
Store = Annotated[str, Form()]


class SubmitForm(BaseModel):
    """Which classes, and the passphrase or PIN of the school's key, which goes to the key and nowhere else."""

    command_id: UUID
    kho: str = ""
    lop: list[UUID] = Field(default=[], max_length=300)
    passphrase: SecretStr = SecretStr("")


@router.get("")
@allow(facts.READERS)
def show_room(request: Request, person: CurrentPerson, found: ServicesDep, kho: str = "", xong: str = "") -> Response:
    return page(found, request, "submission/room.html", **facts.room(found, person, kho, done=xong))


@router.get("/phan")
@allow(facts.READERS)
def show_moving_part(request: Request, person: CurrentPerson, found: ServicesDep, kho: str = "") -> Response:
    """What changes on the page while packets are on their way; once all have come, the page asks no more."""
    values = facts.room(found, person, kho)
    status_ = status.HTTP_200_OK if values["is_moving"] else STOP_POLLING
    return page(found, request, "submission/_packets.html", status=status_, **values, is_answer=True)


@router.get(".xlsx")
@allow(facts.READERS)
def take_classes(person: CurrentPerson, found: ServicesDep, kho: str = "") -> Response:
    values = facts.room(found, person, kho)
    rows = [
        (each.class_name, each.school_year, each.waiting, each.under_way, each.refused, each.accepted, each.frozen)
        for each in values["lines"]
    ]
    return take_list(found, person, _TAKEN, rows, (values["store"].name,))


@router.get("/bi-tu-choi.xlsx")
@allow(facts.READERS)
def take_refused(person: CurrentPerson, found: ServicesDep, kho: str = "") -> Response:
    values = facts.room(found, person, kho)
    rows = [
        (each.class_name, each.full_name, each.pupil_code, each.version, each.reason, each.updated_at)
        for each in values["refused"]
    ]
    return take_list(found, person, _REFUSED, rows, (values["store"].name,))


@router.post("/xac-nhan")
@allow(facts.CLERKS)
async def confirm(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[SubmitForm, Form()]
) -> Response:
    """Sign and send what waits of these classes; pressing twice does it once."""
    order = PackOrder(form.command_id, form.kho or "city", person.school_id, person.staff_id, tuple(form.lop))
    try:
        packed = await asyncio.to_thread(found.exchange.packing.pack, order, form.passphrase, now())
    except DomainError as refusal:
        return await asyncio.to_thread(_again, request, person, found, form.kho, refusal)
    await _start(found, packed)
    return _back(form.kho, "ky" if packed.packets else "chi-loi")


@router.post("/gui-lai")
@allow(facts.CLERKS)
def send_again(
    person: CurrentPerson,
    found: ServicesDep,
    kho: Store = "",
    ban_ghi: Annotated[list[str], Form()] = [],  # noqa: B006
) -> Response:
    """Refused records wait again, to go in a new packet."""
    with found.sessions.begin() as session:
        outbox.send_again(session, person.school_id, facts.uuids(ban_ghi), now())
    return _back(kho, "gui-lai")


@router.post("/thu-ket-noi")
@allow(facts.WORKERS)
def try_connection(request: Request, person: CurrentPerson, found: ServicesDep, kho: Store = "") -> Response:
    """Ask the store whether it is there; that it is, is kept for the campaigns of the school."""
    store = facts.room(found, person, kho)["store"]

    def asked() -> None:
        found.exchange.connection.ping(store.code)
        if store.kind is StoreKind.CITY:
            with found.sessions.begin() as session:
                connections.note(session, person.school_id, now())

    return _done(request, person, found, kho, asked, "ket-noi")


@router.post("/chung-thu-so/{certificate_id}")
@allow(facts.WORKERS)
def ask_approval(
    request: Request,
    certificate_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    command_id: Annotated[UUID, Form()],
) -> Response:
    """Ask the managing authority to approve a certificate of the school."""

    def asked() -> None:
        with found.sessions.begin() as session:
            approvals.ask(session, command_id, certificate_id, (person.school_id, person.staff_id), now())

    return _done(request, person, found, "", asked, "duyet")


def _done(
    request: Request, person: Person, found: Services, store: str, work: Callable[[], None], done: str
) -> Response:
    try:
        work()
    except DomainError as refusal:
        return _again(request, person, found, store, refusal)
    return _back(store, done)


def _again(request: Request, person: Person, found: Services, store: str, refusal: DomainError) -> Response:
    values = facts.room(found, person, store, problem=refusal.message)
    return page(found, request, "submission/room.html", status=problem_of(refusal).status, **values)


def _back(store: str, done: str) -> Response:
    chosen = f"kho={store}&" if store.isalnum() else ""
    return RedirectResponse(f"/nop?{chosen}xong={done}", status.HTTP_303_SEE_OTHER)


async def _start(found: Services, packed: Packed) -> None:
    """Packets whose sending could not be begun now are found by the sweep."""
    with suppress(Unavailable):
        for packet_id, urgency in packed.packets.items():
            await found.approvals.start_sending(str(packet_id), urgency)
