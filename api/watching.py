"""Every request with an id, a line in the log, a count, a time and, where traces are on, a span.

They name the route's template: addresses hold ids, and what people typed.
"""

import ipaddress
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from opentelemetry.trace import Span, SpanKind
from prometheus_client import Counter, Gauge, Histogram
from starlette.datastructures import Headers, MutableHeaders
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from telemetry import requests, tracing

HEADER: Final = "X-Request-ID"
REQUEST_ID: Final = "hocba.request_id"
NO_ROUTE: Final = "(none)"
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
QUIET: Final = frozenset({"/healthz", "/readyz"})
BROKEN: Final = 500
_LABELS: Final = ("method", "route")
REQUESTS: Final = Counter("hocba_http_requests", "Requests answered, by template.", [*_LABELS, "status"])
SECONDS: Final = Histogram(
    "hocba_http_request_seconds",
    "Time until an answer begins: what follows goes at the pace of whoever reads it.",
    _LABELS,
    buckets=(0.025, 0.1, 0.25, 0.5, 1, 2.5, 10),
)
UNDER_WAY: Final = Gauge("hocba_http_requests_under_way", "Requests whose answer is not over yet, streams too.")
_log = logging.getLogger(__name__)


class Watched:
    """Plain ASGI around the whole application, so that what breaks is answered inside it."""

    def __init__(self, app: ASGIApp, templates: Mapping[int, str]) -> None:
        self._app = app
        self._templates = templates

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answer = _Answer(scope, send)
        try:
            with UNDER_WAY.track_inprogress(), tracing.span("HTTP", answer.ids, SpanKind.SERVER) as span:
                try:
                    await self._app(scope, receive, answer.send)
                finally:
                    answer.name(span, self._template(scope))
        finally:
            answer.note(self._template(scope))

    def _template(self, scope: Scope) -> str:
        route = scope.get("route") or scope.get("endpoint")
        return self._templates.get(id(route), NO_ROUTE)


class _Answer:
    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope, self._send = scope, send
        self._begun = time.perf_counter()
        self._request_id: str = scope.setdefault(REQUEST_ID, requests.new_id())
        self._commands = requests.begin(self._request_id)
        self._status, self._seconds = 0, 0.0
        self.method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self.ids = {"hocba.request_id": self._request_id}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._status, self._seconds = message["status"], time.perf_counter() - self._begun
            MutableHeaders(scope=message)[HEADER] = self._request_id
        await self._send(message)

    def name(self, span: Span | None, template: str) -> None:
        """Only now the route is known."""
        if span is None:
            return
        span.update_name(f"{self.method} {template}")
        span.set_attributes({"http.request.method": self.method, "http.route": template})
        span.set_attributes({f"hocba.{name}": value for name, value in self._particulars().items()})
        span.set_attribute("http.response.status_code", self._status or BROKEN)

    def note(self, template: str) -> None:
        """A request whose answer never began is broken, too: its server ends the connection."""
        status, seconds = self._status or BROKEN, self._seconds or time.perf_counter() - self._begun
        REQUESTS.labels(self.method, template, status).inc()
        SECONDS.labels(self.method, template).observe(seconds)
        is_quiet = status < BROKEN and (template in QUIET or template.endswith("/…"))
        level = logging.DEBUG if is_quiet else logging.INFO
        if _log.isEnabledFor(level):
            facts = {"method": self.method, "route": template, "status": status, "ms": round(seconds * 1000, 1)}
            _log.log(level, "a request was answered", extra={**facts, **self._particulars()})

    def _particulars(self) -> dict[str, str | int]:
        """What was sent, and why it was refused. Of many commands each has a line of its own, with the request's id."""
        cause = self._scope.get("state", {}).get("cause")
        why = {"cause": cause} if cause else {}
        match self._commands:
            case []:
                return why
            case [command]:
                return {"command_id": command, **why}
            case several:
                return {"commands": len(several), **why}


class RequestIds:
    """Believes the id that a trusted proxy gave a request; to be around whatever changes where it comes from."""

    def __init__(self, app: ASGIApp, trusted: Sequence[str]) -> None:
        self._app = app
        self._trusted = [ipaddress.ip_network(each) for each in trusted]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._trusted and self._is_proxy(scope):
            given = Headers(scope=scope).get(HEADER, "")
            if requests.is_well_formed(given):
                scope[REQUEST_ID] = given
        await self._app(scope, receive, send)

    def _is_proxy(self, scope: Scope) -> bool:
        host = (scope.get("client") or ("",))[0]
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return False
        return any(address in network for network in self._trusted)


def request_id(scope: Scope) -> str:
    """What somebody can name to support."""
    found: str = scope.get(REQUEST_ID, "")
    return found


def templates_of(app: FastAPI) -> dict[int, str]:
    """The template of each route, by the identity of what Starlette says was found for a request."""
    found: dict[int, str] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Mount):
            found[id(route.app)] = f"{route.path}/…"
        else:
            found[id(route)] = found[id(getattr(route, "endpoint", route))] = context.path or NO_ROUTE
    return found
