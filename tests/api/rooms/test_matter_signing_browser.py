"""Signing the paper of a matter in a real browser with the real workers: on a phone, by keyboard, without scripts."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import count

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from temporalio.testing import WorkflowEnvironment

from api.guard import COOKIE
from api.services import Services
from storage.database import Sessions
from storage.tables import Matter
from tests.api.browsing import PHONE, Site, findings, serving
from tests.api.matters import running_matter
from tests.api.world import PASSPHRASE, Keyring, sign_in
from tests.factories import ClassCast
from tests.matters import papers_of_matters, who  # noqa: F401 - a fixture

PATIENCE = 30_000
SCHOOLS = count(72)


@pytest.fixture
def services(live_services: Services) -> Services:
    """The `site` is the application with its real workers."""
    return live_services


@dataclass
class Running:
    cast: ClassCast
    matter: Matter
    cookies: dict[str, str]


@pytest_asyncio.fixture(loop_scope="session")
async def running(
    temporal_env: WorkflowEnvironment,
    live_sessions: Sessions,
    keys: Keyring,
    workers: None,
    papers_of_matters: None,  # noqa: F811 - the fixture
) -> AsyncIterator[Running]:
    async with running_matter(temporal_env.client, live_sessions, keys, next(SCHOOLS)) as (cast, matter, _):
        with live_sessions.begin() as session:
            cookies = {field: sign_in(session, who(cast, field)) for field in ("principal", "seal")}
        yield Running(cast, matter, cookies)


async def enter(site: Site, cookie: str) -> None:
    await site.page.context.add_cookies([{"name": COOKIE, "value": cookie, "url": site.url("/")}])


async def test_on_a_phone_and_by_keyboard(site: Site, running: Running) -> None:
    page = site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await enter(site, running.cookies["principal"])
        await page.goto(site.url("/viec-cua-toi"))
        assert (await site.width())[0] <= PHONE
        await page.get_by_role("link", name="Xem và ký").focus()
        await page.keyboard.press("Enter")
        field = page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")
        await expect(field).to_be_visible(timeout=PATIENCE)
        await expect(page.locator(".pages img").first).to_be_visible()
        assert (await site.width())[0] <= PHONE
        assert await findings(page) == []
        await page.get_by_role("link", name="Đến phần xác nhận").focus()
        await page.keyboard.press("Enter")
        await page.keyboard.press("Tab")
        await expect(field).to_be_focused()
        await page.keyboard.type("sai")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("alert")).to_contain_text("Chưa ký gì.")
        await page.keyboard.type(PASSPHRASE)
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Chữ ký đã nằm trong văn bản")).to_be_visible(timeout=PATIENCE)
        assert await findings(page) == []
        await page.wait_for_load_state("networkidle")


async def test_without_scripts_every_step_is_a_button(site: Site, running: Running) -> None:
    assert site.page.context.browser is not None
    context = await site.page.context.browser.new_context(java_script_enabled=False, locale="vi-VN")
    page = await context.new_page()
    async with serving(site.app, site.port):
        for field, role in (("principal", "Duyệt và ký"), ("seal", "Đóng dấu")):
            await context.add_cookies([{"name": COOKIE, "value": running.cookies[field], "url": site.url("/")}])
            await page.goto(site.url(f"/viec/{running.matter.id}/ky"))
            await page.get_by_role("button", name="Chuẩn bị văn bản").click()
            await until(page, 'input[name="passphrase"]')
            await page.locator('input[name="passphrase"]').fill(PASSPHRASE)
            await page.get_by_role("button", name=role, exact=True).click()
            await until(page, ".note.good")
    await context.close()


async def until(page: Page, selector: str) -> None:
    """Press the button that asks again, as somebody would."""
    for _ in range(100):
        if await page.locator(selector).count():
            return
        await page.get_by_role("link", name="Xem lại", exact=True).click()
        await asyncio.sleep(0.2)
    raise AssertionError(selector)
