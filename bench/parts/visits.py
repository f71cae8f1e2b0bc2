"""Pages one after the other, each by the one among those who may open it for whom it is the heaviest."""

import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import httpx

from bench.parts.costs import Meter, statements
from bench.parts.people import Asker, Cast
from bench.parts.rows import Row
from bench.parts.teachers import Teacher, browser_headers, column_of
from bench.parts.weights import weight_of
from tests.api.matrix import GuardedRoute, guarded_routes

BASELINE = "/kiem-tra"
TIMES = 20
_ENDLESS = "/truc-tiep"
_SEARCH = "POST /tim"
_WORDS = {"words": "nguyen"}


@dataclass(frozen=True)
class Cost:
    """Of one request, in milliseconds: processor time of both sides, and what the client waited (p95)."""

    api: float
    database: float
    waited: float

    @property
    def spent(self) -> float:
        return self.api + self.database


@dataclass
class Measuring:
    """The real application, and its twin in this process, where statements are counted."""

    client: httpx.AsyncClient
    meter: Meter
    twin: httpx.AsyncClient
    baseline: Cost

    @classmethod
    async def begin(cls, client: httpx.AsyncClient, meter: Meter, twin: httpx.AsyncClient) -> Self:
        new = cls(client, meter, twin, baseline=Cost(0, 0, 0))
        await new.cost(new.request("GET", BASELINE, None))
        new.baseline = await new.cost(new.request("GET", BASELINE, None))
        return new

    def request(self, method: str, path: str, asker: Asker | None) -> httpx.Request:
        headers = browser_headers(asker.cookie) if asker else {}
        data = _WORDS if f"{method} {path}" == _SEARCH else None
        return self.client.build_request(method, path, headers=headers, data=data)

    async def cost(self, request: httpx.Request, times: int = TIMES) -> Cost:
        before = self.meter.read()
        waited = [await self._milliseconds(request) for _ in range(times)]
        after = self.meter.read()
        api, database = ((late - early) / times for early, late in zip(before, after, strict=True))
        return Cost(api, database, p95(waited))

    async def statements(self, request: httpx.Request) -> int:
        for _ in range(5):  # until what the process remembers is remembered
            await self.twin.send(request)
        with statements() as found:
            await self.twin.send(request)
        return len(found.texts)

    async def _milliseconds(self, request: httpx.Request) -> float:
        start = time.perf_counter()
        (await self.client.send(request)).raise_for_status()
        return (time.perf_counter() - start) * 1000


async def save_column(measuring: Measuring, teacher: Teacher, most: int | None = None) -> Row:
    """The whole route, with a comment for each pupil of a class, or for so many of them."""
    costs, sent = [], 0
    for client in [measuring.twin, *[measuring.client] * TIMES]:
        cells = (await column_of(measuring.client, teacher))[:most]
        headers = browser_headers(teacher.cookie)
        request = measuring.client.build_request("PUT", teacher.path, headers=headers, json={"cells": cells})
        if client is measuring.twin:
            with statements() as found:
                (await client.send(request)).raise_for_status()
            sent = len(found.texts)
        else:
            costs.append(await measuring.cost(request, 1))
    api, database = (statistics.mean(getattr(each, name) for each in costs) for name in ("api", "database"))
    waited = p95([each.waited for each in costs])
    parts = {"API": api, "database": database, "waited": waited, "statements": sent}
    name = f"entry save of {len(cells)} cell{'s' if len(cells) > 1 else ''}"
    return Row("saving, processor time", name, api + database, "ms", {BASELINE: measuring.baseline.spent}, parts)


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1] if len(values) > 1 else values[0]


async def every_page(measuring: Measuring, cast: Cast, only: str = "") -> list[Row]:
    """Every page and part of one; files, redirects and the endless stream are left out."""
    routes = sorted((route for route in guarded_routes() if _is_asked(route, only)), key=lambda route: route.path)
    rows = [await _page(measuring, cast, route) for route in routes]
    return [row for row in rows if row]


def _is_asked(route: GuardedRoute, only: str) -> bool:
    is_page = route.method == "GET" and route.path != _ENDLESS and "." not in route.path
    return (is_page or route.name == _SEARCH) and route.path.startswith(only)


async def _page(measuring: Measuring, cast: Cast, route: GuardedRoute) -> Row | None:
    found = [
        (cost, duty, text, request)
        for duty, asker in cast.askers.items()
        if duty in (route.rule.duties or ())
        if (request := measuring.request(route.method, asker.address(route.path), asker))
        if (text := await _opened(measuring, request)) is not None
        if (cost := await measuring.cost(request, 2))
    ]
    if not found:
        return None
    _, duty, text, request = max(found, key=lambda each: each[0].spent)
    cost = await measuring.cost(request)
    parts = {
        "API": cost.api,
        "database": cost.database,
        "waited": cost.waited,
        "statements": await measuring.statements(request),
        "page kB": len(text.encode()) / 1000,
    }
    if "<html" in text:
        parts["loads kB"] = weight_of(text) / 1000
    beside = {BASELINE: measuring.baseline.spent}
    return Row("pages, processor time", f"{route.path} ({duty})", cost.spent, "ms", beside, parts)


async def _opened(measuring: Measuring, request: httpx.Request) -> str | None:
    """The page; None for what leads on, and for files."""
    answer = await measuring.client.send(request)
    if answer.is_server_error:
        raise RuntimeError(f"{request.url}: {answer.status_code}")
    is_page = answer.status_code == httpx.codes.OK and "html" in answer.headers["Content-Type"]
    is_data = answer.status_code == httpx.codes.OK and "json" in answer.headers["Content-Type"]
    return answer.text if is_page or is_data else None
