"""A pupil's years in a real browser: on a phone, by keys, in both lights, without scripts."""

import pytest
from playwright.async_api import expect

from storage.database import Sessions
from tests.api.browsing import PHONE, Site, findings, serving
from tests.api.classroom import live_school
from tests.factories import OpenBook, make_class, open_book
from tests.storage.pupil_years import enrolment_of, issued, stayed


@pytest.fixture(scope="module")
def book(live_sessions: Sessions) -> OpenBook:
    """A pupil who came from another school, with a record of each; committed, as the browser asks by itself."""
    with live_sessions.begin() as session:
        book = open_book(session, make_class(session, live_school(session), "1A8"))
        before = open_book(session, make_class(session, live_school(session), "1A9"))
        own = enrolment_of(session, book.records[0])
        issued(before, stayed(before, own.pupil_id), "issued", "recalled")
        issued(book, own, "issued")
        return book


async def test_it_fits_a_phone_and_axe_finds_nothing(site: Site, book: OpenBook) -> None:
    page, path = site.page, f"/hoc-ba/{book.records[0]}/chuoi"
    await page.set_viewport_size({"width": PHONE, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(book.cast.homeroom, path)
        assert await site.width() == (PHONE, PHONE)
        assert await findings(page) == []
        await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
        assert await findings(page, ["color-contrast"]) == []
        await expect(page.locator(".chain .version")).to_have_count(2)
        await page.get_by_role("link", name="Xem PDF: Học bạ, năm học 2026-2027, bản 1").first.focus()
        await expect(page.get_by_role("link", name="Xem PDF: Học bạ, năm học 2026-2027, bản 1").first).to_be_focused()
        assert site.troubles == []
