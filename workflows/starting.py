"""Starts the workflows of books and campaigns; starting again changes nothing. For the API and for activities alike."""

from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from domain.deadlines import Deadline
from domain.decisions import Decision
from domain.matters import MatterKind
from domain.transfers.messages import TransferDeed, TransferStanding
from storage.opening import OpenedTerm
from storage.rebuilding import ConfirmedOrder
from temporalio.client import Client, WithStartWorkflowOperation, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.common import (
    Priority,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from workflows import reading
from workflows.campaign import CampaignState, CampaignWorkflow, campaign_workflow_id
from workflows.class_term import ClassTermWorkflow, workflow_id
from workflows.messages import ClassTermState, Outcome, Snapshot
from workflows.opening import opening_state, resumed_state
from workflows.order_starting import carry_unless_carried
from workflows.queues import MAIN_QUEUE
from workflows.school_campaign import SchoolCampaignState, SchoolCampaignWorkflow, school_workflow_id
from workflows.transfer import TransferWorkflow, transfer_workflow_id
from workflows.transfer_runs import run_of

Answer = TypeVar("Answer")
# A workflow whose worker stands still must not stop a round through thousands.
ANSWER_TIMEOUT = timedelta(seconds=10)


async def start_class_term(client: Client, state: ClassTermState) -> None:
    """Also after it has been issued, nothing is started again."""
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            ClassTermWorkflow.run,
            state,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            **class_term_options(state),
        )


async def start_campaign(client: Client, state: CampaignState) -> None:
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            CampaignWorkflow.run,
            state,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            **campaign_options(state),
        )


async def start_school(client: Client, state: SchoolCampaignState) -> None:
    with suppress(WorkflowAlreadyStartedError):
        await client.start_workflow(
            SchoolCampaignWorkflow.run,
            state,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            **school_options(state),
        )


async def start_transfer(client: Client, standing: TransferStanding) -> None:
    """One that is over is not started again; of one that is not, a run that ended is taken up."""
    if standing.is_over:
        return
    await client.start_workflow(TransferWorkflow.run, run_of(standing), **_taken_up(standing))


async def send_deed(client: Client, standing: TransferStanding, deed: TransferDeed) -> TransferStanding:
    """Have a transfer take somebody's decision, under its command id. A workflow that was lost or ended is started."""
    start = WithStartWorkflowOperation(TransferWorkflow.run, run_of(standing), **_taken_up(standing))
    answer: TransferStanding = await client.execute_update_with_start_workflow(
        deed.deed.value, deed, id=deed.command_id, start_workflow_operation=start, result_type=TransferStanding
    )
    return answer


@dataclass(frozen=True)
class TemporalEngine:
    """What activities of campaigns ask of Temporal; they know nothing of workflows."""

    client: Client
    answer_timeout: timedelta = ANSWER_TIMEOUT

    async def open_book(self, opened: OpenedTerm) -> None:
        await start_class_term(self.client, opening_state(opened))

    async def decide(self, book: OpenedTerm, command_id: str, decision: Decision) -> None:
        """Send a matter's decision; a book whose workflow is over is taken up again. Raises what the book refuses."""
        state = resumed_state(book)
        start = WithStartWorkflowOperation(
            ClassTermWorkflow.run,
            state,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            **class_term_options(state),
        )
        await self.client.execute_update_with_start_workflow(
            decision.action.value, decision, id=command_id, start_workflow_operation=start, result_type=Outcome
        )

    async def take_up(self, standing: TransferStanding) -> None:
        """Of a transfer whose run ended another one begins; of one that runs nothing happens."""
        await start_transfer(self.client, standing)

    async def carry(self, order: ConfirmedOrder) -> bool:
        return await carry_unless_carried(self.client, order)

    async def wake_campaign(self, campaign_id: str, school_year: str, grade: int) -> None:
        """Have it look for what is new; one whose start was lost is started."""
        await start_campaign(self.client, CampaignState(campaign_id, school_year, grade, ()))
        handle = self.client.get_workflow_handle(campaign_workflow_id(school_year, grade))
        await handle.signal(CampaignWorkflow.look_again)

    async def start_school(self, campaign: tuple[str, int], campaign_id: str, school: tuple[str, str]) -> None:
        school_year, grade = campaign
        school_id, code = school
        await start_school(self.client, SchoolCampaignState.begin(campaign_id, school_id, code, school_year, grade))

    async def move_class(self, school_year: str, class_id: str, term: str, deadline: Deadline) -> None:
        """Returns once the workflow knows it. A round so goes at the workflows' own pace, and people's commands never
        wait behind thousands of deadlines; to one that does not answer in time the deadline is left as a signal.
        """
        handle = self.client.get_workflow_handle(workflow_id(school_year, class_id, term))
        update_id = f"deadline/{deadline.policy_version}"
        try:
            await handle.execute_update("set_deadline", deadline, id=update_id, rpc_timeout=self.answer_timeout)
        except WorkflowUpdateRPCTimeoutOrCancelledError:
            await handle.signal("move_deadline", deadline)

    async def class_knows(self, school_year: str, class_id: str, term: str) -> tuple[int, Deadline] | None:
        handle = self.client.get_workflow_handle(workflow_id(school_year, class_id, term))
        found = await _asked(handle.query("snapshot", result_type=Snapshot))
        return (found.seq, found.deadline) if found else None

    async def school_knows(self, campaign: tuple[str, int], school_id: str) -> int | None:
        handle = self.client.get_workflow_handle(school_workflow_id(*campaign, school_id))
        found = await _asked(handle.query("snapshot", result_type=SchoolCampaignState))
        return found.plan.version if found else None

    async def tell_school(self, campaign: tuple[str, int], school_id: str, signal: str) -> None:
        handle = self.client.get_workflow_handle(school_workflow_id(*campaign, school_id))
        await handle.signal(signal)


async def _asked(query: Awaitable[Answer]) -> Answer | None:
    try:
        return await query
    except RPCError as error:
        if error.status is RPCStatusCode.NOT_FOUND:
            return None
        raise


def class_term_options(state: ClassTermState) -> dict[str, Any]:
    """Under which id a class-term's workflow is started, where it runs, and how it shows itself."""
    attributes = [
        SearchAttributePair(reading.SCHOOL_ID, state.school_id),
        SearchAttributePair(reading.CLASS_ID, state.class_id),
        SearchAttributePair(reading.YEAR, state.school_year),
        SearchAttributePair(reading.TERM, state.term),
    ]
    return {
        "id": workflow_id(state.school_year, state.class_id, state.term),
        "task_queue": MAIN_QUEUE,
        "static_summary": f"Sổ lớp {state.label}",
        "priority": Priority(fairness_key=state.school_id),
        "search_attributes": TypedSearchAttributes(attributes),
    }


def campaign_options(state: CampaignState) -> dict[str, Any]:
    return {
        "id": campaign_workflow_id(state.school_year, state.grade),
        "task_queue": MAIN_QUEUE,
        "static_summary": f"Đợt học bạ lớp {state.grade}, năm học {state.school_year}",
        "search_attributes": TypedSearchAttributes([SearchAttributePair(reading.YEAR, state.school_year)]),
    }


def school_options(state: SchoolCampaignState) -> dict[str, Any]:
    attributes = [
        SearchAttributePair(reading.SCHOOL_ID, state.school.school_id),
        SearchAttributePair(reading.YEAR, state.school_year),
    ]
    return {
        "id": school_workflow_id(state.school_year, state.grade, state.school.school_id),
        "task_queue": MAIN_QUEUE,
        "static_summary": f"Trường {state.school_code}, đợt lớp {state.grade} {state.school_year}",
        "priority": Priority(fairness_key=state.school.school_id),
        "search_attributes": TypedSearchAttributes(attributes),
    }


def transfer_options(standing: TransferStanding) -> dict[str, Any]:
    return {
        "id": transfer_workflow_id(standing.matter_id),
        "task_queue": MAIN_QUEUE,
        "static_summary": MatterKind.TRANSFER.label,
    }


def _taken_up(standing: TransferStanding) -> dict[str, Any]:
    """One that ended before its matter was settled is begun again."""
    return {
        "id_conflict_policy": WorkflowIDConflictPolicy.USE_EXISTING,
        "id_reuse_policy": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        **transfer_options(standing),
    }
