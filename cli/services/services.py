"""All services of one state folder under one object, for `hocba up`, `hocba demo` and the tests."""

import asyncio
import os
import ssl
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Self

import httpx

from cli.keeping.unfinished import refuse_half_restored
from cli.services.account import tied_to_parent
from cli.services.child import Child, Part, end_leftovers, nothing, rotate
from cli.services.lock import StateLock
from cli.services.machine import free_ports, metrics_ports, require_ports, require_space
from cli.services.postgres import Postgres
from cli.services.temporal import temporal_part
from cli.trouble import Trouble
from config.settings import PROJECT, Settings
from storage.grants import API, WORKER

PRIVATE = 0o700
MAY_PASS = 0o711  # PostgreSQL passes through under its own account when hocba is run by root
# Pages of this machine are plain HTTP; reading all the roots for each question takes longer than an answer.
NO_ROOTS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def quiet(_: str) -> None:
    """Say nothing."""


class Services:
    """Starts parts in order, each ready before the next that needs it; the lock is held from start to stop."""

    def __init__(
        self,
        settings: Settings,
        parts: Sequence[Part],
        say: Callable[[str], None] = quiet,
        after: Mapping[str, Callable[[], Awaitable[None]]] | None = None,
    ) -> None:
        """`after` names what to do once, when the part of that name is ready for the first time."""
        self.settings = settings
        self.say = say
        self._after = after or {}
        self.children = {part.name: Child(part, settings.var_dir) for part in parts}
        self._lock = StateLock(settings.var_dir, say)

    async def __aenter__(self) -> Self:
        try:
            await self.start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start everything; raises Trouble with one sentence when something is in the way."""
        require_space(self.settings.var_dir)
        make_folders(self.settings)
        self._lock.__enter__()
        await asyncio.to_thread(end_leftovers, self.settings.var_dir, self.say)
        require_ports(self.settings, self.children.keys())
        await asyncio.gather(*(child.load() for child in self.children.values() if child.part.loads_early))
        for group in self._groups():
            self.say(f"Starting {', '.join(child.part.name for child in group)} …")
            # All to their ends, so that whoever stops them finds no process half started.
            ended = await asyncio.gather(*(child.start() for child in group), return_exceptions=True)
            for trouble in (each for each in ended if each is not None):
                raise trouble
            for child in group:
                await self._after.get(child.part.name, nothing)()

    def _groups(self) -> list[list[Child]]:
        groups: list[list[Child]] = []
        for child in (each for each in self.children.values() if not each.part.late):
            if child.part.alongside and groups:
                groups[-1].append(child)
            else:
                groups.append([child])
        return [*groups, *([each] for each in self.children.values() if each.part.late)]

    async def stop(self) -> None:
        """Stop what runs, the last started first; calling it again does nothing."""
        for child in reversed(self.children.values()):
            await child.stop(self.say)
        self._lock.__exit__()

    def kill(self, name: str) -> None:
        """End one part by SIGKILL, as a crash would."""
        self.children[name].kill()

    async def restart(self, name: str) -> None:
        """Start one part again after its end, and return once it is ready."""
        child = self.children[name]
        await child.ended()
        await child.start()

    async def replace(self, name: str) -> None:
        """Start a second process beside a part's first, and end the first once the second is ready.

        For parts that take their work from a queue. Raises Trouble when the second does not get ready: then the first
        goes on.
        """
        old = self.children[name]
        new = Child(old.part, self.settings.var_dir)
        try:
            await new.start()
        except Trouble:
            await new.stop(self.say)
            old.record()
            raise
        self.children[name] = new
        await old.stop(self.say)

    async def wait_ready(self, name: str) -> None:
        """Return once the part is ready; raises Trouble when it ended or takes too long."""
        await self.children[name].wait_ready()


def everything(
    settings: Settings,
    say: Callable[[str], None] = quiet,
    before_work: Callable[[], Awaitable[None]] = nothing,
) -> Services:
    """Return the services of a whole hocba: database, Temporal, two workers and the API.

    `before_work` is done once, with the newest tables and before anybody works. Raises Trouble for a state folder of
    which a part may be missing.
    """
    refuse_half_restored(settings.var_dir)
    parts = [
        *_database(settings),
        replace(temporal_part(settings), alongside=True),
        *_authority(settings),
        *own_processes(settings),
    ]

    async def migrate() -> None:
        await run_once("migrate", settings)
        await before_work()

    return Services(settings, parts, say, after={"temporal": migrate})


def own_processes(settings: Settings) -> list[Part]:
    """The two workers and the API."""
    others = "sign,proof,submit,campaign"
    signer = python_part("signer", ["-m", "worker", "--queue", others], _as(WORKER, watched(settings, "signer")))
    api = http_part("api", ["-m", "api", "--in-turn"], _as(API, settings), f"{settings.api_url}/readyz")
    return [
        python_part("worker", ["-m", "worker"], _as(WORKER, watched(settings, "worker"))),
        replace(signer, late=True),
        replace(api, alongside=True, loads_early=True),
    ]


def watched(settings: Settings, part: str) -> Settings:
    """The same with a port for metrics of the part's own, where there are any: the API's, and the two that follow."""
    if settings.metrics_port is None:
        return settings
    return settings.model_copy(update={"metrics_port": metrics_ports(settings)[part]})


def infrastructure(settings: Settings, say: Callable[[str], None] = quiet) -> Services:
    """Return database and Temporal only."""
    return Services(settings, [*_database(settings), temporal_part(settings)], say)


def database_only(settings: Settings, say: Callable[[str], None] = quiet) -> Services:
    """Return the database alone, empty."""
    return Services(settings, _database(settings), say)


def on_free_ports(settings: Settings, var_dir: Path) -> Settings:
    """Return the same settings for another state folder, on ports nobody uses, as a demo beside `hocba up` needs."""
    api, temporal, pages, pki = free_ports(settings.api_host, 4)
    return Settings(
        var_dir=var_dir, demo=settings.demo, worker_threads=settings.worker_threads,
        api_port=api, temporal_port=temporal, temporal_ui_port=pages, pki_port=pki,
        postgres_fast=settings.postgres_fast, seal_timestamp=settings.seal_timestamp,
    )  # fmt: skip


def _as(role: str, settings: Settings) -> Settings:
    """The settings of a process that may do in the database what its role may."""
    return settings.model_copy(update={"database_url": settings.database_url_of(role)})


def _database(settings: Settings) -> list[Part]:
    return [Postgres(settings).part()] if settings.postgres_embedded else []


def _authority(settings: Settings) -> list[Part]:
    """The development authority's services, for the demo's certificates only."""
    return (
        [http_part("authority", ["-m", "cli.authority"], settings, f"{settings.pki_url}/certs/root.der")]
        if settings.demo
        else []
    )


async def run_once(command: str, settings: Settings, *, show: bool = False) -> None:
    """Run a `hocba` command to its end, its output in the log or shown; raises Trouble when it fails."""
    log = settings.var_dir / "log" / f"{command}.log"
    rotate(log)
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *tied_to_parent([sys.executable, "-m", "cli.main", command], "TERM"),
            stdout=None if show else file,
            stderr=file,
            env=_environment(settings, {}),
            cwd=PROJECT,
        )
        status = await process.wait()
    if status:
        last = (log.read_text(encoding="utf-8", errors="replace").strip().splitlines() or ["no reason given"])[-1]
        raise Trouble(f"'hocba {command}' failed ({last}); its log is {log}.")


def make_folders(settings: Settings) -> None:
    """Make the state folder; only the parts without pupils' data may be entered by other accounts."""
    settings.var_dir.mkdir(mode=MAY_PASS, parents=True, exist_ok=True)
    places = [
        settings.object_store,
        settings.key_store,
        settings.pki_dir,
        settings.var_dir / "log",
        settings.secrets_dir,
    ]
    for folder in (each for each in places if isinstance(each, Path)):  # a bucket is not ours to make
        folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)


def python_part(name: str, arguments: Sequence[str], settings: Settings) -> Part:
    """Return a Python child that makes the file HOCBA_READY_FILE once it polls."""
    ready = settings.var_dir / "run" / f"{name}.ready"

    async def is_ready() -> bool:
        return ready.exists()

    async def forget() -> None:
        ready.unlink(missing_ok=True)

    return Part(
        name=name,
        command=tuple(tied_to_parent([sys.executable, *arguments], "TERM")),
        environment=_environment(settings, {"HOCBA_READY_FILE": str(ready)}),
        folder=PROJECT,
        is_ready=is_ready,
        prepare=forget,
    )


def http_part(name: str, arguments: Sequence[str], settings: Settings, page: str) -> Part:
    """Return a Python child that is ready when a page of its own answers."""

    async def is_ready() -> bool:
        try:
            async with httpx.AsyncClient(trust_env=False, verify=NO_ROOTS) as client:
                answer = await client.get(page)
        except httpx.TransportError:
            return False
        return answer.is_success

    return Part(
        name=name,
        command=tuple(tied_to_parent([sys.executable, *arguments], "TERM")),
        environment=_environment(settings, {}),
        folder=PROJECT,
        is_ready=is_ready,
    )


def _environment(settings: Settings, more: Mapping[str, str]) -> dict[str, str]:
    # Unbuffered, so that the last words of a dying child are in its log.
    return dict(os.environ) | settings.environment() | {"PYTHONUNBUFFERED": "1"} | dict(more)
