"""The sheet of entry in a real browser: a spreadsheet that loses nothing, at a desk, on a phone, without scripts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, expect

from domain.assessment import AssessmentPoint
from domain.entry import CellKey
from domain.scales import CellKind
from storage.database import Sessions
from storage.entries import known_cells
from storage.saving import CellEdit, save_cells
from tests.api.browsing import DESK, PATIENCE_MS, PHONE, Site, findings, serving
from tests.api.classroom import live_school
from tests.api.fakes import FakeApprovals
from tests.factories import ClassCast, OpenBook, fill, make_class, open_book

LEVEL, SCORE, COMMENT = "c1", "c2", "c3"  # of the first term in mathematics of grade 1, after the level in its middle
SAVED = "Đã lưu lúc"


@pytest.fixture(scope="module")
def cast(live_sessions: Sessions) -> ClassCast:
    with live_sessions.begin() as session:
        return make_class(session, live_school(session), "1A1", pupils=4)


@dataclass
class Sheet:
    """Mathematics of a class, open in a window of its teacher."""

    site: Site
    book: OpenBook
    sessions: Sessions
    slot: str = "toan"

    @property
    def page(self) -> Page:
        return self.site.page

    @property
    def path(self) -> str:
        return f"/lop/{self.book.id}/nhap/{self.slot}"

    async def open(self, *, anew: bool = False) -> None:
        if anew:
            await self.page.goto(self.site.url(self.path))
        else:
            await self.site.enter(self.book.cast.homeroom, self.path)
        await self.page.wait_for_selector("#entry[data-ready]")

    def cell(self, row: int, field: str) -> Locator:
        return self.page.locator(f'.tabulator-row:nth-child({row + 1}) [tabulator-field="{field}"]')

    async def keys(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)

    async def paste(self, text: str) -> None:
        await self.page.evaluate(
            """text => { const data = new DataTransfer(); data.setData("text/plain", text);
            document.activeElement.dispatchEvent(
              new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }""",
            text,
        )

    async def is_saved(self) -> None:
        await expect(self.page.get_by_text(SAVED)).to_be_visible(timeout=PATIENCE_MS)

    def stored(self, kind: CellKind) -> list[str]:
        """What is saved of all pupils, in the order of the class."""
        key = end_of_term(kind)
        with self.sessions() as session:
            known = known_cells(session, self.slot, self.book.opened.record_ids)
        return [known[each, key].value if (each, key) in known else "" for each in self.book.opened.record_ids]

    def write_elsewhere(self, kind: CellKind, value: str, version: int = 0) -> None:
        """Somebody else saves the first pupil's cell."""
        edit = CellEdit(self.book.opened.record_ids[0], end_of_term(kind), value, version)
        with self.sessions.begin() as session:
            save_cells(session, self.book.id, self.slot, [edit], self.book.cast.music).require_all()


def end_of_term(kind: CellKind) -> CellKey:
    return CellKey("toan", AssessmentPoint.END_HK1, kind)


@pytest.fixture
async def sheet(site: Site, cast: ClassCast, live_sessions: Sessions) -> AsyncIterator[Sheet]:
    """A class with an empty book, of its own for each test."""
    number = next(NUMBERS)
    with live_sessions.begin() as session:
        book = open_book(session, make_class(session, cast.school, f"1B{number}", pupils=4))
    async with serving(site.app, site.port):
        yield Sheet(site, book, live_sessions)


NUMBERS = iter(range(1, 90))


async def test_typing_moving_and_saving_need_no_mouse(sheet: Sheet) -> None:
    await sheet.open()
    await sheet.cell(0, LEVEL).click()
    await sheet.keys("t", "ArrowRight")
    await sheet.page.keyboard.type("9")
    await sheet.keys("Enter")
    await sheet.page.keyboard.type("7")
    await sheet.keys("Tab")
    await sheet.page.keyboard.type("Em học tốt.")
    await sheet.keys("Alt+Enter")
    await sheet.page.keyboard.type("Cần cố gắng thêm.")
    await sheet.keys("Enter")
    await expect(sheet.cell(2, COMMENT)).to_be_focused()
    await sheet.is_saved()
    assert sheet.stored(CellKind.LEVEL) == ["T", "", "", ""]
    assert sheet.stored(CellKind.SCORE) == ["9", "7", "", ""]
    assert sheet.stored(CellKind.COMMENT)[1] == "Em học tốt.\nCần cố gắng thêm."
    assert sheet.site.troubles == []


async def test_escape_leaves_a_cell_as_it_was_and_undo_takes_back(sheet: Sheet) -> None:
    await sheet.open()
    await sheet.cell(0, SCORE).click()
    await sheet.keys("8", "Escape")
    await expect(sheet.cell(0, SCORE)).to_have_text("")
    await sheet.keys("8", "Enter", "ArrowUp", "F2")
    await expect(sheet.page.locator(".tabulator-editing input")).to_have_value("8")
    await sheet.keys("Escape", "Delete", "Control+z")
    await expect(sheet.cell(0, SCORE)).to_have_text("8")
    await sheet.keys("Control+z")
    await expect(sheet.cell(0, SCORE)).to_have_text("")


async def test_a_block_from_a_spreadsheet_is_taken_but_for_its_bad_value(sheet: Sheet) -> None:
    await sheet.open()
    await sheet.cell(0, LEVEL).click()
    await sheet.paste('T\t9\t"Tốt,\nđều."\r\nHoàn thành\t12\tKhá.\r\nC\t4,0\tCần cố gắng.\r\n')
    await expect(sheet.cell(1, SCORE)).to_have_attribute("aria-invalid", "true")
    await expect(sheet.cell(1, SCORE)).to_contain_text("vượt quá thang điểm 10")
    await sheet.is_saved()
    await expect(sheet.page.get_by_text("1 ô chưa hợp lệ")).to_be_visible()
    assert sheet.stored(CellKind.LEVEL) == ["T", "H", "C", ""]
    assert sheet.stored(CellKind.SCORE) == ["9", "", "4", ""]
    assert sheet.stored(CellKind.COMMENT)[0] == "Tốt,\nđều."
    await sheet.open(anew=True)
    await expect(sheet.cell(1, SCORE)).to_contain_text("12")
    await sheet.page.get_by_role("button", name="Bỏ giá trị này").click()
    await expect(sheet.cell(1, SCORE)).to_have_text("")


async def test_a_value_is_filled_down_by_key_and_by_handle(sheet: Sheet) -> None:
    await sheet.open()
    await sheet.cell(0, LEVEL).click()
    await sheet.keys("h", "Shift+ArrowDown", "Shift+ArrowDown", "Control+d")
    await expect(sheet.cell(2, LEVEL)).to_have_text("H")
    await sheet.cell(0, SCORE).click()
    await sheet.keys("6", "Enter", "ArrowUp")
    await sheet.page.locator(".handle").hover()
    await sheet.page.mouse.down()
    await sheet.cell(3, SCORE).hover()
    await sheet.page.mouse.up()
    await expect(sheet.cell(3, SCORE)).to_have_text("6")
    await sheet.is_saved()
    assert sheet.stored(CellKind.SCORE) == ["6"] * 4
    assert sheet.stored(CellKind.LEVEL) == ["H", "H", "H", ""]


async def test_what_is_missing_is_listed_and_one_click_away(sheet: Sheet) -> None:
    await sheet.open()
    await expect(sheet.page.get_by_role("heading", name="Còn thiếu 16 ô")).to_be_visible()
    await sheet.page.locator(".todo .where").nth(2).click()
    await expect(sheet.cell(0, SCORE)).to_be_focused()
    await sheet.keys("9", "Enter")
    await expect(sheet.page.get_by_role("heading", name="Còn thiếu 15 ô")).to_be_visible()


@asynccontextmanager
async def window(browser: Browser, sheet: Sheet, **facts: object) -> AsyncIterator[tuple[BrowserContext, Sheet]]:
    """Another browser, with a page that may be closed while the browser stays."""
    context = await browser.new_context(locale="vi-VN", viewport={"width": DESK, "height": 800}, **facts)  # type: ignore[arg-type]
    async with context:
        yield context, replace(sheet, site=replace(sheet.site, page=await context.new_page()))


async def typed_offline(context: BrowserContext, mine: Sheet) -> Sheet:
    """8 and 9 are typed without a connection and the page goes; another one of the browser that is about to open."""
    await mine.open()
    await context.set_offline(True)
    await mine.cell(0, SCORE).click()
    await mine.keys("8", "Enter", "9", "Enter")
    await expect(mine.page.get_by_text("2 ô chưa gửi được – đang giữ trên máy này")).to_be_visible()
    # What a page sends as it is closed is no longer held up, where there is a connection after all.
    await mine.page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
    await mine.page.close()
    await context.set_offline(False)
    return replace(mine, site=replace(mine.site, page=await context.new_page()))


async def test_what_was_typed_without_a_connection_is_sent_when_it_is_back(sheet: Sheet, browser: Browser) -> None:
    async with window(browser, sheet) as (context, mine):
        again = await typed_offline(context, mine)
        await again.open(anew=True)
        await expect(again.page.get_by_text("Đã lấy lại 2 ô")).to_be_visible()
        await again.is_saved()
        assert sheet.stored(CellKind.SCORE) == ["8", "9", "", ""]
        kept = "indexedDB.databases().then(all => all.map(each => each.name))"
        assert await again.page.evaluate(kept) == ["hocba-nhap"]
        assert await again.page.evaluate(_COUNT) == 0


async def test_what_arrived_as_the_page_was_closed_is_not_taken_back(sheet: Sheet, browser: Browser) -> None:
    async with window(browser, sheet) as (context, mine):
        again = await typed_offline(context, mine)
        sheet.write_elsewhere(CellKind.SCORE, "8")
        await again.open(anew=True)
        await expect(again.page.get_by_text("Đã lấy lại 1 ô")).to_be_visible()
        await again.is_saved()
        assert sheet.stored(CellKind.SCORE) == ["8", "9", "", ""]
        assert await again.page.evaluate(_COUNT) == 0


_COUNT = """() => new Promise(done => { const asked = indexedDB.open("hocba-nhap");
  asked.onsuccess = () => { const count = asked.result.transaction("edits").objectStore("edits").count();
    count.onsuccess = () => { asked.result.close(); done(count.result); }; }; })"""


async def test_two_people_on_one_sheet_choose_between_both_values(sheet: Sheet) -> None:
    await sheet.open()
    sheet.write_elsewhere(CellKind.LEVEL, "T")
    sheet.write_elsewhere(CellKind.SCORE, "5")
    await sheet.cell(0, SCORE).click()
    await sheet.keys("9", "Enter")
    await expect(sheet.page.get_by_role("heading", name="Cần thầy/cô chọn: 1 ô")).to_be_visible()
    await expect(sheet.page.locator(".todo.trouble")).to_contain_text("đã ghi “5” lúc")
    await sheet.page.locator("body").evaluate("body => body.dispatchEvent(new Event('live'))")
    await expect(sheet.cell(0, LEVEL)).to_have_text("T")
    await expect(sheet.cell(0, SCORE)).to_contain_text("9")
    await sheet.page.get_by_role("button", name="Giữ “9”").click()
    await sheet.is_saved()
    await expect(sheet.page.get_by_role("heading", name="Cần thầy/cô chọn")).to_be_hidden()
    assert sheet.stored(CellKind.SCORE)[0] == "9"


async def test_a_double_click_sends_the_part_once(sheet: Sheet, approvals: FakeApprovals) -> None:
    with sheet.sessions.begin() as session:
        fill(OpenBook(session, sheet.book.cast, sheet.book.opened, sheet.book.term), ["toan"])
    await sheet.open()
    await sheet.cell(0, SCORE).click()
    await sheet.keys("1", "Enter")
    async with sheet.page.expect_navigation():
        await sheet.page.get_by_role("button", name="Gửi 4 học sinh").dblclick()
    await sheet.page.wait_for_selector("#entry[data-ready]")
    assert [decision.slot for decision in approvals.decided.values()] == ["toan"]
    assert sheet.stored(CellKind.SCORE)[0] == "1"
    assert sheet.site.troubles == []


async def test_a_comment_from_the_bank_goes_to_all_chosen_pupils(sheet: Sheet) -> None:
    await sheet.open()
    await sheet.cell(0, COMMENT).click()
    await sheet.keys("Shift+ArrowDown", "Shift+ArrowDown")
    await sheet.page.get_by_role("button", name="Mẫu nhận xét", exact=True).click()
    await sheet.page.locator(".bank li").first.get_by_role("button", name="Ghi cho các học sinh").click()
    await expect(sheet.page.get_by_text("Đã ghi cho 3 học sinh.")).to_be_visible()
    stored = sheet.stored(CellKind.COMMENT)
    assert stored[0]
    assert stored == [stored[0]] * 3 + [""]
    await sheet.page.get_by_role("button", name="Lưu nhận xét ở ô này thành mẫu").click()
    await expect(sheet.page.get_by_text("Đã lưu vào mẫu nhận xét của thầy/cô.")).to_be_visible()


async def test_an_earlier_value_of_a_cell_is_used_again(sheet: Sheet) -> None:
    sheet.write_elsewhere(CellKind.SCORE, "5")
    sheet.write_elsewhere(CellKind.SCORE, "6", version=1)
    await sheet.open()
    await sheet.cell(0, SCORE).click()
    await sheet.page.get_by_role("button", name="Lịch sử ô").click()
    await sheet.page.get_by_role("dialog").get_by_role("button", name="Dùng lại giá trị này").click()
    await sheet.is_saved()
    assert sheet.stored(CellKind.SCORE)[0] == "5"


async def test_on_a_phone_pupils_come_one_by_one(sheet: Sheet) -> None:
    await sheet.page.set_viewport_size({"width": PHONE, "height": 844})
    await sheet.open()
    assert await sheet.site.width() == (PHONE, PHONE)
    await sheet.page.get_by_role("button", name="Hoàn thành tốt").last.click()
    score = sheet.page.get_by_label("Điểm KTĐK")
    assert await score.get_attribute("inputmode") == "decimal"
    await score.fill("9")
    await sheet.page.get_by_role("button", name="Học sinh sau").last.click()
    await expect(sheet.page.get_by_text("Học sinh 2/4")).to_be_visible()
    await sheet.is_saved()
    assert sheet.stored(CellKind.LEVEL)[0] == "T"
    assert sheet.stored(CellKind.SCORE)[0] == "9"
    assert await findings(sheet.page) == []
    assert sheet.site.troubles == []


async def test_without_scripts_the_form_does_the_same(sheet: Sheet, browser: Browser) -> None:
    async with window(browser, sheet, java_script_enabled=False) as (_, plain):
        await plain.site.enter(sheet.book.cast.homeroom, sheet.path)
        scores = plain.page.locator("td.kind-score input:not([type=hidden])")
        await scores.nth(0).fill("8")
        await scores.nth(1).fill("11")
        await plain.page.get_by_role("button", name="Lưu trang này").click()
        await expect(plain.page.get_by_text("Điểm 11 vượt quá thang điểm 10.")).to_be_visible()
        await expect(scores.nth(1)).to_have_value("11")
        await scores.nth(1).fill("10")
        await plain.page.get_by_role("button", name="Lưu trang này").click()
        await expect(plain.page.get_by_text("Đã lưu 1 ô.")).to_be_visible()
    assert sheet.stored(CellKind.SCORE) == ["8", "10", "", ""]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_nothing_bars_the_way_for_people_who_cannot_see_or_use_a_mouse(sheet: Sheet, scheme: str) -> None:
    await sheet.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    await sheet.open()
    await sheet.cell(0, SCORE).click()
    await sheet.keys("1", "2", "Enter", "t")
    assert await findings(sheet.page) == []
    await sheet.keys("Escape", "Control+End", "Tab")
    assert not await sheet.page.evaluate("Boolean(document.activeElement.closest('.tabulator'))")
    for path in ("/nhap", "/nhap/mau-nhan-xet", f"{sheet.path}/tu-tep"):
        await sheet.page.goto(sheet.site.url(path))
        assert (path, await findings(sheet.page)) == (path, [])


async def test_columns_that_nobody_needs_stand_aside_until_they_are_used(
    site: Site, cast: ClassCast, live_sessions: Sessions
) -> None:
    with live_sessions.begin() as session:
        book = open_book(session, make_class(session, cast.school, "6B1", pupils=3))
    desk = Sheet(site, book, live_sessions)
    first, second, third = desk.cell(0, "c0"), desk.cell(0, "c1"), desk.cell(0, "c6")
    async with serving(site.app, site.port):
        await site.enter(book.cast.who("toan"), desk.path)
        await site.page.wait_for_selector("#entry[data-ready]")
        await expect(third).to_be_hidden()
        await expect(site.page.get_by_role("button", name="cột trống")).to_contain_text("Hiện")
        await first.click()
        await desk.paste("7\t8\t9\t6\t7\t8\t9")
        await expect(second).to_contain_text("8")
        await expect(third).to_be_visible()
        await desk.is_saved()
        assert site.troubles == []
