"""Every request has an id, a line in the log, a count and a time; none of them says what somebody typed."""

import json
import logging
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Thread
from urllib.parse import quote
from uuid import uuid4

import pytest
import uvicorn
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from prometheus_client import REGISTRY, generate_latest
from sqlalchemy.exc import IntegrityError

from api.main import create_app
from api.running import server_config
from api.services import Services
from api.watching import HEADER
from config.settings import Settings
from tests.api.conftest import As
from tests.api.fakes import FakeApprovals
from tests.listening import Heard, listening

NAME = "Nguyễn Thị Hồng Ánh"
ANSWERED = "a request was answered"
BY_PROXY = "0af7651916cd43dd8448eb211c80319c"


@pytest.fixture
def heard() -> Iterator[Heard]:
    with listening() as heard:
        yield heard


class Poisoned(FakeApprovals):
    """Breaks with somebody's data in its words, as a driver's or a library's exceptions have."""

    async def ping(self) -> None:
        raise IntegrityError("INSERT", {}, ValueError(f"Key (full_name)=({NAME}) already exists"))


@pytest.fixture
def broken(services: Services) -> AsyncClient:
    """The application as it answers when something of it breaks."""
    app = create_app(replace(services, approvals=Poisoned()))
    return AsyncClient(transport=ASGITransport(app, raise_app_exceptions=False), base_url="http://127.0.0.1")


def counted() -> str:
    return "\n".join(line for line in generate_latest(REGISTRY).decode().splitlines() if "hocba_http_req" in line)


def count(method: str, route: str, status: int) -> float:
    labels = {"method": method, "route": route, "status": str(status)}
    return REGISTRY.get_sample_value("hocba_http_requests_total", labels) or 0


async def test_every_answer_has_an_id_that_the_log_knows(as_: As, heard: Heard) -> None:
    answer = await as_("nobody").get("/kiem-tra")
    (line,) = heard.of(ANSWERED)
    assert re.fullmatch("[0-9a-f]{16}", answer.headers[HEADER])
    assert line["request_id"] == answer.headers[HEADER]
    assert (line["method"], line["route"], line["status"]) == ("GET", "/kiem-tra", 200)
    assert line["ms"] > 0


async def test_two_requests_have_two_ids(as_: As) -> None:
    one, other = [await as_("nobody").get("/healthz") for _ in range(2)]
    assert one.headers[HEADER] != other.headers[HEADER]


@pytest.mark.parametrize(
    ("trusted", "given", "is_taken"),
    [
        ("192.0.2.9", BY_PROXY, True),
        ("192.0.2.0/24", BY_PROXY, True),
        ("", BY_PROXY, False),
        ("10.0.0.0/8", BY_PROXY, False),
        ("192.0.2.9", NAME, False),
        ("192.0.2.9", "x" * 65, False),
        ("192.0.2.9", 'abcdefgh","level":"', False),
        ("192.0.2.9", "short", False),
    ],
)
async def test_an_id_is_taken_over_from_a_trusted_proxy_if_it_is_well_formed(
    app: FastAPI, heard: Heard, trusted: str, given: str, *, is_taken: bool
) -> None:
    config = server_config(app, Settings(trusted_proxies=trusted))
    config.load()
    transport = ASGITransport(config.loaded_app, client=("192.0.2.9", 1))
    client = AsyncClient(transport=transport, base_url="http://127.0.0.1")
    headers = {HEADER.encode(): given.encode(), b"X-Forwarded-For": b"203.0.113.77"}
    answer = await client.get("/kiem-tra", headers=headers)
    assert (answer.headers[HEADER] == given) is is_taken
    assert heard.of(ANSWERED)[0]["request_id"] == answer.headers[HEADER]


async def test_what_breaks_is_answered_with_the_code_to_name_to_support(broken: AsyncClient, heard: Heard) -> None:
    answer = await broken.get("/readyz")
    assert answer.status_code == 500
    body = answer.json()
    assert body["request_id"] == answer.headers[HEADER]
    assert answer.headers[HEADER] in body["detail"]
    (line,) = heard.of(ANSWERED)
    assert (line["status"], line["cause"], line["request_id"]) == (500, "Broken", answer.headers[HEADER])
    assert NAME not in answer.text


async def test_people_are_shown_the_code_on_the_page(broken: AsyncClient) -> None:
    answer = await broken.get("/readyz", headers={"Accept": "text/html"})
    assert answer.status_code == 500
    assert f"mã {answer.headers[HEADER]}." in answer.text
    assert answer.headers["X-Frame-Options"] == "DENY"


async def test_the_code_is_told_in_english_too(broken: AsyncClient) -> None:
    answer = await broken.get("/readyz", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert answer.headers[HEADER] in answer.text


async def test_a_refusal_says_its_id_and_the_log_its_cause(as_: As, heard: Heard) -> None:
    answer = await as_("music").get(f"/api/v1/class-terms/{uuid4()}")
    assert (answer.status_code, answer.json()["request_id"]) == (404, answer.headers[HEADER])
    (line,) = heard.of(ANSWERED)
    assert (line["cause"], line["route"]) == ("NotFound", "/api/v1/class-terms/{class_term_id}")


@pytest.mark.parametrize(
    ("method", "path", "route"),
    [
        ("GET", f"/kiem-tra?ma={quote(NAME)}", "/kiem-tra"),
        ("GET", f"/{quote(NAME)}", "(none)"),
        ("GET", f"/tim?q={quote(NAME)}", "/tim"),
        ("POST", f"/dang-nhap?x={quote(NAME)}", "/dang-nhap"),
        ("DELETE", f"/kiem-tra?{quote(NAME)}", "/kiem-tra"),
        ("GET", f"/static/{quote(NAME)}.css", "/static/…"),
        ("GET", f"/history/{quote(NAME)}", "/history/…"),
        ("GET", f"/api/v1/class-terms/{quote(NAME)}", "/api/v1/class-terms/{class_term_id}"),
    ],
)
async def test_neither_log_nor_metrics_repeat_an_address(
    as_: As, heard: Heard, method: str, path: str, route: str
) -> None:
    answer = await as_("music").request(method, path, headers={b"Referer": NAME.encode(), b"User-Agent": NAME.encode()})
    said = heard.text + counted()
    assert count(method, route, answer.status_code) >= 1, said
    assert all(word not in said for word in (NAME, quote(NAME), json.dumps(NAME)[1:-1]))


async def test_hostile_addresses_and_methods_do_not_make_more_series(as_: As) -> None:
    client = as_("nobody")
    for path in ("/", "/x", "/static/x", "/api/v1/class-terms/x"):
        await client.request("BREW", path)
        await client.get(path)
    before = counted().count("\n")
    for number in range(30):
        for path in (f"/{number}", f"/static/{number}", f"/api/v1/class-terms/{number}", f"/?{number}", f"//{number}"):
            await client.request(f"BREW{number}", path)
            await client.get(path)
    assert counted().count("\n") == before
    assert not re.search("[0-9a-f]{8}-[0-9a-f]{4}", counted())


async def test_time_and_requests_under_way_are_measured(as_: As) -> None:
    labels = {"method": "GET", "route": "/healthz"}
    before = REGISTRY.get_sample_value("hocba_http_request_seconds_count", labels) or 0
    await as_("nobody").get("/healthz")
    assert REGISTRY.get_sample_value("hocba_http_request_seconds_count", labels) == before + 1
    assert REGISTRY.get_sample_value("hocba_http_requests_under_way") == 0


async def test_probes_fill_no_log(as_: As, heard: Heard) -> None:
    await as_("nobody").get("/healthz")
    await as_("nobody").get("/static/main.css")
    assert heard.of(ANSWERED) == []


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """As in earnest, with what uvicorn itself says of an application that breaks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(server_config(app, Settings()))
        thread = Thread(target=server.run, args=([listener],))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        server.should_exit = True
        thread.join()


async def test_the_log_tells_where_it_broke_and_keeps_its_words_to_itself(
    services: Services, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Servers of other tests have their own way with logs, for the whole process.
    monkeypatch.setattr(logging.getLogger("uvicorn"), "propagate", True)
    with served(create_app(replace(services, approvals=Poisoned()))) as address:
        async with AsyncClient(base_url=address, trust_env=False) as client:
            answer = await client.get("/readyz", params={"q": NAME})
    assert answer.status_code == 500
    (line,) = heard.of("Exception in ASGI application")
    assert line["request_id"] == answer.headers[HEADER]
    assert line["exception"].startswith("sqlalchemy.exc.IntegrityError")
    assert "api/health.py:" in line["exception"]
    assert json.dumps(NAME)[1:-1] not in heard.text
    assert quote(NAME) not in heard.text


def test_fastapi_itself_tells_nobody_anything(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own traces hold whole addresses; an environment made for other services must not switch them on."""
    monkeypatch.setenv("FASTAPI_OTEL_AUTO_CONFIGURE", "true")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    assert not app._native_telemetry.enabled()
    assert app._telemetry["auto_configure"] is False
