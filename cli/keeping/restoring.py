"""Brings a backup back into an empty state folder, after everything in it has been checked."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cli.keeping import documents, manifest, places, rows, unfinished
from cli.keeping.manifest import Manifest
from cli.keeping.sealing import ENDING, Key
from cli.keeping.shelf import LIST, PREPARED_LIST, listed
from cli.keeping.taking import DUMP
from cli.services.machine import require_space
from cli.services.postgres import DATABASE, Postgres
from cli.services.services import database_only, make_folders
from config.settings import Settings
from storage.migrate import upgrade
from storage.objects import Objects

_PUBLIC: Final = "history"
# The dump and the documents are there once more, and the database is larger than its dump.
_ROOM: Final = 4


@dataclass(frozen=True)
class Backup:
    """A backup whose every file was checked."""

    folder: Path
    manifest: Manifest
    names: tuple[str, ...]
    prepared: tuple[str, ...]
    key: Key

    @property
    def documents(self) -> Path:
        return self.folder.parent / self.manifest.objects

    @property
    def size(self) -> int:
        """Bytes, as they are stored."""
        own = sum(each.size for each in self.manifest.files.values())
        return own + sum(documents.kept(self.documents, name).stat().st_size for name in (*self.names, *self.prepared))


def checked(folder: Path, key: Key) -> Backup:
    """Read everything. Raises Trouble for what is missing or damaged, and for a backup of a newer hocba."""
    found = manifest.read(folder)
    manifest.check_files(folder, found)
    backup = Backup(folder, found, listed(folder, LIST), listed(folder, PREPARED_LIST), key)
    documents.check(backup.documents, (*backup.names, *backup.prepared), key)
    return backup


async def restore(settings: Settings, backup: Backup, say: Callable[[str], None]) -> None:
    """The caller has seen to it that there is nothing yet. Raises Trouble; then the folder is to be removed."""
    require_space(settings.var_dir, _ROOM * backup.size)
    make_folders(settings)
    unfinished.begin(settings.var_dir)
    say("Documents …")
    objects = Objects(places.local(settings.object_store))
    documents.bring_back(backup.documents, backup.names, backup.key, objects)
    documents.bring_back(backup.documents, backup.prepared, backup.key, objects.prepared)
    for name, folder in places.folders(settings).items():
        _bring_folder(backup, name, folder)
    for name in places.LOOSE:
        _bring(backup, name, settings.var_dir / name)
    say("Database …")
    await _bring_database(settings, backup)
    _bring(backup, places.TEMPORAL, settings.var_dir / places.TEMPORAL)
    os.sync()
    unfinished.finish(settings.var_dir)


async def _bring_database(settings: Settings, backup: Backup) -> None:
    dump = settings.var_dir / "run" / DUMP
    _bring(backup, DUMP, dump)
    async with database_only(settings):
        dsn = Postgres(settings).dsn(DATABASE)
        rows.fill(dsn, dump)
        rows.check(dsn, backup.manifest.tables)
        upgrade(settings.database_url)
    dump.unlink()


def _bring_folder(backup: Backup, name: str, folder: Path) -> None:
    for stored in backup.manifest.files:
        if stored.startswith(f"{name}/"):
            inside = stored.removeprefix(f"{name}/").removesuffix(ENDING)
            _bring(backup, f"{name}/{inside}", folder / inside)
            if name == _PUBLIC:
                _publish(folder, folder / inside)


def _bring(backup: Backup, name: str, target: Path) -> None:
    """Into its place, readable by its owner alone; nothing where the backup has no such file."""
    stored = next((each for each in (name, f"{name}{ENDING}") if each in backup.manifest.files), None)
    if stored is None:
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(target, "xb", opener=_private) as file:
        backup.key.open(backup.folder / stored, file)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _publish(root: Path, path: Path) -> None:
    """A web server may serve the log as it is."""
    path.chmod(0o644)
    for folder in (path.parent, *path.parent.parents):
        if folder.is_relative_to(root):
            folder.chmod(0o755)
