"""A class's term from the first mark to a stranger who checks the paper, in a browser with real workers.

Every decision is clicked twice, as hurried people do.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

import pyotp
import pytest
from playwright.async_api import FilePayload, expect

from api.services import Services
from storage import demo
from storage.database import Sessions
from storage.tables import ClassGroup
from tests.api.browsing import Site, serving
from tests.api.classroom import Classroom
from tests.api.doors import HASH, PASSWORD
from tests.api.world import PASSPHRASE

PATIENCE = 30_000
MUSIC = "am_nhac"
LOGIN = "hieu-truong-cua-ki-hoc"
PASTE = """text => { const data = new DataTransfer(); data.setData("text/plain", text);
  document.activeElement.dispatchEvent(
    new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true })); }"""

GONE = """() => new Promise((done) => {
  const look = () => { if (history.state && history.state.dialog) { setTimeout(look, 20); } else { done(); } };
  look(); })"""


@pytest.fixture
def services(live_services: Services) -> Services:
    """The `site` is the application with its real workers."""
    return live_services


@dataclass
class Journey:
    """One window that each person of the class sits down at in turn."""

    site: Site
    room: Classroom

    async def sit_down(self, staff_id: UUID, path: str) -> None:
        await self.leave()
        await self.site.enter(staff_id, path)

    async def leave(self) -> None:
        """Nothing of a page still asks when its person goes."""
        await self.site.page.wait_for_load_state("networkidle")
        await self.site.page.goto("about:blank")
        await self.site.page.context.clear_cookies()

    async def confirm(self, said: str) -> None:
        page = self.site.page
        field = page.get_by_label("Mật khẩu chữ ký hoặc mã PIN")
        await expect(field).to_be_focused(timeout=PATIENCE)
        await field.fill(PASSPHRASE)
        for _pressed_twice in range(2):
            await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name=said)).to_be_visible(timeout=PATIENCE)

    async def close(self, *, renews: bool = False) -> None:
        """The way back that the dialog took is gone before anybody goes elsewhere."""
        page = self.site.page
        await page.get_by_role("link", name="Xong", exact=True).click()
        await expect(page.get_by_role("dialog")).to_have_count(0)
        if not renews:  # else the page is loaded anew when it is gone
            await page.evaluate(GONE)

    async def enter_music(self) -> None:
        page, path = self.site.page, f"/lop/{self.room.id}/nhap/{MUSIC}"
        await self.sit_down(self.room.cast.music, path)
        await page.wait_for_selector("#entry[data-ready]")
        await page.locator('.tabulator-row:nth-child(1) [tabulator-field="c0"]').click()
        rows: dict[str, list[str]] = {}
        for cell in self.room.cells(MUSIC, self.room.records):
            rows.setdefault(str(cell["record_id"]), []).append(str(cell["value"]))
        await page.evaluate(PASTE, "\n".join("\t".join(row) for row in rows.values()))
        await page.get_by_role("button", name="Gửi 3 học sinh").dblclick()
        await expect(page.get_by_role("button", name="Gửi 3 học sinh")).to_have_count(0, timeout=PATIENCE)

    async def enter_the_rest(self) -> None:
        """What the other teachers do in the same way, over HTTP."""
        for slot in self.room.cast.curriculum.slots:
            if slot != MUSIC:
                assert (await self.room.enter(slot)).json()["refused"] == []
                assert (await self.room.submit(slot)).status_code == 200

    async def review(self) -> None:
        page = self.site.page
        await self.sit_down(self.room.cast.homeroom, f"/lop/{self.room.id}/chu-nhiem")
        await page.get_by_role("button", name=re.compile("rà soát 3 học sinh")).dblclick()
        await expect(page.get_by_text("rà soát 3 học sinh.")).to_be_visible(timeout=PATIENCE)

    async def sign_as_teachers(self) -> None:
        page = self.site.page
        await self.sit_down(self.room.cast.music, "/viec-cua-toi")
        await page.locator(".task").get_by_role("link", name=re.compile("^Ký")).click()
        await self.confirm("Đã ký xong")
        await self.close()
        await self.sit_down(self.room.cast.homeroom, "/ky")
        for _sheets_then_summary in range(2):
            await page.get_by_role("button", name="Ký 1 lớp, 3 học sinh").dblclick(timeout=PATIENCE)
            await self.confirm("Đã ký xong")
            await self.close()

    async def approve(self) -> None:
        """The principal comes with a password and the code of a device."""
        page = self.site.page
        await self.leave()
        await page.goto(self.site.url("/dang-nhap?back=/duyet"))
        await page.locator("#login").fill(LOGIN)
        await page.locator("#password").fill(PASSWORD)
        await page.keyboard.press("Enter")
        device = pyotp.TOTP(await page.locator(".secret-text").text_content() or "")
        await page.locator("#code").fill(device.now())
        await page.keyboard.press("Enter")
        await page.get_by_role("link", name="Tôi đã cất").click()
        await page.wait_for_url(self.site.url("/duyet"))
        await page.get_by_role("link", name=f"Xem lớp {self.name}").click(timeout=PATIENCE)
        await page.get_by_role("link", name="Duyệt 3 học sinh").dblclick()
        await self.confirm("Đã duyệt và ký xong")
        await expect(page.get_by_role("dialog")).to_contain_text("Văn thư đóng dấu tiếp")
        await self.close(renews=True)
        await expect(page.get_by_text("Lúc này lớp không có học sinh nào chờ thầy/cô duyệt.")).to_be_visible()

    async def seal(self) -> bytes:
        """Gives the sealed paper, as the clerk opens it from the register."""
        page = self.site.page
        await self.sit_down(self.room.cast.school.clerk, "/dong-dau")
        for box in await page.locator("#seals input[name=lop]").all():
            await box.set_checked(await box.get_attribute("value") == self.room.id)
        await page.get_by_role("button", name="Đóng dấu 1 lớp, 3 học sinh").dblclick()
        await self.confirm("Đã đóng dấu xong")
        await expect(page.get_by_role("dialog").get_by_role("link", name="Phiếu tra cứu")).to_be_visible()
        await self.close()
        await page.goto(self.site.url(f"/so-phat-hanh?lop={self.room.cast.class_id}"))
        await page.locator("table.register th a").click()
        href = await page.get_by_role("link", name="Mở tệp PDF đã ký").get_attribute("href")
        return await (await page.context.request.get(self.site.url(str(href)))).body()

    async def check(self, pdf: bytes) -> None:
        """A stranger, who is nobody here."""
        page = self.site.page
        await self.leave()
        await page.goto(self.site.url("/kiem-tra"))
        file = FilePayload(name="hoc-ba.pdf", mimeType="application/pdf", buffer=pdf)
        await page.locator("input[type=file]").set_input_files(file)
        await page.get_by_role("button", name="Kiểm tra").click()
        verdict = page.locator("section.verdict")
        await expect(verdict).to_contain_text("HỢP LỆ", timeout=PATIENCE)
        await expect(verdict).to_contain_text("Văn bản đang có hiệu lực")
        await expect(page.get_by_text("Con dấu số của nhà trường")).to_have_count(2)

    @property
    def name(self) -> str:
        with self.site.app.state.services.sessions() as session:
            return str(session.get_one(ClassGroup, self.room.cast.class_id).name)


async def test_from_the_first_mark_to_a_stranger_who_checks_the_paper(
    site: Site, new_class: Callable[[], Classroom], live_sessions: Sessions
) -> None:
    room = new_class()
    await room.open()
    with live_sessions.begin() as session:
        account = demo.account(session, room.cast.school.principal)
        account.password_hash, account.login = HASH, LOGIN
    journey = Journey(site, room)
    async with serving(site.app, site.port):
        await journey.enter_music()
        await journey.enter_the_rest()
        await journey.review()
        await journey.sign_as_teachers()
        await journey.approve()
        await journey.check(await journey.seal())
        await site.page.wait_for_load_state("networkidle")
    assert (await room.detail())["stage"] == "issued"
    # Whoever leaves cuts off what was still on its way.
    assert [said for said in site.troubles if not said.startswith("http")] == []
