"""Seconds to preview the class lists of a whole school, against asking the database row by row in the same run.

`python -m bench.rosters [--pupils 2000] [--json]`: one workbook with a sheet for each class of 35, all of whose pupils
are registered and a tenth of whom have changed, in a PostgreSQL of its own. A preview is reading the workbook,
comparing it and keeping what was found. The baseline is given the pupils as they were read, and asks for each for the
code, the personal id and the enrolments, one statement each, as a loop over rows would; it compares nothing.
"""

import argparse
import asyncio
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from sqlalchemy import select
from sqlalchemy.orm import Session

from activities.rosters import import_roster, preview_roster
from cli.services.services import database_only
from config.settings import Settings
from interchange.layout import write_workbook
from interchange.roster import RosterRow, read_roster, roster_sheet
from interchange.sample_school.people import People, draw_class, header_of
from storage.access import SCHOOL_WIDE
from storage.database import Sessions, make_engine, make_sessions
from storage.migrate import upgrade
from storage.rosters.shapes import Effect
from storage.staffing import Person
from storage.tables import Enrolment, PupilRow, School
from tests.factories import make_staff

A_CLASS = 35
ONE_IN = 10


def _classes(pupils: int) -> Iterator[tuple[str, tuple[RosterRow, ...]]]:
    """Classes of 35 until there are so many pupils; names come again, ids and codes do not."""
    ids: set[str] = set()
    for number, first in enumerate(range(0, pupils, A_CLASS), start=1):
        people = People(Random(number), ids)  # noqa: S311 - sample people, not secrets
        yield f"1A{number}", draw_class(people, 1, min(A_CLASS, pupils - first), first)


def _write(path: Path, classes: dict[str, tuple[RosterRow, ...]]) -> None:
    write_workbook(path, [roster_sheet(name, header_of(name), members) for name, members in classes.items()])


def _changed(pupil: RosterRow) -> RosterRow:
    is_one = int(pupil.pupil_code) % ONE_IN == 0
    return replace(pupil, current_address="1 Âu Cơ, Phường Tân Bình", policy_group="Hộ nghèo") if is_one else pupil


def _ask_row_by_row(session: Session, pupils: tuple[RosterRow, ...]) -> int:
    found = 0
    for pupil in pupils:
        by_code = session.scalars(select(PupilRow).where(PupilRow.pupil_code == pupil.pupil_code)).one()
        session.scalars(select(PupilRow).where(PupilRow.personal_id == pupil.personal_id)).one()
        found += len(session.scalars(select(Enrolment).where(Enrolment.pupil_id == by_code.id)).all())
    return found


async def _measured(pupils: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="hocba-") as name:
        folder = Path(name)
        settings = Settings(var_dir=folder / "var", postgres_fast=True)
        async with database_only(settings):
            return await asyncio.to_thread(_in_database, settings, folder, pupils)


def _in_database(settings: Settings, folder: Path, pupils: int) -> dict[str, float]:
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    classes = dict(_classes(pupils))
    _write(folder / "cu.xlsx", classes)
    _write(folder / "moi.xlsx", {name: tuple(map(_changed, members)) for name, members in classes.items()})
    measured = _measure(make_sessions(engine), folder, pupils)
    engine.dispose()
    return measured


def _measure(sessions: Sessions, folder: Path, pupils: int) -> dict[str, float]:
    started = time.perf_counter()
    with sessions.begin() as session:
        import_roster(session, read_roster(folder / "cu.xlsx"))
        school_id = session.scalars(select(School.id)).one()
        clerk = Person(make_staff(session, school_id, 1), school_id, "Văn thư", SCHOOL_WIDE)
    imported = time.perf_counter()
    book = read_roster(folder / "moi.xlsx")
    read = time.perf_counter()
    with sessions.begin() as session:
        comparison = preview_roster(session, clerk, book, datetime.now(UTC)).preview.comparison
    previewed = time.perf_counter()
    with sessions() as session:
        assert _ask_row_by_row(session, book.pupils) == pupils
    asked = time.perf_counter()
    assert comparison.count(Effect.CHANGED) == pupils // ONE_IN
    return {
        "pupils": pupils,
        "read_s": round(read - imported, 2),
        "compare_s": round(previewed - read, 2),
        "preview_s": round(previewed - imported, 2),
        "row_by_row_s": round(asked - previewed, 2),
        "ratio": round((previewed - imported) / (asked - previewed), 2),
        "first_import_s": round(imported - started, 2),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pupils", type=int, default=2000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = asyncio.run(_measured(options.pupils))
    if options.json:
        print(json.dumps(measured))
        return
    print(f"{measured['pupils']} pupils in classes of {A_CLASS}, one in {ONE_IN} changed")
    print(f"reading the workbook     {measured['read_s']:8.2f} s")
    print(f"comparing and keeping    {measured['compare_s']:8.2f} s")
    print(f"preview                  {measured['preview_s']:8.2f} s")
    print(f"asking row by row        {measured['row_by_row_s']:8.2f} s")
    print(f"ratio                    {measured['ratio']:8.2f} x")
    print(f"first import, in one go  {measured['first_import_s']:8.2f} s")


if __name__ == "__main__":
    main()
