"""The only caller of Temporal in the API: opens class-terms, prepares orders, sends decisions with their command id."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from temporalio.client import (
    ActivityFailureError,
    Client,
)
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ActivityAlreadyStartedError
from temporalio.service import RPCError

from activities.carrying import as_gone
from activities.orders import PreparedOrder
from api.answers import PATIENCE, answered, as_refusal
from api.errors import Unavailable
from api.origins import Origins
from domain.deadlines import Deadline
from domain.decisions import Decision
from domain.matters.corrections import CorrectionCommand
from workflows.matter_starting import decide_correction
from workflows.messages import ClassTermState, Outcome
from workflows.order_starting import carrying_id, preparing_id, start_carrying, start_preparing
from workflows.starting import start_class_term
from workflows.submission import SubmissionInput, SubmissionWorkflow, submission_options

Answer = TypeVar("Answer")


class Approvals:
    def __init__(self, client: Client, patience: timedelta = PATIENCE, origins: Origins | None = None) -> None:
        """Without `origins` nobody keeps where decisions come from."""
        self._client = client
        self._patience = patience
        self._origins = origins

    async def open_class_term(self, state: ClassTermState) -> None:
        """Start a class-term; opening it again changes nothing, also after it has been issued."""
        await self._answered(start_class_term(self._client, state))

    async def prepare(self, order_id: str, *, queues: bool = False) -> PreparedOrder:
        """Prepare an order's papers and wait for them; asking again gives the same answer."""
        await self.start_preparing(order_id, queues=queues)
        return await self._result(preparing_id(order_id), PreparedOrder)

    async def start_preparing(self, order_id: str, *, queues: bool = False) -> None:
        """Have an order's papers prepared, and wait for nothing; the order says how it stands. Again, nothing changes.

        An order that may have to queue behind other teachers' is tried for longer.
        """
        await self._started(start_preparing(self._client, order_id, queues=queues))

    async def carry(self, order_id: str, workflow_id: str) -> Outcome:
        """Have a confirmed order carried to its workflow's answer, whatever has to answer before; durable."""
        await self.start_carrying(order_id, workflow_id)
        return await self._result(carrying_id(order_id), Outcome)

    async def start_carrying(self, order_id: str, workflow_id: str) -> None:
        """The same without waiting for the answer: the order says what came of it. Again, nothing changes."""
        await self._note(order_id)
        await self._started(start_carrying(self._client, order_id, workflow_id))

    async def _started(self, start: Awaitable[object]) -> None:
        with suppress(ActivityAlreadyStartedError):
            await self._answered(start)

    async def _result(self, activity_id: str, kind: type[Answer]) -> Answer:
        """The result of a standalone activity, under way or done."""
        handle = self._client.get_activity_handle(activity_id, result_type=kind)
        try:
            return await self._answered(handle.result())
        except ActivityFailureError as error:
            raise as_refusal(error.cause) from error

    async def decide(self, workflow_id: str, command_id: str, decision: Decision) -> Outcome:
        """Send a decision; the same command id gives the same answer, so pressing again is harmless.

        Raises the rule's own refusal, NotFound for a class-term never opened, Conflict for a closed one, Unavailable
        when nobody answered in time.
        """
        await self._note(command_id)
        handle = self._client.get_workflow_handle(workflow_id)
        # An action's code is the name of its update.
        call = handle.execute_update(decision.action.value, decision, id=command_id, result_type=Outcome)
        return await self._answered(call, _gone(workflow_id))

    async def decide_correction(self, command: CorrectionCommand) -> None:
        """Send a decision about an unlock, a recall or an identity page; again, it changes nothing.

        A matter whose workflow has ended, or was never started, is taken up with it.
        """
        await self._note(command.command_id)
        await self._answered(decide_correction(self._client, command))

    async def set_deadline(self, workflow_id: str, command_id: str, deadline: Deadline) -> int:
        handle = self._client.get_workflow_handle(workflow_id)
        return await self._answered(handle.execute_update("set_deadline", deadline, id=command_id, result_type=int))

    async def ping(self) -> None:
        """Raises Unavailable when Temporal does not answer."""
        try:
            await self._client.service_client.check_health(timeout=timedelta(seconds=2))
        except RPCError as error:
            raise Unavailable from error

    async def start_sending(self, packet_id: str, urgency: int) -> None:
        """Have a packet sent until its store has answered, waiting for nothing; again, nothing changes."""
        call = self._client.start_workflow(
            SubmissionWorkflow.run,
            SubmissionInput(packet_id, urgency),
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            **submission_options(packet_id),
        )
        await self._answered(call)

    async def _note(self, command_id: str) -> None:
        if self._origins is not None:
            await self._origins.note(command_id)

    async def _answered(self, call: Awaitable[Answer], gone: Callable[[RPCError], Exception] = as_gone) -> Answer:
        return await answered(call, self._patience, gone)


def _gone(workflow_id: str) -> Callable[[RPCError], Exception]:
    """Why a workflow takes no decision, in the words of what it is about."""
    return partial(as_gone, matter=not workflow_id.startswith("class-term/"))
