"""The rooms of the management in a real browser: the main paths at a desk and on a phone, double clicks, going back."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import FilePayload, expect
from sqlalchemy import func, select

from domain.calendar import day_of
from storage.database import Sessions
from storage.tables import ClassTermRow, Notice, Position, TeachingAssignment
from tests.api.browsing import PATIENCE_MS, PHONE, Site, serving
from tests.api.classroom import live_school
from tests.api.world import make_admin
from tests.factories import ClassCast, make_class, make_pupils, open_book
from tests.interchange.workbooks import class_list, rows_of


@dataclass(frozen=True)
class Office:
    admin: UUID
    cast: ClassCast
    closed: ClassCast
    book_id: UUID


@pytest.fixture(scope="module")
def office(live_sessions: Sessions) -> Office:
    """A school with one open book, of 1A1, and a class without one."""
    with live_sessions.begin() as session:
        school = live_school(session)
        cast, closed = make_class(session, school, "1A1"), make_class(session, school, "2A1")
        return Office(make_admin(session, school), cast, closed, open_book(session, cast).id)


async def settled(site: Site) -> None:
    """Let the page's own requests end: what a click cuts off would count as trouble."""
    await site.page.wait_for_load_state("networkidle")


async def test_from_the_board_to_a_class_and_back(site: Site, office: Office) -> None:
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/tien-do")
        await settled(site)
        await site.page.get_by_label("Khối").select_option("1")
        await site.page.wait_for_url("**/tien-do?*khoi=1*")
        await settled(site)
        await site.page.get_by_role("link", name="1A1").click()
        await expect(site.page.get_by_role("heading", name="Lớp 1A1")).to_be_visible()
        await site.page.evaluate("htmx.trigger(document.body, 'live')")
        await expect(site.page.get_by_role("heading", name="Ai làm phần nào")).to_be_visible()
        await settled(site)
        await site.page.go_back()
        await expect(site.page.get_by_label("Khối")).to_have_value("1")
        assert site.troubles == []


async def test_a_double_click_nudges_once(site: Site, office: Office, live_sessions: Sessions) -> None:
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/nguoi")
        await settled(site)
        await site.page.locator("tbody").get_by_role("button", name="Nhắc").first.dblclick()
        await expect(site.page.get_by_text("Đã gửi lời nhắc cho 1 người.")).to_be_visible()
        assert site.troubles == []
    with live_sessions() as session:
        sent = select(func.count()).select_from(Notice).where(Notice.class_term_id == office.book_id)
        assert session.scalar(sent) == 1


async def test_a_slot_is_handed_on_by_keyboard(site: Site, office: Office, live_sessions: Sessions) -> None:
    path = f"/nguoi/{office.closed.music}/chuyen"
    async with serving(site.app, site.port):
        await site.enter(office.admin, path)
        await settled(site)
        await site.page.get_by_label("Người nhận").focus()
        await site.page.get_by_label("Người nhận").select_option(str(office.closed.homeroom))
        await site.page.get_by_role("button", name="Xem trước").press("Enter")
        await site.page.get_by_label("Lý do").fill("Nghỉ hưu")
        await site.page.get_by_role("button", name="Chuyển các phần việc đã chọn").dblclick()
        await expect(site.page.get_by_text("Đã chuyển 1 phần việc.")).to_be_visible()
        assert site.troubles == []
    with live_sessions() as session:
        rows = select(func.count()).select_from(TeachingAssignment)
        mine = (TeachingAssignment.class_id == office.closed.class_id, TeachingAssignment.slot == "am_nhac")
        assert session.scalar(rows.where(*mine)) == 2


async def test_an_office_is_given_once(site: Site, office: Office, live_sessions: Sessions) -> None:
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/phan-cong/chuc-vu")
        await settled(site)
        await site.page.get_by_label("Chức vụ", exact=True).select_option("seal_clerk")
        await site.page.get_by_label("Người giữ").select_option(str(office.closed.homeroom))
        await site.page.locator("#tu").fill((day_of(datetime.now(UTC)) + timedelta(days=30)).isoformat())
        await site.page.locator("#reason").fill("Quyết định số 15")
        await site.page.get_by_role("button", name="Giao chức vụ").dblclick()
        await site.page.wait_for_url("**/phan-cong/chuc-vu?xong=1")
        assert site.troubles == []
    with live_sessions() as session:
        held = select(func.count()).select_from(Position).where(Position.staff_id == office.closed.homeroom)
        assert session.scalar(held) == 1


async def test_a_list_is_dropped_shown_and_entered(site: Site, office: Office) -> None:
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/nhap-du-lieu")
        await settled(site)
        content = class_list(*rows_of(make_pupils(3, seed=654)), class_name="1C9")
        file = FilePayload(name="1C9.xlsx", mimeType="application/octet-stream", buffer=content)
        await site.page.locator("input[type=file]").set_input_files(file)
        await site.page.get_by_role("button", name="Xem trước").click()
        await site.page.get_by_role("button", name="Nhập 3 học sinh").dblclick()
        await expect(site.page.get_by_role("heading", name="Đã nhập danh sách lớp")).to_be_visible()
        assert site.troubles == []


async def test_books_are_opened_one_by_one_before_ones_eyes(
    site: Site, office: Office, live_sessions: Sessions
) -> None:
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/so/mo?ki=hk1")
        await settled(site)
        await expect(site.page.get_by_role("row", name="2A1")).to_contain_text("Chưa mở")
        await site.page.get_by_role("button", name=re.compile(r"Mở sổ cho \d lớp")).dblclick()
        await site.page.wait_for_url("**/so/mo?*da_mo=*", timeout=PATIENCE_MS)
        await expect(site.page.get_by_role("row", name="2A1")).to_contain_text("Đã mở")
        assert site.troubles == []
    with live_sessions() as session:
        opened = select(func.count()).select_from(ClassTermRow).where(ClassTermRow.class_id == office.closed.class_id)
        assert session.scalar(opened) == 1


async def test_no_room_needs_sideways_scrolling_on_a_phone(site: Site, office: Office) -> None:
    await site.page.set_viewport_size({"width": PHONE, "height": 844})
    rooms = (
        "/tien-do", f"/lop/{office.book_id}", "/nguoi?xem=tat-ca", f"/nguoi/{office.cast.homeroom}/chuyen",
        "/phan-cong", f"/phan-cong/{office.cast.class_id}/toan", "/phan-cong/chuc-vu", "/chung-thu-so",
        "/nhap-du-lieu", "/nhap-du-lieu/can-xem", "/so/mo",
    )  # fmt: skip
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/chung-thu-so/cua-toi")
        for room in rooms:
            await settled(site)
            await site.page.goto(site.url(room))
            assert await site.width() == (PHONE, PHONE), room
        assert site.troubles == []


SCREEN_ONLY = ".top, .rooms, .filters, .tabs, main button, main .button"


@pytest.mark.parametrize("path", ["/tien-do", "/nguoi?xem=tat-ca", "/phan-cong", "/nguoi-dung", "/duyet/han", "/so/mo"])
async def test_a_list_on_paper_is_its_table_alone(site: Site, office: Office, path: str) -> None:
    """Also for whoever reads light on dark: dark ink, the head of the table on every sheet, the rest on the screen."""
    async with serving(site.app, site.port):
        await site.enter(office.admin, "/tien-do")
        await site.page.goto(site.url(path))
        await site.page.evaluate("window.print = () => { document.body.dataset.printed = 'yes' }")
        await site.page.get_by_role("button", name="In", exact=True).click()
        await expect(site.page.locator("body")).to_have_attribute("data-printed", "yes")
        await site.page.emulate_media(media="print", color_scheme="dark")
        await site.page.set_viewport_size({"width": 700, "height": 1000})
        assert await site.page.locator(SCREEN_ONLY).filter(visible=True).count() == 0
        heads = site.page.locator("thead")
        assert await heads.count() > 0
        shown = "heads => heads.map((head) => getComputedStyle(head).display)"
        assert set(await heads.evaluate_all(shown)) == {"table-header-group"}
        assert await site.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
