"""Rà soát dữ liệu: what is not whole yet and who can close it; the head confirms, pupils without an id are reported."""

from datetime import date
from typing import Annotated, Any, Final
from urllib.parse import urlencode
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Query, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel, Field
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now, today
from api.errors import Unavailable, problem_of
from api.guard import allow
from api.pages.review import reading
from api.pages.templating import page
from api.services import Services
from domain.campaigns.cases import CaseState
from domain.duties import DUTY_NAMES, OFFICES, Duty
from domain.errors import DomainError, Invalid, NotFound
from domain.reasons import in_one_line, is_reason
from storage import board
from storage.staffing import Person

router = APIRouter(include_in_schema=False, prefix="/ra-soat")
SEERS: Final = OFFICES | {Duty.HOMEROOM}
HEADS: Final = frozenset({Duty.PRINCIPAL})
REPORTERS: Final = frozenset({Duty.PRINCIPAL, Duty.ADMIN})
TRAINERS: Final = frozenset({Duty.PRINCIPAL, Duty.VICE_PRINCIPAL, Duty.ADMIN})
_NONE_CHOSEN: Final = "Chưa chọn học sinh nào. Hãy đánh dấu học sinh chưa có số định danh cần báo."
_NO_REASON: Final = "Hãy ghi lý do chưa có số định danh (từ 3 đến 1000 ký tự); cơ quan quản lý đọc lý do này."
_NO_DAY: Final = "Hãy chọn ngày tập huấn."
DONE: Final = {
    "xac-nhan": "Đã xác nhận: dữ liệu của trường đã rà soát xong.",
    "bao": "Đã báo cơ quan quản lý. Quyết định sẽ hiện ở đây.",
    "tap-huan": "Đã ghi nhận buổi tập huấn.",
}


class ReviewForm(BaseModel):
    """Of all forms of the page: which campaign (`dot`), a command that takes effect once, and what was typed."""

    dot: UUID
    command_id: UUID = Field(default_factory=uuid4)
    hoc_sinh: list[UUID] = []
    ly_do: str = ""
    ngay: str = ""

    @property
    def reason(self) -> str:
        return in_one_line(self.ly_do)

    @property
    def day(self) -> date:
        try:
            return date.fromisoformat(self.ngay)
        except ValueError as error:
            raise Invalid(_NO_DAY) from error


@router.get("")
@allow(SEERS)
def show_review(
    request: Request,
    person: CurrentPerson,
    found: ServicesDep,
    dot: str = "",
    done: Annotated[str, Query(alias="xong")] = "",
) -> Response:
    return _page(found, request, person, dot, done=DONE.get(done, ""))


@router.post("/xac-nhan")
@allow(HEADS)
async def confirm(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[ReviewForm, Form()]
) -> Response:
    """The head says that the data is whole; refused while something is not and nobody has settled it."""
    try:
        await found.campaigns.confirm_review(person, form.dot, form.command_id)
    except (DomainError, Unavailable) as refusal:
        return await _refused(found, request, person, form, refusal)
    return _see(form.dot, "xac-nhan")


@router.post("/bao")
@allow(REPORTERS)
async def report(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[ReviewForm, Form()]
) -> Response:
    """Report pupils without a personal id to the authority, which decides."""
    try:
        if not form.hoc_sinh:
            raise Invalid(_NONE_CHOSEN)
        if not is_reason(form.reason):
            raise Invalid(_NO_REASON)
        await found.campaigns.report_cases(person, form.dot, form.hoc_sinh, form.reason, form.command_id)
    except (DomainError, Unavailable) as refusal:
        return await _refused(found, request, person, form, refusal)
    return _see(form.dot, "bao")


@router.post("/tap-huan")
@allow(TRAINERS)
async def note_training(
    request: Request, person: CurrentPerson, found: ServicesDep, form: Annotated[ReviewForm, Form()]
) -> Response:
    """Note on which day the school's people were trained."""
    try:
        await found.campaigns.note_training(person, form.dot, form.day, form.command_id)
    except (DomainError, Unavailable) as refusal:
        return await _refused(found, request, person, form, refusal)
    return _see(form.dot, "tap-huan")


def _see(campaign_id: UUID, done: str) -> Response:
    query = urlencode({"dot": str(campaign_id), "xong": done})
    return RedirectResponse(f"/ra-soat?{query}", status.HTTP_303_SEE_OTHER)


async def _refused(
    found: Services, request: Request, person: Person, form: ReviewForm, refusal: DomainError | Unavailable
) -> Response:
    """The page again, with what was typed and one sentence."""
    if isinstance(refusal, NotFound):
        raise refusal
    more: dict[str, Any] = {"problem": refusal.message, "typed": form, "status": problem_of(refusal).status}
    return await run_in_threadpool(_page, found, request, person, str(form.dot), **more)


def _page(
    found: Services,
    request: Request,
    person: Person,
    asked: str,
    *,
    status: int = 200,
    **more: Any,  # noqa: ANN401
) -> Response:
    at = now()
    with found.sessions() as session:
        campaign, every = reading.chosen(session, person, asked)
        reviewed = reading.read(session, person, campaign, at) if campaign else None
        school = board.school_name(session, person.school_id)
    may = {
        "may_confirm": bool(person.duties & HEADS),
        "may_report": bool(person.duties & REPORTERS),
        "may_train": bool(person.duties & TRAINERS),
    }
    blank = {"problem": "", "done": "", "typed": None}
    values = {
        "reviewed": reviewed,
        "campaigns": every,
        "school": school,
        "duty_names": DUTY_NAMES,
        "case_states": CaseState,
        "command_id": uuid4(),
        "today": today().isoformat(),
        "now": at,
    }
    return page(found, request, "review/board.html", status=status, **(values | may | blank | more))
