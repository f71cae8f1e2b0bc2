"""The pool of processes that writes papers."""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from activities import workbench
from activities.papers import PaperPool
from activities.workbench import Bench, EmbedTask, Key, PrepareTask
from documents.render import Renderer
from domain.documents import FIELDS, SignatureField
from signing.mechanisms import Mechanism
from storage.buckets import StoreUnavailable
from storage.objects import ObjectDamaged, ObjectMissing, Objects
from storage.paper_outcomes import Embedded, PaperFailure
from tests.s3_server import S3Server
from tests.signing.conftest import YEAR, Cast, prepared_for, raw_by
from tests.signing.pki import Stage

ABSENT = PrepareTask(None, "0" * 64, SignatureField.SEAL, Key("", Mechanism.ECDSA), datetime.now(UTC))


@pytest.fixture
def missing(stage: Stage) -> EmbedTask:
    """A signature for a paper that the store does not hold."""
    leaf = stage.authority.issue_person("Người ký thử", "079190000010").certificate
    pem = leaf.public_bytes(Encoding.PEM).decode()
    return EmbedTask("0" * 64, SignatureField.SEAL, b"", b"", (0, 0), Key(pem, Mechanism.ECDSA), b"")


@pytest.fixture
def pool(tmp_path: Path) -> Iterator[PaperPool]:
    pool = PaperPool(tmp_path, "https://hocba.example", 1)
    yield pool
    pool.close()


def test_signed_papers_are_on_the_disk_before_anything_names_them(
    stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, synced: list[str]
) -> None:
    objects, key = Objects(tmp_path), stage.authority.issue_person("Người ký thử", "079190000010")
    monkeypatch.setattr(workbench, "_benches", [Bench(objects, Renderer("https://hocba.example"))])
    cast = Cast(stage.authority, dict.fromkeys(FIELDS[YEAR], key))
    prepared = prepared_for(key, cast.placed(), SignatureField.HOMEROOM)
    pem = "".join(each.public_bytes(Encoding.PEM).decode() for each in key.certificates)
    task = EmbedTask(
        objects.prepared.put(prepared.pdf), SignatureField.HOMEROOM, prepared.document_digest, prepared.attrs_der,
        (prepared.region_start, prepared.region_end), Key(pem, prepared.mechanism), raw_by(key, prepared),
    )  # fmt: skip
    for _ in range(2):
        [signed, failed] = workbench.embed_all([task, replace(task, prepared_sha256="0" * 64)])
        assert isinstance(signed, Embedded)
        assert isinstance(failed, PaperFailure)
        assert signed.sha256 in synced
        assert len(objects.get(signed.sha256)) == signed.size
        synced.clear()


def test_killed_processes_are_replaced_for_the_next_try(pool: PaperPool, missing: EmbedTask) -> None:
    before = set(psutil.Process().children())
    pool.warm_up()
    spawned = [p for p in psutil.Process().children() if p not in before and "spawn_main" in " ".join(p.cmdline())]
    for process in spawned:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(spawned)
    with pytest.raises(BrokenProcessPool):
        pool.embed([missing], lambda _: None)
    with pytest.raises(BrokenProcessPool):
        pool.prepare([ABSENT], lambda _: None)
    pool.warm_up()
    for failed in (*pool.embed([missing], lambda _: None), *pool.prepare([ABSENT], lambda _: None)):
        assert isinstance(failed, PaperFailure)
        assert failed.code == "ObjectMissing"


def slowly(seconds: Sequence[float]) -> list[None]:
    time.sleep(sum(seconds))
    return [None]


def test_who_has_confirmed_does_not_wait_until_others_papers_are_written(pool: PaperPool, missing: EmbedTask) -> None:
    pool.warm_up()
    with ThreadPoolExecutor(1) as thread:
        writing = thread.submit(pool._preparing.each, slowly, [3.0], lambda _: None)
        pool.embed([missing], lambda _: None)
        assert not writing.done()


def test_processes_reach_a_bucket(s3_server: S3Server, missing: EmbedTask) -> None:
    with closing(PaperPool(s3_server.bucket(), "https://hocba.example", 1)) as pool:
        [failed] = pool.embed([missing], lambda _: None)
    assert isinstance(failed, PaperFailure)
    assert failed.code == "ObjectMissing"


def test_a_store_that_is_away_is_no_missing_paper(s3_server: S3Server, missing: EmbedTask) -> None:
    away = replace(s3_server.bucket(), name="gone")
    with closing(PaperPool(away, "https://hocba.example", 1)) as pool, pytest.raises(StoreUnavailable):
        pool.embed([missing], lambda _: None)


def test_objects_are_kept_once_and_checked_on_reading(tmp_path: Path) -> None:
    objects = Objects(tmp_path)
    sha256 = objects.put(b"paper")
    assert objects.put(b"paper") == sha256
    assert objects.get(sha256) == b"paper"
    (tmp_path / sha256[:2] / sha256).write_bytes(b"forged")
    with pytest.raises(ObjectDamaged):
        objects.get(sha256)
    with pytest.raises(ObjectMissing):
        objects.get("0" * 64)
