"""The command line's own manners: one sentence for a trouble, exit status 1, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

from config.settings import PROJECT


def hocba(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "cli.main", *arguments],
        env={"PATH": "/usr/bin:/bin", **environment}, cwd=PROJECT, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ({"HOCBA_API_PORT": "door"}, "Settings: HOCBA_API_PORT: Input should be a valid integer"),
        ({"HOCBA_APIPORT": "8001"}, "Settings: unknown setting HOCBA_APIPORT"),
    ],
)
def test_a_trouble_is_one_sentence_and_status_1(tmp_path: Path, setting: dict[str, str], sentence: str) -> None:
    ended = hocba("up", HOCBA_VAR_DIR=str(tmp_path), **setting)
    assert ended.returncode == 1
    assert ended.stderr.startswith(sentence)
    assert ended.stderr.count("\n") == 1


def test_a_state_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    ended = hocba("up", HOCBA_VAR_DIR=str(tmp_path / "file" / "var"))
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert ended.stderr.startswith("Not a directory: ")


def test_an_unknown_command_is_refused() -> None:
    assert hocba("fly").returncode == 2


def test_the_doctor_says_what_is_wrong(tmp_path: Path) -> None:
    ended = hocba("doctor", HOCBA_VAR_DIR=str(tmp_path), HOCBA_TEMPORAL_PORT="1")
    assert ended.returncode == 1
    assert "does not answer" in ended.stdout
    assert "Traceback" not in ended.stderr
