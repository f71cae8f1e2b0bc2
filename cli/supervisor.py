"""Keeps all services running until somebody stops them: `hocba up`."""

import asyncio
import signal
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

from cli.services.child import Child, keep_small
from cli.services.machine import MEGABYTE, SPACE_NEEDED, free_space
from cli.services.services import Services, quiet
from cli.trouble import Trouble

STOPPED = 0
FAILED = 1
# What takes its work from a queue is replaced by another process without a gap: `hocba workers restart`.
REPLACEABLE = ("worker", "signer")
REPLACE_WORKERS = signal.SIGUSR1


@dataclass(frozen=True)
class Patience:
    """How often a part may die before everything stops; times in seconds."""

    restarts: int = 5
    within: float = 300
    first_pause: float = 1
    longest_pause: float = 30
    logs_every: float = 60


ENOUGH = Patience()


class Supervisor:
    """Starts the services, restarts what dies, stops all when asked to or when a part keeps dying."""

    def __init__(self, services: Services, say: Callable[[str], None] = quiet, patience: Patience = ENOUGH) -> None:
        self._services = services
        self._say = say
        self._patience = patience
        self._deaths: dict[str, deque[float]] = defaultdict(deque)
        self.stopping = asyncio.Event()
        self.replacing = asyncio.Event()

    async def run(self, when_ready: Callable[[], Awaitable[None]]) -> int:
        """Serve until `stopping` is set; returns the exit status, raises Trouble when the start fails."""
        try:
            if await self._unless_stopped(self._start(when_ready)):
                return STOPPED
            return await self._watch_all()
        finally:
            if any(child.is_running for child in self._services.children.values()):
                self._say("Stopping …")
            await self._services.stop()

    def ask_to_stop(self) -> None:
        """Stop in order; asked a second time, end every child at once."""
        if self.stopping.is_set():
            for name in self._services.children:
                self._services.kill(name)
        self.stopping.set()

    async def _start(self, when_ready: Callable[[], Awaitable[None]]) -> None:
        await self._services.start()
        await when_ready()

    async def _watch_all(self) -> int:
        given_up: list[BaseException] = []
        try:
            async with asyncio.TaskGroup() as group:
                watchers = [group.create_task(self._watch(name)) for name in self._services.children]
                watchers.append(group.create_task(self._keep_logs_small()))
                watchers.append(group.create_task(self._replace_when_asked()))
                await self.stopping.wait()
                for watcher in watchers:
                    watcher.cancel()
        except* Trouble as troubles:
            given_up.extend(troubles.exceptions)
        for trouble in given_up:
            self._say(str(trouble))
        return FAILED if given_up else STOPPED

    async def _keep_logs_small(self) -> None:
        while True:
            for child in list(self._services.children.values()):
                with suppress(OSError):  # on a full disk, say: it is tried again
                    await asyncio.to_thread(keep_small, child.log)
            await asyncio.sleep(self._patience.logs_every)

    async def _watch(self, name: str) -> None:
        while True:
            child = self._services.children[name]
            await child.ended()
            if child is self._services.children[name]:  # else another has taken its place
                self._say(child.obituary() + self._disk_note())
                await self._revive(child)

    async def _replace_when_asked(self) -> None:
        """One after the other; a part whose new process does not start keeps the old one."""
        while True:
            await self.replacing.wait()
            self.replacing.clear()
            for name in (name for name in REPLACEABLE if name in self._services.children):
                try:
                    await self._services.replace(name)
                except Trouble as trouble:
                    self._say(f"{name} was not replaced: {trouble}")
                else:
                    self._say(f"{name} was replaced.")

    async def _revive(self, child: Child) -> None:
        """Start the part again, later and later; raises Trouble when it has died too often."""
        while True:
            pause = self._pause_before_restart(child.part.name)
            self._say(f"Restarting {child.part.name} in {pause:g} s.")
            await asyncio.sleep(pause)
            try:
                await self._services.restart(child.part.name)
            except Trouble as trouble:
                child.kill()
                self._say(str(trouble))
            else:
                self._say(f"{child.part.name} is running again.")
                return

    def _pause_before_restart(self, name: str) -> float:
        now, deaths = time.monotonic(), self._deaths[name]
        while deaths and deaths[0] < now - self._patience.within:
            deaths.popleft()
        if len(deaths) >= self._patience.restarts:
            raise Trouble(
                f"{name} died {len(deaths) + 1} times within {self._patience.within:g} s, so hocba stops everything."
            )
        deaths.append(now)
        return float(min(self._patience.first_pause * 2 ** (len(deaths) - 1), self._patience.longest_pause))

    def _disk_note(self) -> str:
        free = free_space(self._services.settings.var_dir)
        return f" The disk is nearly full: {free // MEGABYTE} MB are free." if free < SPACE_NEEDED else ""

    async def _unless_stopped(self, work: Awaitable[None]) -> bool:
        """Do `work` to its end, or give it up when asked to stop; tells whether it was given up."""
        task = asyncio.ensure_future(work)
        stop = asyncio.create_task(self.stopping.wait())
        await asyncio.wait({task, stop}, return_when=asyncio.FIRST_COMPLETED)
        given_up = not task.done()
        for loser in (task, stop):
            loser.cancel()
        results = await asyncio.gather(task, stop, return_exceptions=True)
        if not given_up and isinstance(results[0], Exception):
            raise results[0]
        return given_up


def obey_signals(supervisor: Supervisor) -> None:
    """Let Ctrl-C and SIGTERM stop everything in order, and SIGUSR1 replace the workers."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.ask_to_stop)
    loop.add_signal_handler(REPLACE_WORKERS, supervisor.replacing.set)
