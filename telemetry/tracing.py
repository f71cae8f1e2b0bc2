"""Traces by OpenTelemetry, off unless an endpoint is named. Spans carry ids, codes and templates, no words of people.

The tracer is ours alone and not the process's: libraries that trace by themselves (FastAPI does, with the whole address
of each request) find none.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from telemetry.faults import cause_of

TRACEPARENT: Final = "traceparent"  # W3C Trace Context
_propagator = TraceContextTextMapPropagator()
_tracers: list[Tracer] = []
_last: list[Callable[[], object]] = []


def use(tracer: Tracer, last: Callable[[], object]) -> None:
    """Make spans from here on; `telemetry.otlp` says where they go. `last` sends what is left at the end."""
    _tracers[:], _last[:] = [tracer], [last]


def end() -> None:
    """Make no more spans, and return once those that there are have been sent, or cannot be."""
    _tracers.clear()
    while _last:
        _last.pop()()


def is_on() -> bool:
    return bool(_tracers)


@contextmanager
def span(
    name: str, attributes: Mapping[str, str | int], kind: SpanKind = SpanKind.INTERNAL, parent: str = ""
) -> Iterator[Span | None]:
    """A span around what is done in it, below `parent` (a `traceparent`) or the current one; None while off.

    What is raised gives it a cause, nothing more: OpenTelemetry itself would keep the words and values.
    """
    if not _tracers:
        yield None
        return
    with _tracers[0].start_as_current_span(
        name, _below(parent), kind, attributes, record_exception=False, set_status_on_exception=False
    ) as current:
        try:
            yield current
        except BaseException as error:
            blame(current, cause_of(error))
            raise


def start(name: str, attributes: Mapping[str, str | int], parent: str, at_ns: int) -> Span | None:
    """A span that somebody else ends, begun at a moment in nanoseconds since 1970."""
    if not _tracers:
        return None
    return _tracers[0].start_span(name, _below(parent), SpanKind.SERVER, attributes, start_time=at_ns)


def blame(current: Span, cause: str) -> None:
    current.set_attribute("error.type", cause)
    current.set_status(Status(StatusCode.ERROR, cause))


def traceparent(of: Span | None = None) -> str:
    """How the current span, or another one, is named to whoever works for it elsewhere; empty while off."""
    carrier: dict[str, str] = {}
    _propagator.inject(carrier, None if of is None else trace.set_span_in_context(of))
    return carrier.get(TRACEPARENT, "")


def _below(parent: str) -> Context | None:
    return _propagator.extract({TRACEPARENT: parent}, Context()) if parent else None
