"""The homeroom room in a real browser: parts go back by hand and by keys, on a phone, and nothing ticked is lost."""

from uuid import uuid4

import pytest
from playwright.async_api import expect
from sqlalchemy import text

from domain.curriculum import HOMEROOM
from domain.decisions import Action
from storage.database import Sessions
from tests.api.browsing import PHONE, Site, serving
from tests.api.classroom import live_school
from tests.api.fakes import FakeApprovals
from tests.factories import OpenBook, fill, make_class, open_book


@pytest.fixture(scope="module")
def book(live_sessions: Sessions) -> OpenBook:
    """A class that handed in everything but music, which is half done; committed, as the browser asks by itself."""
    with live_sessions.begin() as session:
        book = open_book(session, make_class(session, live_school(session), "1A7"))
        fill(book)
        for slot in book.cast.curriculum.slots:
            book.act(Action.SUBMIT, slot, book.records[:1] if slot == "am_nhac" else None)
        return book


@pytest.fixture
def room(book: OpenBook) -> str:
    return f"/lop/{book.id}/chu-nhiem"


async def test_parts_go_back_with_a_reason_by_one_decision_each(
    site: Site, book: OpenBook, room: str, approvals: FakeApprovals
) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, room)
        await page.locator(f'label.mark:has(input[value="am_nhac:{book.records[0]}"])').click()
        await page.locator("input[name=cot][value=toan]").check()
        await expect(page.locator(".chosen")).to_have_text("Đã chọn: 4 phần của 3 học sinh.")
        await page.get_by_role("button", name="Trả lại để sửa…").click()
        await page.get_by_label("Nhập nhầm học sinh.").check()
        await page.get_by_role("button", name="Trả lại 4 phần").dblclick()
        await expect(page.get_by_text("Đã trả lại 4 phần để sửa.")).to_be_visible()
        assert sorted(each.to_slot for each in approvals.decided.values()) == ["am_nhac", "toan"]
        await page.wait_for_load_state("networkidle")
        await page.go_back()
        await expect(page.get_by_role("heading", name="Trả lại để sửa")).to_be_visible()
        await page.wait_for_load_state("networkidle")
        await page.go_back()
        await expect(page.locator(".chosen")).to_have_text("Đã chọn: 4 phần của 3 học sinh.")
        assert site.troubles == []


async def test_a_double_click_reviews_once(site: Site, book: OpenBook, room: str, approvals: FakeApprovals) -> None:
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, room)
        await site.page.get_by_role("button", name="Đã rà soát 1 học sinh").dblclick()
        await expect(site.page.get_by_text("Đã ghi: rà soát 1 học sinh.")).to_be_visible()
        assert [each.record_ids for each in approvals.decided.values()] == [book.records[:1]]
        assert site.troubles == []


async def test_the_keyboard_goes_from_part_to_part(site: Site, book: OpenBook, room: str) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, room)
        first = page.locator("input[name=o]").first
        await first.focus()
        for key in ("ArrowRight", "ArrowDown", "Space"):
            await page.keyboard.press(key)
        assert await page.evaluate("document.activeElement.value") == f"toan:{book.records[1]}"
        await expect(page.locator(".chosen")).to_have_text("Đã chọn: 1 phần của 1 học sinh.")
        assert await page.locator("input[name=o][tabindex='0']").count() == 1


async def test_what_is_ticked_is_not_replaced_and_the_rest_moves(
    site: Site, book: OpenBook, room: str, live_sessions: Sessions
) -> None:
    page = site.page
    say = "document.body.dispatchEvent(new Event('live'))"
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, room)
        await expect(page.get_by_text("Hôm nay đã nhắc")).to_have_count(0)
        with live_sessions.begin() as session:
            nudge = """INSERT INTO notices (id, staff_id, class_term_id, kind, subject_ref)
                       VALUES (:id, :who, :book, 'nudge', 'am_nhac/sample')"""
            session.execute(text(nudge), {"id": uuid4(), "who": book.cast.music, "book": book.id})
        tick = page.locator("input[name=cot][value=toan]")
        await tick.check()
        await page.evaluate(say)
        await page.wait_for_timeout(700)
        await expect(tick).to_be_checked()
        await tick.uncheck()
        await page.evaluate(say)
        await expect(page.get_by_text("Hôm nay đã nhắc")).to_be_visible()
        assert site.troubles == []


async def test_on_a_phone_nothing_needs_sideways_scrolling(site: Site, book: OpenBook, room: str) -> None:
    page = site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, room)
        assert await site.width() == (PHONE, PHONE)
        calm, other = (page.locator(f'tr[data-record="{record}"]') for record in book.records[:2])
        await expect(other.locator(".part").first).to_be_visible()
        await expect(calm.locator(".part").first).to_be_hidden()
        await calm.get_by_role("button", name="Xem từng môn").click()
        await expect(calm.locator(".part").first).to_be_visible()
        await page.get_by_role("link", name="Âm nhạc").first.click()
        await expect(page.locator(".matrix tbody tr")).to_have_count(2)
        for path in (f"{room}?con-thieu=1", f"/hoc-ba/{book.records[0]}/lich-su", f"/lop/{book.id}/lich-su"):
            await page.goto(site.url(path))
            assert await site.width() == (PHONE, PHONE)
        for path in ("ket-qua", "danh-sach"):
            await page.goto(site.url(f"/lop/{book.id}/{path}"))
            assert await site.width() == (PHONE, PHONE)
        assert site.troubles == []


async def test_it_works_without_scripts(site: Site, book: OpenBook, room: str) -> None:
    assert HOMEROOM in book.cast.curriculum.slots
    browser = site.page.context.browser
    assert browser is not None
    context = await browser.new_context(java_script_enabled=False)
    page = await context.new_page()
    async with serving(site.app, site.port):
        await page.goto(site.url(f"/dang-nhap?back={room}"))
        for folded in await page.locator("summary").all():
            await folded.click()
        await page.locator(f'form:has(input[value="{book.cast.homeroom}"])').get_by_role("button").click()
        await page.locator("input[name=cot][value=toan]").check()
        await page.get_by_role("button", name="Trả lại để sửa…").click()
        await expect(page.get_by_role("button", name="Trả lại 3 phần")).to_be_visible()
    await context.close()
