"""`hocba backup`: a consistent copy of database, workflow state, documents and keys, while people work."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.keeping import places, unfinished
from cli.keeping.sealing import Seal, check_recipients
from cli.keeping.shelf import Shelf
from cli.keeping.taking import Taken, take
from cli.services.lock import holder
from cli.services.machine import MEGABYTE
from cli.services.postgres import DATABASE, Postgres
from cli.services.services import database_only
from config.settings import Settings

INCOMPLETE = 1


def backup_command(
    *,
    target: Annotated[Path, typer.Argument(metavar="FOLDER", help="Of the backups; made if it is not there.")],
    recipient: Annotated[
        list[str] | None, typer.Option(metavar="age1…", help="Encrypt to this public key of age; may be given again.")
    ] = None,
    keep: Annotated[int, typer.Option(min=0, help="Remove all backups but so many; 0: none.")] = 0,
) -> None:
    """Write everything that cannot be made again into a folder, consistently; hocba may run, or not."""
    settings, seal = Settings(), check_recipients(recipient or [])
    places.require_state(settings)
    places.require_outside(settings, target)
    unfinished.refuse_half_restored(settings.var_dir)
    shelf, began = Shelf(target.absolute()), time.monotonic()
    with shelf.held():
        taken = asyncio.run(_take(settings, shelf, seal))
        removed = shelf.keep(keep) if keep else 0
    _tell(taken, time.monotonic() - began, removed)
    raise typer.Exit(INCOMPLETE if taken.manifest.damaged else 0)


async def _take(settings: Settings, shelf: Shelf, seal: Seal) -> Taken:
    """Of what runs as it runs; of what does not, with the database alone."""
    dsn = Postgres(settings).dsn(DATABASE)
    if holder(settings.var_dir):
        return await asyncio.to_thread(take, settings, dsn, shelf, seal)
    async with database_only(settings):
        return await asyncio.to_thread(take, settings, dsn, shelf, seal)


def _tell(taken: Taken, seconds: float, removed: int) -> None:
    made = taken.manifest
    size = sum(each.size for each in made.files.values()) // MEGABYTE
    typer.echo(f"{taken.folder}: {sum(made.tables.values())} rows, {made.documents} documents, {size} MB beside them.")
    typer.echo(
        f"{taken.new_documents} documents are new. The moment took {taken.seconds * 1000:.1f} ms at try {taken.tries}; "
        f"nobody waited. All of it took {seconds:.1f} s."
    )
    if removed:
        typer.echo(f"{removed} older backups were removed.")
    if not made.recipients:
        typer.echo("It is not encrypted, and holds pupils' data and keys: encrypt it before it leaves this machine.")
    for name in made.damaged:
        typer.echo(f"The document {name} is damaged, and is not in the backup: see 'hocba audit'.", err=True)
