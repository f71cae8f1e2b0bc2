"""A campaign of 4,000 class terms on this machine: started, its deadline moved for all, closed; and the radar.

`python -m bench.campaign [--classes 4000] [--json]`: 700 schools and 132,000 pupils in a PostgreSQL and a Temporal of
their own, with the workers as they are served. Baselines: workflows told one by one, and the plainest page. The
bars: a new deadline is known everywhere within two minutes, and the radar's p95 stays under 150 ms.
"""

import argparse
import asyncio
import json
import os
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

import httpx
from sqlalchemy import Engine, func, select, text
from temporalio.client import Client

from api.main import create_app, make_services
from bench.parts.city import GRADE, Size, make_people, time_page
from bench.parts.rows import Row, table
from bench.parts.teachers import browser_headers, sign_in
from cli.services.services import everything, on_free_ports
from config.settings import Settings
from config.temporal import connect
from domain.assessment import Term
from domain.calendar import SchoolYear, day_of
from domain.campaigns.messages import CampaignChange
from domain.campaigns.phases import Cohort, Owner, Phase, Step
from domain.campaigns.states import CampaignState as Standing
from domain.deadlines import Deadline
from domain.duties import Duty
from storage.campaigns import decisions, dues, offices, policies, running
from storage.campaigns.decisions import Move
from storage.campaigns.policies import Edit
from storage.campaigns.running import NewCampaign
from storage.database import Sessions
from storage.tables import CampaignSchool, ClassTermRow
from workflows.campaign import CampaignState, campaign_workflow_id
from workflows.starting import TemporalEngine, start_campaign

DUE_IN, MOVED_TO = timedelta(days=60), timedelta(days=75)
ONE_BY_ONE: Final = 100  # workflows told one after the other, for comparison
_STEPS: Final = (Step.DATA_REVIEW, Step.ENTRY_SIGNING, Step.ISSUE, Step.SUBMISSION, Step.FREEZE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", type=int, default=Size().classes)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    whole = Size()
    share = options.classes / whole.classes
    size = Size(max(6, round(whole.schools * share)), options.classes, round(whole.pupils * share))
    load, start = os.getloadavg(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        rows = asyncio.run(_measured(Path(folder), size))
    if options.json:
        about: dict[str, Any] = {"load": load, "seconds": round(time.monotonic() - start)}
        print(json.dumps(about | {"rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


@dataclass(frozen=True)
class _City:
    sessions: Sessions
    client: Client
    settings: Settings
    department: UUID
    head: UUID
    campaign: UUID
    year: str
    today: date


async def _measured(folder: Path, size: Size) -> list[Row]:
    settings = on_free_ports(Settings(postgres_fast=True), folder)
    async with everything(settings):
        services = await make_services(settings)
        city = await asyncio.to_thread(_made, services.sessions, size, settings, await connect(settings))
        rows = [*await _started(city, size), *await _moved(city), *_sizes(city, folder)]
        rows.append(await _radar(city, services))
        return [*rows, await _closed(city)]


def _made(sessions: Sessions, size: Size, settings: Settings, client: Client) -> _City:
    """The city's people, and a campaign whose phases are all due in two months."""
    at = datetime.now(UTC)
    today, due = day_of(at), day_of(at + DUE_IN)
    with sessions.begin() as session:
        known = make_people(session, at, size, SchoolYear(due.year - 1))
        department = known["department"]
        head = offices.add_officer(session, department, ("079185000001", "Lê Thị Thu Hà"), Duty.OFFICE_HEAD, at)
        phases = tuple(Phase(step, Cohort.ALL, due.month, due.day, Owner.PRINCIPAL) for step in _STEPS)
        plan = policies.keep(session, Edit(department, "Kế hoạch đo", phases, "Đo tốc độ", head))
        new = NewCampaign(department, SchoolYear.parse(known["year"]), GRADE, plan.policy_id, plan.version, head)
        campaign = running.open_campaign(session, new)
    return _City(sessions, client, settings, department, head, campaign.id, known["year"], today)


async def _started(city: _City, size: Size) -> list[Row]:
    start = time.perf_counter()
    state = CampaignState(str(city.campaign), city.year, GRADE, (Term.YEAR_END.value,))
    await start_campaign(city.client, state)
    handle = city.client.get_workflow_handle(campaign_workflow_id(city.year, GRADE))
    while not (await handle.query("snapshot"))["has_begun"]:  # noqa: ASYNC110 - other processes do the work
        await asyncio.sleep(1)
    seconds = time.perf_counter() - start
    return [
        Row("Start", f"{size.schools} schools, {size.classes} books of {size.pupils} pupils", seconds, "s", {}),
        Row("Start", "workflows in a second", (size.schools + size.classes) / seconds, "/s", {}),
    ]


async def _moved(city: _City) -> list[Row]:
    """From the decision to the moment at which the last workflow has said that it knows."""
    one_by_one = await _one_by_one(city)
    start = time.perf_counter()
    version = await asyncio.to_thread(_decided, city)
    handle = city.client.get_workflow_handle(campaign_workflow_id(city.year, GRADE))
    await handle.execute_update("spread", version, id=str(uuid4()))
    while (left := await asyncio.to_thread(_unaware, city, version)) > 0:
        await asyncio.sleep(0.5)
        if time.perf_counter() - start > 600:  # noqa: PLR2004 - something is broken
            raise TimeoutError(f"{left} workflows do not know the deadline")
    seconds = time.perf_counter() - start
    told = await asyncio.to_thread(_count, city)
    return [
        Row("Extend", "the last workflow knows (bar 120)", seconds, "s", {"told one by one": told / one_by_one}),
        Row("Extend", "workflows in a second", told / seconds, "/s", {}),
    ]


async def _one_by_one(city: _City) -> float:
    """Workflows told in a second, one after the other, of a deadline that is new to them."""
    engine = TemporalEngine(city.client)
    with city.sessions.begin() as session:
        deadline = Deadline(dues.next_version(session), datetime.now(UTC) + MOVED_TO)
        campaign = running.of_year(session, city.year, GRADE)
        assert campaign is not None
        members = set(session.scalars(select(CampaignSchool.school_id)))
        classes = running.open_classes(session, campaign, members, [Term.YEAR_END])[:ONE_BY_ONE]
    start = time.perf_counter()
    for each in classes:
        await engine.move_class(city.year, str(each.class_id), each.term.value, deadline)
    return len(classes) / (time.perf_counter() - start)


def _decided(city: _City) -> int:
    move = Move(
        uuid4(), city.campaign, Step.ISSUE, Cohort.ALL, city.today + MOVED_TO, "1/QĐ", "Đo tốc độ lan truyền.",
        city.head, city.department,
    )  # fmt: skip
    with city.sessions.begin() as session:
        return decisions.decide(session, move, datetime.now(UTC)).version


def _unaware(city: _City, version: int) -> int:
    with city.sessions() as session:
        classes = select(func.count()).select_from(ClassTermRow).where(ClassTermRow.policy_version < version)
        schools = select(func.count()).select_from(CampaignSchool).where(CampaignSchool.deadline_version < version)
        return (session.scalar(classes) or 0) + (session.scalar(schools) or 0)


def _count(city: _City) -> int:
    with city.sessions() as session:
        counts = (select(func.count()).select_from(each) for each in (ClassTermRow, CampaignSchool))
        return sum(session.scalar(each) or 0 for each in counts)


def _sizes(city: _City, folder: Path) -> list[Row]:
    with city.sessions() as session:
        database = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
    engine = sum(path.stat().st_size for path in folder.rglob("temporal*.db*"))
    return [
        Row("Size", "PostgreSQL", database / 1e6, "MB", {}),
        Row("Size", "Temporal", engine / 1e6, "MB", {}),
    ]


async def _radar(city: _City, services: Any) -> Row:  # noqa: ANN401
    engine: Engine = city.sessions.kw["bind"]
    cookie = await asyncio.to_thread(_cookie, city)
    transport = httpx.ASGITransport(create_app(services))
    async with httpx.AsyncClient(
        transport=transport, base_url=city.settings.api_url, headers=browser_headers(cookie)
    ) as client:
        page = await time_page(client, engine, "/co-quan")
        plain = await time_page(client, engine, "/kiem-tra")
    return Row("Radar", "p95 (bar 150)", page.slow, "ms", {"plainest page": plain.slow}, {"median": page.middle})


def _cookie(city: _City) -> str:
    with city.sessions.begin() as session:
        return sign_in(session, city.head)


async def _closed(city: _City) -> Row:
    start = time.perf_counter()
    handle = city.client.get_workflow_handle(campaign_workflow_id(city.year, GRADE))
    change = CampaignChange(str(city.campaign), state=Standing.CLOSED.value)
    await handle.execute_update("change", change, id=str(uuid4()))
    await handle.result()
    return Row("Close", "all schools", time.perf_counter() - start, "s", {})


if __name__ == "__main__":
    main()
