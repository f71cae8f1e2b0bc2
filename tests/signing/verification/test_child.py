"""What the verifying process refuses to do, whatever a file makes it try."""

import subprocess
import sys
from pathlib import Path

import pytest

GIVE_UP = "import signing.verification.child as child; child._give_up_rights(1 << 30); "


def ran(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", GIVE_UP + code], capture_output=True, text=True, check=False)


FORBIDDEN = [
    "import socket; socket.create_connection(('127.0.0.1', 9))",
    "import socket; socket.getaddrinfo('localhost', 80)",
    "import socket; socket.gethostbyname('localhost')",
    "import socket; socket.socket().bind(('127.0.0.1', 0))",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendmsg([b'x'], [], 0, ('127.0.0.1', 9))",
    "import os; os.system('true')",
    "import os; os.fork()",
    "import os; os.execv('/bin/true', ['true'])",
    "import os; os.posix_spawn('/bin/true', ['true'], {})",
    "import subprocess; subprocess.run(['true'])",
]
TRYING = """
for number, code in enumerate(codes):
    try:
        exec(code)
    except PermissionError:
        print(number, "was refused")
"""


@pytest.fixture(scope="module")
def refused() -> list[str]:
    """What one process said of everything in turn: to start one takes far longer than to refuse."""
    return ran(f"codes = {FORBIDDEN!r}\n{TRYING}").stdout.splitlines()


@pytest.mark.parametrize("code", FORBIDDEN)
def test_no_network_and_no_programs(code: str, refused: list[str]) -> None:
    assert f"{FORBIDDEN.index(code)} was refused" in refused


def test_no_file_is_written(tmp_path: Path) -> None:
    assert "File too large" in ran(f"open({str(tmp_path / 'x')!r}, 'wb', buffering=0).write(b'x')").stderr


def test_only_a_few_files_are_open() -> None:
    assert "Too many open files" in ran("[open('/dev/null') for _ in range(40)].clear()").stderr


def test_what_is_left_still_works() -> None:
    assert ran("import asyncio; print(asyncio.run(asyncio.sleep(0, 'well')))").stdout == "well\n"
