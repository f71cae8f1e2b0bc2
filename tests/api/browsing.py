"""A real browser over the application on a port of its own, for tests of what people see."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import pytest
import pytest_asyncio
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, Page, async_playwright

from activities.entrance import Entrance
from api.main import create_app
from api.services import Services
from storage.database import Sessions

# Chromium has nobody to call here, and must not try.
QUIET = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
PHONE, DESK = 390, 1280
PATIENCE_MS = 10_000


@pytest_asyncio.fixture(scope="package", loop_scope="session")
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

    async def enter(self, staff_id: UUID, path: str = "/viec-cua-toi") -> None:
        """Choose somebody at the demo's front door, and go to a page."""
        await self.page.goto(self.url(f"/dang-nhap?back={path}"))
        await self.page.locator(f'form:has(input[value="{staff_id}"])').get_by_role("button").click()
        await self.page.wait_for_url(self.url(path))

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


@pytest_asyncio.fixture(loop_scope="session")
async def site(services: Services, live_sessions: Sessions, browser: Browser) -> AsyncIterator[Site]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    page = await browser.new_page(viewport={"width": DESK, "height": 800}, locale="vi-VN")
    entrance = Entrance.make(live_sessions, services.entrance.vault, services.entrance.site_url)
    site = Site(create_app(replace(services, sessions=live_sessions, entrance=entrance)), port, page, [])
    page.on("console", lambda said: site.troubles.append(said.text) if said.type in {"error", "warning"} else None)
    page.on("pageerror", lambda error: site.troubles.append(str(error)))
    page.on("requestfailed", lambda request: site.troubles.append(request.url))
    yield site
    await page.close()
