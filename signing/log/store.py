"""Where the files of a log lie: two verbs, and a folder that a web server may serve as it is."""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol


class TileStore(Protocol):
    """Paths are relative, with `/` between their parts."""

    def read(self, path: str) -> bytes | None:
        """The file, or None if there is none."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Store the file, all of it or nothing, in place of any other; it is durable on return."""
        ...


@dataclass(frozen=True)
class LocalTiles:
    """Files of mode 0644 in folders of mode 0755, whatever the umask. The folder itself is made if need be."""

    folder: Path

    def read(self, path: str) -> bytes | None:
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None

    def write(self, path: str, data: bytes) -> None:
        target = self.folder / path
        _make_folder(target.parent)
        with NamedTemporaryFile(dir=target.parent, prefix=".", delete=False) as file:
            try:
                file.write(data)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                os.fsync(file.fileno())
                Path(file.name).replace(target)
            except BaseException:
                with suppress(FileNotFoundError):
                    Path(file.name).unlink()
                raise
        make_durable(target.parent)


def _make_folder(folder: Path) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(0o755)
    make_durable(folder.parent)


def make_durable(folder: Path) -> None:
    """A new name in a folder is durable only when the folder is."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
