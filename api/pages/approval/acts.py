"""What a principal decides about pupils of a class: hold, release, return, promotion, how somebody is assessed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Form, Request, status
from fastapi.concurrency import run_in_threadpool
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from api import deciding
from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_slot
from api.errors import Refusal, Unavailable, problem_of
from api.guard import allow
from api.pages.approval import class_view
from api.pages.approval.room import values_of
from api.pages.templating import page
from api.services import Services
from domain.curriculum import PRINCIPAL
from domain.decisions import Action
from domain.duties import Duty
from domain.errors import DomainError, Invalid
from domain.reasons import in_one_line, is_reason
from storage import pupil_decisions
from storage.access import ClassTermHead
from storage.pupil_decisions import Promotions, PupilAssessment
from storage.staffing import Person

router = APIRouter(include_in_schema=False)
_NO_REASON: Final = "Hãy ghi lý do (từ 3 đến 1000 ký tự); người nhận lại hồ sơ sẽ đọc lý do này."
_NOBODY: Final = "Chưa chọn học sinh nào. Hãy đánh dấu học sinh trong danh sách."
_NO_SLOT: Final = "Hãy chọn phần cần sửa."
_NO_ACT: Final = "Không có việc này."
_ONE: Final = "Cách đánh giá được ghi cho từng học sinh một."
_HOW: Final[Mapping[str, PupilAssessment]] = {
    "usual": PupilAssessment(assessment_waived=False, individual_plan=False),
    "waived": PupilAssessment(assessment_waived=True, individual_plan=False),
    "plan": PupilAssessment(assessment_waived=False, individual_plan=True),
}


class ActForm(BaseModel):
    """`hs` are the pupils; `phan` is the part to correct, `cach` how a pupil is assessed; the rest is where one was."""

    viec: str
    command_id: UUID
    hs: list[UUID] = []
    ly_do: str = ""
    phan: str = ""
    cach: str = ""
    loc: str = ""
    xem: UUID | None = None

    @property
    def reason(self) -> str:
        return in_one_line(self.ly_do)


@dataclass(frozen=True)
class Asked:
    """What was asked for, by whom, of which class-term."""

    head: ClassTermHead
    person: Person
    form: ActForm


@router.post("/lop/{class_term_id}/duyet")
@allow({Duty.PRINCIPAL})
async def decide(
    request: Request,
    head: VisibleClassTerm,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[ActForm, Form()],
) -> Response:
    """Carry one decision out; a refusal shows on the page, beside what was typed."""
    asked = Asked(head, person, form)
    try:
        await _carry_out(found, asked)
    except (DomainError, Unavailable) as refusal:
        return await run_in_threadpool(_refused, request, found, asked, refusal)
    chosen = f"&hs={form.xem}" if form.xem else ""
    where = f"?{urlencode({'loc': _shown_after(form.loc), 'xong': form.viec.partition('.')[0]})}{chosen}"
    return RedirectResponse(f"/lop/{head.id}/duyet{where}", status.HTTP_303_SEE_OTHER)


def _shown_after(shown: str) -> str:
    """The same filter; but a decision may leave nobody waiting, so then what is usual."""
    return "" if shown == class_view.WAITING else shown


async def _carry_out(found: Services, asked: Asked) -> None:
    work = _ACTS.get(asked.form.viec)
    if work is None:
        raise Invalid(_NO_ACT)
    if not asked.form.hs:
        raise Invalid(_NOBODY)
    if asked.form.viec != "tha" and not is_reason(asked.form.reason):
        raise Invalid(_NO_REASON)
    await work(found, asked)


async def _hold(found: Services, asked: Asked) -> None:
    await _send(found, asked, Action.HOLD)


async def _release(found: Services, asked: Asked) -> None:
    await _send(found, asked, Action.RELEASE)


async def _return(found: Services, asked: Asked) -> None:
    if not asked.form.phan:
        raise Invalid(_NO_SLOT)
    await _send(found, asked, Action.RETURN)


async def _send(found: Services, asked: Asked, action: Action) -> None:
    require_slot(asked.head, PRINCIPAL)
    reason_id = ""
    if action is not Action.RELEASE:
        keep = deciding.note_reason
        reason_id = await run_in_threadpool(keep, found, asked.person, asked.form.command_id, asked.form.reason)
    to_slot = asked.form.phan if action is Action.RETURN else ""
    decision = deciding.decision_of(
        asked.person, PRINCIPAL, action, asked.form.hs, to_slot=to_slot, reason_id=reason_id
    )
    await deciding.decide(found, asked.head, asked.form.command_id, decision)


async def _promote(found: Services, asked: Asked) -> None:
    await run_in_threadpool(_decide_promotion, found, asked, is_promoted=True)


async def _keep_back(found: Services, asked: Asked) -> None:
    await run_in_threadpool(_decide_promotion, found, asked, is_promoted=False)


def _decide_promotion(found: Services, asked: Asked, *, is_promoted: bool) -> None:
    require_slot(asked.head, PRINCIPAL)
    reason_id = UUID(deciding.note_reason(found, asked.person, asked.form.command_id, asked.form.reason))
    wanted = Promotions(frozenset(asked.form.hs), is_promoted, reason_id, asked.person.staff_id, now())
    with found.sessions.begin() as session:
        pupil_decisions.decide_promotions(session, asked.head.id, wanted)


async def _assess(found: Services, asked: Asked) -> None:
    await run_in_threadpool(_set_assessment, found, asked)


def _set_assessment(found: Services, asked: Asked) -> None:
    if len(asked.form.hs) != 1 or asked.form.cach not in _HOW:
        raise Invalid(_ONE)
    reason_id = UUID(deciding.note_reason(found, asked.person, asked.form.command_id, asked.form.reason))
    with found.sessions.begin() as session:
        pupil_decisions.set_assessment(session, asked.head.id, asked.form.hs[0], _HOW[asked.form.cach], reason_id)


_ACTS: Final[Mapping[str, Callable[[Services, Asked], Awaitable[None]]]] = {
    "tam-giu": _hold,
    "tha": _release,
    "tra-lai": _return,
    "len-lop.co": _promote,
    "len-lop.khong": _keep_back,
    "danh-gia": _assess,
}


def _refused(request: Request, found: Services, asked: Asked, refusal: Refusal) -> Response:
    form = asked.form
    with found.sessions() as session:
        view = class_view.read_class_view(session, asked.head, asked.person, now(), form.loc, form.xem)
    typed = {"reason": form.ly_do, "to_slot": form.phan, "hs": form.hs}
    values = values_of(found, view, asked.person, problem=refusal.message, typed=typed)
    return page(found, request, "approval/class.html", status=problem_of(refusal).status, **values)
