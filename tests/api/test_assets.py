"""Files of pages: compressed, kept for good under an address with their version, and nothing else beside them."""

from fastapi import FastAPI
from httpx import AsyncClient

from api.assets import ASK_EACH_TIME, FOR_GOOD, asset
from tests.api.world import visitor

SHEET = "/static/css/tokens.css"


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
