"""The folder of backups: each in a folder of its own, the documents of all of them beside it, once."""

import fcntl
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from cli.keeping import manifest
from cli.trouble import Trouble

MARK: Final = "hocba-backups"
LIST: Final = "objects.txt"
PREPARED_LIST: Final = "prepared.txt"  # of papers that waited for their signatures
_NAME: Final = re.compile(r"\d{8}T\d{6}(\d{6})?Z")
_UNFINISHED: Final = ".unfinished-"
_PRIVATE: Final = 0o700


@dataclass(frozen=True)
class Shelf:
    folder: Path

    @contextmanager
    def held(self) -> Iterator[None]:
        """One backup at a time. Makes the folder; raises Trouble for one that is held, or that holds something else."""
        self._make()
        with (self.folder / MARK).open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise Trouble(f"Another backup is being made in {self.folder}.") from None
            for each in self.folder.glob(f"{_UNFINISHED}*"):
                shutil.rmtree(each)
            yield

    def _make(self) -> None:
        """A folder of somebody else's is not made private."""
        if self.folder.exists() and not (self.folder / MARK).exists() and any(self.folder.iterdir()):
            raise Trouble(f"{self.folder} holds something else: name an empty folder, or one that is not there yet.")
        self.folder.mkdir(mode=_PRIVATE, parents=True, exist_ok=True)
        self.folder.chmod(_PRIVATE)

    def begin(self, at: datetime) -> Path:
        """A new backup: nothing looks at it until it has its name."""
        folder = self.folder / f"{_UNFINISHED}{at:%Y%m%dT%H%M%S%fZ}"
        folder.mkdir(mode=_PRIVATE)
        return folder

    def finish(self, folder: Path) -> Path:
        """Everything is on the disk before the backup has its name."""
        os.sync()
        named = folder.with_name(folder.name.removeprefix(_UNFINISHED))
        folder.rename(named)
        os.sync()
        return named

    def backups(self) -> list[Path]:
        """The whole ones, the oldest first."""
        found = (each for each in self.folder.iterdir() if _NAME.fullmatch(each.name)) if self.folder.is_dir() else ()
        return sorted(each for each in found if (each / manifest.NAME).is_file())

    def keep(self, newest: int) -> int:
        """Remove all backups but the newest ones, and the documents that only they had; returns how many went."""
        going = self.backups()[:-newest]
        for each in going:
            # Without its manifest it is no backup any more, whenever this is interrupted.
            (each / manifest.NAME).unlink()
            shutil.rmtree(each)
        if going:
            self._forget_documents()
        return len(going)

    def _forget_documents(self) -> None:
        kept: dict[str, set[str]] = {}
        for each in self.backups():
            kept.setdefault(manifest.read(each).objects, set()).update(listed(each, LIST) + listed(each, PREPARED_LIST))
        for folder in self.folder.glob("objects*"):
            for path in folder.glob("*/*"):
                if path.name.partition(".")[0] not in kept.get(folder.name, set()):
                    path.unlink()


def find(source: Path) -> Path:
    """A backup itself, or the newest one of a folder of backups. Raises Trouble where there is none."""
    if (source / manifest.NAME).is_file() or not (source / MARK).is_file():
        return source
    found = Shelf(source).backups()
    if not found:
        raise Trouble(f"{source} holds no whole backup.")
    return found[-1]


def listed(backup: Path, name: str) -> tuple[str, ...]:
    """The documents that a list of a backup names; backups of an earlier hocba have one list only."""
    path = backup / name
    return tuple(path.read_text(encoding="ascii").split()) if name == LIST or path.exists() else ()
