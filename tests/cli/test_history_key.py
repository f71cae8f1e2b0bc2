"""`hocba history-key`: a rotation as an operator does it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.history_key import app
from cli.trouble import Trouble
from config.history_keys import load


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOCBA_VAR_DIR", str(tmp_path))
    return tmp_path / "secrets"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def test_a_key_is_added_used_and_the_old_one_dropped(folder: Path) -> None:
    old = load(folder).current
    assert run("add").exit_code == 0
    (new,) = set(load(folder).keys) - {old}
    assert load(folder).current == old
    assert f"{new}  in use" in run("use", new).stdout
    assert run("drop", old).exit_code == 0
    assert run("list").stdout == f"{new}  in use\n"


@pytest.mark.parametrize(("asked", "said"), [("use", "no key"), ("drop", "no key")])
def test_an_unknown_key_is_refused(asked: str, said: str) -> None:
    ended = run(asked, "20250101-x")
    assert isinstance(ended.exception, Trouble)
    assert said in str(ended.exception)


def test_the_key_in_use_is_not_dropped(folder: Path) -> None:
    ended = run("drop", load(folder).current)
    assert isinstance(ended.exception, Trouble)
    assert "in use" in str(ended.exception)
