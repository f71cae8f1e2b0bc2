"""A crash at a named point: who asked for it, who dies, and that it happens once."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil

from config.settings import PROJECT
from worker.crash import crash_if_asked

PART = "import subprocess; child = subprocess.Popen(['sleep', '600']); print(child.pid, flush=True); child.wait()"
COME_TO_A_POINT = "import sys; from pathlib import Path; from worker.crash import crash_if_asked as crash; "
COME_TO_A_POINT += "crash(Path(sys.argv[1]), 'do_chore', 'commit 1'); print('went on')"


def come_to_a_point(request: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", COME_TO_A_POINT, str(request)]
    return subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)


def test_whoever_comes_to_a_point_that_was_asked_for_dies_once(tmp_path: Path) -> None:
    request = tmp_path / "crash"
    request.write_text("do_chore after\ndo_chore commit 1")
    assert come_to_a_point(request).returncode == -signal.SIGKILL
    assert request.read_text() == "do_chore after"
    assert come_to_a_point(request).stdout == "went on\n"
    request.write_text("do_chore commit 1")
    assert come_to_a_point(request).returncode == -signal.SIGKILL
    assert come_to_a_point(request).stdout == "went on\n"


def test_another_part_dies_with_its_processes_and_whoever_came_goes_on(tmp_path: Path) -> None:
    request, record = tmp_path / "crash", tmp_path / "postgres.pid"
    with subprocess.Popen([sys.executable, "-c", PART], stdout=subprocess.PIPE, text=True) as part:
        assert part.stdout
        child = psutil.Process(int(part.stdout.readline()))
        record.write_text(f"{part.pid} 1.0")
        request.write_text(f"do_chore after > {record}")
        crash_if_asked(request, "do_chore", "commit 1")
        assert part.poll() is None
        crash_if_asked(request, "do_chore", "after")
        assert part.wait() == -signal.SIGKILL
    psutil.wait_procs([child])
    assert not request.exists()


def test_a_part_that_is_dead_already_stays_so(tmp_path: Path) -> None:
    request = tmp_path / "crash"
    request.write_text(f"do_chore after > {tmp_path / 'nobody.pid'}")
    crash_if_asked(request, "do_chore", "after")
    assert not request.exists()
