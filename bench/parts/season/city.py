"""A running hocba with a city's schools in it, and what it takes of the machine while they work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import text

from bench.parts.rows import Row
from bench.parts.season import machine
from bench.parts.season.copies import write_copies
from bench.parts.season.people import equip
from bench.parts.season.template import Template, make_template
from cli.database import opened
from cli.services.services import Services, everything, on_free_ports
from config.settings import Settings
from storage.database import Sessions

MARKS: Final = (10_000, 30_000, 60_000, 100_000)  # records after which the pace is noted
Figures = dict[str, float]


@dataclass
class Pace:
    """When each mark was passed, in seconds, and the most memory that was seen, by part."""

    marks: dict[int, float] = field(default_factory=dict)
    early: Figures = field(default_factory=dict)
    peaks: Figures = field(default_factory=dict)

    def look(self, records: int, seconds: float, memory: Figures) -> None:
        for mark in MARKS:
            if records >= mark:
                self.marks.setdefault(mark, seconds)
        self.early = self.early or (memory if records else {})
        self.peaks = {name: max(each, self.peaks.get(name, 0)) for name, each in memory.items()}


@dataclass(frozen=True)
class City:
    services: Services
    sessions: Sessions
    template: Template
    schools: int

    @property
    def settings(self) -> Settings:
        return self.services.settings

    def sizes(self) -> list[Row]:
        with self.sessions() as session:
            database = session.scalar(text("SELECT pg_database_size(current_database())")) or 0
        folder = self.settings.var_dir
        store = machine.folder_megabytes(folder / "objects")
        engine = sum(path.stat().st_size for path in folder.rglob("temporal*.db*")) / 1e6
        return [
            Row("Size", "database", database / 1e6, "MB", {}),
            Row("Size", "object store", store, "MB", {}),
            Row("Size", "Temporal", engine, "MB", {}),
        ]


@asynccontextmanager
async def city(folder: Path, schools: int) -> AsyncIterator[City]:
    """Everything runs; each school's classes wait for their homeroom teachers."""
    settings = on_free_ports(Settings(demo=True, seal_timestamp="batch"), folder)
    async with everything(settings) as services:
        with opened(settings.database_url) as sessions:
            yield City(services, sessions, written(sessions, settings, schools), schools)


def written(sessions: Sessions, settings: Settings, schools: int) -> Template:
    with sessions.begin() as session:
        template = make_template(session)
        session.flush()
        write_copies(session.connection(), schools - 1)
        equip(session, settings, template, schools)
    with sessions.begin() as session:
        session.execute(text("ANALYZE"))
    return template
