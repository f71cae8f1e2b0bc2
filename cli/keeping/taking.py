"""Makes a backup: one moment of database and workflow state, then what never changes."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cli.keeping import documents, manifest, places, rows
from cli.keeping.documents import Copied
from cli.keeping.manifest import FORMAT, Manifest, Stored
from cli.keeping.moment import one_moment
from cli.keeping.sealing import Seal
from cli.keeping.shelf import LIST, PREPARED_LIST, Shelf
from cli.services.temporal import temporal_version
from config.settings import Settings
from storage.objects import Objects

DUMP: Final = "database.dump"
_PLAIN: Final = "backup-"


@dataclass(frozen=True)
class Taken:
    """A finished backup; the database had to stand still for `seconds`, which it did at the last of `tries`."""

    folder: Path
    manifest: Manifest
    new_documents: int
    tries: int
    seconds: float


def take(settings: Settings, dsn: str, shelf: Shelf, seal: Seal) -> Taken:
    """The caller holds the shelf, and sees to it that the database runs. Raises Trouble."""
    at, run = datetime.now(UTC), settings.var_dir / "run"
    for each in run.glob(f"{_PLAIN}*"):  # of one that was interrupted
        shutil.rmtree(each)
    folder = shelf.begin(at)
    # Plain only where the state itself lies.
    with TemporaryDirectory(dir=run, prefix=_PLAIN) as plain:
        draft = _Draft(settings, dsn, folder, seal, Path(plain))
        draft.folder_of("history")
        made = draft.moment(at)
        objects, kept = Objects(places.local(settings.object_store)), shelf.folder / seal.objects
        copied = documents.copy(objects, objects.names(), seal, kept)
        waiting = documents.copy(objects.prepared, draft.prepared, seal, kept)
        draft.list(LIST, copied)
        draft.list(PREPARED_LIST, waiting)
        copied = replace(copied, damaged=copied.damaged + waiting.damaged)
        draft.rest()
        done = draft.finish(made, copied)
    return Taken(shelf.finish(folder), done, copied.new, draft.tries, draft.seconds)


@dataclass
class _Draft:
    settings: Settings
    dsn: str
    folder: Path
    seal: Seal
    plain: Path
    tries: int = 0
    seconds: float = 0.0
    prepared: Sequence[str] = ()

    def moment(self, at: datetime) -> Manifest:
        dump, temporal = self.plain / DUMP, self.plain / places.TEMPORAL
        with one_moment(self.dsn, self.settings.var_dir / places.TEMPORAL) as moment:
            self.tries, self.seconds = moment.tries, moment.seconds
            moment.copy_temporal(temporal)
            rows.dump(self.dsn, moment, dump)
            tables, heads = rows.count(moment.database), rows.heads(moment.database)
            self.prepared = rows.prepared(moment.database)
        for each in (dump, temporal):
            self._store(each, each.name)
        return Manifest(
            FORMAT, at, version("hocba"), heads, temporal_version(), self.seal.recipients, self.seal.objects, {},
            tables, 0, tuple(sorted(self.settings.model_fields_set)),
        )  # fmt: skip

    def folder_of(self, name: str) -> None:
        folder = places.folders(self.settings)[name]
        for path in places.files_of(folder):
            self._store(path, f"{name}/{path.relative_to(folder)}")

    def list(self, name: str, copied: Copied) -> None:
        (self.folder / name).write_text("".join(f"{each}\n" for each in copied.names), encoding="ascii")

    def rest(self) -> None:
        """What is only added to, so that what the moment speaks of is in it."""
        for name in places.folders(self.settings):
            if name != "history":
                self.folder_of(name)
        for name in places.LOOSE:
            if (self.settings.var_dir / name).is_file():
                self._store(self.settings.var_dir / name, name)

    def finish(self, made: Manifest, copied: Copied) -> Manifest:
        files = {name: Stored.of(self.folder / name) for name in self._names()}
        done = Manifest(**(vars(made) | {"files": files, "documents": len(copied.names), "damaged": copied.damaged}))
        manifest.write(self.folder, done)
        return done

    def _names(self) -> Iterator[str]:
        return (str(path.relative_to(self.folder)) for path in sorted(self.folder.rglob("*")) if path.is_file())

    def _store(self, source: Path, name: str) -> None:
        self.seal.store(source, self.folder / f"{name}{self.seal.ending}")
