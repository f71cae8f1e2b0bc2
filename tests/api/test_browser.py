"""The pages in a real browser: entering, a board that moves by itself, a phone's width, a server that goes away."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright, expect

from api.main import create_app
from api.services import Services
from domain.decisions import Action
from storage.database import Sessions
from tests.factories import ClassCast, fill, make_class, make_school, open_book

# Chromium has nobody to call here, and must not try.
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = 390, 1280
PATIENCE_MS = 10_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.fail("Chromium is not installed, and the pages are tested in it: apt-get install chromium")
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

    async def enter(self, cast: ClassCast) -> None:
        """Choose the principal at the demo's front door."""
        await self.page.goto(self.url("/"))
        chosen = self.page.locator(f'form:has(input[value="{cast.school.principal}"])')
        await chosen.get_by_role("button").click()
        await expect(self.page).to_have_title("Tiến độ học bạ · hocba")
        await expect(self.page.get_by_text("Chờ giáo viên bộ môn ký")).to_be_visible()

    async def width(self) -> tuple[int, int]:
        """What the page needs, and what the window has, in CSS pixels."""
        needs = await self.page.evaluate("document.documentElement.scrollWidth")
        return needs, await self.page.evaluate("window.innerWidth")


@asynccontextmanager
async def serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    """The application under the server that serves it in earnest."""
    listening = socket.create_server(("127.0.0.1", port))
    server = uvicorn.Server(uvicorn.Config(app, log_level="error", access_log=False))
    running = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield
    finally:
        server.should_exit = True
        await running


@pytest.fixture(scope="module")
def cast(live_sessions: Sessions) -> ClassCast:
    """Class 1A1 at entry and 1A2 at the step with the longest name; committed, as the browser asks by itself."""
    with live_sessions.begin() as session:
        school = make_school(session, 4)
        cast = make_class(session, school, "1A1")
        open_book(session, cast)
        open_book(session, make_class(session, school, "1A2")).review_all()
        return cast


@pytest_asyncio.fixture(loop_scope="session")
async def site(services: Services, live_sessions: Sessions, browser: Browser) -> AsyncIterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    page = await browser.new_page(viewport={"width": DESK, "height": 800}, locale="vi-VN")
    site = Site(create_app(replace(services, sessions=live_sessions)), port, page, [])
    page.on("console", lambda said: site.troubles.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: site.troubles.append(str(error)))
    page.on("requestfailed", lambda request: site.troubles.append(request.url))
    yield site
    await page.close()


async def test_the_board_moves_without_a_reload(site: Site, cast: ClassCast, live_sessions: Sessions) -> None:
    async with serving(site.app, site.port):
        await site.enter(cast)
        await expect(site.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 0/9 phần")
        await site.page.evaluate("window.untouched = true")
        with live_sessions.begin() as session:
            book = open_book(session, cast)
            fill(book, ["toan"])
            book.act(Action.SUBMIT, "toan")
        await expect(site.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 1/9 phần", timeout=PATIENCE_MS)
        assert await site.page.evaluate("window.untouched") is True
        assert site.troubles == []


@pytest.mark.parametrize("width", [PHONE, 768, 1024])
async def test_no_screen_needs_sideways_scrolling(site: Site, cast: ClassCast, width: int) -> None:
    await site.page.set_viewport_size({"width": width, "height": 844})
    async with serving(site.app, site.port):
        await site.page.goto(site.url("/"))
        assert await site.width() == (width, width)
        await site.enter(cast)
        assert await site.width() == (width, width)


async def test_a_server_that_goes_away_is_noticed_and_one_that_comes_back_too(site: Site, cast: ClassCast) -> None:
    banner = site.page.get_by_text("Mất kết nối với máy chủ.")
    async with serving(site.app, site.port):
        await site.enter(cast)
        await expect(banner).to_be_hidden()
    await expect(banner).to_be_visible(timeout=PATIENCE_MS)
    await expect(site.page.get_by_role("row", name="1A1")).to_be_visible()
    async with serving(site.app, site.port):
        await expect(banner).to_be_hidden(timeout=PATIENCE_MS)
