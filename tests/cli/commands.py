"""`hocba` as a process of its own for each command, while its libraries are loaded once for all of them.

One process loads what a command needs and forks for each: what runs is `cli.main.run`, with arguments, settings and
streams of its own. How a bare start behaves is for `test_main.py`.
"""

import json
import os
import subprocess
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any, NoReturn

from cli.main import COMMANDS, run
from config.settings import PROJECT

Ended = subprocess.CompletedProcess[str]
# Nothing of the tests' own environment reaches a command.
ENVIRONMENT = {"PATH": "/usr/bin:/bin"}


class Hocba:
    """Runs commands to their ends, as `subprocess.run` would."""

    def __init__(self, loaded: "subprocess.Popen[str]") -> None:
        self._loaded = loaded

    def __call__(
        self, *arguments: str, environment: Mapping[str, str] = MappingProxyType({}), cwd: Path = PROJECT
    ) -> Ended:
        assert self._loaded.stdin
        assert self._loaded.stdout
        with TemporaryDirectory() as folder:
            asked = {
                "arguments": arguments,
                "environment": {**ENVIRONMENT, **environment},
                "cwd": str(cwd),
                "to": folder,
            }
            self._loaded.stdin.write(json.dumps(asked) + "\n")
            self._loaded.stdin.flush()
            status = int(self._loaded.stdout.readline())
            said, complained = ((Path(folder) / name).read_text("utf-8") for name in ("stdout", "stderr"))
        return Ended(arguments, status, said, complained)


@contextmanager
def loaded() -> Iterator[Hocba]:
    words = [sys.executable, "-m", "tests.cli.commands"]
    with subprocess.Popen(
        words, env=ENVIRONMENT, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:  # it ends when its input does
        yield Hocba(process)


def main() -> None:
    for line in sys.stdin:
        asked = json.loads(line)
        import_module(COMMANDS[asked["arguments"][0]].partition(":")[0])
        child = os.fork() or _become(asked)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(asked: dict[str, Any]) -> NoReturn:
    os.environ.clear()
    os.environ.update(asked["environment"])
    os.chdir(asked["cwd"])
    for number, name in enumerate((os.devnull, "stdout", "stderr")):
        os.dup2(os.open(Path(asked["to"], name), os.O_RDWR | os.O_CREAT, 0o600), number)
    sys.argv = ["hocba", *asked["arguments"]]
    status: Any = 1
    try:
        run()
    except SystemExit as end:
        status = end.code
    except BaseException:  # noqa: BLE001 - as Python itself ends
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
