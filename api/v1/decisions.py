"""Decisions on records that need no signature: submit, review, return, hold, release, and the deadline."""

from dataclasses import replace
from uuid import UUID, uuid5

from fastapi import APIRouter

from api.deps import CurrentPerson, ServicesDep, VisibleClassTerm, require_slot
from api.guard import allow
from api.services import Services
from api.v1.forms import (
    Command,
    DeadlineForm,
    DeadlineView,
    HoldForm,
    OutcomeView,
    ReleaseForm,
    ReturnForm,
    ReviewForm,
    SubmitForm,
)
from api.v1.views import outcome_view
from domain.curriculum import HOMEROOM
from domain.deadlines import Deadline
from domain.decisions import Action, Decision
from domain.duties import STAFF
from domain.errors import NotAllowed
from domain.scopes import Scope
from storage import journal
from storage.access import ClassTermHead
from storage.staffing import Person
from workflows.class_term import workflow_id

router = APIRouter(prefix="/class-terms/{class_term_id}", tags=["decisions"])
REASONS = UUID("6f0a1d52-8c0e-4f3c-9a55-2d4f7f9f1b11")


@router.post("/submit")
@allow(STAFF, Scope.DECIDE)
async def submit(form: SubmitForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    """A teacher hands in one slot's entries; they are frozen. Refused with 422 while required cells are empty."""
    return await _decide(found, head, form, _decision(form, person, Action.SUBMIT, form.slot))


@router.post("/review")
@allow(STAFF, Scope.DECIDE)
async def review(form: ReviewForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    """The homeroom teacher has looked the records over."""
    return await _decide(found, head, form, _decision(form, person, Action.REVIEW, HOMEROOM))


@router.post("/return")
@allow(STAFF, Scope.DECIDE)
async def return_for_rework(
    form: ReturnForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> OutcomeView:
    """Send records back to a slot, with a reason; signatures over what changes become void."""
    require_slot(head, form.slot)
    decision = _decision(form, person, Action.RETURN, form.slot)
    reason_id = _keep_reason(found, person, form.command_id, form.reason)
    return await _decide(found, head, form, replace(decision, to_slot=form.to_slot, reason_id=reason_id))


@router.post("/hold")
@allow(STAFF, Scope.DECIDE)
async def hold(form: HoldForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    """Keep pupils back without blocking the others."""
    require_slot(head, form.slot)
    reason_id = _keep_reason(found, person, form.command_id, form.reason)
    decision = replace(_decision(form, person, Action.HOLD, form.slot), reason_id=reason_id)
    return await _decide(found, head, form, decision)


@router.post("/release")
@allow(STAFF, Scope.DECIDE)
async def release(form: ReleaseForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    return await _decide(found, head, form, _decision(form, person, Action.RELEASE, form.slot))


@router.post("/deadline")
@allow(STAFF, Scope.DECIDE)
async def set_deadline(
    form: DeadlineForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep
) -> DeadlineView:
    """Move the class-term's deadline; an older policy version changes nothing."""
    if "principal" not in person.roles and "system_admin" not in person.roles:
        raise NotAllowed("Chỉ hiệu trưởng hoặc cán bộ quản trị được đổi hạn.")
    deadline = Deadline(form.policy_version, form.due_at)
    version = await found.approvals.set_deadline(workflow_of(head), str(form.command_id), deadline)
    return DeadlineView(policy_version=version)


def workflow_of(head: ClassTermHead) -> str:
    return workflow_id(head.school_year, str(head.class_id), head.term)


def _decision(form: Command, person: Person, action: Action, slot: str) -> Decision:
    return Decision(action, slot, form.records(), actor_id=str(person.staff_id))


def _keep_reason(found: Services, person: Person, command_id: UUID, text: str) -> str:
    """The text stays in the database; its id, the same for a resent command, is what travels."""
    reason_id = uuid5(REASONS, str(command_id))
    with found.sessions.begin() as session:
        journal.add_reason(session, reason_id, person.school_id, person.staff_id, text)
    return str(reason_id)


async def _decide(found: Services, head: ClassTermHead, form: Command, decision: Decision) -> OutcomeView:
    require_slot(head, decision.slot)
    outcome = await found.approvals.decide(workflow_of(head), str(form.command_id), decision)
    return outcome_view(outcome)
