"""The door in a real browser: typing a password, the code of a device, keys only, and a phone's width."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pyotp
import pytest
from playwright.async_api import expect

from storage import demo
from storage.database import Sessions
from tests.api.browsing import PHONE, Site, serving
from tests.api.classroom import live_school
from tests.api.doors import HASH, PASSWORD
from tests.api.rooms.test_second_factor import CODE
from tests.api.world import make_admin
from tests.factories import SchoolCast, make_class


@pytest.fixture(scope="module")
def school(live_sessions: Sessions) -> SchoolCast:
    with live_sessions.begin() as session:
        school = live_school(session)
        make_class(session, school, "1A1")
        make_admin(session, school)
        account = demo.account(session, school.principal)
        account.password_hash, account.login = HASH, "hieu-truong-41"
        return school


@pytest.fixture(scope="module")
def admin(live_sessions: Sessions, school: SchoolCast) -> UUID:
    with live_sessions.begin() as session:
        return make_admin(session, school)


async def settled(site: Site) -> None:
    """Nothing goes round in circles while the code is still missing."""
    await site.page.evaluate("window.still = true")
    await site.page.wait_for_timeout(700)
    assert await site.page.evaluate("window.still") is True


async def by_password(site: Site) -> None:
    """As far as the code, with the keyboard alone."""
    page = site.page
    await page.goto(site.url("/dang-nhap?back=/tien-do"))
    await expect(page.locator("#login")).to_be_focused()
    await page.keyboard.type("hieu-truong-41")
    await page.keyboard.press("Tab")
    await page.keyboard.type(PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile(re.escape(CODE)))
    await settled(site)


async def by_a_new_device(site: Site) -> pyotp.TOTP:
    page = site.page
    await expect(page.get_by_role("img", name="Mã QR")).to_be_visible()
    assert await page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    device = pyotp.TOTP(await page.locator("#secret").text_content() or "")
    await page.locator("#code").fill(device.at(int(datetime.now(UTC).timestamp()) - 30))
    await page.get_by_role("button", name="Bật mã xác thực").dblclick()
    await expect(page.locator(".codes li")).to_have_count(10)
    await page.get_by_role("link", name="Tôi đã cất").click()
    await page.wait_for_url(site.url("/tien-do"))
    return device


async def test_from_the_password_to_the_device_and_in_again_on_a_phone(site: Site, school: SchoolCast) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await by_password(site)
        device = await by_a_new_device(site)
        await page.goto("about:blank")  # what is open would ask for its count, and be refused
        await page.context.clear_cookies()
        await page.set_viewport_size({"width": PHONE, "height": 844})
        await by_password(site)
        assert await site.width() == (PHONE, PHONE)
        await page.locator("#code").fill(device.now())
        await page.keyboard.press("Enter")
        await page.wait_for_url(site.url("/tien-do"))
        assert site.troubles == []


async def test_a_password_can_be_looked_at_and_caps_lock_is_told(site: Site) -> None:
    page = site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await page.goto(site.url("/dang-nhap"))
        assert await site.width() == (PHONE, PHONE)
        await page.locator("#password").fill(PASSWORD)
        await page.get_by_role("button", name="Hiện").click()
        await expect(page.locator("#password")).to_have_attribute("type", "text")
        hint = page.get_by_text("Phím Caps Lock đang bật.")
        await expect(hint).to_be_hidden()
        await page.locator("#password").dispatch_event("keydown", {"key": "A", "modifierCapsLock": True})
        await expect(hint).to_be_visible()
        assert site.troubles == []


async def test_a_person_is_invited_and_a_second_click_is_the_same_invitation(
    site: Site, school: SchoolCast, admin: UUID
) -> None:
    page = site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(admin, "/nguoi-dung")
        assert await site.width() == (PHONE, PHONE)
        await page.goto(site.url("/nguoi-dung?trang-thai=none"))
        await page.locator("tbody a").first.click()
        await page.get_by_role("button", name="Mời người này").dblclick()
        await expect(page.locator("#address")).to_have_value(re.compile("/lien-ket/"))
        await expect(page.locator("#events + table tbody tr")).to_have_count(1)
        assert await site.width() == (PHONE, PHONE)
        await page.go_back()
        await page.goto(site.url("/tai-khoan"))
        assert await site.width() == (PHONE, PHONE)
        assert site.troubles == []
