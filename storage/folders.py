"""Blobs in a folder of this machine. `obstore` has such a store too; a paper takes it four times as long."""

import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path


class Folder:
    """Paths are relative, of one folder and a name. A file is there whole or not at all, also after a kill."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = str(root)

    def create(self, path: str, blob: bytes) -> None:
        """What is there already stays. Raises OSError."""
        if not os.path.exists(f"{self._root}/{path}"):  # noqa: PTH110 - a pathlib.Path takes as long as the writing
            self.replace(path, blob)

    def replace(self, path: str, blob: bytes) -> None:
        """Raises OSError."""
        whole = f"{self._root}/{path}"
        beside = f"{whole}#{secrets.token_hex(8)}"
        try:
            self._write(beside, blob)
            os.rename(beside, whole)  # noqa: PTH104
        except OSError:
            Path(beside).unlink(missing_ok=True)
            raise

    def settle(self, paths: Iterable[str]) -> None:
        """Wait until these files are on the disk under their names: they are there after a power cut, too."""
        whole = [f"{self._root}/{path}" for path in paths]
        for each in (*whole, *{each.rpartition("/")[0] for each in whole}, *([self._root] if whole else [])):
            _sync(each)

    def read(self, path: str) -> bytes:
        """Raises FileNotFoundError, or another OSError."""
        with open(f"{self._root}/{path}", "rb", buffering=0) as file:  # noqa: PTH123
            return file.readall()

    def paths(self) -> Iterator[str]:
        """Of all files, in no order; what is just being written may be there or not."""
        for folder in os.scandir(self._root):
            if folder.is_dir():
                yield from (f"{folder.name}/{file.name}" for file in os.scandir(folder.path))

    def older(self, than: datetime) -> Iterator[str]:
        """Paths of the files that were last written before."""
        for path in self.paths():
            with suppress(FileNotFoundError):
                if os.stat(f"{self._root}/{path}").st_mtime < than.timestamp():  # noqa: PTH116
                    yield path

    def remove(self, path: str) -> None:
        Path(self._root, path).unlink(missing_ok=True)

    @staticmethod
    def _write(beside: str, blob: bytes) -> None:
        try:
            file = open(beside, "xb", buffering=0)  # noqa: PTH123, SIM115
        except FileNotFoundError:
            Path(beside).parent.mkdir(parents=True, exist_ok=True)
            file = open(beside, "xb", buffering=0)  # noqa: PTH123, SIM115
        with file:
            left = memoryview(blob)
            while left:
                left = left[file.write(left) :]


def _sync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
