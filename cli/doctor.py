"""`hocba doctor`: is everything as hocba needs it? One line per check."""

import asyncio
import secrets
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass

import psycopg
import typer
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, make_url
from temporalio.service import RPCError

from activities.history import log_files
from cli.services.lock import holder
from cli.services.machine import MEGABYTE, free_space, require_ports, require_space
from cli.services.temporal import RETENTION, missing_search_attributes, retention
from cli.trouble import Trouble
from config.places import history_place, objects_place
from config.settings import Settings
from config.temporal import connect
from signing.errors import ProviderUnavailable
from signing.timestamps import TimeStampService
from signing.trust_store import trusted_roots
from storage.buckets import StoreUnavailable
from storage.migrate import FOLDER
from storage.objects import ObjectMissing, Objects

OLDEST_PYTHON = (3, 11)


@dataclass(frozen=True)
class Finding:
    """What one check found."""

    subject: str
    is_good: bool
    sentence: str


def doctor_command() -> None:
    """Check Python, disk, ports, database, Temporal and trust services; exit status 1 when something is wrong."""
    findings = asyncio.run(examine(Settings()))
    table = Table("", "check", "finding", box=None)
    for finding in findings:
        table.add_row("[green]ok[/]" if finding.is_good else "[red]no[/]", finding.subject, finding.sentence)
    Console().print(table)
    raise typer.Exit(int(not all(finding.is_good for finding in findings)))


async def examine(settings: Settings) -> list[Finding]:
    """Run every check; the order is that of the repair."""
    running = holder(settings.var_dir)
    checks: list[tuple[str, Callable[[], Awaitable[str]]]] = [
        ("Python", _python),
        ("disk", lambda: _disk(settings)),
        ("ports", lambda: _ports(settings, running)),
        ("state folder", lambda: _lock(settings, running)),
        ("PostgreSQL", lambda: _postgres(settings)),
        ("tables", lambda: _tables(settings)),
        ("Temporal", lambda: _temporal(settings)),
        ("documents", lambda: _documents(settings)),
        ("trust", lambda: _trust(settings)),
        ("time stamps", lambda: _stamps(settings)),
    ]
    return [await _finding(subject, check) for subject, check in checks]


async def _finding(subject: str, check: Callable[[], Awaitable[str]]) -> Finding:
    try:
        return Finding(subject, is_good=True, sentence=await check())
    except Trouble as trouble:
        return Finding(subject, is_good=False, sentence=str(trouble))


async def _python() -> str:
    if sys.version_info < OLDEST_PYTHON:
        raise Trouble("Python 3.11 or newer is needed.")
    return sys.version.split()[0]


async def _disk(settings: Settings) -> str:
    require_space(settings.var_dir)
    return f"{free_space(settings.var_dir) // MEGABYTE} MB are free"


async def _ports(settings: Settings, running: str | None) -> str:
    if not settings.postgres_embedded:
        return "are not asked about: the services are not hocba's own"
    if running is None:
        require_ports(settings)
        return "are free"
    return "are used by hocba itself"


async def _lock(settings: Settings, running: str | None) -> str:
    return f"{settings.var_dir}, in use by hocba (pid {running})" if running else f"{settings.var_dir}, not in use"


async def _postgres(settings: Settings) -> str:
    url = make_url(settings.database_url).set(drivername="postgresql")
    try:
        with psycopg.connect(url.render_as_string(hide_password=False), connect_timeout=5) as connection:
            return f"version {connection.info.server_version // 10000} answers"
    except psycopg.OperationalError:
        raise Trouble("does not answer; 'make run' starts it") from None


async def _tables(settings: Settings) -> str:
    await _postgres(settings)
    newest = set(ScriptDirectory(str(FOLDER)).get_heads())
    if newest != await asyncio.to_thread(_applied, settings.database_url):
        raise Trouble("are not in the newest form: run 'hocba migrate'")
    return "have the newest form"


def _applied(database_url: str) -> set[str]:
    engine = create_engine(database_url)
    with engine.connect() as connection:
        heads = MigrationContext.configure(connection).get_current_heads()
    engine.dispose()
    return set(heads)


async def _temporal(settings: Settings) -> str:
    try:
        client = await connect(settings)
        kept, missing = await retention(client), await missing_search_attributes(client)
    except (RPCError, RuntimeError):
        raise Trouble("does not answer; 'make run' starts it") from None
    if kept < RETENTION:
        raise Trouble(f"keeps history for {kept.days} days only, {RETENTION.days} are needed; 'make run' repairs it")
    if missing:
        raise Trouble(f"lacks the search attributes {', '.join(missing)}; 'make run' adds them")
    return f"answers and keeps history for {kept.days} days"


async def _documents(settings: Settings) -> str:
    """One question to the store, and one to that of the history log, about files that nobody has."""
    try:
        place = objects_place(settings)
        with suppress(ObjectMissing):
            await asyncio.to_thread(Objects(place).found, "0" * 64)
        await asyncio.to_thread(log_files(history_place(settings)).read, "nothing")
    except (StoreUnavailable, ValueError, OSError) as error:
        raise Trouble(str(error)) from None
    return f"{place} answers"


async def _trust(settings: Settings) -> str:
    roots = await asyncio.to_thread(trusted_roots, settings.trust_file)
    if not roots:
        raise Trouble(f"nobody is trusted, so nobody can sign: put the roots into {settings.trust_file}")
    return f"{len(roots)} root certificates in {settings.trust_file}"


async def _stamps(settings: Settings) -> str:
    """One real stamp: whether the service answers, is trusted, and has the right time."""
    if not settings.tsa_url:
        raise Trouble("no service is named, so nothing outside the demo can be sealed: set HOCBA_TSA_URL")
    roots = await asyncio.to_thread(trusted_roots, settings.trust_file)
    service = TimeStampService(settings.tsa_url, roots, timeout_s=10)
    try:
        token = await asyncio.to_thread(service.stamp, secrets.token_bytes(32))
    except ProviderUnavailable as error:
        raise Trouble(error.message) from error
    finally:
        service.close()
    return f"{settings.tsa_url} answers; its certificate ends {token.certificates[0].not_valid_after_utc:%Y-%m-%d}"
