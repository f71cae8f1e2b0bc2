"""One child process: started, awaited until ready, ended politely or by force, its output in a log file."""

import asyncio
import os
import shutil
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from cli.trouble import Trouble

LOGS_KEPT = 5
LOG_BYTES = 20_000_000
POLL_SECONDS = 0.05
SAME_BIRTH_SECONDS = 2  # the system clock may have been corrected since


async def nothing() -> None:
    """Do nothing: the usual preparation."""


@dataclass(frozen=True)
class Part:
    """What hocba runs under one name; times in seconds."""

    name: str
    command: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None
    prepare: Callable[[], Awaitable[None]] = nothing  # before every start
    complete: Callable[[], Awaitable[None]] = nothing  # once it is ready
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 20
    ready_seconds: float = 60
    alongside: bool = False  # it may start together with the part before it, of which it needs nothing
    late: bool = False  # it may start after all others: what comes for it meanwhile waits in a queue
    loads_early: bool = False  # it loads while others start, and waits for a line on standard input (`await_turn`)


class Child:
    """The running process of a part."""

    def __init__(self, part: Part, var_dir: Path) -> None:
        self.part = part
        self.log = var_dir / "log" / f"{part.name}.log"
        self._record = var_dir / "run" / f"{part.name}.pid"
        self._said = ""
        self._process: asyncio.subprocess.Process | None = None
        self._waits = False  # for its turn

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def load(self) -> None:
        """Start the process of a part that loads early; raises Trouble when it cannot be started."""
        try:
            await self.part.prepare()
            await self._launch()
        except OSError as error:  # a full disk, say: whoever watches over it tries again
            what = f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
            raise Trouble(f"{self.part.name} could not be started: {what}.") from error

    async def start(self) -> None:
        """Start the process and return once it is ready; raises Trouble when it does not get there."""
        if not self._waits:
            await self.load()
        self._give_turn()
        await self.wait_ready()
        await self.part.complete()

    async def _launch(self) -> None:
        rotate(self.log)
        self._record.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            # Its own session: Ctrl-C in a terminal reaches the supervisor only, which then keeps the order.
            self._process = await asyncio.create_subprocess_exec(
                *self.part.command,
                stdin=asyncio.subprocess.PIPE if self.part.loads_early else asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(self.part.environment),
                cwd=self.part.folder,
                start_new_session=True,
            )
        self._said = f"{self._process.pid} {_born(self._process.pid)}"
        self._waits = self.part.loads_early
        self.record()

    def _give_turn(self) -> None:
        if self._waits and self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(b"\n")
            self._process.stdin.close()
        self._waits = False

    def record(self) -> None:
        """Write down which process this part is now, for a start after a supervisor that was killed."""
        self._record.write_text(self._said, encoding="ascii")

    async def wait_ready(self) -> None:
        """Return once the part is ready; raises Trouble when it ends first or takes too long."""
        limit = time.monotonic() + self.part.ready_seconds
        while not await self.part.is_ready():
            if not self.is_running:
                raise Trouble(self.obituary())
            if time.monotonic() > limit:
                raise Trouble(f"{self.part.name} was not ready after {self.part.ready_seconds:g} s; see {self.log}.")
            await asyncio.sleep(POLL_SECONDS)

    async def ended(self) -> int:
        """Return the exit status, once there is one (negative: the signal that ended it)."""
        if self._process is None:
            raise RuntimeError(f"{self.part.name} was never started")
        return await self._process.wait()

    def obituary(self) -> str:
        """Say in one sentence how the process ended."""
        status = self._process.returncode if self._process else None
        how = f"was ended by {signal.Signals(-status).name}" if status and status < 0 else f"ended with status {status}"
        return f"{self.part.name} {how}; its log is {self.log}."

    def kill(self) -> None:
        """End the process at once, as a crash would (SIGKILL)."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()

    async def stop(self, say: Callable[[str], None]) -> None:
        """Ask the process to end, then insist."""
        if self._process is None:
            return
        if self._process.returncode is None:
            self._process.send_signal(self.part.stop_signal)
            try:
                await asyncio.wait_for(self._process.wait(), self.part.stop_seconds)
            except TimeoutError:
                say(f"{self.part.name} did not stop within {self.part.stop_seconds:g} s and was ended by force.")
                self._process.kill()
                await self._process.wait()
        # Not the record of a process that has taken this one's place.
        if self._record.exists() and self._record.read_text(encoding="ascii") == self._said:
            self._record.unlink()


def rotate(log: Path) -> None:
    """Start a new log file and keep the last few."""
    log.parent.mkdir(parents=True, exist_ok=True)
    _make_room(log)
    if log.exists():
        log.replace(log.with_suffix(".log.1"))


def keep_small(log: Path, limit: int = LOG_BYTES) -> None:
    """The same for a log that has grown large and is being written to: its process goes on with the emptied file.

    It appends, so its next line is at the beginning. What it writes while the old lines are copied is lost.
    """
    if log.exists() and log.stat().st_size > limit:
        _make_room(log)
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def _make_room(log: Path) -> None:
    for number in range(LOGS_KEPT - 1, 0, -1):
        older = log.with_suffix(f".log.{number}")
        if older.exists():
            older.replace(log.with_suffix(f".log.{number + 1}"))


def _born(pid: int) -> float:
    try:
        return psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:  # it died at once; wait_ready will say so
        return 0.0


def end_leftovers(var_dir: Path, say: Callable[[str], None], patience: float = 10) -> None:
    """End children that outlived a supervisor killed with kill -9; process id and birth time must both match."""
    records = list((var_dir / "run").glob("*.pid"))
    alive = [process for record in records if (process := _leftover(record))]
    if alive:
        say(f"Ending {len(alive)} processes that the last run left behind.")
        for process in alive:
            _signal(process, signal.SIGINT)
        _, stubborn = psutil.wait_procs(alive, timeout=patience)
        for process in stubborn:
            _signal(process, signal.SIGKILL)
        psutil.wait_procs(stubborn, timeout=patience)
    for record in records:
        record.unlink(missing_ok=True)


def _leftover(record: Path) -> psutil.Process | None:
    try:
        pid, born = record.read_text(encoding="ascii").split()
        process = psutil.Process(int(pid))
        # PIDs are used again; a process born at another moment is not ours.
        same = abs(process.create_time() - float(born)) < SAME_BIRTH_SECONDS
        return process if same and int(pid) != os.getpid() else None
    except (ValueError, psutil.NoSuchProcess):
        return None


def _signal(process: psutil.Process, number: signal.Signals) -> None:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return
