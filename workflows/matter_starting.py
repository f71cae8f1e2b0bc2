"""Sends decisions about corrections to their workflows; one that has ended, or never began, is started with it."""

from collections.abc import Mapping
from typing import Any, Final

from domain.matters import MatterKind
from domain.matters import workflow_id as id_of
from domain.matters.corrections import CorrectionCommand
from temporalio.client import Client, WithStartWorkflowOperation
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy

from workflows.identity import IdentityWorkflow
from workflows.queues import MAIN_QUEUE
from workflows.recall import RecallWorkflow
from workflows.unlock import UnlockWorkflow

_WORKFLOWS: Final[Mapping[str, Any]] = {
    MatterKind.UNLOCK: UnlockWorkflow,
    MatterKind.RECALL: RecallWorkflow,
    MatterKind.IDENTITY: IdentityWorkflow,
}


async def decide_correction(client: Client, command: CorrectionCommand) -> None:
    """Raises what is refused; the same command id takes effect once."""
    kind = MatterKind(command.kind)
    start = WithStartWorkflowOperation(
        _WORKFLOWS[kind].run,
        command.matter_id,
        id=id_of(kind, command.matter_id),
        task_queue=MAIN_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
        static_summary=kind.label,
    )
    await client.execute_update_with_start_workflow(
        "decide", command, id=command.command_id, start_workflow_operation=start
    )
