"""A hocba that runs: two workers and an API, scraped once, with its logs and what came to the collector of traces."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio
from httpx import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import ActivityFailureError, Client
from temporalio.common import RetryPolicy

from cli.services.child import Child
from cli.services.machine import free_ports, metrics_ports, port_is_free
from cli.services.services import make_folders, own_processes
from cli.services.temporal_in_memory import temporal_server
from config.settings import LOOPBACK, Settings
from config.temporal import connect
from storage.database import make_engine, make_sessions
from tests.database import migrated_database
from tests.factories import make_certificate, open_book
from workflows.queues import SIGN_QUEUE

NAME = "Nguyễn Thị Hồng Ánh"


@dataclass(frozen=True)
class Scrape:
    """The labels of every series, by name; and all that was said."""

    labels: dict[str, set[str]]
    text: str


@dataclass
class Running:
    scrapes: dict[str, Scrape]
    logs: dict[str, str]
    traces: bytes


class Receiver(HTTPServer):
    """Takes traces in, as a collector does."""

    def __init__(self) -> None:
        super().__init__((LOOPBACK, 0), _Take)
        self.taken: list[tuple[str, bytes]] = []

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.server_port}"


class _Take(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.path, body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
        pass


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        thread = Thread(target=receiver.serve_forever, args=(0.01,))
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> AsyncIterator[Running]:
    """The two workers and the API as `hocba up` starts them, asked for something once, and stopped."""
    address = migrated_database(postgres_url, "watched")
    _settle(address)
    async with temporal_server() as environment:
        host, _, port = environment.client.service_client.config.target_host.partition(":")
        api, *_ = free_ports(LOOPBACK, 1)
        settings = Settings(
            var_dir=tmp_path_factory.mktemp("var"), database_url=address, temporal_host=host, temporal_port=int(port),
            api_port=api, metrics_port=three_ports(), otlp_endpoint=receiver.url, log_format="json",
        )  # fmt: skip
        async with started(settings):
            await _ask(settings)
            await _work(await connect(settings))
            scrapes = await _scraped(settings)
    logs = {part: (settings.var_dir / "log" / f"{part}.log").read_text() for part in ("api", "worker", "signer")}
    yield Running(scrapes, logs, b"".join(body for path, body in receiver.taken if path == "/v1/traces"))


def _settle(address: str) -> None:
    """An open book, and a seal that ends soon: else there is nothing to count."""
    engine = make_engine(address)
    with make_sessions(engine).begin() as session:
        school_id = open_book(session).cast.school.school_id
        make_certificate(session, None, school_id=school_id, not_after=datetime.now(UTC) + timedelta(days=9))
    engine.dispose()


@asynccontextmanager
async def started(settings: Settings) -> AsyncIterator[None]:
    """All at once: one after the other takes three times as long."""
    make_folders(settings)
    children = [Child(part, settings.var_dir) for part in own_processes(settings)]
    try:
        await asyncio.gather(*(child.start() for child in children))
        yield
    finally:
        await asyncio.gather(*(child.stop(lambda _: None) for child in children))


async def _work(client: Client) -> None:
    """A workflow with an activity that is done, and an activity that is refused: nobody knows such an order."""
    await client.get_schedule_handle("upkeep/sweep").trigger()
    handle = await client.start_activity(
        "prepare_order", str(uuid4()), id="signing-order/none", task_queue=SIGN_QUEUE,
        start_to_close_timeout=timedelta(minutes=1), retry_policy=RetryPolicy(maximum_attempts=1),
    )  # fmt: skip
    with pytest.raises(ActivityFailureError):
        await handle.result()


def three_ports() -> int:
    """The first of three free ones in a row."""
    for first in range(20000, 60000, 7):
        if all(port_is_free(LOOPBACK, first + each) for each in range(3)):
            return first
    raise AssertionError("no ports")


async def _ask(settings: Settings) -> None:
    async with AsyncClient(base_url=settings.api_url, trust_env=False) as client:
        for path in ("/healthz", f"/kiem-tra?ma={quote(NAME)}", f"/{quote(NAME)}"):
            await client.get(path, headers={"Cookie": "hocba=" + quote(NAME)})


async def _scraped(settings: Settings) -> dict[str, Scrape]:
    """Once the schedules' workflows are through."""
    async with AsyncClient(trust_env=False, timeout=20) as client, asyncio.timeout(90):
        while True:
            answers = {
                part: (await client.get(f"http://{LOOPBACK}:{port}/metrics")).text
                for part, port in metrics_ports(settings).items()
            }
            if "temporal_activity_execution_latency_seconds_count" in answers["signer"]:
                return {part: Scrape(_labels(text), text) for part, text in answers.items()}
            await asyncio.sleep(0.5)


def _labels(text: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for family in text_string_to_metric_families(text):
        found.setdefault(family.name + ("_total" if family.type == "counter" else ""), set())
        for sample in family.samples:
            found.setdefault(sample.name, set()).update(sample.labels)
    return found
