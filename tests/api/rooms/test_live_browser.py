"""Live updates in real browsers: a page of the same school moves, one of another school does not, tabs share one."""

import pytest
from playwright.async_api import Browser, Page, Request, expect

from domain.decisions import Action
from storage.database import Sessions
from tests.api.browsing import PATIENCE_MS, STREAM, Site, serving
from tests.api.classroom import live_school
from tests.factories import ClassCast, fill, make_class, open_book


@pytest.fixture(scope="module")
def casts(live_sessions: Sessions) -> tuple[ClassCast, ClassCast]:
    """Classes of two schools, each with an open book."""
    with live_sessions.begin() as session:
        casts = [make_class(session, live_school(session), "1A1") for _ in range(2)]
        for cast in casts:
            open_book(session, cast)
        return casts[0], casts[1]


def paths(page: Page) -> list[str]:
    """What a page asks for from now on."""
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append("/" + request.url.split("/", 3)[3])

    page.on("request", note)
    return asked


async def test_a_decision_moves_the_pages_of_its_school_alone(
    site: Site, browser: Browser, casts: tuple[ClassCast, ClassCast], live_sessions: Sessions
) -> None:
    mine, foreign = casts
    there = Site(site.app, site.port, await browser.new_page(locale="vi-VN"), [])
    async with serving(site.app, site.port):
        for window, cast in ((site, mine), (there, foreign)):
            await window.enter(cast.school.principal, "/tien-do")
            await expect(window.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 0/9 phần")
            await window.page.wait_for_timeout(1500)  # what the first connection may have missed is fetched
        asked = paths(there.page)
        with live_sessions.begin() as session:
            book = open_book(session, mine)
            fill(book, ["toan"])
            book.act(Action.SUBMIT, "toan")
        await expect(site.page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 1/9 phần", timeout=PATIENCE_MS)
        assert asked == []
        await there.page.close()
        assert site.troubles == []


async def test_tabs_of_a_browser_share_one_stream_and_the_next_takes_it_over(
    site: Site, browser: Browser, casts: tuple[ClassCast, ClassCast], live_sessions: Sessions
) -> None:
    cast, window = casts[1], await browser.new_context(locale="vi-VN")
    first, second = await window.new_page(), await window.new_page()
    async with serving(site.app, site.port):
        await Site(site.app, site.port, first, []).enter(cast.school.principal, "/tien-do")
        asked = paths(second)
        await second.goto(site.url("/tien-do"))
        with live_sessions.begin() as session:
            book = open_book(session, cast)
            fill(book, ["toan"])
            book.act(Action.SUBMIT, "toan")
        for page in (first, second):
            await expect(page.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 1/9 phần", timeout=PATIENCE_MS)
        assert STREAM not in asked
        async with second.expect_request(f"**{STREAM}"):
            await first.goto("about:blank")
        with live_sessions.begin() as session:
            book.session = session
            fill(book, ["tieng_viet"])
            book.act(Action.SUBMIT, "tieng_viet")
        await expect(second.get_by_role("row", name="1A1")).to_contain_text("Đã gửi 2/9 phần", timeout=PATIENCE_MS)
        await window.close()
