"""The pool of processes that writes papers."""

import os
import signal
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import psutil
import pytest

from activities.papers import PaperPool
from activities.workbench import EmbedTask
from domain.documents import SignatureField
from storage.objects import ObjectDamaged, ObjectMissing, Objects

MISSING = EmbedTask("0" * 64, SignatureField.SEAL, b"", b"", (0, 0), "", b"")


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[PaperPool]:
    pool = PaperPool(tmp_path, "https://hocba.example", 1)
    yield pool
    pool.close()


def test_a_killed_process_is_replaced_for_the_next_try(pool: PaperPool) -> None:
    before = set(psutil.Process().children())
    pool.warm_up()
    worker = next(p for p in psutil.Process().children() if p not in before and "spawn_main" in " ".join(p.cmdline()))
    os.kill(worker.pid, signal.SIGKILL)
    psutil.wait_procs([worker])
    with pytest.raises(BrokenProcessPool):
        pool.embed([MISSING], lambda _: None)
    pool.warm_up()


def test_objects_are_kept_once_and_checked_on_reading(tmp_path: Path) -> None:
    objects = Objects.local(tmp_path)
    sha256 = objects.put(b"paper")
    assert objects.put(b"paper") == sha256
    assert objects.get(sha256) == b"paper"
    (tmp_path / sha256[:2] / sha256).write_bytes(b"forged")
    with pytest.raises(ObjectDamaged):
        objects.get(sha256)
    with pytest.raises(ObjectMissing):
        objects.get("0" * 64)
