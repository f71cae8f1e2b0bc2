"""What Grafana shows and Prometheus rings for is there when a hocba is scraped; logs and traces name nobody."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
import pytest_asyncio
import yaml
from httpx import AsyncClient
from prometheus_client.parser import text_string_to_metric_families
from temporalio.client import ActivityFailureError, Client
from temporalio.common import RetryPolicy

from cli.services.child import Child
from cli.services.machine import free_ports, metrics_ports, port_is_free
from cli.services.services import make_folders, own_processes
from cli.services.temporal_in_memory import temporal_server
from config.settings import LOOPBACK, PROJECT, Settings
from config.temporal import connect
from storage.database import make_engine, make_sessions
from storage.migrate import upgrade
from tests.database import another_database
from tests.factories import make_certificate, open_book
from workflows.queues import SIGN_QUEUE

NAME = "Nguyễn Thị Hồng Ánh"
OPS = PROJECT / "ops"
RULES = yaml.safe_load((OPS / "prometheus" / "alerts.yml").read_text())["groups"][0]["rules"]
DASHBOARD = json.loads((OPS / "grafana" / "hocba.json").read_text())
SCRAPES = yaml.safe_load((OPS / "prometheus" / "prometheus.yml").read_text())["scrape_configs"]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
ASKED = [rule["expr"] for rule in RULES] + [each["expr"] for panel in PANELS for each in panel["targets"]]
RUNBOOK = (PROJECT / "docs" / "operations.md").read_text()
# Of the language itself; whatever else is a word, and not called, is a metric.
KEYWORDS = {"and", "or", "unless", "by", "without", "on", "ignoring", "bool", "offset", "inf"}
OF_PROMETHEUS = {"up": {"job", "instance", "part"}}
OF_TARGETS = {"job", "instance", "part"}


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
        thread = Thread(target=receiver.serve_forever)
        thread.start()
        yield receiver
        receiver.shutdown()
        thread.join()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def running(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory, receiver: Receiver
) -> AsyncIterator[Running]:
    """The two workers and the API as `hocba up` starts them, asked for something once, and stopped."""
    upgrade(address := another_database(postgres_url, "watched"))
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


def metrics_of(expression: str) -> dict[str, set[str]]:
    """The metrics that an expression names, with the labels it picks them by."""
    picked: dict[str, set[str]] = {}
    for name, matchers in re.findall(r"\b([a-z_:][a-z0-9_:]*)\{([^}]*)\}", expression):
        picked.setdefault(name, set()).update(re.findall(r'(\w+)\s*[=!]~?=?"', matchers))
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\"[^\"]*\"", " ", expression)
    bare = re.sub(r"\b(?:by|without|on|ignoring)\s*\([^)]*\)", " ", bare)
    for name, called in re.findall(r"\b([a-z_:][a-z0-9_:]*)\b(\s*\()?", bare):
        if not called and name not in KEYWORDS:
            picked.setdefault(name, set())
    return picked


def grouped_by(expression: str) -> set[str]:
    return {label for each in re.findall(r"\bby\s*\(([^)]*)\)", expression) for label in re.findall(r"\w+", each)}


def there(running: Running) -> dict[str, set[str]]:
    found = dict(OF_PROMETHEUS)
    for scrape in running.scrapes.values():
        for name, labels in scrape.labels.items():
            found[name] = found.get(name, set()) | labels
    return found


def test_expressions_are_read_as_prometheus_reads_them() -> None:
    asked = (
        'sum by (le) (rate(a_bucket{x="1",y!~"b(c)"}[$__rate_interval])) / on (z) b_total > 0 and absent(c) or up == 0'
    )
    assert metrics_of(asked) == {"a_bucket": {"x", "y"}, "b_total": set(), "c": set(), "up": set()}
    assert grouped_by(asked) == {"le"}


@pytest.mark.parametrize("expression", ASKED)
def test_every_metric_and_label_that_is_asked_for_is_there(running: Running, expression: str) -> None:
    known = there(running)
    asked = metrics_of(expression)
    assert asked
    for name, labels in asked.items():
        assert name in known, name
        assert labels <= known[name] | OF_TARGETS, name
    of_all = set().union(*(known[name] for name in asked)) | OF_TARGETS
    assert grouped_by(expression) <= of_all


def test_each_alert_has_a_name_a_weight_and_a_page_of_the_runbook() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["runbook_url"] == f"docs/operations.md#{rule['alert'].lower()}"
        assert f"\n### {rule['alert']}\n" in RUNBOOK, rule["alert"]


def test_the_runbook_has_no_page_too_many() -> None:
    assert set(re.findall(r"^### (Hocba\w+)$", RUNBOOK, re.MULTILINE)) == {rule["alert"] for rule in RULES}


def test_every_metric_of_ours_is_in_the_manual(running: Running) -> None:
    ours = {name for name in there(running) if name.startswith("hocba_")}
    families = {re.sub("_(bucket|count|sum)$", "", name) for name in ours}
    assert {name for name in families if f"`{name}`" not in RUNBOOK} == set()


def test_the_dashboard_is_whole() -> None:
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in PANELS:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["datasource"]["uid"] == "${datasource}"
        assert panel["title"]


def test_prometheus_asks_where_hocba_up_answers() -> None:
    (job,) = SCRAPES
    targets = {each["labels"]["part"]: each["targets"] for each in job["static_configs"]}
    ports = metrics_ports(Settings(metrics_port=9464))
    assert targets == {part: [f"{LOOPBACK}:{port}"] for part, port in ports.items()}


def test_without_a_port_nothing_is_scraped() -> None:
    assert metrics_ports(Settings()) == {}
    assert Settings().metrics_host == LOOPBACK


def test_a_scrape_names_nobody_and_no_id(running: Running) -> None:
    for scrape in running.scrapes.values():
        assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}", scrape.text)
        assert NAME not in scrape.text
        assert quote(NAME) not in scrape.text


def test_every_line_of_every_log_is_json_and_names_nobody(running: Running) -> None:
    lines = [(part, json.loads(line)) for part, text in running.logs.items() for line in text.splitlines()]
    said: list[dict[str, Any]] = [line for part, line in lines if part == "api"]
    assert "/kiem-tra" in {line.get("route") for line in said}
    assert all({"timestamp", "level", "logger", "event"} <= set(line) for _, line in lines)
    everything = "".join(running.logs.values())
    assert all(word not in everything for word in (NAME, quote(NAME), json.dumps(NAME)[1:-1]))


def test_traces_come_to_the_collector_and_name_nobody(running: Running) -> None:
    assert b"GET /kiem-tra" in running.traces
    assert b"hocba-api" in running.traces
    assert b"RunActivity:prepare_order" in running.traces
    assert b"hocba-signer" in running.traces
    assert all(word.encode() not in running.traces for word in (NAME, quote(NAME)))


def test_files_are_where_the_manual_says(tmp_path: Path) -> None:
    for file in ("ops/prometheus/alerts.yml", "ops/prometheus/prometheus.yml", "ops/grafana/hocba.json"):
        assert f"`{file}`" in RUNBOOK
        assert (PROJECT / file).exists()
