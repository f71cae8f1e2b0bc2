"""`hocba workers restart` reaches `hocba up` and nobody else; builds are in tests/workflows/test_builds.py."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.services.lock import StateLock
from cli.supervisor import REPLACE_WORKERS
from cli.trouble import Trouble
from cli.workers import app


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOCBA_VAR_DIR", str(tmp_path))
    return tmp_path


@pytest.fixture
def heard() -> Iterator[list[int]]:
    found: list[int] = []
    before = signal.signal(REPLACE_WORKERS, lambda number, _: found.append(number))
    yield found
    signal.signal(REPLACE_WORKERS, before)


@pytest.fixture
def deaf() -> Iterator[None]:
    """As a process that does not know the signal; the tests' own may have learnt it from a supervisor."""
    before = signal.signal(REPLACE_WORKERS, signal.SIG_DFL)
    yield
    signal.signal(REPLACE_WORKERS, before)


def restart() -> str:
    return CliRunner().invoke(app, ["restart"], catch_exceptions=False).output


def test_nothing_is_restarted_where_hocba_does_not_run(state: Path, heard: list[int]) -> None:
    with pytest.raises(Trouble, match="does not run here"):
        restart()
    assert heard == []


@pytest.mark.usefixtures("deaf")
def test_a_backup_that_holds_the_lock_is_left_alone(state: Path) -> None:
    with StateLock(state, print), pytest.raises(Trouble, match="does not run here"):
        restart()


def test_whoever_serves_is_told(state: Path, heard: list[int]) -> None:
    with StateLock(state, print):
        assert "being replaced" in restart()
    assert heard == [REPLACE_WORKERS]
