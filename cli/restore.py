"""`hocba restore`: brings a backup back into an empty state folder; `hocba up` then goes on with what was under way."""

import asyncio
import time
from pathlib import Path
from typing import Annotated

import typer

from cli.keeping import places
from cli.keeping.restoring import Backup, checked, restore
from cli.keeping.sealing import Key
from cli.keeping.shelf import find
from cli.services.machine import MEGABYTE
from cli.services.temporal import temporal_version
from config.settings import Settings


def restore_command(
    *,
    source: Annotated[Path, typer.Argument(metavar="FOLDER", help="A backup, or the folder of backups: its newest.")],
    identity: Annotated[Path | None, typer.Option(help="File of the age key that opens the backup.")] = None,
    only_check: Annotated[
        bool, typer.Option("--only-check", help="Read and check everything, restore nothing.")
    ] = False,
) -> None:
    """Check every file of a backup, then restore it into a state folder that is not there yet."""
    settings, began = Settings(), time.monotonic()
    places.require_own(settings)
    if not only_check:
        places.require_empty(settings)
    backup = checked(find(source.absolute()), Key.read(identity))
    typer.echo(_sentence(backup))
    if only_check:
        return
    asyncio.run(restore(settings, backup, typer.echo))
    typer.echo(f"Restored into {settings.var_dir} in {time.monotonic() - began:.1f} s; start it with 'hocba up'.")
    _remind(Settings(), backup)  # with the secrets that are there again


def _sentence(backup: Backup) -> str:
    made = backup.manifest
    rows = sum(made.tables.values())
    return (
        f"{backup.folder.name}: whole. Made {made.made_at:%Y-%m-%d %H:%M} UTC by hocba {made.hocba}; {rows} rows, "
        f"{made.documents} documents, {backup.size // MEGABYTE} MB."
    )


def _remind(settings: Settings, backup: Backup) -> None:
    """What a backup cannot hold."""
    missing = sorted(set(backup.manifest.settings) - settings.model_fields_set - {"var_dir"})
    if missing:
        typer.echo(f"Set before, and not now: {', '.join(f'HOCBA_{name.upper()}' for name in missing)}.")
    if backup.manifest.temporal != temporal_version():
        typer.echo(
            f"The workflows' state was written by “{backup.manifest.temporal}”. If Temporal does not start on it, "
            f"remove {settings.var_dir / places.TEMPORAL}, start hocba, and run 'hocba rebuild'."
        )
    for name in backup.manifest.damaged:
        typer.echo(f"The document {name} was damaged before, and is not in the backup.", err=True)
