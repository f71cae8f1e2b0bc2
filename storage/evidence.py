"""Evidence of time: batches with their token, where each file stands in them, and what still has none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, and_, exists, select, update
from sqlalchemy.orm import Session

from storage.among import among
from storage.bulk import insert_all, update_all
from storage.paper_outcomes import Embedded, Result
from storage.tables import (
    CertificateRow,
    Document,
    EvidenceBatch,
    EvidencePath,
    OrderItem,
    SignatureRow,
    SigningOrder,
)


@dataclass(frozen=True)
class NewBatch:
    """One time stamp: over which root, by which hash function, when, and how long it proves."""

    algorithm: str
    root: bytes
    token: bytes
    stamped_at: datetime
    proves_until: datetime


@dataclass(frozen=True)
class StoredStamp:
    """One link of a file's evidence, oldest first in its chain."""

    algorithm: str
    path: bytes
    token: bytes


def add_batch(session: Session, new: NewBatch, paths: Mapping[str, bytes]) -> UUID:
    """Keep a batch and the path of each file in it; a file that has evidence already keeps its older one."""
    batch = EvidenceBatch(id=uuid4(), **vars(new))
    session.add(batch)
    session.flush()
    rows = [{"sha256": sha256, "batch_id": batch.id, "path": path} for sha256, path in paths.items()]
    insert_all(session, EvidencePath, rows, skip_known=True)
    return batch.id


def keep_token(session: Session, order_id: UUID, position: int, token: bytes, stamped_at: datetime) -> None:
    """The time stamp of one signature; the first one stays."""
    mine = (OrderItem.order_id == order_id) & (OrderItem.position == position) & OrderItem.token.is_(None)
    session.execute(update(OrderItem).where(mine).values(token=token, stamped_at=stamped_at))


def keep_signed(session: Session, order_id: UUID, results: Mapping[int, Result]) -> None:
    """Papers that were signed before their order is completed, by position, or why they could not be."""
    signed, failed = [], []
    for position, result in results.items():
        item = {"order_id": order_id, "position": position}
        if isinstance(result, Embedded):
            signed.append({**item, "signed_sha256": result.sha256, "signed_size": result.size})
        else:
            failed.append({**item, "outcome": "failed", "error_code": result.code, "error": result.message})
    for rows in (signed, failed):
        update_all(session, OrderItem, ["order_id", "position"], rows)


def attach(session: Session, order_ids: Sequence[UUID], batch_id: UUID) -> None:
    """Say which batch proves the time of these orders' signatures."""
    mine = update(SigningOrder).where(among(SigningOrder.id, order_ids), SigningOrder.evidence_id.is_(None))
    session.execute(mine.values(evidence_id=batch_id))


def unproven(session: Session, limit: int) -> Sequence[UUID]:
    """Completed orders whose signatures have no proof of time yet, oldest first."""
    query = select(SigningOrder.id).where(SigningOrder.state == "completed", SigningOrder.evidence_id.is_(None))
    return session.scalars(query.order_by(SigningOrder.created_at).limit(limit)).all()


@dataclass(frozen=True)
class Recheck:
    """A signer whose status has to be asked for once more, for these proven orders, with one of their tokens."""

    certificate: CertificateRow
    order_ids: tuple[UUID, ...]
    token: bytes


def to_recheck(session: Session, limit: int) -> list[Recheck]:
    """Signers of proven orders whose status has not been asked for since, each once."""
    query = (
        select(SigningOrder.id, SigningOrder.certificate_id, EvidenceBatch.token)
        .join(EvidenceBatch, EvidenceBatch.id == SigningOrder.evidence_id)
        .where(SigningOrder.state == "completed", SigningOrder.rechecked_at.is_(None))
    )
    found: dict[UUID, Recheck] = {}
    for order_id, certificate_id, token in session.execute(query.order_by(SigningOrder.created_at).limit(limit)):
        known = found.get(certificate_id) or Recheck(session.get_one(CertificateRow, certificate_id), (), token)
        found[certificate_id] = replace(known, order_ids=(*known.order_ids, order_id))
    return list(found.values())


def rechecked(session: Session, order_ids: Sequence[UUID], at: datetime, archive_sha256: str) -> None:
    mine = update(SigningOrder).where(SigningOrder.id.in_(order_ids))
    session.execute(mine.values(rechecked_at=at, archive_sha256=archive_sha256))


def is_proven() -> ColumnElement[bool]:
    """Of a row of `Document`: a time stamp covers it, and its signers' status has been asked for since then."""
    covered = select(EvidencePath.sha256).where(EvidencePath.sha256 == Document.sha256, EvidencePath.chain == 0)
    open_orders = (
        select(SigningOrder.id)
        .join(SignatureRow, SignatureRow.order_id == SigningOrder.id)
        .where(SignatureRow.document_id == Document.id, SigningOrder.rechecked_at.is_(None))
    )
    return and_(exists(covered), ~exists(open_orders))


def archives_of(session: Session, document_id: UUID) -> Sequence[str]:
    """The validation data that was collected for a document's signatures once their time was proven, as objects."""
    query = (
        select(SigningOrder.archive_sha256)
        .join(SignatureRow, SignatureRow.order_id == SigningOrder.id)
        .where(SignatureRow.document_id == document_id, SigningOrder.archive_sha256.is_not(None))
    )
    return [each for each in session.scalars(query.order_by(SigningOrder.created_at)) if each]


def documents_with(session: Session, sha256: str) -> Sequence[UUID]:
    """The document that this file is, or was at one of its signatures."""
    return session.scalars(select(SignatureRow.document_id).where(SignatureRow.sha256 == sha256).distinct()).all()


def files_of(session: Session, order_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The documents of each order as they were with its signatures in them."""
    query = select(SignatureRow.order_id, SignatureRow.sha256).where(among(SignatureRow.order_id, order_ids))
    found: dict[UUID, list[str]] = {order_id: [] for order_id in order_ids}
    for order_id, sha256 in session.execute(query.order_by(SignatureRow.sha256)):
        found[order_id].append(sha256)
    return found


def chains_of(session: Session, sha256: str) -> list[list[StoredStamp]]:
    """A file's evidence, chain by chain, each from its first time stamp to its newest renewal; empty if it has none."""
    query = (
        select(EvidencePath.path, EvidenceBatch)
        .join(EvidenceBatch, EvidenceBatch.id == EvidencePath.batch_id)
        .where(EvidencePath.sha256 == sha256)
    )
    rows = session.execute(query.order_by(EvidencePath.chain)).all()
    return [_chain(session, path, batch) for path, batch in rows]


def _chain(session: Session, path: bytes, batch: EvidenceBatch) -> list[StoredStamp]:
    chain = [StoredStamp(batch.algorithm, path, batch.token)]
    while batch.renewed_by is not None and batch.renewal_path is not None:
        path, batch = batch.renewal_path, session.get_one(EvidenceBatch, batch.renewed_by)
        chain.append(StoredStamp(batch.algorithm, path, batch.token))
    return chain


def lapsing(session: Session, before: datetime, limit: int) -> Sequence[EvidenceBatch]:
    """Batches whose token proves nothing after `before` unless it is renewed."""
    query = select(EvidenceBatch).where(EvidenceBatch.renewed_by.is_(None), EvidenceBatch.proves_until < before)
    return session.scalars(query.order_by(EvidenceBatch.proves_until).limit(limit)).all()


def renew(session: Session, batch_id: UUID, renewed_by: UUID, path: bytes) -> None:
    """Note that a later batch stamps this batch's token; the first renewal stays."""
    mine = update(EvidenceBatch).where(EvidenceBatch.id == batch_id, EvidenceBatch.renewed_by.is_(None))
    session.execute(mine.values(renewed_by=renewed_by, renewal_path=path))
