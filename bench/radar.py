"""What an office waits for that looks at 700 schools, 4,000 classes and 132,000 pupils.

`python -m bench.radar [--times 40] [--schools 700] [--json]`: a city in mid-season in a PostgreSQL of its own, pages
asked for one after the other through the application in this process. Beside each page: how much of the time its SQL
took, how many statements it sent, and how large it is. The bar is a p95 of 150 ms for /co-quan.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import Engine

from api.main import create_app, make_services
from bench.parts.city import City, Size, make_city, time_page
from bench.parts.rows import Row, table
from bench.parts.teachers import browser_headers, sign_in
from cli.services.services import everything, on_free_ports
from config.settings import Settings
from storage.database import Sessions

BASELINE: Final = "/kiem-tra"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=40)
    parser.add_argument("--schools", type=int, default=Size().schools)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        rows = asyncio.run(_measured(Path(folder), options.schools, options.times))
    if options.json:
        about: dict[str, Any] = {"load": load, "seconds": round(time.monotonic() - start)}
        print(json.dumps(about | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


async def _measured(folder: Path, schools: int, times: int) -> list[Row]:
    settings = on_free_ports(Settings(postgres_fast=True), folder)
    async with everything(settings):
        services = await make_services(settings)
        city, cookie = await asyncio.to_thread(_city, services.sessions, schools)
        engine: Engine = services.sessions.kw["bind"]
        transport = httpx.ASGITransport(create_app(services))
        headers = browser_headers(cookie)
        async with httpx.AsyncClient(transport=transport, base_url=settings.api_url, headers=headers) as client:
            return await _rows(client, engine, city, times)


def _city(sessions: Sessions, schools: int) -> tuple[City, str]:
    usual = Size()
    share = schools / usual.schools
    size = Size(schools, round(usual.classes * share), round(usual.pupils * share))
    with sessions.begin() as session:
        city = make_city(session, size=size)
        cookie = sign_in(session, city.head)
    with sessions() as session:
        session.connection().exec_driver_sql("VACUUM ANALYZE")
    return city, cookie


async def _rows(client: httpx.AsyncClient, engine: Engine, city: City, times: int) -> list[Row]:
    school = f"/co-quan/truong/{city.schools[0]}"
    pages = ("/co-quan", "/co-quan/giu-viec", "/co-quan/truong", school, "/co-quan/chuoi.json", "/co-quan/gia-han")
    baseline = await time_page(client, engine, BASELINE, times)
    rows = []
    for path in pages:
        found = await time_page(client, engine, path, times)
        size = len((await client.get(path)).content) / 1000
        parts = {
            "p50": found.middle, "share of SQL": found.share_of_sql, "statements": found.statements, "kB": size,
        }  # fmt: skip
        name = path.replace(str(city.schools[0]), "{school}")
        rows.append(
            Row(f"p95 at {len(city.schools)} schools", name, found.slow, "ms", {BASELINE: baseline.slow}, parts)
        )
    return rows


if __name__ == "__main__":
    main()
