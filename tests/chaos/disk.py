"""A disk of the storm's own that can be full: a small file system in memory, or else a quota of the signer's files."""

import ctypes
import os
import resource
import shutil
import subprocess
from pathlib import Path
from typing import Protocol

import psutil

MEGABYTE = 1_000_000
BALLAST = "ballast"
# mount(2) and unshare(2): mounts of this process and its children, which vanish with them.
CLONE_NEWNS = 0x00020000


class Disk(Protocol):
    note: str

    def fill(self) -> None: ...
    def clear(self) -> None: ...


def own_mounts() -> bool:
    """Let mounts of this process be its own; False where it may not. Called before there are threads."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
        return False
    return _runs("mount", "--make-rprivate", "/")


def mounted(folder: Path, megabytes: int) -> bool:
    """Lay a file system of so many megabytes over an empty folder; False where that is not allowed."""
    folder.mkdir(parents=True, exist_ok=True)
    return _runs("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=711", "tmpfs", str(folder))


def unmount(folder: Path) -> None:
    _runs("umount", "--lazy", str(folder))


def _runs(*command: str) -> bool:
    return (
        shutil.which(command[0]) is not None
        and subprocess.run(command, capture_output=True, check=False).returncode == 0
    )


class SmallDisk:
    """The whole state folder: documents, PostgreSQL and Temporal find it full at once."""

    note = "a file system of its own"

    def __init__(self, folder: Path) -> None:
        self._ballast = folder / BALLAST

    def fill(self) -> None:
        with self._ballast.open("wb", buffering=0) as file:
            free = shutil.disk_usage(self._ballast.parent).free
            while free > 0:
                try:
                    os.posix_fallocate(file.fileno(), self._ballast.stat().st_size, min(free, 64 * MEGABYTE))
                except OSError:
                    break  # others take the last of it meanwhile
                free = shutil.disk_usage(self._ballast.parent).free

    def clear(self) -> None:
        self._ballast.unlink(missing_ok=True)


class Quota:
    """No file of the signer's processes may grow beyond a size (RLIMIT_FSIZE); Python gets EFBIG for it."""

    note = "a quota of file size for the signer, as nothing can be mounted here"

    def __init__(self, pid_file: Path) -> None:
        self._pid_file = pid_file

    def fill(self) -> None:
        self._limit(0)

    def clear(self) -> None:
        self._limit(resource.RLIM_INFINITY)

    def _limit(self, size: int) -> None:
        for process in _tree(self._pid_file):
            try:
                _, hard = process.rlimit(psutil.RLIMIT_FSIZE)
                process.rlimit(psutil.RLIMIT_FSIZE, (hard if size else 0, hard))
            except psutil.Error:
                continue  # it has just ended


def _tree(pid_file: Path) -> list[psutil.Process]:
    try:
        signer = psutil.Process(int(pid_file.read_text().split()[0]))
        return [signer, *signer.children(recursive=True)]
    except (OSError, ValueError, IndexError, psutil.Error):
        return []
