"""The drills: a school at work is backed up while people write; it goes on from that, and from the database alone."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
import pytest_asyncio

from cli.keeping import places, unfinished
from cli.rebuilding.beginning import take_up
from config.settings import Settings
from storage import reopening
from storage.opening import OpenedTerm
from storage.tables import ClassTermRow
from tests.cli.commands import Ended, Hocba, loaded
from tests.keeping.installation import Installation, running, servers, settings_of, surroundings
from tests.keeping.scene import NAMES, PATIENCE, Counts, Scene, keep_back, let_go, make_scene, set_to_work, to_the_end
from tests.signing.pki import Stage, staged
from workflows.starting import TemporalEngine

UNDER_WAY = {
    "class-terms": 4, "transfers": 1, "handovers": 1, "corrections": 1, "schools in campaigns": 2, "campaigns": 1,
    "packets": 0, "orders to prepare": 0, "orders to carry": 1,
}  # fmt: skip


@dataclass
class Ground:
    """Where the drills take place: the authority, a backup, and the people who were at work when it was made."""

    folder: Path
    stage: Stage
    scene: Scene
    backups: Path
    operator: "Operator"
    ends: list[Counts] = field(default_factory=list)

    async def restored(self, name: str) -> Settings:
        settings = settings_of(self.folder / name, self.stage, self.folder / "roots.pem")
        done = await self.operator.does(settings, "restore", str(self.backups))
        assert done.returncode == 0, done.stderr
        return settings

    async def whole(self, on: Installation) -> None:
        """Documents, audit chains, evidence and log are what they say."""
        audited = await self.operator.does(on.settings, "audit")
        assert audited.returncode == 0, audited.stdout + audited.stderr


@dataclass(frozen=True)
class Operator:
    """Whoever keeps the installation, by hocba's own commands."""

    hocba: Hocba

    async def does(self, settings: Settings, *arguments: str) -> Ended:
        return await asyncio.to_thread(self.hocba, *arguments, environment=surroundings(settings))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def ground(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    folder = tmp_path_factory.mktemp("drills")
    with staged(folder / "pki") as stage, loaded() as hocba:
        operator = Operator(hocba)
        async with running(settings_of(folder / "first", stage, folder / "roots.pem")) as on:
            scene = make_scene(on, stage)
            await set_to_work(scene)
            writing = asyncio.create_task(write_on(scene))
            made = await operator.does(on.settings, "backup", str(folder / "backups"))
            assert made.returncode == 0, made.stderr
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
        yield Ground(folder, stage, scene, folder / "backups", operator)


async def write_on(scene: Scene) -> None:
    """Decisions of a class, one after the other, as fast as they are answered."""
    room = scene.rooms["1A4"]
    while True:
        await keep_back(room, room.records[1])
        await let_go(room, room.records[1])


async def test_a_school_goes_on_from_a_backup(ground: Ground) -> None:
    settings = await ground.restored("second")
    assert unfinished.is_fresh(settings.var_dir)
    said: list[str] = []
    async with running(settings, said.append) as on:
        assert said == ["Restored from a backup: looking for what its Temporal does not know …"]
        assert not unfinished.is_fresh(settings.var_dir)
        await agree(on)
        await to_the_end(ground.scene.moved_to(on))
        await ground.whole(on)
        ground.ends.append(ground.scene.counts())


async def test_a_school_goes_on_without_temporals_state(ground: Ground) -> None:
    settings = await ground.restored("third")
    (settings.var_dir / places.TEMPORAL).unlink()
    unfinished.forget(settings.var_dir)
    said: list[str] = []

    async with servers(settings):
        looked = await ground.operator.does(settings, "rebuild", "--dry-run")
        assert counts_of(looked.stdout, "to begin") == UNDER_WAY
        assert looked.stdout.splitlines()[-1] == f"{sum(UNDER_WAY.values())} would be begun, 0 ran already."
    async with running(settings, said.append) as on:
        assert said == [
            "Temporal knows none of 4 open books, so its state was lost. Beginning again what is under way …"
        ]
        await agree(on)
        again = await ground.operator.does(settings, "rebuild")
        assert not any(counts_of(again.stdout, "begun").values())
        await to_the_end(ground.scene.moved_to(on))
        await ground.whole(on)
        ground.ends.append(ground.scene.counts())
    async with servers(settings):
        await take_up(settings, said.append)
    assert len(said) == 1  # nothing is lost any more


def counts_of(printed: str, word: str) -> dict[str, int]:
    return {kind: int(count) for kind, count in re.findall(rf"^(.+): (\d+) {word}", printed, re.MULTILINE)}


async def test_nothing_is_there_twice_and_nobody_was_told_again(ground: Ground) -> None:
    """Both ways came to the same end."""
    assert len(ground.ends) == 2
    assert ground.ends[0] == ground.ends[1]
    assert all(ground.ends[0])


async def agree(on: Installation) -> None:
    """Each workflow has taken as many decisions as the database says, and knows the same deadline.

    Soon: one that was begun again has to read where it stands, and what was under way at the moment is done again.
    """
    with on.sessions() as session:
        books = [reopening.book(session, each) for each in reopening.open_books(session)]
    assert len(books) == len(NAMES)
    async with asyncio.timeout(PATIENCE):
        for book in books:
            while await known(on, book) != stored(on, book):  # noqa: ASYNC110 - workers are at it
                await asyncio.sleep(0.1)


async def known(on: Installation, book: OpenedTerm) -> tuple[int, datetime] | None:
    found = await TemporalEngine(on.client).class_knows(book.school_year, str(book.class_id), book.term.value)
    return (found[0], found[1].due_at) if found else None


def stored(on: Installation, book: OpenedTerm) -> tuple[int, datetime]:
    with on.sessions() as session:
        row = session.get_one(ClassTermRow, book.class_term_id)
    return row.wf_seq, row.due_at
