"""What was found out about certificates, and the validation data that proves it later."""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.documents import DocumentKind
from storage.among import among
from storage.tables import (
    CertificateRow,
    Document,
    DocumentRecord,
    EvidenceBatch,
    School,
    SignatureCheck,
    SignatureRow,
    SigningOrder,
    Staff,
    ValidationObject,
)

# A certificate's own state: it comes back from a suspension, never from a revocation.
STATE_OF_STATUS = {"good": "valid", "suspended": "suspended", "revoked": "revoked"}


@dataclass(frozen=True)
class FoundStatus:
    """The answer about one certificate (hex SHA-256); `status` is good, suspended, revoked or unknown."""

    certificate_sha256: str
    status: str
    source: str
    host: str
    reason: str
    revoked_at: datetime | None
    this_update: datetime | None
    next_update: datetime | None
    checked_at: datetime


def keep_checks(session: Session, found: Iterable[FoundStatus], order_id: UUID | None) -> None:
    """Keep the answers about certificates of ours; others' are not ours to keep.

    A state follows the newest answer: one that is shared, or was long on its way, may be older than somebody else's.
    """
    by_hash = {each.certificate_sha256: each for each in found}
    query = select(CertificateRow).where(among(CertificateRow.sha256, by_hash)).order_by(CertificateRow.id)
    rows = session.scalars(query.with_for_update()).all()
    newest = _newest_answers(session, [row.id for row in rows])
    session.add_all([_check(row, by_hash[row.sha256], order_id) for row in rows])
    for row in rows:
        answer = by_hash[row.sha256]
        if answer.checked_at >= newest.get(row.id, answer.checked_at):
            _bring_up_to_date(row, answer)
    session.flush()


def _newest_answers(
    session: Session, certificate_ids: Collection[UUID], *which: ColumnElement[bool]
) -> dict[UUID, datetime]:
    """When the newest answer about each was asked for; that nobody answered is none.

    Asked once their rows are held: with the statement that waits for them, what others wrote meanwhile is not seen.
    """
    query = select(SignatureCheck.certificate_id, func.max(SignatureCheck.checked_at)).where(
        among(SignatureCheck.certificate_id, certificate_ids), SignatureCheck.source != "", *which
    )
    return dict(session.execute(query.group_by(SignatureCheck.certificate_id)).all())


def last_refusal(session: Session, certificate_ids: Collection[UUID]) -> datetime | None:
    """When somebody last asked and heard that one of these certificates is not good."""
    refused = _newest_answers(session, certificate_ids, SignatureCheck.status != "good")
    return max(refused.values(), default=None)


def _check(row: CertificateRow, found: FoundStatus, order_id: UUID | None) -> SignatureCheck:
    values = {name: value for name, value in vars(found).items() if name != "certificate_sha256"}
    return SignatureCheck(id=uuid4(), certificate_id=row.id, order_id=order_id, **values)


def _bring_up_to_date(row: CertificateRow, found: FoundStatus) -> None:
    state, since = STATE_OF_STATUS.get(found.status), found.revoked_at or found.checked_at
    if state == row.state == "revoked" and row.state_since is not None and since < row.state_since:
        row.state_since = since  # its owner was to leave later
    if state is None or row.state == state or row.state in {"revoked", "replaced"}:
        return
    row.state, row.state_since = state, since


def keep_objects(session: Session, kinds: Mapping[str, Sequence[bytes]]) -> None:
    """Put validation data (`certificate`, `ocsp`, `crl`: DER) into the pool; what is there stays."""
    rows: list[dict[str, Any]] = [
        {"sha256": hashlib.sha256(der).hexdigest(), "kind": kind, "der": der}
        for kind, all_of_it in kinds.items()
        for der in all_of_it
    ]
    if rows:
        session.execute(insert(ValidationObject).on_conflict_do_nothing(), sorted(rows, key=lambda row: row["sha256"]))


def is_known_good(session: Session, certificate_id: UUID, since: datetime, now: datetime) -> bool:
    """Whether the newest answer about a certificate is that it is good, was given since then and has not aged."""
    newest = (
        select(SignatureCheck)
        .where(SignatureCheck.certificate_id == certificate_id)
        .order_by(SignatureCheck.checked_at.desc())
    )
    check = session.scalars(newest.limit(1)).first()
    if check is None or check.status != "good" or check.checked_at < since:
        return False
    return check.next_update is None or now < check.next_update


def warn(session: Session, order_id: UUID, message: str) -> None:
    session.execute(update(SigningOrder).where(SigningOrder.id == order_id).values(warning=message))


def owner_id(session: Session, row: CertificateRow) -> str:
    """What the subject of a certificate must carry: the person's 12-digit id, or the school's code."""
    if row.staff_id is not None:
        return session.get_one(Staff, row.staff_id).personal_id
    query = select(School.code).where(School.id == row.school_id)
    return session.scalars(query).one()


def seal_image(session: Session, order: SigningOrder) -> str | None:
    """The picture of its seal that the school of an order has given, an object."""
    row = session.get_one(CertificateRow, order.certificate_id)
    return session.scalar(select(School.seal_image_sha256).where(School.id == row.school_id))


@dataclass(frozen=True)
class EarlierSignature:
    """A signature that a seal will cover: by which certificate, in which file, and since when that is proven."""

    certificate: CertificateRow
    sha256: str
    proven_at: datetime | None


def signatures_below(session: Session, order: SigningOrder) -> list[EarlierSignature]:
    """The signatures in the live papers of a seal order's records, or in the paper of its matter."""
    named = [UUID(each) for each in order.record_ids]
    speaks_of = select(DocumentRecord.document_id).where(
        among(DocumentRecord.record_id, named), DocumentRecord.voided_at.is_(None)
    )
    which = Document.id.in_(speaks_of) if order.matter_id is None else among(Document.id, named)
    query = (
        select(CertificateRow, SignatureRow.sha256, EvidenceBatch.stamped_at)
        .join(SignatureRow, SignatureRow.certificate_id == CertificateRow.id)
        .join(Document, Document.id == SignatureRow.document_id)
        .join(SigningOrder, SigningOrder.id == SignatureRow.order_id)
        .outerjoin(EvidenceBatch, EvidenceBatch.id == SigningOrder.evidence_id)
        .where(which, Document.state == "live", Document.kind != DocumentKind.SUBJECT_SHEET)
    )
    return [EarlierSignature(*row) for row in session.execute(query)]


def keep_proof(session: Session, order_id: UUID, level: str, material_sha256: str, fresh_until: datetime) -> None:
    """What a seal order will carry, and until when it may be stamped."""
    values = {"level": level, "material_sha256": material_sha256, "fresh_until": fresh_until}
    session.execute(update(SigningOrder).where(SigningOrder.id == order_id).values(**values))
