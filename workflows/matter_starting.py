"""Sends what people decide about corrections and handovers to their workflows, starting those that are not running."""

from collections.abc import Mapping
from typing import Any, Final

from domain.matters import MatterKind
from domain.matters import workflow_id as id_of
from domain.matters.corrections import CorrectionCommand
from domain.matters.handover_messages import HandoverStep, OpenHandover
from domain.matters.handovers import Deed, HandoverStanding
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from workflows.handover import HandoverRun, HandoverWorkflow
from workflows.pupil_papers import ExtractWorkflow, IdentityWorkflow
from workflows.queues import MAIN_QUEUE
from workflows.recall import RecallWorkflow
from workflows.unlock import UnlockWorkflow

WORKFLOWS: Final[Mapping[str, Any]] = {
    MatterKind.UNLOCK: UnlockWorkflow,
    MatterKind.RECALL: RecallWorkflow,
    MatterKind.IDENTITY: IdentityWorkflow,
    MatterKind.EXTRACT: ExtractWorkflow,
}


async def decide_correction(client: Client, command: CorrectionCommand) -> None:
    """One that has ended, or never began, is started with the decision.

    Raises what is refused; the same command id takes effect once.
    """
    kind = MatterKind(command.kind)
    start = WithStartWorkflowOperation(
        WORKFLOWS[kind].run,
        command.matter_id,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        **matter_options(kind, command.matter_id),
    )
    await client.execute_update_with_start_workflow(
        "decide", command, id=command.command_id, start_workflow_operation=start
    )


async def open_handover(client: Client, asked: OpenHandover) -> HandoverStanding:
    """Opening it again changes nothing. Raises WorkflowAlreadyStartedError for one that is over."""
    start = _start_handover(asked.matter_id)
    answer: HandoverStanding = await client.execute_update_with_start_workflow(
        "open", asked, id=asked.matter_id, start_workflow_operation=start, result_type=HandoverStanding
    )
    return answer


async def step_handover(client: Client, step: HandoverStep) -> HandoverStanding:
    """Raises what is refused; the same command id takes effect once.

    Who is to have a part that stayed vacant is said whenever it is known: one that is over is taken up again for it.
    """
    answer: HandoverStanding
    if step.deed is Deed.NAME_SUCCESSOR:
        start = _start_handover(step.matter_id)
        answer = await client.execute_update_with_start_workflow(
            step.deed.value, step, id=step.command_id, start_workflow_operation=start, result_type=HandoverStanding
        )
        return answer
    handle = client.get_workflow_handle(id_of(MatterKind.HANDOVER, step.matter_id))
    answer = await handle.execute_update(step.deed.value, step, id=step.command_id, result_type=HandoverStanding)
    return answer


def _start_handover(matter_id: str) -> WithStartWorkflowOperation[Any, Any]:
    return WithStartWorkflowOperation(
        HandoverWorkflow.run,
        HandoverRun(matter_id),
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        **matter_options(MatterKind.HANDOVER, matter_id),
    )


def matter_options(kind: MatterKind, matter_id: str) -> dict[str, Any]:
    """Under which id a matter's workflow is started, where it runs, and how it shows itself."""
    return {"id": id_of(kind, matter_id), "task_queue": MAIN_QUEUE, "static_summary": kind.label}
