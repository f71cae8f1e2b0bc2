"""The main job of a season: records written, signed by homeroom teacher and principal, sealed, issued, logged.

`python -m bench.season [--schools 58] [--bare-seals] [--through-api] [--json]`: a school of 5 classes and 174 pupils as
often as asked (760 are a city's grade: 132,240 records in 3,800 classes), in a PostgreSQL of their own. The job alone
is a process for each processor that does what the activities do, class after class; through the API, everything is
done as people do it, by the whole of a running hocba. One time stamp for the records of a class, and one for all that
is proven later; seals carry validation data, unless they are bare.

Comments are the product's own suggestions, one or two, as teachers click on them. Beside it the naive way, WeasyPrint
and pyHanko's `sign_pdf` for each record, on as many processors; and the floor, bare Typst and the bare key.
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
from dataclasses import dataclass
from multiprocessing.connection import wait
from multiprocessing.context import SpawnProcess
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Final

from bench.parts.rows import Row, table
from bench.parts.season import job, machine, walk
from bench.parts.season.beside import LONGEST_START_S, floor_pace, naive_pace
from bench.parts.season.city import City, Figures, Pace, city
from bench.parts.season.walk import Walk

PROCESSORS: Final = os.cpu_count() or 1
LOOKS_S: Final = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--schools", type=int, default=58)
    parser.add_argument("--bare-seals", action="store_true", help="seals of level B-B: validation data stays outside")
    parser.add_argument("--through-api", action="store_true", help="as people do it, instead of the job alone")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    load, start = os.getloadavg(), time.monotonic()
    rows = asyncio.run(_measured(options))
    if options.json:
        about = {"load": load, "processors": PROCESSORS, "seconds": round(time.monotonic() - start)}
        print(json.dumps({**about, "rows": [row.as_json() for row in rows]}, ensure_ascii=False))
    else:
        print(table(rows))


async def _measured(options: argparse.Namespace) -> list[Row]:
    with tempfile.TemporaryDirectory(prefix="hocba-bench-") as folder:
        async with city(Path(folder), options.schools) as here:
            measured = _as_people_do if options.through_api else _job_alone
            return [*await measured(here, options), *here.sizes()]


def _beside(here: City, options: argparse.Namespace) -> Figures:
    naive = naive_pace(here.settings, bare_seals=options.bare_seals)
    return {"naive": naive, "floor": floor_pace()}


@dataclass(frozen=True)
class Beside:
    """The machine's own pace changes within minutes: what a season stands beside is measured before and after it."""

    before: Figures
    after: Figures

    @property
    def mean(self) -> Figures:
        return {name: (pace + self.after[name]) / 2 for name, pace in self.before.items()}


async def _job_alone(here: City, options: argparse.Namespace) -> list[Row]:
    """A process for each processor, and what they need of PostgreSQL and of the stamping service."""
    before = await asyncio.to_thread(_beside, here, options)
    context, pace = multiprocessing.get_context("spawn"), Pace()
    done: Synchronized[int] = context.Value("i", 0)
    taken: Synchronized[int] = context.Value("i", 0)
    ready = context.Barrier(PROCESSORS + 1)
    share = job.Share(taken, here.schools)
    processes = [
        context.Process(target=job.work, args=(here.settings, here.template, share, done, ready, options.bare_seals))
        for _ in range(PROCESSORS)
    ]
    for process in processes:
        process.start()
    await asyncio.to_thread(ready.wait, LONGEST_START_S)
    start, at_first = time.perf_counter(), machine.spent(here.services)
    own = {process.pid: machine.seconds_of(process.pid) for process in processes if process.pid}
    others = _ended_seconds()
    async for memory in _looks(here, processes):
        pace.look(done.value, time.perf_counter() - start, memory)
    looked = time.process_time()
    await asyncio.to_thread(job.finish, here.settings)
    pace.marks[done.value] = time.perf_counter() - start
    used = machine.differences(machine.spent(here.services), at_first)
    used["job"] = _ended_seconds() - others - sum(own.values()) + time.process_time() - looked
    return _rows("The job alone", pace, used, Beside(before, await asyncio.to_thread(_beside, here, options)))


async def _looks(here: City, processes: Sequence[SpawnProcess]) -> AsyncIterator[Figures]:
    """What memory holds, again and again until all processes have ended; raises RuntimeError if one has failed."""
    pids, working = [process.pid for process in processes if process.pid], list(processes)
    while working:
        yield machine.memory(here.services) | {"job": machine.together(pids)}
        sentinels = [process.sentinel for process in working]
        ended = await asyncio.to_thread(lambda: set(wait(sentinels, LOOKS_S)))  # noqa: B023 - waited for at once
        working = [process for process in working if process.sentinel not in ended]
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise RuntimeError("a process of the season failed")


def _ended_seconds() -> float:
    """Processors' time of all children that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


async def _as_people_do(here: City, options: argparse.Namespace) -> list[Row]:
    before = await asyncio.to_thread(_beside, here, options)
    pace, begun = Pace(), asyncio.get_running_loop().create_future()
    walking = asyncio.create_task(walk.walked(here, begun.set_result))
    found: Walk = await begun
    start, at_first = time.perf_counter(), machine.spent(here.services)
    while not walking.done():
        pace.look(found.records, time.perf_counter() - start, machine.memory(here.services))
        await asyncio.wait({walking}, timeout=LOOKS_S)
    await walking
    await asyncio.to_thread(job.finish, here.settings)
    pace.marks[found.records] = time.perf_counter() - start
    used = machine.differences(machine.spent(here.services), at_first)
    waits = {name: sorted(each)[len(each) // 2] for name, each in found.waits.items()}
    middle = Row("Waits", "median between click and answer", max(waits.values()), "s", {}, waits)
    beside = Beside(before, await asyncio.to_thread(_beside, here, options))
    return [*_rows("Through the API", pace, used, beside), middle]


def _rows(name: str, pace: Pace, used: Figures, beside: Beside) -> list[Row]:
    records = max(pace.marks)
    rows = [
        Row(name, f"{mark} records", mark / seconds, "/s", beside.mean if mark == records else {})
        for mark, seconds in sorted(pace.marks.items())
    ]
    cost = {part: seconds / records * 1000 for part, seconds in used.items()}
    return [
        *rows,
        _times_naive(name, records / pace.marks[records], beside),
        Row("Cost", "processors' time of a record", sum(cost.values()), "ms", {}, cost),
        Row("Memory", "at the beginning", sum(pace.early.values()), "MB", {}, pace.early),
        Row("Memory", "at most", sum(pace.peaks.values()), "MB", {}, pace.peaks),
    ]


def _times_naive(name: str, pace: float, beside: Beside) -> Row:
    parts = {"before": pace / beside.before["naive"], "after": pace / beside.after["naive"]}
    return Row(name, "times the naive way", pace / beside.mean["naive"], "", {}, parts)


if __name__ == "__main__":
    main()
