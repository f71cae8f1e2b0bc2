"""Files of pages: compressed, kept for good under an address with their version, and nothing else beside them."""

import gzip
import re
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from api.assets import ASK_EACH_TIME, FOLDERS, FOR_GOOD, IMPORTED, SHOWN, asset, file_at, prepared
from api.pages.templating import FOLDER
from bench.parts.weights import loaded_with, weight_of_files
from tests.api.world import visitor

SHEET, SCRIPT = "/static/css/tokens.css", "/static/js/entry/main.js"
HEAVIEST = 150_000  # bytes of a page's scripts and style sheets, compressed
FILES = re.compile(r"asset\('([^']+\.(?:css|js))'\)")
PAGES = sorted(path for path in FOLDER.rglob("*.html") if "{% extends" in path.read_text("utf-8"))
OWN = sorted(path for path in FOLDERS["/static"].rglob("*.*s") if path.suffix in {".js", ".css"})


def by_name(path: Path) -> str:
    return str(path.relative_to(FOLDER if path.is_relative_to(FOLDER) else FOLDERS["/static"]))


def asked(app: FastAPI) -> AsyncClient:
    return visitor(app)


async def test_an_address_with_a_version_is_kept_for_good(app: FastAPI) -> None:
    path = asset(SHEET)
    assert path.startswith(f"{SHEET}?v=")
    answer = await asked(app).get(path)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_GOOD)
    assert answer.headers["Content-Encoding"] == "gzip"


async def test_without_a_version_it_is_asked_about_each_time(app: FastAPI) -> None:
    client = asked(app)
    first = await client.get(SHEET)
    assert first.headers["Cache-Control"] == ASK_EACH_TIME
    again = await client.get(SHEET, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304


async def test_nothing_outside_the_folders_is_served(app: FastAPI) -> None:
    for path in (
        "/static/../package.json",
        "/static/%2e%2e/package.json",
        "/packages/../../pyproject.toml",
        "/static/",
    ):
        assert (await asked(app).get(path)).status_code == 404


async def test_pages_are_not_compressed(app: FastAPI) -> None:
    answer = await asked(app).get("/kiem-tra", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("page", PAGES, ids=by_name)
def test_no_page_loads_more_than_150_kilobytes_of_scripts_and_styles(page: Path) -> None:
    frame = FOLDER / "base.html"
    assert weight_of_files(FILES.findall(frame.read_text("utf-8")) + FILES.findall(page.read_text("utf-8"))) <= HEAVIEST


def test_what_a_page_loads_includes_what_its_scripts_import() -> None:
    names = {file.name for file in loaded_with([SCRIPT])}
    assert {"main.js", "sheet.js", "grid.js", "tabulator_esm.min.mjs"} <= names
    assert not {"bank.js", "cards.js"} & names  # on demand


@pytest.mark.parametrize("file", OWN, ids=by_name)
def test_a_file_is_sent_without_what_only_its_readers_need(file: Path) -> None:
    text, sent = file.read_text("utf-8"), prepared(file)
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())  # no text whose lines or indentation count
    assert not re.search(r"^(\s|//|/\*)", sent.plain.decode().replace("\n\n", "\n").strip(), re.MULTILINE)
    assert gzip.decompress(sent.compressed) == sent.plain


@pytest.mark.parametrize("file", [file for file in OWN if file.suffix == ".js"], ids=by_name)
def test_a_script_names_what_it_imports_with_its_version(file: Path) -> None:
    for found in IMPORTED.finditer(prepared(file).plain.decode()):
        address, _, version = found["named"].partition("?v=")
        assert version == prepared(file_at(address)).version


@pytest.mark.parametrize("sheet", ["icons.css", "tokens.css"])
async def test_icons_and_fonts_of_a_style_sheet_are_kept_for_good(app: FastAPI, sheet: str) -> None:
    named = [found["named"] for found in SHOWN.finditer(prepared(file_at(f"/static/css/{sheet}")).plain.decode())]
    assert named
    for address in named:
        assert address == asset(address.partition("?")[0])
    answer = await asked(app).get(named[0])
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, FOR_GOOD)


async def test_a_script_is_sent_as_it_is_to_whoever_takes_nothing_else(app: FastAPI) -> None:
    answer = await asked(app).get(SCRIPT, headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in answer.headers
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.content == prepared(file_at(SCRIPT)).plain
