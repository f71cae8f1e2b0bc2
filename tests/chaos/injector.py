"""Does to the running parts what the plan says, and undoes it when its time is over."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Final

import psutil

from tests.chaos.faults import Fault, Points
from tests.chaos.outside import WELL
from tests.chaos.recovery import Hit, Recoveries
from tests.chaos.world import World

RECOVERY_PATIENCE: Final = 25.0
BURST_CHANCE: Final = 0.25  # that the next fault does not wait until people have recovered from this one
LONGEST_PAUSE: Final = 1.0
# Everybody needs these all the time; who needs one of the others may come much later.
ALWAYS_NEEDED: Final = frozenset({"postgres", "temporal", "worker", "signer", "api"})
LOOK_EVERY: Final = 0.05

Deed = Callable[[Fault], Awaitable[Hit | None]]


class Injector:
    """Two things at once: faults by the plan, and requests for a death that wait until somebody comes to the point."""

    def __init__(self, world: World, recoveries: Recoveries, seed: int) -> None:
        self._world = world
        self._recoveries = recoveries
        self._random = Random(seed)  # noqa: S311 - as often as the plan, a chance that can be had again
        self._lasting: set[asyncio.Task[None]] = set()
        self._busy: dict[str, asyncio.Lock] = {}
        self._deeds: Mapping[str, Deed] = {
            "kill": self._kill,
            "kill two": self._kill,
            "kill a paper process": self._kill_paper_process,
            "freeze": self._freeze,
            "full disk": self._fill_disk,
            "time stamps": self._spoil_stamps,
            "signing service": self._spoil_service,
            "clock step": self._step_clocks,
        }

    async def inject(self, planned: Iterator[Fault], points: Points, until: Callable[[], bool]) -> None:
        """Inject one fault after the other until it is enough, then let everything get well."""
        crashing = asyncio.create_task(self._crash_at(points))
        while not until():
            hit = await self._do(next(planned))
            if hit is not None:
                await self._pause(hit)
        crashing.cancel()
        await asyncio.gather(crashing, return_exceptions=True)
        await asyncio.gather(*self._lasting)

    async def _do(self, fault: Fault) -> Hit | None:
        return await self._deeds[fault.kind](fault)

    async def _pause(self, hit: Hit) -> None:
        if ALWAYS_NEEDED.issuperset(hit.fault.parts) and self._random.random() > BURST_CHANCE:
            await _within(hit.over.wait(), RECOVERY_PATIENCE)
        await asyncio.sleep(self._random.uniform(0, LONGEST_PAUSE))

    async def _crash_at(self, points: Points) -> None:
        request = self._world.crash_file
        try:
            for faults in points:
                fault = await _first_of({self._request(each): each for each in faults}, request)
                points.took_place(fault)
                await self._pause(self._recoveries.begin(fault))
        finally:
            request.unlink(missing_ok=True)

    def _request(self, fault: Fault) -> str:
        """A line as `worker.crash` reads it."""
        record = self._world.settings.var_dir / "run" / f"{fault.victim}.pid"
        return f"{fault.target} > {record}" if fault.victim else fault.target

    async def _kill(self, fault: Fault) -> Hit:
        for part in fault.parts:
            self._world.services.kill(part)
        return self._recoveries.begin(fault)

    async def _kill_paper_process(self, fault: Fault) -> Hit | None:
        pool = [each for each in _tree(self._pid("signer")) if "spawn_main" in " ".join(_words(each))]
        if not pool:
            return None
        _send(self._random.choice(pool), signal.SIGKILL)
        return self._recoveries.begin(fault)

    async def _freeze(self, fault: Fault) -> Hit:
        frozen = [each for part in fault.parts for each in _tree(self._pid(part))]
        for each in frozen:
            _send(each, signal.SIGSTOP)

        def thaw() -> None:
            for each in frozen:
                _send(each, signal.SIGCONT)

        return self._for_a_while(fault, thaw)

    async def _fill_disk(self, fault: Fault) -> Hit:
        await self._free("disk")
        await asyncio.to_thread(self._world.disk.fill)
        return self._for_a_while(fault, self._world.disk.clear, "disk")

    async def _spoil_stamps(self, fault: Fault) -> Hit:
        await self._free("stamps")
        self._world.stamps.manner = fault.target

        def well() -> None:
            self._world.stamps.manner = WELL

        return self._for_a_while(fault, well, "stamps")

    async def _spoil_service(self, fault: Fault) -> Hit:
        await self._free("service")
        self._world.signing.manner = fault.target

        def well() -> None:
            self._world.signing.manner = WELL

        return self._for_a_while(fault, well, "service")

    async def _step_clocks(self, fault: Fault) -> Hit:
        await self._free("clocks")
        self._world.clocks.step(fault.parts, fault.minutes)
        return self._for_a_while(fault, lambda: self._world.clocks.step(fault.parts, 0), "clocks")

    async def _free(self, thing: str) -> None:
        """What is spoilt already gets well first."""
        await self._busy.setdefault(thing, asyncio.Lock()).acquire()

    def _for_a_while(self, fault: Fault, undo: Callable[[], None], thing: str = "") -> Hit:
        async def end() -> None:
            await asyncio.sleep(fault.seconds)
            await asyncio.to_thread(undo)
            if thing:
                self._busy[thing].release()

        task = asyncio.create_task(end())
        self._lasting.add(task)
        task.add_done_callback(self._lasting.discard)
        return self._recoveries.begin(fault)

    def _pid(self, part: str) -> int | None:
        child = self._world.services.children[part]
        return child.pid if child.is_running else None


def _tree(pid: int | None) -> list[psutil.Process]:
    """A part with the processes it has started; none of one that has just died."""
    try:
        root = psutil.Process(pid)
        return [] if pid is None else [root, *root.children(recursive=True)]
    except psutil.Error:
        return []


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _send(process: psutil.Process, number: signal.Signals) -> None:
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return


async def _first_of(faults: Mapping[str, Fault], request: Path) -> Fault:
    """Ask for all of them, and withdraw the others once somebody has come to one."""
    _ask(request, faults)
    while not (taken := faults.keys() - _open(request)):  # noqa: ASYNC110 - another process takes it
        await asyncio.sleep(LOOK_EVERY)
    _ask(request, ())
    return faults[min(taken)]


def _ask(request: Path, lines: Iterable[str]) -> None:
    request.write_text("\n".join(lines))


def _open(request: Path) -> set[str]:
    try:
        return set(request.read_text().splitlines())
    except FileNotFoundError:
        return set()


async def _within(work: Awaitable[object], seconds: float) -> None:
    try:
        await asyncio.wait_for(work, seconds)
    except TimeoutError:
        return
