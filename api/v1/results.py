"""Results as the rules give them, and the decisions about a pupil's year that they depend on."""

from uuid import UUID, uuid4

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, now, require_readable, require_slot, today
from api.guard import allow
from api.v1.forms import Form, Ids, ReasonText, Truth
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import journal, pupil_decisions, pupil_results
from storage.pupil_decisions import Promotions, PupilAssessment
from storage.pupil_results import RecordResult
from storage.staffing import Person

router = APIRouter(prefix="/class-terms/{class_term_id}", tags=["results"])
ASSESSORS = frozenset({"principal", "system_admin"})


class VerdictView(BaseModel):
    """One result: `level` is its code, empty where it has none; `text` is what people read."""

    name: str
    level: str
    text: str


class SubjectResultView(BaseModel):
    """A secondary subject's results as papers print them; empty where there is none."""

    subject: str
    name: str
    hk1: str
    hk2: str
    year: str
    retest: str


class ResultView(BaseModel):
    """One pupil's results with their reasons, or (`pending`) why there are none yet."""

    record_id: UUID
    pending: str
    verdicts: list[VerdictView] = []
    subjects: list[SubjectResultView] = []
    reasons: list[str] = []
    rule_version: str = ""
    is_promoted: bool | None = Field(default=None, description="null: the rules leave it open")


class AssessmentForm(Form):
    assessment_waived: Truth = Field(description="a disabled pupil who is not assessed")
    individual_plan: Truth = Field(description="a disabled pupil who is assessed by a plan of his own")
    reason: ReasonText


class PromotionForm(Form):
    record_ids: Ids
    is_promoted: Truth
    reason: ReasonText


@router.get("/results")
@allow(STAFF, Scope.READ)
def list_results(head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> list[ResultView]:
    """Each pupil's computed results, once everything is there; for the homeroom teacher and the school's offices.

    Other people's drafts do not count: what they have not submitted is named as pending.
    """
    require_readable(head, person, HOMEROOM)
    with found.sessions() as session:
        return [_view(each) for each in pupil_results.results_in(session, head.id, head.my_slots, today())]


@router.put("/pupils/{record_id}/assessment", status_code=204)
@allow(STAFF, Scope.DECIDE)
def set_assessment(
    record_id: UUID, form: AssessmentForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> None:
    """How a disabled pupil is assessed in this year; for principal and system admins, while homeroom's slot is open.

    It holds for the year: for every term whose homeroom slot is open, and for those that are opened later.
    """
    if not person.roles & ASSESSORS:
        raise NotAllowed("Chỉ hiệu trưởng hoặc cán bộ quản trị được đổi cách đánh giá học sinh.")
    with found.sessions.begin() as session:
        assessment = PupilAssessment(form.assessment_waived, form.individual_plan)
        reason_id = _keep_reason(session, person, form.reason)
        pupil_decisions.set_assessment(session, head.id, record_id, assessment, reason_id)


@router.put("/promotion-decisions", status_code=204)
@allow(STAFF, Scope.DECIDE)
def decide_promotions(form: PromotionForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> None:
    """The principal promotes pupils or keeps them back where the rules leave it open; all of them or none.

    At the year's end, once everything was submitted and before the homeroom teacher signs. A later decision takes the
    place of an earlier one.
    """
    require_slot(head, PRINCIPAL)
    with found.sessions.begin() as session:
        reason_id = _keep_reason(session, person, form.reason)
        asked = Promotions(frozenset(form.record_ids), form.is_promoted, reason_id, person.staff_id, now())
        pupil_decisions.decide_promotions(session, head.id, asked)


def _keep_reason(session: Session, person: Person, text: str) -> UUID:
    reason_id = uuid4()
    journal.add_reason(session, reason_id, person.school_id, person.staff_id, text)
    return reason_id


def _view(each: RecordResult) -> ResultView:
    result = each.result
    if result is None:
        return ResultView(record_id=each.record_id, pending=each.pending)
    return ResultView(
        record_id=each.record_id,
        pending="",
        verdicts=[VerdictView(**verdict._asdict()) for verdict in result.verdicts],
        subjects=[SubjectResultView(**subject._asdict()) for subject in result.subjects],
        reasons=list(result.reasons),
        rule_version=result.rule_version,
        is_promoted=result.is_promoted,
    )
