"""The authority's list of organisation certificates: officers see it, the head decides."""

from typing import Annotated, Final, Literal
from uuid import UUID, uuid4

from fastapi import APIRouter, Form, Request, status
from pydantic import BaseModel
from starlette.responses import RedirectResponse, Response

from api.deps import CurrentPerson, ServicesDep, now
from api.errors import problem_of
from api.guard import allow
from api.pages.language import gettext
from api.pages.language import marked as _
from api.pages.taking import TakenList, take_list
from api.pages.templating import page
from api.services import Services
from domain.duties import AUTHORITY, Duty
from domain.errors import DomainError
from domain.reasons import LONGEST, in_one_line
from domain.submission.states import DECISIONS, Approval
from storage.staffing import NO_SCHOOL, Person
from storage.submission import approvals
from storage.submission.approvals import ApprovalLine, Verdict

router = APIRouter(include_in_schema=False, prefix="/co-quan/chung-thu-so")
_TAKEN: Final = TakenList("chung-thu-so-cua-truong", _("Chứng thư số của trường"), {
    _("Mã trường"): 12, _("Trường"): 40, _("Mã băm chứng thư số"): 68, _("Hết hạn"): 12, _("Tình trạng"): 14,
    _("Người quyết định"): 28, _("Lúc"): 18, _("Lý do"): 50,
})  # fmt: skip


class DecisionForm(BaseModel):
    command_id: UUID
    quyet_dinh: Literal["approved", "refused", "withdrawn"]
    reason: str = ""


@router.get("")
@allow(AUTHORITY)
def show_certificates(request: Request, person: CurrentPerson, found: ServicesDep, xong: str = "") -> Response:
    return _page(request, person, found, done=bool(xong))


@router.get(".xlsx")
@allow(AUTHORITY)
def take_certificates(person: CurrentPerson, found: ServicesDep) -> Response:
    rows = [
        (
            each.school.code, each.school.name, each.certificate.sha256, each.certificate.not_after.date(),
            gettext(each.approval.label) if each.approval else "", each.by, each.decided_at, each.reason,
        )
        for each in _lines(found, person)
    ]  # fmt: skip
    return take_list(found, person, _TAKEN, rows)


@router.post("/{certificate_id}")
@allow({Duty.OFFICE_HEAD})
def decide(
    request: Request,
    certificate_id: UUID,
    person: CurrentPerson,
    found: ServicesDep,
    form: Annotated[DecisionForm, Form()],
) -> Response:
    """Approve, refuse with a reason, or withdraw with a reason."""
    verdict = Verdict(
        form.command_id,
        certificate_id,
        Approval(form.quyet_dinh),
        person.authority_id or NO_SCHOOL,
        person.staff_id,
        in_one_line(form.reason)[: LONGEST + 1],
    )
    try:
        with found.sessions.begin() as session:
            approvals.decide(session, verdict, now())
    except DomainError as refusal:
        return _page(request, person, found, problem=refusal)
    return RedirectResponse("/co-quan/chung-thu-so?xong=1", status.HTTP_303_SEE_OTHER)


def _page(
    request: Request, person: Person, found: Services, *, done: bool = False, problem: DomainError | None = None
) -> Response:
    lines = _lines(found, person)
    return page(
        found,
        request,
        "submission/certificates.html",
        status=problem_of(problem).status if problem else status.HTTP_200_OK,
        lines=lines,
        waiting=sum(each.approval is Approval.ASKED for each in lines),
        decisions=DECISIONS,
        may_decide=Duty.OFFICE_HEAD in person.duties,
        new_id=uuid4,
        done=done,
        problem=problem.message if problem else "",
    )


def _lines(found: Services, person: Person) -> list[ApprovalLine]:
    with found.sessions() as session:
        return approvals.of_authority(session, person.authority_id or NO_SCHOOL, now())
