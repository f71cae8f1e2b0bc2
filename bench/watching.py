"""What watching costs: a request and an activity, each with and without, in processor time of the same run.

`python -m bench.watching [--rounds 2000] [--json]`. The request is the smallest there is, the activity one that does
nothing for a command, in an environment of the tests: real ones take a hundred times as long. Logs are written as JSON
to a file, spans are made and thrown away.
"""

import argparse
import asyncio
import json
import logging
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from functools import partial
from statistics import median
from types import SimpleNamespace
from typing import Any

from fastapi import FastAPI
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from starlette.types import ASGIApp, Message
from temporalio import activity
from temporalio.testing import ActivityEnvironment
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput

from api.watching import Watched, templates_of
from telemetry import logs, otlp, tracing
from telemetry.temporal import Watching

REPEATS = 7


class _Nowhere(SpanExporter):
    def export(self, spans: Any) -> SpanExportResult:  # noqa: ANN401, ARG002 - as OpenTelemetry calls it
        return SpanExportResult.SUCCESS


class _Nothing(ActivityInboundInterceptor):
    def __init__(self) -> None:
        """The innermost one."""

    async def execute_activity(self, input: ExecuteActivityInput) -> None:  # noqa: A002, ARG002 - as the others
        return None


def _apps() -> dict[str, ASGIApp]:
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.get("/things/{thing}")
    async def show(thing: str) -> str:
        return thing

    plain = app.build_middleware_stack()
    return {"without": plain, "with": Watched(plain, templates_of(app))}


async def _request(app: ASGIApp) -> None:
    scope = {
        "type": "http", "method": "GET", "path": "/things/1", "raw_path": b"/things/1", "query_string": b"",
        "headers": [], "http_version": "1.1", "scheme": "http", "root_path": "", "client": ("127.0.0.1", 1),
    }  # fmt: skip

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(_message: Message) -> None:
        return None

    await app(scope, receive, send)


async def _microseconds(work: Callable[[], Awaitable[object]], rounds: int) -> float:
    begun = time.process_time()
    for _ in range(rounds):
        await work()
    return (time.process_time() - begun) / rounds * 1e6


async def _requests(rounds: int) -> dict[str, float]:
    apps, taken = _apps(), dict[str, list[float]]()
    for _ in range(REPEATS):
        for name, app in apps.items():
            taken.setdefault(name, []).append(await _microseconds(partial(_request, app), rounds))
    return {name: median(each) for name, each in taken.items()}


async def _activities(rounds: int) -> dict[str, float]:
    work = SimpleNamespace(command_id="529f2841-67e6-4d20-9d53-414feafc67a4")
    given = ExecuteActivityInput(fn=asyncio.sleep, args=(work,), executor=None, headers={})
    kinds = {"without": _Nothing(), "with": Watching().intercept_activity(_Nothing())}
    taken: dict[str, list[float]] = {}

    async def run() -> None:
        activity.info()
        for _ in range(REPEATS):
            for name, kind in kinds.items():
                taken.setdefault(name, []).append(await _microseconds(partial(kind.execute_activity, given), rounds))

    await ActivityEnvironment().run(run)
    return {name: median(each) for name, each in taken.items()}


async def measure(rounds: int) -> dict[str, float]:
    found: dict[str, float] = {}
    for traces in ("off", "on"):
        if traces == "on":
            otlp.begin(BatchSpanProcessor(_Nowhere()), "bench")
        for what, taken in (("request", await _requests(rounds)), ("activity", await _activities(rounds))):
            found[f"{what}_us_traces_{traces}"] = round(taken["with"] - taken["without"], 1)
            found[f"{what}_us_without"] = round(taken["without"], 1)
    tracing.end()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with ExitStack() as stack:
        handler = logging.StreamHandler(stack.enter_context(tempfile.TemporaryFile("w")))
        logs.set_up("json")
        handler.setFormatter(logs.formatter("json"))
        logging.getLogger().handlers[:] = [handler]
        found = asyncio.run(measure(arguments.rounds))
    if arguments.json:
        print(json.dumps(found))
        return
    for name, value in found.items():
        print(f"{name:32} {value:8.1f}")


if __name__ == "__main__":
    main()
