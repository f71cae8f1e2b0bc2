"""A real browser over the application on a port of its own, for tests of what people see."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, Request, async_playwright, expect

from activities.entrance import Entrance
from api.services import Services
from api.serving import Server
from storage.database import Sessions
from tests.api.applications import BROWSED
from tests.ports import hold_port, port_of

CHROMIUM = "chromium-headless-shell"  # the same engine without windows, for half the work
# Chromium has nobody to call here, and must not try.
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = 390, 1280
AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RUN = """async ([tags, rules]) => {
    const runOnly = rules ? {type: 'rule', values: rules} : {type: 'tag', values: tags};
    const found = await axe.run(document, {runOnly, resultTypes: ['violations']});
    return found.violations.map((each) => `${each.id}: ${each.nodes.map((node) => node.html).slice(0, 3).join(' | ')}`);
}"""
PATIENCE_MS = 10_000
expect.set_options(timeout=PATIENCE_MS)  # as long as elsewhere: how busy the machine is, is not looked at
STREAM = "/truc-tiep"


@pytest_asyncio.fixture(scope="package", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which(CHROMIUM)
    if program is None:
        pytest.fail(f"Chromium is not installed, and the pages are tested in it: apt-get install {CHROMIUM}")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield browser
        await browser.close()


@dataclass
class Site:
    """The application on a port of its own; `page` is a person's browser window that remembers its troubles."""

    app: FastAPI
    port: int
    page: Page
    troubles: list[str]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    async def enter(self, staff_id: UUID, path: str = "/viec-cua-toi") -> None:
        """Choose somebody at the demo's front door, and go to a page."""
        await self.page.goto(self.url(f"/dang-nhap?back={path}"))
        form = self.page.locator(f'form:has(input[value="{staff_id}"])')
        await form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
        await form.get_by_role("button").click()
        await self.page.wait_for_url(self.url(path))

    async def width(self) -> tuple[int, int]:
        """What the page needs, and what the window has, in CSS pixels."""
        needs = await self.page.evaluate("document.documentElement.scrollWidth")
        return needs, await self.page.evaluate("window.innerWidth")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    """The application under the server that serves it in earnest."""
    server = Server(uvicorn.Config(app, log_level="error", access_log=False), app.state.live)
    running = asyncio.create_task(server.serve(sockets=[_listening(port)]))
    try:
        yield
    finally:
        server.should_exit = True
        await running


def _listening(port: int) -> socket.socket:
    """With the protocol named: only then does asyncio send small answers at once (TCP_NODELAY), not 40 ms later."""
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", port))
    listening.listen()
    return listening


def _is_trouble(request: Request) -> bool:
    """A stream ends with its page, and so does what a page was reading when it was left; what is sent must arrive."""
    is_left = request.failure == "net::ERR_ABORTED" and request.method == "GET"
    return not is_left and not request.url.endswith(STREAM)


@pytest_asyncio.fixture(loop_scope="session")
async def site(services: Services, interface_sessions: Sessions, browser: Browser) -> AsyncIterator[Site]:
    page = await browser.new_page(viewport={"width": DESK, "height": 800}, locale="vi-VN")
    entrance = Entrance.make(interface_sessions, services.entrance.vault, services.entrance.site_url)
    own = replace(services, sessions=interface_sessions, entrance=entrance)
    with hold_port() as held:
        site = Site(BROWSED.over(own), port_of(held), page, [])
        page.on("console", lambda said: site.troubles.append(said.text) if said.type in {"error", "warning"} else None)
        page.on("pageerror", lambda error: site.troubles.append(str(error)))
        page.on("requestfailed", lambda request: site.troubles.append(request.url) if _is_trouble(request) else None)
        yield site
    await page.close()


async def findings(page: Page, rules: list[str] | None = None) -> list[str]:
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE.read_text("utf-8"))
    found: list[str] = await page.evaluate(RUN, [TAGS, rules])
    return found
