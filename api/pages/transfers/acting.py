"""What people decide about a transfer: one form each, pressed twice it is done once."""

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import Unavailable
from api.guard import allow
from api.pages.transfers import showing
from api.services import Services
from api.uploads import own_upload
from domain.duties import Duty
from domain.errors import Conflict, DomainError, Invalid, NotFound
from domain.reasons import NO_REASON, is_reason
from domain.transfers.messages import TransferDeed
from domain.transfers.phases import NEEDS_REASON, Deed, Phase
from interchange.transfer.archive import MAX_BYTES
from storage.corrections import identities
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/chuyen-truong")
ACTORS: Final = frozenset({Duty.PRINCIPAL, Duty.CLERK, Duty.HOMEROOM})
_ID: Final = 64  # signs of a command id
_TOO_LARGE: Final = "Tệp hồ sơ quá lớn (tối đa 24 MB)."
ACTS: Final = {
    "tiep-nhan": Deed.ACCEPT,
    "tu-choi": Deed.REFUSE,
    "tra-ho-so": Deed.RELEASE,
    "khong-dong-y": Deed.OBJECT,
    "xac-nhan": Deed.CONFIRM,
    "chap-nhan": Deed.OVERRULE,
    "tra-lai": Deed.SEND_BACK,
    "huy": Deed.CANCEL,
    "thu-lai": Deed.RETRY,
}


class ActForm(BaseModel):
    command_id: UUID
    reason: str = Field(default="", max_length=1000)
    lop: str = ""
    can_cu: str = ""
    so_dang_bo: str = Field(default="", max_length=60)


@router.post("/{transfer_id}/trang-thong-tin")
@allow({Duty.CLERK, Duty.ADMIN}, crosses_schools=True)
async def identify(transfer_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """The identity page of who has come, to be signed; one that is on its way is shown."""
    pupil_id = await run_in_threadpool(_arrived, found, transfer_id, person)
    command = identities.ask_identity_page(pupil_id, person.school_id, identities.TRANSFERRED, person.staff_id, now())
    await found.approvals.decide_correction(command)
    return RedirectResponse(f"/trang-thong-tin/{command.matter_id}?xong=ask", status.HTTP_303_SEE_OTHER)


@router.post("/{transfer_id}/{act}")
@allow(ACTORS, crosses_schools=True)
async def act(
    request: Request,
    transfer_id: UUID,
    act: str,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ActForm, Form()],
) -> Response:
    """Raises NotFound for another school's transfer, and for an act that there is not."""
    await run_in_threadpool(_see, found, transfer_id, person)
    if act not in ACTS:
        raise NotFound(showing.UNKNOWN)
    try:
        await found.transfers.act(person, _deed(transfer_id, ACTS[act], person, form), form.reason, form.so_dang_bo)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(showing.show, found, request, person, transfer_id, refused, form.reason)
    return RedirectResponse(f"/chuyen-truong/{transfer_id}", status.HTTP_303_SEE_OTHER)


@router.post("/{transfer_id}/ho-so/nop")
@allow({Duty.CLERK}, takes_upload=True, crosses_schools=True)
async def bring(request: Request, transfer_id: UUID, person: CurrentPerson, found: ServicesDep) -> Response:
    """Papers from outside of the system: a package is verified, anything else is kept for people to judge."""
    await run_in_threadpool(_see, found, transfer_id, person)
    try:
        upload = await own_upload(request, MAX_BYTES, _TOO_LARGE)
        if not upload.data:
            raise Invalid("Hãy chọn tệp hồ sơ.")
        sha256 = await run_in_threadpool(found.objects.put, upload.data)
        command_id = upload.fields.get("command_id") or sha256
        deed = TransferDeed(str(transfer_id), Deed.BRING, str(person.staff_id), command_id[:_ID], package_sha256=sha256)
        await found.transfers.act(person, deed)
    except (DomainError, Unavailable) as refused:
        return await run_in_threadpool(showing.show, found, request, person, transfer_id, refused)
    return RedirectResponse(f"/chuyen-truong/{transfer_id}", status.HTTP_303_SEE_OTHER)


def _see(found: Services, transfer_id: UUID, person: Person) -> None:
    with found.sessions() as session:
        showing.card_of(session, transfer_id, person)


def _arrived(found: Services, transfer_id: UUID, person: Person) -> UUID:
    """The pupil. Raises Conflict for who has not come to this school."""
    with found.sessions() as session:
        row = showing.card_of(session, transfer_id, person).row
        if row.to_school_id != person.school_id or row.phase != Phase.PLACED:
            raise Conflict("Học sinh chưa vào lớp ở trường này.")
        return row.pupil_id


def _deed(transfer_id: UUID, deed: Deed, person: Person, form: ActForm) -> TransferDeed:
    """Raises Invalid for words that are no reason."""
    text = form.reason.strip()
    if (deed in NEEDS_REASON or text) and not is_reason(text):
        raise Invalid(NO_REASON)
    return TransferDeed(
        str(transfer_id), deed, str(person.staff_id), str(form.command_id), class_id=_id(form.lop), ground=form.can_cu
    )  # fmt: skip


def _id(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError:
        return ""
