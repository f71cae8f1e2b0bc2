"""The machine: Python, disk, ports, the state folder, and whether the web server answers."""

import asyncio
import shutil
import sys
from contextlib import suppress
from pathlib import Path
from typing import Final

import httpx

from activities.history import log_files
from cli.checks.finding import Finding, fine, of_trouble, watch, wrong
from cli.services.lock import holder
from cli.services.machine import MEGABYTE, SPACE_NEEDED, free_space, require_ports
from cli.trouble import Trouble
from config.places import history_place, objects_place
from config.settings import Settings
from storage.buckets import StoreUnavailable
from storage.objects import ObjectMissing, Objects

OLDEST_PYTHON: Final = (3, 11)
SCARCE: Final = 0.1  # of a disk
PATIENCE: Final = 10.0  # seconds


async def examine(settings: Settings) -> list[Finding]:
    running = holder(settings.var_dir)
    return [
        python(sys.version_info[:2]),
        disk(settings.var_dir),
        ports(settings, running),
        await documents(settings),
        fine("state folder", f"{settings.var_dir}, {f'in use by hocba (pid {running})' if running else 'not in use'}"),
        *([await web_server(settings)] if running else []),
    ]


def python(version: tuple[int, ...]) -> Finding:
    said = ".".join(map(str, version))
    if version < OLDEST_PYTHON:
        return wrong(
            "Python", f"is {said}, 3.11 or newer is needed", "run make install with PYTHON=/path/to/a/newer/python"
        )
    return fine("Python", said)


def disk(folder: Path, needed: int = SPACE_NEEDED) -> Finding:
    free = free_space(folder)
    said = f"{free // MEGABYTE} MB are free where {folder} is"
    if free < needed:
        return wrong("disk", said, "make room at once: PostgreSQL and Temporal stop when nothing can be written")
    while not folder.exists():
        folder = folder.parent
    if free < SCARCE * shutil.disk_usage(folder).total:
        return watch("disk", f"{said}, less than a tenth of it", "make room, or move HOCBA_VAR_DIR to a larger disk")
    return fine("disk", said)


def ports(settings: Settings, running: str | None) -> Finding:
    if running is not None:
        return fine("ports", "are used by hocba itself")
    if not settings.postgres_embedded:
        return fine("ports", "are not asked about: the services are not hocba's own")
    try:
        require_ports(settings)
    except Trouble as trouble:
        return of_trouble("ports", trouble)
    return fine("ports", "are free")


async def documents(settings: Settings) -> Finding:
    """One question to the store, and one to that of the history log, about files that nobody has."""
    try:
        place = objects_place(settings)
        with suppress(ObjectMissing):
            await asyncio.to_thread(Objects(place).found, "0" * 64)
        await asyncio.to_thread(log_files(history_place(settings)).read, "nothing")
    except (StoreUnavailable, ValueError, OSError) as error:
        return wrong("documents", str(error), "see HOCBA_OBJECT_STORE, HOCBA_HISTORY_DIR and the settings of S3")
    return fine("documents", f"{place} answers")


async def web_server(settings: Settings) -> Finding:
    log = settings.var_dir / "log" / "api.log"
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=PATIENCE) as client:
            answer = await client.get(f"{settings.api_url}/readyz")
    except httpx.TransportError:
        return wrong(
            "web server", f"does not answer at {settings.api_url}", f"read {log}; start hocba again if it hangs"
        )
    if not answer.is_success:
        advice = f"the database or Temporal does not answer it, see below; {log} says more"
        return wrong("web server", f"says {answer.status_code} to /readyz", advice)
    return fine("web server", f"answers at {settings.api_url}")
