"""What is said of updates and activities: the ids on their log lines, their spans, and how activities fail."""

import logging
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final, Protocol

from opentelemetry.trace import Span, SpanKind
from prometheus_client import Counter
from structlog.contextvars import bind_contextvars, bound_contextvars
from temporalio import activity
from temporalio.api.common.v1 import Payload
from temporalio.client import (
    ActivityHandle,
    OutboundInterceptor,
    SignalWorkflowInput,
    StartActivityInput,
    StartWorkflowInput,
    StartWorkflowUpdateInput,
    WorkflowHandle,
    WorkflowUpdateHandle,
)
from temporalio.client import Interceptor as ClientInterceptor
from temporalio.exceptions import ApplicationError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    WorkflowInboundInterceptor,
    WorkflowInterceptorClassInput,
)

from telemetry import requests, tracing
from telemetry.faults import cause_of
from telemetry.updates import BEGUN, ENDED, UpdateTraces, command_of, header_of, traceparent_in

MOST_UNDER_WAY: Final = 10_000
ACTIVITY_FAILURES: Final = Counter(
    "hocba_activity_failures", "Attempts of activities that failed; NotYet waits for somebody.", ["activity", "cause"]
)
_log = logging.getLogger(__name__)


class WithHeaders(Protocol):
    headers: Mapping[str, Payload]


class Watching(ClientInterceptor, Interceptor):
    """Given to a client, it watches the client's calls and the activities of all workers that use the client.

    While traces are off nothing is added to what is sent, and workflows run without it.
    """

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002
        return _Calls(next)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002
        return _Activities(next)

    def workflow_interceptor_class(
        self,
        input: WorkflowInterceptorClassInput,  # noqa: A002
    ) -> type[WorkflowInboundInterceptor] | None:
        if not tracing.is_on():
            return None
        spans = _UpdateSpans()
        input.unsafe_extern_functions.update({BEGUN: spans.begun, ENDED: spans.ended})
        return UpdateTraces


class _UpdateSpans:
    """Spans of updates that this process works on. One that another worker goes on with is not ended here."""

    def __init__(self) -> None:
        self._open: OrderedDict[tuple[str, str, str], Span] = OrderedDict()

    def begun(self, parent: str, what: tuple[str, str, str], at_ns: int) -> str:
        update, workflow_id, command_id = what
        ids = {"hocba.workflow_id": workflow_id, "hocba.command_id": command_id}
        span = tracing.start(f"HandleUpdate:{update}", ids, parent, at_ns)
        if span is None:
            return parent
        self._open[what] = span
        if len(self._open) > MOST_UNDER_WAY:
            self._open.popitem(last=False)
        return tracing.traceparent(span)

    def ended(self, what: tuple[str, str, str], at_ns: int) -> None:
        if span := self._open.pop(what, None):
            span.end(at_ns)


class _Calls(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:  # noqa: A002
        with _call(f"StartWorkflow:{input.workflow}", {"workflow_id": input.id}):
            return await super().start_workflow(input)

    async def signal_workflow(self, input: SignalWorkflowInput) -> None:  # noqa: A002
        with _call(f"SignalWorkflow:{input.signal}", {"workflow_id": input.id}):
            await super().signal_workflow(input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> WorkflowUpdateHandle[Any]:  # noqa: A002
        ids = {"workflow_id": input.id, "command_id": input.update_id or ""}
        requests.note_command(ids["command_id"])
        begun = time.perf_counter()
        with _call(f"UpdateWorkflow:{input.update}", ids, input):
            cause = {}
            try:
                return await super().start_workflow_update(input)
            except Exception as error:
                cause = {"cause": cause_of(error)}
                raise
            finally:
                _log.info("an update was sent", extra={"update": input.update, "ms": _ms_since(begun), **cause})

    async def start_activity(self, input: StartActivityInput) -> ActivityHandle[Any]:  # noqa: A002
        command_id = input.id.rpartition("/")[2]
        requests.note_command(command_id)
        with _call(f"StartActivity:{input.activity_type}", {"activity_id": input.id, "command_id": command_id}, input):
            return await super().start_activity(input)


@contextmanager
def _call(name: str, ids: Mapping[str, str], carrying: WithHeaders | None = None) -> Iterator[None]:
    """The ids are on every line that is written meanwhile; whoever does the work is told where the trace is."""
    with bound_contextvars(**ids), tracing.span(name, _named(ids), SpanKind.CLIENT) as span:
        if span is not None and carrying is not None:
            carrying.headers = {**carrying.headers, **header_of(tracing.traceparent())}
        yield


class _Activities(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002, ANN401
        """An activity has a task of its own, so what is bound stays on the lines that Temporal's library adds."""
        info = activity.info()
        command_id = command_of(input.args) or (info.activity_id.rpartition("/")[2] if not info.workflow_id else "")
        ids = {"workflow_id": info.workflow_id or "", "command_id": command_id, "activity_id": info.activity_id}
        bind_contextvars(activity=info.activity_type, attempt=info.attempt, **{k: v for k, v in ids.items() if v})
        about = {**_named(ids), "hocba.attempt": info.attempt}
        begun = time.perf_counter()
        try:
            with tracing.span(
                f"RunActivity:{info.activity_type}", about, SpanKind.SERVER, traceparent_in(input.headers)
            ):
                done = await super().execute_activity(input)
        except Exception as error:
            ACTIVITY_FAILURES.labels(info.activity_type, cause_of(error)).inc()
            _log.log(_loudness(error), "an activity failed", extra={"cause": cause_of(error), "ms": _ms_since(begun)})
            raise
        level = logging.INFO if command_id else logging.DEBUG
        _log.log(level, "an activity is done", extra={"ms": _ms_since(begun)})
        return done


def _loudness(error: Exception) -> int:
    """A refusal by the rules, or somebody who is waited for, is business; the rest Temporal's library tells in full."""
    return logging.INFO if isinstance(error, ApplicationError) else logging.DEBUG


def _named(ids: Mapping[str, str]) -> dict[str, str | int]:
    return {f"hocba.{name}": value for name, value in ids.items() if value}


def _ms_since(begun: float) -> float:
    return round((time.perf_counter() - begun) * 1000, 1)
