"""What makes signatures provable: status checks, validation data, evidence of time, and the log of what was issued."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import SHA256, Base, Key, Now, one_of


class Confirmation(Base):
    """One confirmation by a person that a key service has not settled yet; it may be for several orders.

    Whatever authorises it (PIN, one-time password, SAD) is never here.
    """

    __tablename__ = "confirmations"
    __table_args__ = (one_of("state", ("pending", "signed", "refused")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    provider: Mapped[str]
    transaction: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="pending")
    ask_after: Mapped[datetime]
    created_at: Mapped[Now]


class SignatureCheck(Base):
    """What was found out about a certificate, when, from whom (Circular 15/2025/TT-BKHCN, annex II). Insert only."""

    __tablename__ = "signature_checks"
    __table_args__ = (
        one_of("status", ("good", "revoked", "suspended", "unknown")),
        Index("ix_signature_checks_newest", "certificate_id", "checked_at"),
    )

    id: Mapped[Key]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_orders.id"), comment="null: the daily watch")
    status: Mapped[str]
    source: Mapped[str] = mapped_column(comment="ocsp or crl; empty when nobody answered")
    host: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="", comment="of a revocation, or why there was no answer")
    revoked_at: Mapped[datetime | None]
    this_update: Mapped[datetime | None]
    next_update: Mapped[datetime | None]
    checked_at: Mapped[datetime]


class ValidationObject(Base):
    """A certificate, OCSP response or CRL in DER, kept once: what later verifiers need. Insert only."""

    __tablename__ = "validation_objects"
    __table_args__ = (
        one_of("kind", ("certificate", "ocsp", "crl")),
        CheckConstraint(f"sha256 {SHA256}", name="hash_is_hex"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    der: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[Now]


class EvidenceBatch(Base):
    """One RFC 3161 time stamp over the hash tree of a batch (RFC 4998); renewed by a later batch over its token."""

    __tablename__ = "evidence_batches"

    id: Mapped[Key]
    algorithm: Mapped[str]
    root: Mapped[bytes] = mapped_column(LargeBinary)
    token: Mapped[bytes] = mapped_column(LargeBinary)
    stamped_at: Mapped[datetime] = mapped_column(comment="genTime of the token")
    proves_until: Mapped[datetime] = mapped_column(comment="end of the time-stamp authority's certificate")
    renewed_by: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_batches.id"))
    renewal_path: Mapped[bytes | None] = mapped_column(LargeBinary, comment="reduced hash tree in the renewing batch")
    created_at: Mapped[Now]


class EvidencePath(Base):
    """Where one file stands in the hash tree of a batch. Insert only."""

    __tablename__ = "evidence_paths"
    __table_args__ = (CheckConstraint(f"sha256 {SHA256}", name="hash_is_hex"),)

    sha256: Mapped[str] = mapped_column(
        primary_key=True, comment="of the file: a document at one of its signatures, or a checkpoint"
    )
    chain: Mapped[int] = mapped_column(primary_key=True, server_default="0", comment="above 0: by a stronger hash")
    batch_id: Mapped[UUID] = mapped_column(ForeignKey("evidence_batches.id"), index=True)
    path: Mapped[bytes] = mapped_column(LargeBinary, comment="reduced hash tree, RFC 4998 section 4.2")


class LogEvent(Base):
    """An event of the history log: written with what happened, numbered and published by the log's own upkeep.

    Once numbered a row never changes; `leaf` is the canonical JSON whose hash is in the log.
    """

    __tablename__ = "log_events"
    __table_args__ = (
        one_of("kind", ("issued", "recalled", "superseded", "transferred")),
        # A pupil may move several times; everything else happens to a paper once.
        Index("uq_log_events_once", "document_id", "kind", unique=True, postgresql_where=text("kind <> 'transferred'")),
        Index("ix_log_events_document_id", "document_id"),
        Index("ix_log_events_unnumbered", "id", postgresql_where=text("position IS NULL")),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    kind: Mapped[str]
    happened_at: Mapped[datetime]
    leaf: Mapped[bytes | None] = mapped_column(LargeBinary)
    position: Mapped[int | None] = mapped_column(unique=True)


class LogCheckpoint(Base):
    """A signed state of the history log, as published."""

    __tablename__ = "log_checkpoints"

    size: Mapped[int] = mapped_column(primary_key=True)
    note: Mapped[str]
    sha256: Mapped[str]
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_batches.id"), comment="its time stamp")
    created_at: Mapped[Now]
