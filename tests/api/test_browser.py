"""The pages in a real browser: entering, a board that moves by itself, a phone's width, a server that goes away."""

import pytest
from playwright.async_api import expect

from domain.decisions import Action
from storage.database import Sessions
from tests.api.browsing import PATIENCE_MS, PHONE, Site, serving
from tests.api.classroom import live_school
from tests.factories import ClassCast, fill, make_class, open_book

# What the page is told once something of the school has changed.
MOVED = "htmx.trigger(document.body, 'live')"


@pytest.fixture(scope="module")
def cast(live_sessions: Sessions) -> ClassCast:
    """Class 1A1 at entry and 1A2 at the step with the longest name; committed, as the browser asks by itself."""
    with live_sessions.begin() as session:
        school = live_school(session)
        cast = make_class(session, school, "1A1")
        open_book(session, cast)
        open_book(session, make_class(session, school, "1A2")).review_all()
        return cast


async def test_the_board_moves_without_a_reload(site: Site, cast: ClassCast, live_sessions: Sessions) -> None:
    async with serving(site.app, site.port):
        await site.enter(cast.school.principal, "/tien-do")
        await expect(site.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 0/9 phần")
        await site.page.evaluate("window.untouched = true")
        with live_sessions.begin() as session:
            book = open_book(session, cast)
            fill(book, ["toan"])
            book.act(Action.SUBMIT, "toan")
        await site.page.evaluate(MOVED)
        await expect(site.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 1/9 phần", timeout=PATIENCE_MS)
        assert await site.page.evaluate("window.untouched") is True
        assert site.troubles == []


@pytest.mark.parametrize("width", [PHONE, 768, 1024])
async def test_no_screen_needs_sideways_scrolling(site: Site, cast: ClassCast, width: int) -> None:
    await site.page.set_viewport_size({"width": width, "height": 844})
    async with serving(site.app, site.port):
        await site.page.goto(site.url("/dang-nhap"))
        assert await site.width() == (width, width)
        await site.enter(cast.school.principal, "/tien-do")
        assert await site.width() == (width, width)


async def test_a_server_that_goes_away_is_noticed_and_one_that_comes_back_too(site: Site, cast: ClassCast) -> None:
    banner = site.page.get_by_text("Mất kết nối với máy chủ.")
    async with serving(site.app, site.port):
        await site.enter(cast.school.principal, "/tien-do")
        await expect(banner).to_be_hidden()
    await site.page.evaluate(MOVED)
    await expect(banner).to_be_visible(timeout=PATIENCE_MS)
    await expect(site.page.get_by_role("row", name="1A1")).to_be_visible()
    async with serving(site.app, site.port):
        await site.page.evaluate(MOVED)
        await expect(banner).to_be_hidden(timeout=PATIENCE_MS)


async def test_search_finds_while_one_types_and_enter_opens_the_first(site: Site, cast: ClassCast) -> None:
    page = site.page
    async with serving(site.app, site.port):
        await site.enter(cast.school.principal, "/tien-do")
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("searchbox")).to_be_focused()
        await page.keyboard.type("1a2")
        await expect(page.get_by_role("dialog").get_by_role("link", name="1A2")).to_be_visible(timeout=PATIENCE_MS)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Lớp 1A2")).to_be_visible(timeout=PATIENCE_MS)
        assert site.troubles == []
