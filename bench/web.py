"""What pages cost at a school of 2,000 pupils, alone and with 200 teachers at work, and how heavy they are.

`python -m bench.web [--teachers 200] [--seconds 30] [--pages-only | --crowd-only] [--only PATH] [--keep FOLDER]
[--json]`: the real API process over a PostgreSQL and a Temporal of its own. Every page is asked for 20 times in a row
by the one among those who may open it for whom it is the heaviest: processor time of the API process and of its
database sessions, which does not depend on what else the machine does. Beside it the time that a client waits (p95),
the statements sent to the database, and kilobytes: of the page itself, and of its style sheets and scripts, compressed,
without fonts. The baseline of the same run is the page /kiem-tra, which reads nothing of a school.

Then one teacher saves a cell, and a column of a class, and so many teachers save a comment every 3 to 9 seconds and
look at their page after every fifth. `--keep` keeps the school in a state folder, and measures the one that is there
already.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from api.main import create_app, make_services
from bench.parts.costs import Meter
from bench.parts.people import Cast, cast_of
from bench.parts.rows import Row, table
from bench.parts.school import make_big_school
from bench.parts.teachers import at_work, seen_by
from bench.parts.visits import BASELINE, Measuring, every_page, p95, save_column
from cli.services.services import Services, everything, on_free_ports
from config.settings import Settings
from storage.database import make_engine, make_sessions


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--teachers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--pages-only", action="store_true")
    parser.add_argument("--crowd-only", action="store_true")
    parser.add_argument("--only", default="", metavar="PATH", help="pages whose route begins so")
    parser.add_argument("--keep", type=Path, metavar="FOLDER")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    with _folder(options.keep) as folder:
        rows = asyncio.run(_measured(options, folder))
    if options.json:
        about = {"load": load, "seconds": round(time.monotonic() - start)}
        print(json.dumps(about | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        yield kept
        return
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        yield Path(folder)


async def _measured(options: argparse.Namespace, folder: Path) -> list[Row]:
    settings = on_free_ports(Settings(postgres_fast=True), folder)
    async with everything(settings) as services:
        cast = await asyncio.to_thread(_cast, settings, options.teachers)
        meter = _meter(services)
        limits = httpx.Limits(keepalive_expiry=2)  # before the server lets go
        async with httpx.AsyncClient(base_url=settings.api_url, timeout=60, trust_env=False, limits=limits) as client:
            measuring = await Measuring.begin(client, meter, await _twin(settings))
            rows = [] if options.crowd_only else await every_page(measuring, cast, options.only)
            if options.pages_only or options.only:
                return rows
            rows += [await save_column(measuring, cast.teachers[0], most) for most in (1, None)]
        return rows + await _crowd(settings, cast, meter, options.seconds, measuring.baseline.waited)


def _cast(settings: Settings, teachers: int) -> Cast:
    path = settings.var_dir / "bench.json"
    if path.exists():
        return Cast.kept(path)
    engine = make_engine(settings.database_url)
    with make_sessions(engine).begin() as session:
        cast = cast_of(session, make_big_school(session), teachers)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")  # as the server does by itself, sooner or later
    cast.keep(path)
    return cast


def _meter(services: Services) -> Meter:
    api, postgres = services.children["api"].pid, services.children["postgres"].pid
    assert api is not None
    assert postgres is not None
    return Meter(api, postgres)


async def _twin(settings: Settings) -> httpx.AsyncClient:
    """The same application in this process, where its statements can be counted."""
    transport = httpx.ASGITransport(create_app(await make_services(settings)))
    return httpx.AsyncClient(transport=transport, base_url=settings.api_url)


async def _crowd(settings: Settings, cast: Cast, meter: Meter, seconds: float, baseline: float) -> list[Row]:
    seen = await seen_by(settings.api_url, cast.teachers)
    before, start = meter.read(), time.monotonic()
    times = await at_work(settings.api_url, cast.teachers, seen, seconds)
    after, took = meter.read(), time.monotonic() - start
    if times.failed:
        raise SystemExit(f"{len(times.failed)} requests failed: {times.failed[0]}")
    group = f"{len(cast.teachers)} teachers at once, {cast.pupils} pupils"
    asked = len(times.saves) + len(times.pages)
    spent = {name: (b - a) / asked for name, a, b in zip(("API", "database"), before, after, strict=True)}
    beside = {BASELINE: baseline}
    return [
        Row(group, f"entry save, p95 of {len(times.saves)}", p95(times.saves), "ms", beside),
        Row(group, f"/viec-cua-toi, p95 of {len(times.pages)}", p95(times.pages), "ms", beside),
        Row(group, "processor time of a request", sum(spent.values()), "ms", {}, spent | {"per second": asked / took}),
    ]


if __name__ == "__main__":
    main()
