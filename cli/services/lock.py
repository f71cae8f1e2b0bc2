"""One hocba per state folder: a lock the kernel itself lets go when its holder dies."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path
from typing import Self, TextIO

from cli.trouble import Trouble


class StateLock:
    """Holds `<var>/run/lock`; the file names the holder, and an emptied file means it stopped properly."""

    def __init__(self, var_dir: Path, say: Callable[[str], None]) -> None:
        self._path = var_dir / "run" / "lock"
        self._say = say
        self._file: TextIO | None = None

    def __enter__(self) -> Self:
        """Raises Trouble when another hocba is alive."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+", encoding="ascii")
        file.seek(0)
        before = file.read().strip()
        try:
            # Children do not inherit the descriptor, so the lock lives exactly as long as this process.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            raise Trouble(
                f"hocba is already running (pid {before or 'unknown'}) on {self._path.parent.parent}."
            ) from None
        if before:
            self._say(f"The last run (pid {before}) ended without cleaning up; its lock is taken over.")
        self._write(file, str(os.getpid()))
        self._file = file
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._write(self._file, "")
            self._file.close()
            self._file = None

    @staticmethod
    def _write(file: TextIO, text: str) -> None:
        file.truncate(0)
        file.write(text)
        file.flush()


def holder(var_dir: Path) -> str | None:
    """Return the process id of the hocba that runs on `var_dir`, or None; takes nothing."""
    path = var_dir / "run" / "lock"
    if not path.exists():
        return None
    with path.open(encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return file.read().strip()
    return None
