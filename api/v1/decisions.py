"""Decisions on records that need no signature: submit, review, return, hold, release, and the deadline."""

import asyncio
from dataclasses import replace

from fastapi import APIRouter

from api import deciding
from api.deciding import keep_reason, workflow_of
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
from storage.access import ClassTermHead
from storage.staffing import Person

router = APIRouter(prefix="/class-terms/{class_term_id}", tags=["decisions"])


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
    reason_id = await keep_reason(found, person, form.command_id, form.reason)
    return await _decide(found, head, form, replace(decision, to_slot=form.to_slot, reason_id=reason_id))


@router.post("/hold")
@allow(STAFF, Scope.DECIDE)
async def hold(form: HoldForm, head: VisibleClassTerm, person: CurrentPerson, found: ServicesDep) -> OutcomeView:
    """Keep pupils back without blocking the others."""
    require_slot(head, form.slot)
    reason_id = await keep_reason(found, person, form.command_id, form.reason)
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
    """Move the class-term's deadline. `policy_version` is above the one that the caller saw; else nothing changes."""
    if "principal" not in person.roles and "system_admin" not in person.roles:
        raise NotAllowed("Chỉ hiệu trưởng hoặc cán bộ quản trị được đổi hạn.")
    if form.policy_version <= head.policy_version:
        return DeadlineView(policy_version=head.policy_version)
    deadline = Deadline(await asyncio.to_thread(deciding.next_deadline_version, found), form.due_at)
    version = await found.approvals.set_deadline(workflow_of(head), str(form.command_id), deadline)
    return DeadlineView(policy_version=version)


def _decision(form: Command, person: Person, action: Action, slot: str) -> Decision:
    return Decision(action, slot, form.records(), actor_id=str(person.staff_id))


async def _decide(found: Services, head: ClassTermHead, form: Command, decision: Decision) -> OutcomeView:
    return outcome_view(await deciding.decide(found, head, form.command_id, decision))
