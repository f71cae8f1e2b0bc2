"""A principal goes through a class in a real browser: by mouse, by keyboard, on a phone; a clerk looks at the queue."""

import asyncio

import pytest
from playwright.async_api import expect

from domain.assessment import Term
from domain.decisions import Action
from domain.scales import CellKind
from storage import saving
from storage.database import Sessions
from storage.tables import LastLook
from tests.api.browsing import PATIENCE_MS, PHONE, Site, serving
from tests.api.classroom import live_school
from tests.api.fakes import FakeApprovals
from tests.factories import OpenBook, edit, fill, make_class, open_book


@pytest.fixture(scope="module")
def book(live_sessions: Sessions) -> OpenBook:
    """A year that waits for approval; the second pupil has not completed maths, the principal let it pass."""
    with live_sessions.begin() as session:
        book = open_book(session, make_class(session, live_school(session), "1A1"), Term.YEAR_END)
        fill(book)
        low = [edit(book, "toan", CellKind.LEVEL, "C", record=1)]
        saving.save_cells(session, book.id, "toan", low, book.cast.homeroom).require_all()
        for slot in book.cast.curriculum.slots:
            book.act(Action.SUBMIT, slot)
        book.act(Action.REVIEW, "homeroom")
        for slot in book.cast.curriculum.slots:
            book.act(Action.SIGN, slot)
        return book


async def first_look(sessions: Sessions, book: OpenBook) -> int:
    async with asyncio.timeout(PATIENCE_MS / 1000):
        while True:
            with sessions() as session:
                if look := session.get(LastLook, (book.cast.school.principal, book.id)):
                    return look.wf_seq
            await asyncio.sleep(0.2)


async def test_from_the_queue_through_the_class_and_back(site: Site, book: OpenBook, live_sessions: Sessions) -> None:
    page, pane = site.page, site.page.locator("#pane")
    async with serving(site.app, site.port):
        await site.enter(book.cast.school.principal, "/duyet")
        await page.get_by_role("link", name="Xem lớp").click()
        await page.get_by_role("link", name="Cả lớp").click()
        await expect(pane.locator("h2")).to_contain_text("2. ")  # who deserves a look comes first
        await expect(pane).to_contain_text("Chưa được lên lớp")
        first = pane.locator("img").first
        await expect(first).to_have_js_property("naturalWidth", 1042, timeout=PATIENCE_MS)
        await page.keyboard.press("j")
        await expect(pane.locator("h2")).to_contain_text("3. ", timeout=PATIENCE_MS)
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("k")
        await expect(pane.locator("h2")).to_contain_text("1. ", timeout=PATIENCE_MS)
        await page.go_back()
        await expect(pane.locator("h2")).to_contain_text("2. ", timeout=PATIENCE_MS)
        assert await first_look(live_sessions, book) == book.seq  # noted after some seconds on the page
        # Whoever turns on leaves pictures behind that were still on their way.
        assert [each for each in site.troubles if "/trang/" not in each] == []


async def test_a_double_click_is_one_decision_and_typing_does_not_turn_pages(
    site: Site, book: OpenBook, approvals: FakeApprovals
) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(book.cast.school.principal, f"/lop/{book.id}/duyet")
        await page.locator("#pupils input").nth(1).check()
        await page.get_by_label("Lý do").fill("jjkk: chờ giấy khai sinh bản gốc.")
        await expect(page.locator("#pane h2")).to_contain_text("2. ")
        await page.get_by_role("button", name="Tạm giữ").dblclick()
        await expect(page.get_by_text("Đã tạm giữ.")).to_be_visible()
        assert [each.record_ids for each in approvals.decided.values()] == [book.records[1:2]]
        assert site.troubles == []


async def test_a_return_and_a_moved_deadline_are_sent_once(
    site: Site, book: OpenBook, approvals: FakeApprovals
) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(book.cast.school.principal, f"/lop/{book.id}/duyet")
        await page.locator("#pupils input").nth(0).check()
        await page.get_by_label("Lý do").fill("Nhận xét chưa đủ ý.")
        await page.get_by_label("Trả lại để sửa phần").select_option("toan")
        await page.get_by_role("button", name="Trả lại", exact=True).dblclick()
        await expect(page.get_by_text("Đã trả lại")).to_be_visible()
        await page.goto(site.url("/duyet/han"))
        await page.locator("input[name=lop]").first.check()
        await page.get_by_label("Ngày cuối của hạn mới").fill("2099-06-30")
        await page.get_by_label("Lý do").fill("Trường nghỉ phòng bão.")
        await page.get_by_role("button", name="Dời hạn của 1 lớp").dblclick()
        await expect(page.get_by_text("Đã dời hạn của 1 lớp.")).to_be_visible()
        assert site.troubles == []
    assert [each.record_ids for each in approvals.decided.values()] == [book.records[:1]]
    assert len(approvals.deadlines) == 1


async def test_on_a_phone_the_list_comes_first_and_a_pupil_has_a_page(site: Site, book: OpenBook) -> None:
    page = site.page
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(book.cast.school.principal, "/duyet")
        assert await site.width() == (PHONE, PHONE)
        await page.get_by_role("link", name="Xem lớp").click()
        await page.get_by_role("link", name="Cả lớp").click()
        await expect(page.locator("#pane")).to_be_hidden()
        await page.locator("#pupils a").first.click()
        await expect(page.locator("#pane h2")).to_be_visible()
        await expect(page.locator("#pupils")).to_be_hidden()
        assert await site.width() == (PHONE, PHONE)
        await page.wait_for_load_state("networkidle")
        await page.get_by_role("link", name="Sau", exact=True).click()
        await page.wait_for_load_state("networkidle")
        await page.get_by_role("link", name="Về danh sách").click()
        await expect(page.locator("#pupils")).to_be_visible()
        for path in ("/duyet/han", f"/hoc-ba/{book.records[0]}/xem", "/so-phat-hanh"):
            await page.goto(site.url(path))
            assert await site.width() == (PHONE, PHONE), path
            await page.wait_for_load_state("networkidle")
        assert site.troubles == []


async def test_the_clerk_s_queue_fits_and_waits(site: Site, book: OpenBook, live_sessions: Sessions) -> None:
    await site.page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(book.cast.school.clerk, "/dong-dau")
        await expect(site.page.get_by_text("Không còn lớp nào chờ đóng dấu.")).to_be_visible()
        assert await site.width() == (PHONE, PHONE)
        await site.page.goto(site.url("/dong-dau/con-dau"))
        assert await site.width() == (PHONE, PHONE)
        assert site.troubles == []
