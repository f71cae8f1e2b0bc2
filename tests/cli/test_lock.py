"""One hocba per state folder."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cli.services.lock import StateLock, holder
from cli.trouble import Trouble
from config.settings import PROJECT
from tests.cli.conftest import Said

HOLD = """
import sys, pathlib
from cli.services.lock import StateLock
lock = StateLock(pathlib.Path(sys.argv[1]), print).__enter__()
print("held", flush=True)
sys.stdin.read()
"""


def hold_elsewhere(var_dir: Path) -> subprocess.Popen[str]:
    """Start another process that holds the lock, and return once it does."""
    command = [sys.executable, "-c", HOLD, str(var_dir)]
    other = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=PROJECT)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    return other


def test_a_second_hocba_is_told_the_process_id_of_the_first(tmp_path: Path, said: Said) -> None:
    with hold_elsewhere(tmp_path) as other:
        with pytest.raises(Trouble, match=rf"already running \(pid {other.pid}\)"):
            StateLock(tmp_path, said).__enter__()
        assert holder(tmp_path) == str(other.pid)
        other.kill()


def test_the_lock_of_a_killed_hocba_is_taken_over_with_a_note(tmp_path: Path, said: Said) -> None:
    with hold_elsewhere(tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    with StateLock(tmp_path, said):
        assert said.has(f"pid {other.pid}")


def test_a_proper_end_leaves_nothing_to_note(tmp_path: Path, said: Said) -> None:
    for _ in range(2):
        with StateLock(tmp_path, said):
            pass
    assert said == []
    assert holder(tmp_path) is None
