"""Makes the pictures of `docs/guides` from the running demo: `python tools/guide_pictures.py [--base URL]`.

Each picture is a page as one person of the demo school sees it, on a desk or on a phone; `{…}` is the first class-term
or record that the pages before link to.
"""

import argparse
import asyncio
import io
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from config.settings import PROJECT
from tools.screenshots import CHROMIUM, QUIET, ROLES, demo

FOLDER: Final = PROJECT / "docs" / "guides" / "images"
DESK, PHONE = (1120, 760), (390, 780)
COLOURS: Final = 128  # enough for pages, and a third of the bytes


@dataclass(frozen=True)
class Picture:
    """`path` is where to begin, `click` the links to follow by their address."""

    name: str
    role: str
    path: str
    click: tuple[str, ...] = ()
    size: tuple[int, int] = DESK


PICTURES: Final = (
    Picture("dang-nhap", "", "/dang-nhap"),
    Picture("viec-cua-toi", "chu-nhiem-ra-soat", "/viec-cua-toi"),
    Picture("viec-cua-toi-dien-thoai", "chu-nhiem-ra-soat", "/viec-cua-toi", size=PHONE),
    Picture("nhap-ket-qua", "chu-nhiem-nhap", "/nhap"),
    Picture("bang-nhap", "bo-mon-6a1", "/nhap", (r"/lop/[^/]+/nhap/(?!homeroom|chuyen-can)\w+$",)),
    Picture("bang-nhap-dien-thoai", "bo-mon-6a1", "/nhap", (r"/lop/[^/]+/nhap/(?!homeroom|chuyen-can)\w+$",), PHONE),
    Picture("lop-chu-nhiem", "chu-nhiem-ra-soat", "/viec-cua-toi", (r"/lop/[^/]+/chu-nhiem$",)),
    Picture("ky", "chu-nhiem-ra-soat", "/ky"),
    Picture("duyet", "hieu-truong", "/duyet"),
    Picture("duyet-lop", "hieu-truong", "/duyet", (r"/lop/[^/]+/duyet$",)),
    Picture("dong-dau", "van-thu", "/dong-dau"),
    Picture("so-phat-hanh", "van-thu", "/so-phat-hanh"),
    Picture("tien-do", "quan-tri", "/tien-do"),
    Picture("nguoi-va-viec", "quan-tri", "/nguoi"),
    Picture("phan-cong", "quan-tri", "/phan-cong"),
    Picture("chung-thu-so", "quan-tri", "/chung-thu-so"),
    Picture("nhap-danh-sach", "quan-tri", "/nhap-du-lieu"),
    Picture("nguoi-dung", "quan-tri", "/nguoi-dung"),
    Picture("kiem-tra", "", "/kiem-tra", size=PHONE),
    Picture("ra-soat", "quan-tri", "/ra-soat"),
    Picture("nop", "van-thu", "/nop"),
    Picture("toan-canh", "co-quan", "/co-quan"),
    Picture("toan-canh-dien-thoai", "co-quan", "/co-quan", size=PHONE),
    Picture("truong", "co-quan", "/co-quan/truong", (r"/co-quan/truong/[0-9a-f-]{36}",)),
    Picture("gia-han", "co-quan", "/co-quan/gia-han"),
    Picture("cho-quyet-dinh", "co-quan", "/co-quan/cho-quyet-dinh"),
    Picture("kho", "co-quan", "/co-quan/kho"),
)
# Of 6A1 somebody whose part is not handed in yet; others of that name work elsewhere.
PEOPLE: Final[dict[str, str | re.Pattern[str]]] = {
    **ROLES,
    "bo-mon-6a1": re.compile(r"Võ Thị Phương Dung\s+Giáo viên bộ môn lớp 6A1"),
}


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--base", default="", help="address of a demo that runs already")
    options = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with demo(options.base) as base, async_playwright() as playwright:
        program = shutil.which(CHROMIUM) or sys.exit(f"Chromium is not installed: apt-get install {CHROMIUM}")
        browser = await playwright.chromium.launch(executable_path=program, args=list(QUIET))
        for picture in PICTURES:
            await _take(browser, base, picture)
        await browser.close()


async def _take(browser: Browser, base: str, picture: Picture) -> None:
    width, height = picture.size
    page = await browser.new_page(viewport={"width": width, "height": height}, reduced_motion="reduce")
    if picture.role:
        await page.goto(f"{base}/dang-nhap")
        words = PEOPLE[picture.role]
        await page.locator("form[action='/demo/enter']", has_text=words).first.locator("button").dispatch_event("click")
        await page.wait_for_url(lambda url: "/dang-nhap" not in url)
        if await page.get_attribute("html", "lang") != "vi":  # somebody has looked at the demo in another language
            await page.locator("form[action='/ngon-ngu'] button[value='vi']").click()
    await page.goto(base + picture.path)
    for pattern in picture.click:
        await page.goto(base + await _address(page, pattern))
    await page.wait_for_timeout(800)
    _keep(FOLDER / f"{picture.name}.png", await page.screenshot())
    print(picture.name)
    await page.close()


async def _address(page: Page, pattern: str) -> str:
    hrefs: list[str] = await page.eval_on_selector_all("a[href]", "links => links.map(l => l.getAttribute('href'))")
    found = next((href for href in hrefs if re.search(pattern, href.partition("?")[0])), None)
    return found or sys.exit(f"{page.url} has no link like {pattern}")


def _keep(path: Path, png: bytes) -> None:
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").quantize(COLOURS).save(path, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
