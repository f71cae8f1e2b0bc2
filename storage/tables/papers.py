"""Documents, who signed them, with which certificate, and the orders by which signatures are made."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.documents import DocumentKind, SignatureField
from storage.tables.base import SHA256, Base, Key, Now, one_of

UNPROVEN = "state = 'completed' AND (evidence_id IS NULL OR rechecked_at IS NULL)"
LIVE_RECORD = "kind = 'year_record' AND state = 'live'"


def _of_one() -> CheckConstraint:
    """Papers and orders are of a class-term, or of a matter."""
    return CheckConstraint("num_nonnulls(class_term_id, matter_id) = 1", name="of_class_term_or_matter")


class Document(Base):
    """One paper. Its newest bytes are `sha256` in the object store; earlier revisions stay there by their own hash."""

    __tablename__ = "documents"
    __table_args__ = (
        one_of("kind", DocumentKind),
        one_of("state", ("live", "void", "recalled")),
        _of_one(),
        CheckConstraint(f"sha256 {SHA256} AND content_sha256 {SHA256}", name="hashes_are_hex"),
        CheckConstraint("sealed_at IS NULL OR state <> 'void'", name="sealed_is_never_void"),
        CheckConstraint("state <> 'recalled' OR sealed_at IS NOT NULL", name="recalled_was_sealed"),
        CheckConstraint("(kind = 'year_record') = (record_uid IS NOT NULL)", name="records_have_uid"),
        # One live version per pupil and year; one live sheet or summary per part.
        Index("uq_documents_live_record", "enrolment_id", unique=True, postgresql_where=text(LIVE_RECORD)),
        Index("uq_documents_live_uid", "record_uid", unique=True, postgresql_where=text(LIVE_RECORD)),
        Index(
            "uq_documents_uid_version", "record_uid", "version", postgresql_where=text("state <> 'void'"), unique=True
        ),
        Index(
            "uq_documents_live_part",
            *("class_term_id", "kind", "slot", "part"),
            unique=True,
            postgresql_where=text("kind <> 'year_record' AND state = 'live'"),
        ),
    )

    id: Mapped[Key]
    kind: Mapped[str]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), comment="that writes it")
    # None only of a matter's paper, which no class's list finds.
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), index=True, nullable=True)
    matter_id: Mapped[UUID | None] = mapped_column(ForeignKey("matters.id"), index=True)
    slot: Mapped[str] = mapped_column(server_default="", comment="subject of a sheet")
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolments.id"))
    record_uid: Mapped[UUID | None] = mapped_column(comment="of a year record: the pupil's year")
    part: Mapped[int] = mapped_column(server_default="0")
    version: Mapped[int] = mapped_column(server_default="1")
    lookup_code: Mapped[str] = mapped_column(unique=True)
    content_sha256: Mapped[str]
    sha256: Mapped[str]
    size: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="live")
    void_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    sealed_at: Mapped[datetime | None]
    recalled_at: Mapped[datetime | None]
    superseded_by: Mapped[UUID | None] = mapped_column(
        ForeignKey("documents.id"), comment="the version that was issued"
    )
    created_at: Mapped[Now]


class DocumentRecord(Base):
    """Which records, at which revision, a document speaks of. A sheet may be void for one pupil and stand for 34."""

    __tablename__ = "document_records"

    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True, index=True)
    revision: Mapped[int]
    voided_at: Mapped[datetime | None]
    void_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))


class CertificateRow(Base):
    """A signer's certificate as it was known; the private key is never here."""

    __tablename__ = "certificates"
    __table_args__ = (
        one_of("state", ("valid", "suspended", "revoked", "replaced")),
        CheckConstraint("(staff_id IS NULL) <> (school_id IS NULL)", name="one_owner"),
        CheckConstraint(f"sha256 {SHA256}", name="hash_is_hex"),
    )

    id: Mapped[Key]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"), index=True)
    sha256: Mapped[str] = mapped_column(unique=True)
    provider: Mapped[str] = mapped_column(server_default="pkcs12", comment="name of the key provider, in the settings")
    key_ref: Mapped[str] = mapped_column(comment="what the provider calls the key")
    mechanism: Mapped[str] = mapped_column(server_default="", comment="empty: the usual one of the key")
    chain_pem: Mapped[str]
    not_before: Mapped[datetime]
    not_after: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="valid")
    state_since: Mapped[datetime | None] = mapped_column(comment="of a suspension, revocation or replacement")


class SigningBatch(Base):
    """Orders that a person prepared together, to be confirmed together: where to come back to."""

    __tablename__ = "signing_batches"
    __table_args__ = (one_of("action", ("sign", "approve", "seal")),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    action: Mapped[str]
    asked: Mapped[list[list[object]]] = mapped_column(JSONB, comment="[class-term, slots, records; none: all], each")
    created_at: Mapped[Now]


class SigningOrder(Base):
    """One confirmation by one person: the papers of a class, prepared together, signed together."""

    __tablename__ = "signing_orders"
    __table_args__ = (
        one_of("state", ("preparing", "prepared", "asked", "signed", "completed", "failed")),
        one_of("level", ("B-B", "B-LT", "B-B+ERS")),
        _of_one(),
        Index("ix_signing_orders_unproven", "created_at", postgresql_where=text(UNPROVEN)),
        one_of("action", ("sign", "approve", "seal")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    batch_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_batches.id"), index=True)
    # None only of an order for a matter's paper; then the slot is the paper's signature field.
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), index=True, nullable=True)
    matter_id: Mapped[UUID | None] = mapped_column(ForeignKey("matters.id"), index=True)
    action: Mapped[str]
    slot: Mapped[str]
    more_slots: Mapped[list[str]] = mapped_column(
        JSONB, server_default="[]", comment="further subjects of the same teacher"
    )
    signs_records: Mapped[bool] = mapped_column(
        server_default="false", comment="a subject teacher signs each year record, too"
    )
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    record_ids: Mapped[list[str]] = mapped_column(
        JSONB, comment="asked for; what could not be prepared has a failed item"
    )
    nonce: Mapped[bytes] = mapped_column(comment="secret from which the papers' look-up codes are derived")
    state: Mapped[str] = mapped_column(server_default="preparing")
    signing_time: Mapped[datetime] = mapped_column(comment="claimed in the signatures")
    expires_at: Mapped[datetime]
    created_at: Mapped[Now]
    level: Mapped[str] = mapped_column(server_default="B-B", comment="PAdES level; +ERS: time proven by evidence only")
    trouble_code: Mapped[str] = mapped_column(server_default="", comment="why it waits, or why it failed")
    trouble: Mapped[str] = mapped_column(server_default="", comment="the same in words for the person")
    warning: Mapped[str] = mapped_column(server_default="", comment="what the signer was warned of")
    confirmation_id: Mapped[UUID | None] = mapped_column(ForeignKey("confirmations.id"))
    material_sha256: Mapped[str | None] = mapped_column(comment="validation data that the seal carries, an object")
    fresh_until: Mapped[datetime | None] = mapped_column(
        comment="the time stamp must come before: validation data ages"
    )
    evidence_id: Mapped[UUID | None] = mapped_column(ForeignKey("evidence_batches.id"))
    rechecked_at: Mapped[datetime | None] = mapped_column(comment="status of the certificates after the evidence")
    archive_sha256: Mapped[str | None] = mapped_column(comment="validation data of that moment, an object")

    @property
    def slots(self) -> tuple[str, ...]:
        return (self.slot, *self.more_slots)


class OrderItem(Base):
    """One paper of an order: what it is, the prepared bytes, the signature, and what came of it.

    The paper itself becomes a row of `documents` only when its first signature is embedded.
    """

    __tablename__ = "order_items"
    __table_args__ = (one_of("kind", DocumentKind), one_of("outcome", ("pending", "done", "failed")))

    order_id: Mapped[UUID] = mapped_column(ForeignKey("signing_orders.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[UUID]
    kind: Mapped[str]
    enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolments.id"))
    slot: Mapped[str] = mapped_column(server_default="", comment="subject of a sheet")
    part: Mapped[int]
    lookup_code: Mapped[str]
    covers: Mapped[dict[str, int]] = mapped_column(JSONB, comment="record id -> revision")
    content_sha256: Mapped[str] = mapped_column(server_default="")
    prepared_sha256: Mapped[str] = mapped_column(server_default="")
    document_digest: Mapped[bytes | None]
    attrs_der: Mapped[bytes | None]
    region_start: Mapped[int | None]
    region_end: Mapped[int | None]
    raw_signature: Mapped[bytes | None]
    token: Mapped[bytes | None] = mapped_column(LargeBinary, comment="time stamp of the raw signature")
    stamped_at: Mapped[datetime | None] = mapped_column(comment="genTime of the token")
    signed_sha256: Mapped[str | None] = mapped_column(comment="once embedded, or uploaded signed")
    signed_size: Mapped[int | None]
    outcome: Mapped[str] = mapped_column(server_default="pending")
    error_code: Mapped[str] = mapped_column(server_default="")
    error: Mapped[str] = mapped_column(server_default="")


class SigningLease(Base):
    """While an order is open nobody else may prepare the same record: a PDF takes one signer at a time."""

    __tablename__ = "signing_leases"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True, comment="subject for sheets, '' for papers of the record")
    order_id: Mapped[UUID] = mapped_column(ForeignKey("signing_orders.id"))
    expires_at: Mapped[datetime]


class SignatureRow(Base):
    """A signature in a document; one per field, and so one seal per document and revision."""

    __tablename__ = "signatures"
    __table_args__ = (
        CheckConstraint(f"field ~ '^({'|'.join(SignatureField)})(_[a-z0-9_]+)?$'", name="field_known"),
        UniqueConstraint("document_id", "field"),
    )

    id: Mapped[Key]
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"))
    field: Mapped[str]
    order_id: Mapped[UUID] = mapped_column(ForeignKey("signing_orders.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(
        ForeignKey("staff.id"), index=True, comment="who confirmed; the clerk for a seal"
    )
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    signed_at: Mapped[datetime]
    level: Mapped[str] = mapped_column(server_default="B-B")
    stamped_at: Mapped[datetime | None] = mapped_column(comment="genTime of its own time stamp")
    sha256: Mapped[str] = mapped_column(comment="the document with this signature in it")
