"""Seconds of a whole audit, against plain SHA-256 over the same files in the same run.

`python -m bench.audit [--documents 2000] [--kilobytes 90] [--json]`: sealed documents with bytes in a store, evidence
in batches of 35, and a published log, in a PostgreSQL of its own; everything is in the machine's file cache. Plain
SHA-256 reads and hashes the same files one after the other.
"""

import argparse
import asyncio
import hashlib
import json
import os
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from activities.auditing import Auditor
from activities.auditing_log import LogAudit
from activities.findings import Progress
from activities.history import KEY_FILE, HistoryKeeper, open_log_book
from cli.services.services import database_only
from config.settings import Settings
from domain.assessment import Term
from domain.decisions import Action
from signing.evidence.tree import HashTree
from signing.log.signers import NoteSigner
from storage import evidence
from storage.database import Sessions, make_engine, make_sessions
from storage.evidence import NewBatch
from storage.migrate import upgrade
from storage.objects import Objects
from storage.tables import Document, LogEvent, SignatureRow
from tests.factories import open_book
from tests.signing.tsa import StampAuthority, found
from tests.storage.papers import make_order

ORIGIN = "hocba.example/history"
A_CLASS = 35
ALL_DOCUMENTS = 132_000


def _fill(session: Session, objects: Objects, tsa: StampAuthority, count: int, size: int) -> None:
    """Class summaries of one class, one for each part: rows, bytes, events, evidence."""
    book, now = open_book(session, term=Term.YEAR_END), datetime.now(UTC).replace(microsecond=0)
    order = make_order(book, Action.SEAL, "seal", lease=False)
    hashes = {uuid4(): objects.put(os.urandom(size)) for _ in range(count)}
    common = {
        "kind": "class_summary",
        "class_term_id": book.id,
        "school_id": book.opened.school_id,
        "content_sha256": "a" * 64,
        "size": size,
    }
    more = {"order_id": order.id, "staff_id": order.staff_id, "certificate_id": order.certificate_id}
    papers = [
        common | {"id": each, "part": part, "lookup_code": each.hex, "sha256": sha256, "sealed_at": now}
        for part, (each, sha256) in enumerate(hashes.items())
    ]
    seals = [
        more | {"document_id": each, "field": "seal", "signed_at": now, "sha256": sha256}
        for each, sha256 in hashes.items()
    ]
    session.execute(insert(Document), papers)
    session.execute(insert(SignatureRow), seals)
    session.execute(insert(LogEvent), [{"document_id": each, "kind": "issued", "happened_at": now} for each in hashes])
    for leaves in _classes(hashes):
        tree = HashTree.over(leaves.values())
        batch = NewBatch("sha256", tree.root, tsa.token(tree.root, now), now, now + timedelta(days=1500))
        evidence.add_batch(session, batch, {sha256: tree.path(leaf) for sha256, leaf in leaves.items()})


def _classes(hashes: dict[UUID, str]) -> Iterator[dict[str, bytes]]:
    names = list(hashes.values())
    for start in range(0, len(names), A_CLASS):
        yield {sha256: bytes.fromhex(sha256) for sha256 in names[start : start + A_CLASS]}


def _audit(sessions: Sessions, folder: Path, tsa: StampAuthority) -> Progress:
    now, book = datetime.now(UTC), open_log_book(folder / "history", folder / "keys", ORIGIN)
    log_key = NoteSigner.open(folder / "keys" / KEY_FILE, ORIGIN).log_key
    objects = Objects(folder / "objects")
    return Auditor(sessions, objects, LogAudit(sessions, book, log_key, now), tsa.roots, now).run(
        Progress(now), lambda _: None
    )


def _hash_plainly(folder: Path) -> None:
    for path in sorted((folder / "objects").glob("??/*")):
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.name


async def _measured(count: int, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="hocba-") as name:
        folder = Path(name)
        settings = Settings(var_dir=folder / "var", postgres_fast=True)
        async with database_only(settings):
            return await asyncio.to_thread(_in_database, settings, folder, count, size)


def _in_database(settings: Settings, folder: Path, count: int, size: int) -> dict[str, float]:
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    sessions, now = make_sessions(engine), datetime.now(UTC)
    tsa = found("Đo thử", now - timedelta(days=30), now + timedelta(days=1500))
    (folder / "objects").mkdir()
    with sessions.begin() as session:
        _fill(session, Objects(folder / "objects"), tsa, count, size)
    keeper = HistoryKeeper(sessions, open_log_book(folder / "history", folder / "keys", ORIGIN))
    while keeper.publish() < count:
        pass
    _hash_plainly(folder)  # warm-up
    started = time.perf_counter()
    _hash_plainly(folder)
    hashed = time.perf_counter()
    done = _audit(sessions, folder, tsa)
    ended = time.perf_counter()
    engine.dispose()
    assert (done.findings, done.checked["documents"]) == ((), count)
    return {
        "documents": count,
        "document_bytes": size,
        "audit_s": round(ended - hashed, 2),
        "plain_sha256_s": round(hashed - started, 2),
        "ratio": round((ended - hashed) / (hashed - started), 2),
        "all_documents_min": round((ended - hashed) / count * ALL_DOCUMENTS / 60, 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--documents", type=int, default=2000)
    parser.add_argument("--kilobytes", type=int, default=90)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    measured = asyncio.run(_measured(options.documents, options.kilobytes * 1000))
    if options.json:
        print(json.dumps(measured))
        return
    print(f"{measured['documents']} documents of {measured['document_bytes']} bytes, evidence in batches of {A_CLASS}")
    print(f"audit                    {measured['audit_s']:8.2f} s")
    print(f"plain SHA-256            {measured['plain_sha256_s']:8.2f} s")
    print(f"ratio                    {measured['ratio']:8.2f} x")
    print(f"{ALL_DOCUMENTS} documents   {measured['all_documents_min']:8.1f} min")


if __name__ == "__main__":
    main()
