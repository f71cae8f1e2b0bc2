"""What a request starts in Temporal waits in the line of its school: one school's thousand orders delay no other's.

Temporal takes tasks of one priority in turns by their fairness key (its server must have `matching.enableFairness`).
Activities and children have the key of the workflow that asks for them, so it is said once, at the start.
"""

from typing import Any

from temporalio.client import (
    ActivityHandle,
    Interceptor,
    OutboundInterceptor,
    StartActivityInput,
    StartWorkflowInput,
    StartWorkflowUpdateWithStartInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.common import Priority

from storage import scope


class Fairness(Interceptor):
    """Of the interface's client only: workers start things for every school, and name it themselves."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        return _Outbound(next)


class _Outbound(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        input.priority = _in_line(input.priority)
        return await super().start_workflow(input)

    async def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:  # noqa: A002
        input.priority = _in_line(input.priority)
        return await super().start_activity(input)

    async def start_update_with_start_workflow(
        self,
        input: StartWorkflowUpdateWithStartInput,  # noqa: A002
    ) -> WorkflowUpdateHandle[Any]:
        started = input.start_workflow_input
        started.priority = _in_line(started.priority)
        return await super().start_update_with_start_workflow(input)


def _in_line(asked: Priority) -> Priority:
    """Whoever works for no single school, such as an authority, shares a line of its own."""
    if asked.fairness_key:
        return asked
    return Priority(asked.priority_key, scope.current() or scope.EVERYBODY, asked.fairness_weight)
