"""The main job of a season: records written, signed by homeroom teacher and principal, sealed, issued, logged.

`python -m bench.season [--schools 58] [--bare-seals] [--json]`: a school of 5 classes and 174 pupils as often as asked
(760 are a city's grade: 132,240 records in 3,800 classes), in a PostgreSQL and a Temporal of their own, with the workers
and the API as they are served, one process for papers per processor; everything is signed through the API. Beside it
the naive way, WeasyPrint and pyHanko's own `sign_pdf` per record, and the floor: the bare operation of the key and bare
Typst.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

import httpx
from sqlalchemy import func, select, text

from bench.parts.rows import Row, table
from bench.parts.season import job, machine
from bench.parts.season.copies import write_copies
from bench.parts.season.people import cast_of, equip
from bench.parts.season.template import Template, make_template
from bench.parts.season.walk import Walk
from cli.database import opened
from cli.services.services import Services, everything, on_free_ports
from config.settings import Settings
from config.temporal import connect
from domain.stages import Stage
from storage import reopening
from storage.database import Sessions
from storage.tables import ClassTermRow, Enrolment, LogEvent, TermRecord
from workflows.opening import resumed_state
from workflows.starting import start_class_term

AT_ONCE = 3  # schools whose people sign at the same time
MARKS = (10_000, 30_000, 60_000, 100_000)  # records after which the pace is noted
SAMPLED_S = 10.0


@dataclass
class Season:
    """A running city, and what was seen of it: the pace at each mark, and the most memory of each part."""

    services: Services
    sessions: Sessions
    template: Template
    schools: int
    marks: dict[int, float] = field(default_factory=dict)
    peaks: dict[str, float] = field(default_factory=dict)
    early: dict[str, float] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def look(self, records: int, seconds: float) -> None:
        for mark in MARKS:
            if records >= mark and mark not in self.marks:
                self.marks[mark] = seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=58)
    parser.add_argument("--bare-seals", action="store_true", help="validation data beside the papers: seals of B-B")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    rows = asyncio.run(_measured(options.schools))
    if options.json:
        about = {"load": load, "seconds": round(time.monotonic() - start)}
        print(json.dumps({**about, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


async def _measured(schools: int) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        async with _city(Path(folder), schools) as season:
            return await _season(season)


@asynccontextmanager
async def _city(folder: Path, schools: int) -> AsyncIterator[Season]:
    settings = on_free_ports(Settings(demo=True, seal_timestamp="batch"), folder)
    async with everything(settings) as services:
        with opened(settings.database_url) as sessions:
            template = await asyncio.to_thread(_written, sessions, settings, schools)
            yield Season(services, sessions, template, schools)


def _written(sessions: Sessions, settings: Settings, schools: int) -> Template:
    with sessions.begin() as session:
        template = make_template(session)
        session.flush()
        write_copies(session.connection(), schools - 1)
        session.flush()
        equip(session, settings, template, schools)
    with sessions.begin() as session:
        session.execute(text("ANALYZE"))
    return template


async def _season(season: Season) -> list[Row]:
    """The job alone: a process for each processor, and what it needs of PostgreSQL and of the stamping service."""
    context, count = multiprocessing.get_context("spawn"), os.cpu_count() or 1
    done = context.Value("i", 0)
    shares = [range(number, season.schools, count) for number in range(count)]
    before, start = machine.spent(season.services), time.perf_counter()
    processes = [
        context.Process(target=job.work, args=(season.settings, season.template, share, done)) for share in shares
    ]
    for process in processes:
        process.start()
    while any(process.is_alive() for process in processes):
        await asyncio.sleep(0.5)
        season.look(done.value, time.perf_counter() - start)
    seconds = time.perf_counter() - start
    used = machine.differences(machine.spent(season.services), before)
    mine = resource.getrusage(resource.RUSAGE_CHILDREN)
    used["job"] = mine.ru_utime + mine.ru_stime
    season.marks[done.value] = seconds
    return _rows(season, done.value, used, 0)


def _classes(season: Season) -> dict[UUID, list[str]]:
    """The records of every open book, in the order of the class."""
    query = (
        select(TermRecord.class_term_id, TermRecord.id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(ClassTermRow.stage == Stage.SUBJECT_SIGNED)
        .order_by(Enrolment.order_no)
    )
    found: dict[UUID, list[str]] = {}
    with season.sessions() as session:
        for class_term_id, record_id in session.execute(query):
            found.setdefault(class_term_id, []).append(str(record_id))
    return found


async def _open_all(season: Season, books: Sequence[UUID]) -> None:
    """Workflows of all books, as they have run since the beginning of the term."""
    client, turns = await connect(season.settings), asyncio.Semaphore(20)

    async def open_one(book_id: UUID) -> None:
        async with turns:
            state = await asyncio.to_thread(_state, season.sessions, book_id)
            await start_class_term(client, state)

    await asyncio.gather(*(open_one(each) for each in books))


def _state(sessions: Sessions, book_id: UUID):
    with sessions() as session:
        return resumed_state(reopening.book(session, book_id))


async def _walked(season: Season, walk: Walk) -> None:
    turns = asyncio.Semaphore(AT_ONCE)

    async def school(n: int) -> None:
        async with turns:
            await walk.school(cast_of(season.template, n))

    async with asyncio.TaskGroup() as group:
        for n in range(season.schools):
            group.create_task(school(n))


async def _watch(season: Season, walk: Walk, start: float) -> None:
    with suppress(asyncio.CancelledError):
        while True:
            await asyncio.sleep(1)
            seconds = time.perf_counter() - start
            for mark in MARKS:
                if walk.records >= mark and mark not in season.marks:
                    season.marks[mark] = seconds
            if int(seconds) % SAMPLED_S == 0:
                found = await asyncio.to_thread(machine.memory, season.services)
                season.early = season.early or found
                season.peaks = {name: max(each, season.peaks.get(name, 0)) for name, each in found.items()}


def _unlogged(sessions: Sessions) -> int:
    with sessions() as session:
        return session.scalar(select(func.count()).select_from(LogEvent).where(LogEvent.position.is_(None))) or 0


def _rows(season: Season, records: int, used: dict[str, float], behind: int) -> list[Row]:
    rows = []
    for mark, seconds in sorted(season.marks.items()):
        rows.append(Row("Season", f"first {mark} records", mark / seconds, "/s", {}))
    cpu = {name: value / records * 1000 for name, value in used.items()}
    rows.append(Row("Cost", "processor time of a record", sum(cpu.values()), "ms", {}, cpu))
    return rows


if __name__ == "__main__":
    main()
