"""`hocba school merge`: a school's classes go to another one, once for each decision, or one sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database import make_engine, make_sessions
from storage.tables import ClassGroup, School
from tests.cli.commands import Ended, Hocba
from tests.database import migrated_database
from tests.factories import make_class, make_school, open_book

FROM, TO = "79760001", "79760002"


@pytest.fixture(scope="module")
def database_url(postgres_url: str) -> str:
    """A database beside the common one: the command's own process sees only what is committed."""
    url = migrated_database(postgres_url, "merged")
    engine = make_engine(url)
    with make_sessions(engine).begin() as session:
        for number, name in ((1, "1A1"), (2, "1B1")):
            open_book(session, make_class(session, make_school(session, number), name))
    engine.dispose()
    return url


@pytest.fixture
def merge(hocba: Hocba, database_url: str, tmp_path: Path) -> Callable[..., Ended]:
    def run(*arguments: str) -> Ended:
        environment = {"HOCBA_VAR_DIR": str(tmp_path / "var"), "HOCBA_DATABASE_URL": database_url}
        return hocba("school", "merge", *arguments, environment=environment, cwd=tmp_path)

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
