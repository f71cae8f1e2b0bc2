"""Pictures of every page of the demo school, to be looked at: `python -m tools.screenshots [--out var/screenshots]`.

Starts the demo in a state folder of its own (kept, so that the next time is quicker), signs in as one person of each
role, follows the links of each page to one page of every kind, and takes each on a desk, on a phone and in the dark.
"""

import argparse
import asyncio
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from playwright.async_api import Browser, Error, Page, async_playwright

from cli.services.services import everything, on_free_ports, run_once
from config.settings import PROJECT, Settings

ROLES: Final = {
    "co-quan": "Lãnh đạo cơ quan quản lý",
    "hieu-truong": "Hiệu trưởng",
    "van-thu": "Văn thư",
    "quan-tri": "Quản trị hệ thống",
    "chu-nhiem-nhap": "Chủ nhiệm lớp 6A1",
    "chu-nhiem-ra-soat": "Chủ nhiệm lớp 4A1",
    "chu-nhiem-phat-hanh": "Chủ nhiệm lớp 1A1",
    "bo-mon": "Giáo viên bộ môn lớp 1A1, 1A2, 4A1",
}
LOOKS: Final = {"desk": (1280, "light"), "phone": (390, "light"), "dark": (1280, "dark")}
HEIGHT: Final = 900
MOST_PAGES: Final = 45  # of one role
NOT_PAGES: Final = re.compile(r"\.(xlsx|pdf|asice|ers|csv|png|svg)$|^/api/|^/history|^/packages|^/static|/dang-xuat")
ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}")
SLOT: Final = re.compile(r"(?<=^/phan-cong/_/)\w+|(?<=^/lop/_/nhap/)\w+")
CHROMIUM: Final = "chromium-headless-shell"  # the same engine without windows
QUIET: Final = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


@dataclass(frozen=True)
class Shots:
    """Where pictures go, and how the pages speak."""

    base: str
    out: Path
    language: str


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=PROJECT / "var" / "screenshots")
    parser.add_argument("--base", default="", help="address of a demo that runs already")
    parser.add_argument("--role", choices=ROLES, help="only this role")
    parser.add_argument("--language", choices=("vi", "en"), default="vi")
    options = parser.parse_args()
    shutil.rmtree(options.out, ignore_errors=True)
    async with demo(options.base) as base, async_playwright() as playwright:
        program = shutil.which(CHROMIUM) or sys.exit(f"Chromium is not installed: apt-get install {CHROMIUM}")
        browser = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        shots = Shots(base, options.out, options.language)
        await _door(browser, shots)
        for role, words in ROLES.items():
            if options.role in {None, role}:
                await _role(browser, shots, role, words)
        await browser.close()


@asynccontextmanager
async def demo(base: str) -> AsyncIterator[str]:
    """The demo school, running."""
    if base:
        yield base
        return
    settings = on_free_ports(Settings(demo=True), PROJECT / "var" / "screens")
    async with everything(settings, print):
        await run_once("seed", settings)
        yield settings.api_url


async def _door(browser: Browser, shots: Shots) -> None:
    page = await browser.new_page()
    for path in ("/dang-nhap", "/kiem-tra", "/v/AAAAAAAA"):
        await _take(page, shots, "moi-nguoi", path)
    await page.close()


async def _role(browser: Browser, shots: Shots, role: str, words: str) -> None:
    page = await browser.new_page()
    await page.goto(f"{shots.base}/dang-nhap")
    form = page.locator("form[action='/demo/enter']", has_text=words).first
    await form.evaluate("form => form.closest('details')?.setAttribute('open', '')")
    await form.get_by_role("button").click()
    if shots.language != "vi":
        await page.locator(f"form[action='/ngon-ngu'] button[value='{shots.language}']").click()
    seen: set[str] = set()
    waiting = ["/viec-cua-toi"]
    while waiting and len(seen) < MOST_PAGES:
        path = waiting.pop(0)
        kind = _kind(path)
        if kind in seen:
            continue
        seen.add(kind)
        waiting += await _take(page, shots, role, path)
    await page.close()


def _kind(path: str) -> str:
    """Pages of one kind differ in ids and parts of a class only."""
    return SLOT.sub("phan", ID.sub("_", path.partition("?")[0]))


async def _take(page: Page, shots: Shots, role: str, path: str) -> list[str]:
    """Take one page in each look; returns where it leads. A file to be kept is no page, and leads nowhere."""
    try:
        answer = await page.goto(f"{shots.base}{path}")
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return []
    if answer is None or not answer.ok:
        print(f"{role} {path}: {answer.status if answer else 'no answer'}")
    folder = shots.out / role
    await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    name = _kind(path).strip("/").replace("/", ".") or "trang-dau"
    for look, (width, scheme) in LOOKS.items():
        await page.set_viewport_size({"width": width, "height": HEIGHT})
        await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light", reduced_motion="reduce")
        await page.wait_for_timeout(300)
        needs = await page.evaluate("document.documentElement.scrollWidth")
        if needs > width:
            print(f"{role} {path}: {needs} px wide on a screen of {width}")
        await page.screenshot(path=folder / f"{name}-{look}.png", full_page=True)
    hrefs: list[str] = await page.eval_on_selector_all(
        "a[href^='/']", "links => links.map(l => l.getAttribute('href'))"
    )
    return [href.partition("#")[0] for href in hrefs if not NOT_PAGES.search(href.partition("?")[0])]


if __name__ == "__main__":
    os.environ.setdefault("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
    asyncio.run(main())
