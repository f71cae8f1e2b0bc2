"""What a backup sees of database and workflow state belongs together, however fast both change."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from cli.keeping.moment import Moment, one_moment
from cli.trouble import Trouble
from tests.database import another_database

WRITERS = 4
MOMENTS = 25


@pytest.fixture
def dsn(postgres_url: str) -> str:
    url = make_url(another_database(postgres_url, "moments")).set(drivername="postgresql")
    plain = url.render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute("CREATE TABLE effects (n int PRIMARY KEY)")
    return plain


@pytest.fixture
def engine_file(tmp_path: Path) -> Path:
    """As Temporal's: written ahead, read by others."""
    file = tmp_path / "temporal.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode=wal")
        connection.execute("CREATE TABLE begun (n int)")
        connection.execute("CREATE TABLE ended (n int)")
        connection.commit()
    return file


@pytest.fixture
def at_work(dsn: str, engine_file: Path) -> Iterator[None]:
    """Activities without end: begun in the engine, done in the database, ended in the engine."""
    over, turn = threading.Event(), threading.Lock()

    def work(first: int) -> None:
        with (
            psycopg.connect(dsn, autocommit=True) as database,
            closing(sqlite3.connect(engine_file, isolation_level=None, timeout=30)) as engine,
        ):
            number = first
            while not over.is_set():
                with turn:  # the engine has one connection, too
                    engine.execute("INSERT INTO begun VALUES (?)", [number])
                database.execute("INSERT INTO effects VALUES (%s)", [number])
                with turn:
                    engine.execute("INSERT INTO ended VALUES (?)", [number])
                number += WRITERS

    threads = [threading.Thread(target=work, args=[first]) for first in range(WRITERS)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def seen(moment: Moment) -> tuple[set[int], set[int], set[int]]:
    begun, ended = (
        {n for (n,) in moment.temporal.execute(f"SELECT n FROM {table}")}  # noqa: S608 - names of this test
        for table in ("begun", "ended")
    )
    return begun, {int(n) for (n,) in moment.database.execute("SELECT n FROM effects").fetchall()}, ended


def test_what_was_ended_took_effect_and_what_took_effect_was_begun(at_work: None, dsn: str, engine_file: Path) -> None:
    progress = []
    for _ in range(MOMENTS):
        with one_moment(dsn, engine_file) as moment:
            begun, effects, ended = seen(moment)
        assert ended <= effects <= begun
        progress.append(len(effects))
    assert progress[0] < progress[-1]  # they were at work all the time


def test_the_copy_is_of_the_moment_and_whole_by_itself(
    at_work: None, dsn: str, engine_file: Path, tmp_path: Path
) -> None:
    with one_moment(dsn, engine_file) as moment:
        begun, effects, ended = seen(moment)
        moment.copy_temporal(tmp_path / "copy.db")
        # Another session that shares the snapshot sees the same rows, as pg_dump does.
        with psycopg.connect(dsn) as other:
            other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            other.execute(f"SET TRANSACTION SNAPSHOT '{moment.snapshot}'")
            assert {n for (n,) in other.execute("SELECT n FROM effects").fetchall()} == effects
    with closing(sqlite3.connect(tmp_path / "copy.db")) as copy:
        assert {n for (n,) in copy.execute("SELECT n FROM begun")} == begun
        assert {n for (n,) in copy.execute("SELECT n FROM ended")} == ended


def test_a_database_that_is_never_still_is_given_up(
    dsn: str, engine_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody commits each time between the two looks."""
    disturb = disturbed(dsn)
    monkeypatch.setattr("cli.keeping.moment._read", disturb)
    with pytest.raises(Trouble, match="The database never stood still"), one_moment(dsn, engine_file, patience=0.05):
        pass


def disturbed(dsn: str) -> Callable[[sqlite3.Connection], None]:
    numbers = iter(range(10**6, 10**9))

    def read(_: sqlite3.Connection) -> None:
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute("INSERT INTO effects VALUES (%s)", [next(numbers)])

    return read
