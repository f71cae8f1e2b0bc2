"""A folder of tiles: whole files, readable by a web server, nothing half written."""

import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from signing.log.store import LocalTiles


@pytest.fixture
def private_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


def test_a_file_is_read_as_it_was_written_and_a_missing_one_is_none(tmp_path: Path) -> None:
    store = LocalTiles(tmp_path / "log")
    assert store.read("checkpoint") is None
    store.write("tile/0/x001/000", b"one")
    store.write("tile/0/x001/000", b"two")
    assert store.read("tile/0/x001/000") == b"two"
    assert store.read("tile/0/x001/001") is None


@pytest.mark.usefixtures("private_umask")
def test_a_web_server_can_read_everything(tmp_path: Path) -> None:
    LocalTiles(tmp_path / "log").write("tile/0/x001/000", b"one")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert modes == {"log": 0o755, "tile": 0o755, "0": 0o755, "x001": 0o755, "000": 0o644}


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = LocalTiles(tmp_path)
    store.write("checkpoint", b"old")

    def full(_handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        store.write("checkpoint", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint"]
    assert store.read("checkpoint") == b"old"


def test_file_and_folders_are_durable_before_a_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    fsync = os.fsync

    def remember(handle: int) -> None:
        synced.append(Path(f"/proc/self/fd/{handle}").readlink().name)
        fsync(handle)

    monkeypatch.setattr(os, "fsync", remember)
    LocalTiles(tmp_path).write("tile/0/000", b"one")
    assert [name for name in synced if not name.startswith(".")] == [tmp_path.name, "tile", "0"]
    assert len(synced) == 4
