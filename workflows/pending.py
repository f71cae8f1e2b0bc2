"""A decision on its way: accepted by a handler, settled by the workflow's loop."""

from dataclasses import dataclass

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from domain.decisions import Decision

    from workflows.messages import Outcome


@dataclass
class Pending:
    """A decision that was accepted and waits for the loop; `error` or `outcome` is its answer."""

    command_id: str
    decision: Decision
    outcome: Outcome | None = None
    error: ApplicationError | None = None

    def is_settled(self) -> bool:
        return self.outcome is not None or self.error is not None


def current_command_id() -> str:
    """The caller's command id is the update id."""
    info = workflow.current_update_info()
    if info is None:
        raise RuntimeError("only update handlers have a command id")
    return info.id
