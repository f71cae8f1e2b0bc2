"""How long pages take at a school of 2,000 pupils, alone and with 200 teachers at work, and how heavy they are.

`python -m bench.web [--teachers 200] [--seconds 30] [--json]`: the real API process over a PostgreSQL and a Temporal of
its own. Every page that somebody may open is asked for 20 times, one request after the other; times are those of a
client on the same machine. The baseline of the same run is the page /kiem-tra, which reads nothing of a school. Then so
many teachers save a comment every 3 to 9 seconds, and look at their page after every fifth. Weights are of the style
sheets and scripts
of a page, compressed, without fonts.
"""

import argparse
import asyncio
import json
import os
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import httpx

from bench.parts.rows import Row, table
from bench.parts.school import BigSchool, make_big_school
from bench.parts.teachers import Teacher, at_work, browser_headers, sign_in, teachers_of
from bench.parts.weights import weight_of
from cli.services.services import everything, on_free_ports
from config.settings import Settings
from domain.duties import Duty
from storage.database import make_engine, make_sessions
from tests.api.matrix import PLAIN, GuardedRoute, Objects, guarded_routes, objects_of

BASELINE = "/kiem-tra"
TIMES = 20
Cookies = dict[Duty, str]


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    rows = asyncio.run(_measured(options.teachers, options.seconds))
    if options.json:
        about = {"load": load, "seconds": round(time.monotonic() - start)}
        print(json.dumps(about | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


async def _measured(count: int, seconds: float) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        settings = on_free_ports(Settings(postgres_fast=True), Path(folder))
        async with everything(settings):
            school, named, cookies, teachers = await asyncio.to_thread(_prepared, settings, count)
            async with httpx.AsyncClient(base_url=settings.api_url, timeout=30, trust_env=False) as client:
                baseline = p95([await _milliseconds(client, BASELINE, {}) for _ in range(TIMES)])
                pages = await _pages(client, named, cookies, baseline)
            times = await at_work(settings.api_url, teachers, seconds)
    if times.failed:
        raise SystemExit(f"{len(times.failed)} requests failed: {times.failed[0]}")
    pupils = sum(len(book.records) for book in school.books)
    group = f"{count} teachers at once, {pupils} pupils"
    return [
        *pages,
        Row(group, f"entry save, p95 of {len(times.saves)}", p95(times.saves), "ms", {BASELINE: baseline}),
        Row(group, f"/viec-cua-toi, p95 of {len(times.pages)}", p95(times.pages), "ms", {BASELINE: baseline}),
    ]


def _prepared(settings: Settings, count: int) -> tuple[BigSchool, Objects, Cookies, list[Teacher]]:
    sessions = make_sessions(make_engine(settings.database_url))
    with sessions.begin() as session:
        school = make_big_school(session)
        cast = school.books[3].cast
        cookies = {
            Duty.PRINCIPAL: sign_in(session, school.school.principal),
            Duty.CLERK: sign_in(session, school.school.clerk),
            Duty.ADMIN: sign_in(session, school.admin),
            Duty.HOMEROOM: sign_in(session, cast.homeroom),
            Duty.SUBJECT_TEACHER: sign_in(session, cast.music),
        }
        teachers = teachers_of(session, school, count)
        named = objects_of(session, cast, "0" * 64)
    return school, named, cookies, teachers


async def _pages(client: httpx.AsyncClient, named: Objects, cookies: Cookies, baseline: float) -> list[Row]:
    routes = sorted((route for route in guarded_routes() if route.method == "GET"), key=lambda route: route.path)
    rows = [await _page(client, named, cookies, route, baseline) for route in routes]
    return [row for row in rows if row]


async def _page(
    client: httpx.AsyncClient, named: Objects, cookies: Cookies, route: GuardedRoute, baseline: float
) -> Row | None:
    """The page for the first who may open it; None for what leads on, and for files."""
    path = route.path.format(**PLAIN, **named.ids)
    for duty in cookies.keys() & (route.rule.duties or frozenset()):
        headers = browser_headers(cookies[duty])
        answer = await client.get(path, headers=headers)
        if answer.status_code == httpx.codes.OK and "html" in answer.headers["Content-Type"]:
            times = [await _milliseconds(client, path, headers) for _ in range(TIMES)]
            parts = {"kB": weight_of(answer.text) / 1000} if "<html" in answer.text else {}
            return Row("pages, p95", f"{route.path} ({duty})", p95(times), "ms", {BASELINE: baseline}, parts)
    return None


async def _milliseconds(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> float:
    start = time.perf_counter()
    (await client.get(path, headers=headers)).raise_for_status()
    return (time.perf_counter() - start) * 1000


if __name__ == "__main__":
    main()
