"""axe-core on every page, in both languages, light and dark: it must find nothing (WCAG 2.2 AA)."""

from pathlib import Path

import pytest

from api.guard import COOKIE
from storage.database import Sessions
from storage.objects import Objects
from tests.api.browsing import AXE, Site, findings, serving
from tests.api.matrix import EVERYBODY, PLAIN, GuardedRoute, guarded_routes, objects_of
from tests.api.matrix import Objects as Named
from tests.api.world import Keyring, World, at_desk, make_world

PUBLIC = ["/dang-nhap", "/kiem-tra", "/v/ABCDEFGH"]
NO_PAGES = {"chu-nhiem", "truc-tiep"}  # the first leads on to a class, the second is a stream
ROOMS: dict[str, list[GuardedRoute]] = {}
for each in sorted((route for route in guarded_routes() if route.method == "GET"), key=lambda route: route.path):
    ROOMS.setdefault(each.path.split("/")[1].split(".")[0], []).append(each)


@pytest.fixture(scope="module")
def school(live_sessions: Sessions, keys: Keyring, objects_folder: Path) -> tuple[World, Named]:
    """A school of its own, committed: the browser asks by itself."""
    with live_sessions.begin() as session:
        world = make_world(session, keys, number=61)
        named = objects_of(session, world.cast, Objects(objects_folder).put(b"%PDF-1.7 sample"))
    return world, named


@pytest.fixture
async def site(site: Site) -> Site:
    """With axe in every page that is opened: it is handed to the browser once."""
    await site.page.add_init_script(path=AXE)
    return site


async def opened(site: Site, world: World, named: Named, route: GuardedRoute) -> str:
    """Open a page as the first person who may; the cookie stays. Returns "" for what is no page of its own."""
    people = [person for person, duties in EVERYBODY.items() if route.rule.duties and route.rule.duties & duties]
    path = route.path.format(**PLAIN, **named.ids)
    for person in people:
        head = await at_desk(site.app, world.cookies[person]).get(path)
        if head.is_success:
            if "<html" not in (head.text if "html" in head.headers["content-type"] else ""):
                return ""  # nor is it one to anybody else
            cookie = {"name": COOKIE, "value": world.cookies[person], "url": site.url("/")}
            await site.page.context.add_cookies([cookie])  # type: ignore[list-item]
            await site.page.goto(site.url(path))
            return path
    return ""


@pytest.mark.parametrize("room", ROOMS)
async def test_nothing_is_found_in_a_room(site: Site, school: tuple[World, Named], room: str) -> None:
    async with serving(site.app, site.port):
        seen = 0
        for route in ROOMS[room]:
            if path := await opened(site, *school, route):  # not a part of a page, a file, or a way that leads on
                await check(site, path)
                seen += 1
    assert seen or room in NO_PAGES


@pytest.mark.parametrize("path", PUBLIC)
async def test_nothing_is_found_on_a_page_for_everybody(site: Site, school: tuple[World, Named], path: str) -> None:
    async with serving(site.app, site.port):
        await site.page.goto(site.url(path))
        await check(site, path)


# Between two languages only words differ: what things are called, and how much room they take.
WORDED = [
    "aria-command-name", "aria-input-field-name", "aria-toggle-field-name", "aria-tooltip-name", "button-name",
    "document-title", "empty-heading", "empty-table-header", "html-has-lang", "html-lang-valid", "image-alt",
    "input-button-name", "label", "label-title-only", "landmark-unique", "link-name", "select-name", "target-size",
    "valid-lang",
]  # fmt: skip


async def check(site: Site, path: str) -> None:
    """Everything in Vietnamese by day; contrast in the dark, names and sizes in English."""
    assert await findings(site.page) == [], path
    await site.page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await speak(site, "en")
    await site.page.goto(site.url(path))
    assert await site.page.get_attribute("html", "lang") == "en"
    assert await findings(site.page, ["color-contrast", *WORDED]) == [], path
    await speak(site, "vi")
    await site.page.emulate_media(color_scheme="light", reduced_motion="reduce")


async def speak(site: Site, language: str) -> None:
    """The page that it leads on to is not looked at."""
    await site.page.request.post(site.url("/ngon-ngu"), form={"language": language, "back": "/"}, max_redirects=0)
