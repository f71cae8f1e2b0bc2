"""Signing in a real browser with the real workers: one confirmation, and nothing lost whatever happens to the page."""

import asyncio
from collections.abc import Callable

import pytest
from playwright.async_api import Page, Route, expect

from api.services import Services
from domain.curriculum import HOMEROOM, PRINCIPAL
from tests.api.browsing import PHONE, Site, serving
from tests.api.classroom import Classroom
from tests.api.world import PASSPHRASE

PATIENCE = 30_000


@pytest.fixture
def services(live_services: Services) -> Services:
    """The `site` is the application with its real workers."""
    return live_services


async def reviewed(new_class: Callable[[], Classroom]) -> Classroom:
    room = new_class()
    await room.open()
    await room.review_all()
    return room


async def homeroom_signed(new_class: Callable[[], Classroom]) -> Classroom:
    room = await reviewed(new_class)
    await room.sign_subjects()
    await room.sign("sign", HOMEROOM)
    return room


async def confirm(page: Page, passphrase: str = PASSPHRASE) -> None:
    field = page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")
    await expect(field).to_be_focused(timeout=PATIENCE)
    await field.fill(passphrase)
    await page.locator("form.confirm button[type=submit]").click()


async def test_two_classes_are_signed_with_one_confirmation_and_a_double_click(
    site: Site, new_class: Callable[[], Classroom]
) -> None:
    first, second = await asyncio.gather(homeroom_signed(new_class), homeroom_signed(new_class))
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(first.cast.school.principal, "/ky")
        await page.get_by_label("Chọn tất cả").uncheck()
        for room in (first, second):
            await page.locator(f'input[name="muc"][value^="{room.id}"]').check()
        await page.get_by_role("button", name="Duyệt và ký 2 lớp, 6 học sinh").click()
        field = page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")
        await expect(field).to_be_focused(timeout=PATIENCE)
        await field.fill(PASSPHRASE)
        await page.locator("form.confirm button[type=submit]").dblclick()
        await expect(page.get_by_role("heading", name="Đã duyệt và ký xong")).to_be_visible(timeout=PATIENCE)
        await expect(page.get_by_role("dialog")).to_contain_text("Đã duyệt và ký 6 học sinh")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("dialog")).to_have_count(0)
        await expect(page.locator(f'input[name="muc"][value^="{first.id}"]')).to_have_count(0)
        assert page.url == site.url("/ky")
        await page.wait_for_load_state("networkidle")
        assert site.troubles == []
    assert [(await room.detail())["stage"] for room in (first, second)] == ["approved", "approved"]


async def test_a_wrong_passphrase_a_returned_pupil_and_the_others_signed_after_all(
    site: Site, new_class: Callable[[], Classroom]
) -> None:
    room, page = await reviewed(new_class), site.page
    async with serving(site.app, site.port):
        await site.enter(room.cast.homeroom, "/ky")
        await page.get_by_role("button", name="Ký 1 lớp, 3 học sinh").click()
        await confirm(page, "đoán mò")
        await expect(page.get_by_role("alert")).to_contain_text("Mật khẩu chữ ký không đúng.")
        assert site.troubles == [said for said in site.troubles if "403" in said]
        site.troubles.clear()
        back = await room.as_(HOMEROOM).post(
            f"/api/v1/class-terms/{room.id}/return",
            json={
                "command_id": "9d2c8d59-8f4f-4a9e-8a55-3f1f0a3d5b10", "record_ids": room.records[:1], "slot": HOMEROOM,
                "to_slot": "toan", "reason": "Nhập nhầm điểm.",
            },
        )  # fmt: skip
        assert back.status_code == 200
        await confirm(page)
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("đã được trả lại hoặc tạm giữ", timeout=PATIENCE)
        await dialog.get_by_role("link", name="Ký lại 2 học sinh").click()
        await confirm(page)
        await expect(dialog).to_contain_text("Đã ký 2 học sinh", timeout=PATIENCE)
        await page.go_back()
        await expect(dialog).to_have_count(0)
        assert page.url == site.url("/ky")
        await page.wait_for_load_state("networkidle")
        assert site.troubles == []


async def test_a_connection_lost_after_the_confirmation_loses_nothing_and_signs_once(
    site: Site, new_class: Callable[[], Classroom]
) -> None:
    room, page = await reviewed(new_class), site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})

    async def arrives_unanswered(route: Route) -> None:
        await route.fetch(max_redirects=0)
        await page.context.set_offline(True)
        await route.abort("internetdisconnected")

    async with serving(site.app, site.port):
        await site.enter(room.cast.homeroom, "/ky")
        assert await site.width() == (PHONE, PHONE)
        await page.locator("[data-desk] button.main").click()
        await expect(page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")).to_be_visible(timeout=PATIENCE)
        assert await site.width() == (PHONE, PHONE)
        await page.route("**/xac-nhan", arrives_unanswered)
        await confirm(page)
        await expect(page.get_by_role("alert")).to_contain_text("Mất kết nối.")
        await page.context.set_offline(False)
        await expect(page.get_by_role("dialog")).to_contain_text("Đã ký 3 học sinh", timeout=PATIENCE)
        # Left, and come back to: also tomorrow, from the list of what was signed.
        await page.goto(site.url("/ky/nhat-ky"))
        assert await site.width() == (PHONE, PHONE)
        await page.locator("tbody a").first.click()
        await expect(page.get_by_role("heading", name="Đã ký xong")).to_be_visible()


async def test_without_scripts_everything_is_a_page(site: Site, new_class: Callable[[], Classroom]) -> None:
    room = await reviewed(new_class)
    context = await site.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr]
    plain = Site(site.app, site.port, await context.new_page(), [])
    page = plain.page
    async with serving(site.app, site.port):
        await plain.enter(room.cast.homeroom, "/ky")
        await page.get_by_role("button", name="Ký các lớp đã chọn").click()
        await page.get_by_role("button", name="Chuẩn bị văn bản để ký").click()
        address = page.url
        field = page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")
        for _ in range(60):
            if await field.count():
                break
            await asyncio.sleep(0.5)
            await page.reload()
        await field.fill(PASSPHRASE)
        await page.get_by_role("button", name="Ký 3 học sinh").click()
        done = page.get_by_role("heading", name="Đã ký xong")
        for _ in range(60):
            if await done.count():
                break
            await asyncio.sleep(0.5)
            await page.reload()
        await expect(done).to_be_visible()
        assert page.url == address
    await context.close()
    assert (await room.as_(PRINCIPAL).get(f"/api/v1/class-terms/{room.id}")).status_code == 200
