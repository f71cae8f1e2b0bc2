"""Carries a trace through a workflow, from an update to the activities that do its work. Runs inside workflows.

An update is accepted by a handler and done later by the workflow's loop, so what an activity is done for is told by the
command id in its input. Only headers are touched: no command is added or moved, and every history replays with or
without this.
"""

from collections.abc import Callable
from typing import Any, Final, TypeAlias

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.worker import (
    HandleUpdateInput,
    StartActivityInput,
    WorkflowInboundInterceptor,
    WorkflowOutboundInterceptor,
)

HEADER: Final = "hocba-traceparent"
BEGUN: Final = "hocba_update_begun"
ENDED: Final = "hocba_update_ended"
# What an update is: its name, the workflow, the command; and a moment in nanoseconds since 1970.
Begun: TypeAlias = Callable[[str, tuple[str, str, str], int], str]
Ended: TypeAlias = Callable[[tuple[str, str, str], int], None]


def header_of(traceparent: str) -> dict[str, Payload]:
    """Nothing of anybody is in it, and no codec touches it."""
    return {HEADER: Payload(metadata={"encoding": b"binary/plain"}, data=traceparent.encode())} if traceparent else {}


def traceparent_in(headers: Any) -> str:  # noqa: ANN401 - a mapping of payloads, by Temporal's library
    found = headers.get(HEADER)
    return found.data.decode() if found is not None else ""


def command_of(given: Any) -> str:  # noqa: ANN401 - the arguments of any activity
    """The command that an activity works for, where its input names one."""
    for each in given:
        for name in ("command_id", "order_id"):
            if found := getattr(each, name, None):
                return str(found)
    return ""


class UpdateTraces(WorkflowInboundInterceptor):
    def init(self, outbound: WorkflowOutboundInterceptor) -> None:
        self._under_way: dict[str, str] = {}
        super().init(_Outbound(outbound, self._under_way))

    async def handle_update_handler(self, input: HandleUpdateInput) -> Any:  # noqa: A002, ANN401
        parent = traceparent_in(input.headers)
        if not parent:
            return await super().handle_update_handler(input)
        what = (input.update, workflow.info().workflow_id, input.id)
        self._under_way[input.id] = self._begun(parent, what)
        try:
            return await super().handle_update_handler(input)
        finally:
            del self._under_way[input.id]
            self._ended(what)

    @staticmethod
    def _begun(parent: str, what: tuple[str, str, str]) -> str:
        if workflow.unsafe.is_replaying():
            return parent
        begun: Begun = workflow.extern_functions()[BEGUN]
        return begun(parent, what, workflow.time_ns())

    @staticmethod
    def _ended(what: tuple[str, str, str]) -> None:
        if not workflow.unsafe.is_replaying():
            ended: Ended = workflow.extern_functions()[ENDED]
            ended(what, workflow.time_ns())


class _Outbound(WorkflowOutboundInterceptor):
    def __init__(self, next: WorkflowOutboundInterceptor, under_way: dict[str, str]) -> None:  # noqa: A002
        super().__init__(next)
        self._under_way = under_way

    def start_activity(self, input: StartActivityInput) -> workflow.ActivityHandle[Any]:  # noqa: A002
        update = workflow.current_update_info()
        command = command_of(input.args) or (update.id if update else "")
        input.headers = {**input.headers, **header_of(self._under_way.get(command, ""))}
        return super().start_activity(input)
