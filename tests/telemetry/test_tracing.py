"""One trace from a request to the activity that does the work; off, nothing is added; no history changes its course."""

from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import pytest_asyncio
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from temporalio.client import Client, WorkflowHistory
from temporalio.service import RPCError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer

from api.watching import Watched
from config.payloads import passing_converter
from domain.decisions import Action
from domain.errors import Conflict
from telemetry import otlp, tracing
from telemetry.temporal import Watching
from telemetry.updates import HEADER
from tests.fakes import FakeDatabase, FakePapers
from tests.listening import listening
from tests.workflows.playing import Book, start_book, workers
from tests.workflows.recorded import history, name_of
from tests.workflows.test_replay import OF_BOOKS
from workflows.class_term import ClassTermWorkflow

NAME = "Nguyễn Thị Hồng Ánh"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    otlp.begin(SimpleSpanProcessor(exporter), "tests")
    yield exporter
    tracing.end()


@pytest.fixture
def database() -> FakeDatabase:
    return FakeDatabase()


@pytest_asyncio.fixture(loop_scope="session")
async def watched(temporal_env: WorkflowEnvironment) -> Client:
    config = temporal_env.client.config()
    config["interceptors"] = [Watching()]
    return Client(**config)


@pytest_asyncio.fixture(loop_scope="session")
async def book(watched: Client, database: FakeDatabase, spans: InMemorySpanExporter) -> AsyncIterator[Book]:
    """Its worker forgets everything between two tasks, so each task is also a replay."""
    with ThreadPoolExecutor(4) as threads:
        async with workers(watched, database, FakePapers(database), threads):
            book = await start_book(watched)
            spans.clear()
            yield book
            await book.end()


def named(spans: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans.get_finished_spans()}


def asking(book: Book) -> Watched:
    """An application whose one page sends a decision."""
    app = FastAPI(telemetry={"tracing": False, "metrics": False, "logs": False})

    @app.get("/send/{slot}")
    async def send(slot: str) -> str:
        await book.do(Action.SUBMIT, slot)
        return "done"

    return Watched(app, {id(route): route.path for route in app.routes})  # type: ignore[attr-defined]


async def test_a_request_its_update_and_its_activity_are_one_trace(book: Book, spans: InMemorySpanExporter) -> None:
    client = AsyncClient(transport=ASGITransport(asking(book)), base_url="http://127.0.0.1")
    with listening() as heard:
        answer = await client.get("/send/toan", params={"q": NAME})
    found = named(spans)
    request, call = found["GET /send/{slot}"], found["UpdateWorkflow:submit"]
    update, activity = found["HandleUpdate:submit"], found["RunActivity:record_decision"]
    for child, parent in ((call, request), (update, call), (activity, update)):
        assert child.context.trace_id == request.context.trace_id
        assert child.parent is not None
        assert child.parent.span_id == parent.context.span_id, child.name
    sent = call.attributes or {}
    for span in (update, activity, request):
        assert (span.attributes or {})["hocba.command_id"] == sent["hocba.command_id"]
    assert (activity.attributes or {})["hocba.workflow_id"] == book.handle.id
    done, asked = heard.of("an activity is done")[0], heard.of("a request was answered")[0]
    assert asked["request_id"] == answer.headers["X-Request-ID"] == (request.attributes or {})["hocba.request_id"]
    assert done["command_id"] == asked["command_id"] == sent["hocba.command_id"]
    assert done["workflow_id"] == book.handle.id


async def test_a_span_says_neither_addresses_nor_words(
    book: Book, database: FakeDatabase, spans: InMemorySpanExporter
) -> None:
    database.refuses = Conflict(f"{NAME} đã chuyển trường.")
    client = AsyncClient(transport=ASGITransport(asking(book), raise_app_exceptions=False), base_url="http://127.0.0.1")
    await client.get("/send/toan", params={"q": NAME}, headers={b"Referer": NAME.encode()})
    said = "".join(span.to_json() for span in spans.get_finished_spans())
    assert named(spans)["RunActivity:record_decision"].status.description == "Conflict"
    assert "RunActivity" in said
    assert NAME not in said
    assert NAME.encode("unicode-escape").decode() not in said
    assert "Nguy" not in said


async def test_an_update_that_reaches_nobody_says_why(watched: Client, spans: InMemorySpanExporter) -> None:
    with pytest.raises(RPCError), listening() as heard:
        await watched.get_workflow_handle("class-term/none").execute_update("submit", id="a command")
    (line,) = heard.of("an update was sent")
    assert (line["cause"], line["command_id"], line["workflow_id"]) == ("RPCError", "a command", "class-term/none")
    assert named(spans)["UpdateWorkflow:submit"].status.description == "RPCError"


@pytest.mark.parametrize("is_on", [True, False])
async def test_a_history_replays_whether_it_was_traced_or_not(
    watched: Client, database: FakeDatabase, spans: InMemorySpanExporter, *, is_on: bool
) -> None:
    if not is_on:
        tracing.end()
    with ThreadPoolExecutor(4) as threads:
        async with workers(watched, database, FakePapers(database), threads):
            book = await start_book(watched)
            await book.do(Action.SUBMIT, "toan")
            recorded = await book.handle.fetch_history()
            await book.end()
    assert (HEADER in recorded.to_json()) is is_on
    for interceptors in ([], [Watching()]):
        replayer = Replayer(
            workflows=[ClassTermWorkflow], data_converter=watched.data_converter, interceptors=interceptors
        )
        await replayer.replay_workflow(WorkflowHistory.from_json(book.handle.id, recorded.to_json()))


@pytest.mark.parametrize("path", OF_BOOKS, ids=name_of)
async def test_recorded_histories_replay_while_traces_are_on(path: Path, spans: InMemorySpanExporter) -> None:
    replayer = Replayer(workflows=[ClassTermWorkflow], data_converter=passing_converter(), interceptors=[Watching()])
    await replayer.replay_workflow(history(path))
    assert spans.get_finished_spans() == ()


async def test_nothing_is_traced_unless_an_endpoint_is_named(watched: Client, database: FakeDatabase) -> None:
    assert not tracing.is_on()
    assert tracing.traceparent() == ""
    with tracing.span("nothing", {}) as span:
        assert span is None
