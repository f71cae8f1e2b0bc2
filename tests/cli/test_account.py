"""Whose account PostgreSQL gets, and that no child outlives its parent."""

import asyncio
import os
import sys
from pathlib import Path

import psutil
import pytest

from cli.services.account import Account, as_account, postgres_account, tied_to_parent
from cli.trouble import Trouble
from tests.cli.conftest import until

PARENT = """
import subprocess, sys
child = subprocess.Popen(sys.argv[1:])
print(child.pid, flush=True)
child.wait()
"""


def test_an_ordinary_user_runs_it_under_the_own_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid or 1000)
    assert postgres_account(tmp_path / "not-yet") is None


def test_data_of_another_account_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    with pytest.raises(Trouble, match="belongs to another account"):
        postgres_account(tmp_path)


def test_root_lends_it_an_account_without_rights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lent = postgres_account(tmp_path / "not-yet")
    assert lent is not None
    assert lent.uid != 0


def test_only_a_closed_folder_on_the_way_costs_the_one_capability(tmp_path: Path) -> None:
    nobody, closed = Account(65534, 65534), tmp_path / "closed"
    closed.mkdir(mode=0o700)
    through = as_account(["initdb"], nobody, [closed / "inside"], "INT")
    open_way = as_account(["initdb"], nobody, [Path("/usr/bin")], "INT")
    assert "--ambient-caps=-all,+dac_override" in through
    assert not any("caps" in word for word in open_way)
    assert open_way[-3:] == ["INT", "--", "initdb"]


async def test_a_child_dies_with_its_parent_even_by_kill_9() -> None:
    child = tied_to_parent([sys.executable, "-S", "-c", "import signal; signal.pause()"], "TERM")
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-S", "-c", PARENT, *child, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(await parent.stdout.readline())
    # setpriv has taken over once the process is Python's: only then is it tied.
    await until(lambda: "python" in psutil.Process(pid).name())
    parent.kill()
    await parent.wait()
    await until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
