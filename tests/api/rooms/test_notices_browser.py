"""Notices in a real browser: the bell rings without a reload, the task is one click away, and it fits a phone."""

import pytest
from playwright.async_api import expect

from storage import journal
from storage.database import Sessions
from tests.api.browsing import DESK, PATIENCE_MS, PHONE, Site, serving
from tests.api.classroom import live_school
from tests.factories import ClassCast, make_class, open_book


@pytest.fixture(scope="module")
def cast(live_sessions: Sessions) -> ClassCast:
    with live_sessions.begin() as session:
        cast = make_class(session, live_school(session), "1A1")
        open_book(session, cast)
        return cast


@pytest.mark.parametrize("width", [DESK, PHONE])
async def test_the_bell_rings_and_the_task_is_one_click_away(
    site: Site, cast: ClassCast, live_sessions: Sessions, width: int
) -> None:
    await site.page.set_viewport_size({"width": width, "height": 844})
    async with serving(site.app, site.port):
        await site.enter(cast.music, "/thong-bao")
        await site.page.wait_for_timeout(1500)  # the stream stands
        with live_sessions.begin() as session:
            journal.add_notices(session, None, "new_device", [(cast.music, f"device/{width}")], None)
        bell = site.page.locator(".bubble")
        await expect(bell).to_have_text("1", timeout=PATIENCE_MS)
        line = site.page.get_by_role("link", name="đăng nhập từ một thiết bị mới").first
        await expect(line).to_be_visible()
        needs, has = await site.width()
        assert needs <= has
        await site.page.get_by_role("button", name="Đánh dấu tất cả là đã đọc").dblclick()
        await expect(site.page.get_by_role("heading", name="Chưa đọc")).to_have_count(0)
        await expect(bell).to_have_text("")
        assert site.troubles == []
