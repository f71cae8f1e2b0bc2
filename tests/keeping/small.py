"""An installation with a school in it and no engine, to be backed up and brought back."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path

from cli.keeping import places
from cli.keeping.restoring import checked, restore
from cli.keeping.sealing import Key, Seal
from cli.keeping.shelf import Shelf
from cli.keeping.taking import Taken, take
from cli.services.postgres import DATABASE, Postgres
from cli.services.services import database_only
from config.settings import Settings
from storage.database import make_engine, make_sessions
from storage.migrate import upgrade
from storage.objects import Objects
from tests.factories import make_school

PAPERS = tuple(f"Học bạ số {number}".encode() for number in range(4))


@dataclass(frozen=True)
class Small:
    """An installation with a school in it and no engine, and where its backups lie."""

    settings: Settings
    names: tuple[str, ...]
    shelf: Shelf

    @property
    def dsn(self) -> str:
        return Postgres(self.settings).dsn(DATABASE)

    def back_up(self, seal: Seal | None = None) -> Taken:
        with self.shelf.held():
            return take(self.settings, self.dsn, self.shelf, seal or Seal())


@asynccontextmanager
async def installed(folder: Path) -> AsyncIterator[Small]:
    settings = Settings(var_dir=folder / "var", postgres_fast=True)
    async with database_only(settings):
        upgrade(settings.database_url)
        engine = make_engine(settings.database_url)
        with make_sessions(engine).begin() as session:
            make_school(session)
        engine.dispose()
        with closing(sqlite3.connect(settings.var_dir / places.TEMPORAL)) as temporal:
            temporal.execute("PRAGMA journal_mode=wal")
            temporal.execute("CREATE TABLE executions (n int)")
            temporal.commit()
        objects = Objects(places.local(settings.object_store))
        names = tuple(objects.put(paper) for paper in PAPERS)
        (settings.key_store / "school.p12").write_bytes(b"a key")
        (places.local(settings.history_dir) / "tile").mkdir(parents=True)
        (places.local(settings.history_dir) / "tile" / "0").write_bytes(b"a tile")
        (places.local(settings.history_dir) / "checkpoint").write_bytes(b"a checkpoint")
        (settings.var_dir / "demo-accounts.json").write_text("{}")
        yield Small(settings, names, Shelf(folder / "backups"))


async def bring_back(settings: Settings, backup: Path, key: Key | None = None) -> None:
    places.require_empty(settings)
    await restore(settings, checked(backup, key or Key()), lambda _: None)
