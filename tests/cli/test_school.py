"""`hocba school merge`: a school's classes go to another one, once for each decision, or one sentence."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from config.settings import PROJECT
from storage.database import make_engine, make_sessions
from storage.migrate import upgrade
from storage.tables import ClassGroup, School
from tests.database import another_database
from tests.factories import make_class, make_school, open_book

FROM, TO = "79760001", "79760002"
Ended = subprocess.CompletedProcess[str]


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    url = another_database(postgres_url, "merged")
    upgrade(url)
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        for number, name in ((1, "1A1"), (2, "1B1")):
            open_book(session, make_class(session, make_school(session, number), name))
    engine.dispose()
    return url


@pytest.fixture
def merge(database_url: str, tmp_path: Path) -> Callable[..., Ended]:
    def run(*arguments: str) -> Ended:
        environment = {
            "PATH": "/usr/bin:/bin", "PYTHONPATH": str(PROJECT), "HOCBA_VAR_DIR": str(tmp_path / "var"),
            "HOCBA_DATABASE_URL": database_url,
        }  # fmt: skip
        command = [sys.executable, "-m", "cli.main", "school", "merge", *arguments]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    return run


def test_a_decision_is_carried_out_once(merge: Callable[..., Ended], database_url: str) -> None:
    first = merge(FROM, TO, "--decision", "12/QĐ-UBND")
    assert (first.returncode, first.stdout.partition(" moved")[0]) == (0, "1 classes and 4 people")
    again = merge(FROM, TO, "--decision", "12/QĐ-UBND")
    assert (again.returncode, "were moved already" in again.stdout) == (0, True)
    engine = make_engine(database_url)
    with make_sessions(engine)() as session:
        target = session.scalars(select(School.id).where(School.code == TO)).one()
        assert set(session.scalars(select(ClassGroup.school_id))) == {target}
    engine.dispose()


def test_an_unknown_school_is_said_in_one_sentence(merge: Callable[..., Ended]) -> None:
    ended = merge(FROM, "0", "--decision", "13")
    assert (ended.returncode, ended.stderr) == (1, "Không có trường mã 0.\n")
