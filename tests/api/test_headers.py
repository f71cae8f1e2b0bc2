"""Answers of every kind bear the headers that protect whoever looks at them, over HTTP and over HTTPS."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from sqlalchemy.orm import Session

from api.guard import SAFE_COOKIE
from api.running import server_config
from api.services import Services
from api.workbooks import workbook
from config.settings import Settings
from tests.api.conftest import As
from tests.api.doors import PASSWORD, give_password
from tests.api.fakes import FakeApprovals
from tests.api.protection import FILE_NAME, assert_protected
from tests.api.world import LOOPBACK, World

PROXY = ("192.0.2.9", 1)
# Pages, programs' answers, files of ours and of packages, what is not there, what is not allowed.
ASKED = (
    "GET /dang-nhap", "GET /kiem-tra", "GET /", "GET /openapi.json", "GET /healthz", "GET /static/css/tokens.css",
    "GET /static/css/tokens.css?v=1", "GET /packages/htmx.org/dist/htmx.min.js", "GET /history/checkpoint",
    "GET /static/none.css", "GET /nowhere", "GET /api/v1/nowhere", "GET /api/v1/class-terms", "DELETE /dang-nhap",
    "POST /kiem-tra", "POST /dang-nhap", "POST /api/v1/verify", "POST /ngon-ngu", "OPTIONS /api/v1/class-terms",
    "HEAD /static/css/tokens.css", "GET /v/NONE", "GET /lien-ket/none", "POST /demo/enter",
)  # fmt: skip
Through = Callable[[str, dict[str, str]], AsyncClient]


@pytest.fixture
def through(app: FastAPI, services: Services) -> Through:
    """The application as it is served, by way of something that forwards, which is trusted if it is listed."""
    services.history.write("checkpoint", b"")

    def made(trusted: str, headers: dict[str, str]) -> AsyncClient:
        config = server_config(app, Settings(trusted_proxies=trusted))
        config.load()
        transport = ASGITransport(config.loaded_app, client=PROXY)
        return AsyncClient(transport=transport, base_url="http://127.0.0.1", headers=headers)

    return made


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(
    ("trusted", "said", "is_secure"),
    [
        ("", "", False), ("", "https", False), ("10.0.0.0/8", "https", False), ("192.0.2.9", "http", False),
        ("192.0.2.9", "https", True),
    ],
    ids=["plain", "nobody-trusted", "another-trusted", "trusted-http", "trusted-https"],
)  # fmt: skip
async def test_every_kind_of_answer_is_protected(
    through: Through, trusted: str, said: str, accept: str, *, is_secure: bool
) -> None:
    """HTTPS is promised for good only where a trusted proxy says that the request came by it."""
    client = through(trusted, {"Accept": accept, "X-Forwarded-Proto": said})
    for asked in ASKED:
        method, path = asked.split(" ")
        assert_protected(await client.request(method, path), is_secure=is_secure)


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
async def test_a_fault_of_ours_is_answered_with_protection(
    app: FastAPI, world: World, approvals: FakeApprovals, accept: str
) -> None:
    approvals.refuses = ValueError("secret")
    transport = ASGITransport(app, raise_app_exceptions=False, client=LOOPBACK)
    client = AsyncClient(transport=transport, base_url="http://127.0.0.1", headers={"Accept": accept})
    answer = await client.get("/readyz")
    assert (answer.status_code, "secret" in answer.text) == (500, False)
    assert_protected(answer)


@pytest.mark.parametrize(("trusted", "is_secure"), [("", False), ("192.0.2.9", True)])
async def test_a_session_has_a_cookie_out_of_reach(
    through: Through, db: Session, world: World, trusted: str, *, is_secure: bool
) -> None:
    account = give_password(db, world.who("music"))
    client = through(trusted, {"X-Forwarded-Proto": "https", "Accept": "text/html"})
    answer = await client.post("/dang-nhap", data={"login": account.login, "password": PASSWORD})
    assert answer.status_code == 303
    assert_protected(answer, is_secure=is_secure)
    assert any(each.startswith(f"{SAFE_COOKIE}=") for each in answer.headers.get_list("Set-Cookie")) is is_secure
    for path in ("/dang-nhap/mot-lan/ve", "/dang-xuat", "/giao-dien", "/ngon-ngu"):
        for method in ("GET", "POST"):
            assert_protected(await client.request(method, path), is_secure=is_secure)


@pytest.mark.parametrize("word", ["Lớp 1A1", '"; x=y', "../../etc", "a\r\nSet-Cookie: x=y", "\u202exls.exe", "đ" * 300])
def test_a_workbook_has_a_safe_name_whatever_it_is_named_after(word: str) -> None:
    assert FILE_NAME.fullmatch(workbook(b"", "bang", word).headers["Content-Disposition"])


async def test_downloads_have_safe_names(as_: As, world: World) -> None:
    answer = await as_("homeroom").get(f"/api/v1/class-terms/{world.class_term_id}/marks/toan.xlsx")
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert_protected(answer)
