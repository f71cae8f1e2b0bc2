"""A class from confirmation to the last paper embedded, through the worker's own pool; and what signing many leaves."""

import multiprocessing
import os
import re
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from activities.papers import PaperPool
from activities.workbench import EmbedTask, Key, PreparedPaper, PrepareTask
from bench.parts.rows import Row, medians, milliseconds, timed
from bench.parts.stock import stock_signing
from config.process import collect_rarely, keep_memory
from domain.documents import SignatureField
from signing.authority import DevelopmentAuthority, IssuedKey
from signing.keys import KeyStore, OpenKey
from signing.mechanisms import Mechanism
from signing.pdf import BatchSigner, embed
from storage.paper_outcomes import Embedded
from tests.documents.samples import year_record

FIELD, MECHANISM = SignatureField.HOMEROOM, Mechanism.RSA_PKCS1
KEY_REF, PASSPHRASE = "signer", "mật khẩu đo thử"
SOME = 5  # documents that stock pyHanko is timed on
MARKS = (35, 350, 1000)


def batch_rows(authority: DevelopmentAuthority, documents: Sequence[bytes], folder: Path) -> list[Row]:
    key = authority.issue_person("Người ký đo thử", "079190000010")
    store = KeyStore(folder / "batch-keys")
    store.save(KEY_REF, key, PASSPHRASE)
    return [_class_row(key, store, documents, folder / "objects"), *_memory_rows(folder / "batch-keys", documents)]


def _class_row(key: IssuedKey, store: KeyStore, documents: Sequence[bytes], objects: Path) -> Row:
    count, chain = len(documents), b"".join(each.public_bytes(Encoding.PEM) for each in key.certificates)
    task_key, now = Key(chain.decode(), MECHANISM), datetime.now(UTC)
    tasks = [PrepareTask(year_record(number + 1), None, FIELD, task_key, now) for number in range(count)]
    with _pool(objects) as pool:
        prepared, preparing = timed(pool.prepare, tasks, _unheard)
        papers = [each for each in prepared if isinstance(each, PreparedPaper)]
        assert len(papers) == count

        def confirmed() -> None:
            opened = store.open(KEY_REF, PASSPHRASE, MECHANISM)
            done = pool.embed([_embed_task(opened, task_key, paper) for paper in papers], _unheard)
            assert all(isinstance(each, Embedded) for each in done)

        confirming = milliseconds(confirmed) / 1000
    stock = stock_signing(key, MECHANISM, FIELD)
    [by_stock] = medians([milliseconds(stock, pdf)] for pdf in documents[:SOME])
    parts = {"before, to write and prepare": preparing / 1000}
    name = f"{count} papers, confirmed to embedded"
    return Row(
        "A class, by the worker's pool", name, confirming, "s", {f"stock x {count}": by_stock * count / 1000}, parts
    )


@contextmanager
def _pool(objects: Path) -> Iterator[PaperPool]:
    objects.mkdir()
    pool = PaperPool(objects, "https://hocba.example", os.cpu_count() or 1)
    try:
        pool.warm_up()
        yield pool
    finally:
        pool.close()


def _embed_task(key: OpenKey, task_key: Key, paper: PreparedPaper) -> EmbedTask:
    assert paper.document_digest
    assert paper.attrs_der
    assert paper.region
    return EmbedTask(
        paper.prepared_sha256,
        FIELD,
        paper.document_digest,
        paper.attrs_der,
        paper.region,
        task_key,
        key.sign(paper.attrs_der),
    )


def _unheard(_: int) -> None:
    """Nobody listens to the pool's heartbeats here."""


def _memory_rows(keys: Path, documents: Sequence[bytes]) -> list[Row]:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        first, *peaks = process.submit(peaks_while_signing, keys, documents).result()
    return [
        Row("Peak memory of a process that signs", f"after {mark} documents", peak, "MB", {"after the first": first})
        for mark, peak in zip(MARKS, peaks, strict=True)
    ]


def peaks_while_signing(keys: Path, documents: Sequence[bytes]) -> list[float]:
    """Peak memory of this process in MB after the first document and after each of the marks."""
    collect_rarely()
    keep_memory()
    key = KeyStore(keys).open(KEY_REF, PASSPHRASE, MECHANISM)
    batch = BatchSigner(key.certificates, MECHANISM, signed_at=datetime.now(UTC))
    peaks = []
    for number in range(MARKS[-1]):
        prepared = batch.prepare(documents[number % len(documents)], FIELD)
        embed(prepared, key.certificates, key.sign(prepared.to_be_signed))
        if number + 1 in {1, *MARKS}:
            peaks.append(_peak_megabytes())
    return peaks


def _peak_megabytes() -> float:
    # Unlike getrusage's, this peak does not begin with that of the process that started this one.
    [kilobytes] = re.findall(r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE)
    return int(kilobytes) / 1024
