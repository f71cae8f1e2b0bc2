"""Submission to record stores: approved certificates, the outbox and its packets, and what our own store took in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.submission.states import Approval, PacketState, StoreKind, SubmissionState
from storage.tables.base import SHA256, Base, Key, Now, Text, one_of

EVENTS = ("NEW", "UPDATE", "CANCEL")  # SuKien


class RecordStore(Base):
    """A store that schools submit to, as the settings name it; where it is reached is said by the settings alone."""

    __tablename__ = "record_stores"
    __table_args__ = (one_of("kind", StoreKind),)

    code: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    kind: Mapped[str]
    is_active: Mapped[bool] = mapped_column(server_default="true")


class CertificateApproval(Base):
    """One step of a school's organisation certificate at its authority. Insert only; the newest counts."""

    __tablename__ = "certificate_approvals"
    __table_args__ = (
        one_of("state", Approval),
        Index("ix_certificate_approvals_newest", "certificate_id", "id"),
        CheckConstraint("state NOT IN ('refused', 'withdrawn') OR reason_id IS NOT NULL", name="no_without_reason"),
        CheckConstraint("(state = 'asked') = (authority_id IS NULL)", name="decided_by_an_authority"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    command_id: Mapped[UUID] = mapped_column(unique=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    state: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"), comment="none: asked for")
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    decided_at: Mapped[datetime]


class Packet(Base):
    """A signed file of records on its way to a store; its bytes are an object."""

    __tablename__ = "packets"
    __table_args__ = (
        one_of("state", PacketState),
        CheckConstraint(f"sha256 {SHA256}", name="hash_is_hex"),
        UniqueConstraint("store", "sha256"),
        Index("ix_packets_under_way", "created_at", postgresql_where=text("state IN ('ready', 'sending', 'exported')")),
    )

    id: Mapped[Key]
    command_id: Mapped[UUID] = mapped_column(index=True, comment="the confirmation that signed it, with others")
    store: Mapped[str] = mapped_column(ForeignKey("record_stores.code"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    name: Mapped[str] = mapped_column(comment="of the file, without an ending: school, year, class, part")
    sha256: Mapped[str]
    size: Mapped[int]
    records: Mapped[int]
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    signed_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), comment="who confirmed")
    urgency: Mapped[int] = mapped_column(server_default="3", comment="1 is sent first")
    created_at: Mapped[Now]
    state: Mapped[str] = mapped_column(server_default=PacketState.READY.value)
    attempts: Mapped[int] = mapped_column(server_default="0")
    next_at: Mapped[datetime | None] = mapped_column(comment="of the next attempt")
    trouble: Mapped[Text] = mapped_column(comment="why it waits, or why it was refused")
    settled_at: Mapped[datetime | None] = mapped_column(comment="when the store's answer was written back")


class Submission(Base):
    """One version of a record for one store: written with its issue. A frozen one never changes (a trigger)."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("store", "record_uid", "version"),
        one_of("event", EVENTS),
        one_of("state", SubmissionState),
        Index("ix_submissions_school", "school_id", "state"),
        CheckConstraint("version > 0", name="version_positive"),
        CheckConstraint("state = 'waiting' OR state = 'refused' OR packet_id IS NOT NULL", name="packed_has_packet"),
    )

    id: Mapped[Key]
    store: Mapped[str] = mapped_column(ForeignKey("record_stores.code"))
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), index=True)
    document_id: Mapped[UUID] = mapped_column(ForeignKey("documents.id"), index=True)
    record_uid: Mapped[UUID] = mapped_column(comment="IdBanGhi")
    event: Mapped[str] = mapped_column(comment="SuKien")
    version: Mapped[int] = mapped_column(comment="PhienBan")
    changed_at: Mapped[datetime] = mapped_column(comment="ThoiGianCapNhat")
    state: Mapped[str] = mapped_column(server_default=SubmissionState.WAITING.value)
    reason: Mapped[Text] = mapped_column(comment="of the newest refusal")
    packet_id: Mapped[UUID | None] = mapped_column(ForeignKey("packets.id"), index=True)
    created_at: Mapped[Now]
    updated_at: Mapped[Now]


class StorePacket(Base):
    """A packet that our own store took in, with its answer: the same file again gets the same. Insert only."""

    __tablename__ = "store_packets"
    __table_args__ = (
        CheckConstraint(f"sha256 {SHA256}", name="hash_is_hex"),
        one_of("way", ("network", "file")),
        Index("ix_store_packets_newest", "received_at"),
    )

    sha256: Mapped[str] = mapped_column(primary_key=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), index=True)
    certificate_id: Mapped[UUID] = mapped_column(ForeignKey("certificates.id"))
    size: Mapped[int]
    records: Mapped[int]
    accepted: Mapped[int]
    refused: Mapped[int]
    answers: Mapped[list[dict[str, object]]] = mapped_column(JSONB, comment="one a record, in the order of the packet")
    signed_at: Mapped[datetime]
    received_at: Mapped[datetime]
    way: Mapped[str]
    received_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="who brought the file in")


class StoreRecord(Base):
    """A version of a record that our own store accepted. Its content is in the packet; a frozen one never changes but
    for the permission to recall it.
    """

    __tablename__ = "store_records"
    __table_args__ = (
        UniqueConstraint("record_uid", "version"),
        one_of("event", EVENTS),
        one_of("state", ("accepted", "frozen")),
        CheckConstraint("(state = 'frozen') = (frozen_at IS NOT NULL)", name="frozen_has_time"),
        CheckConstraint(
            "num_nonnulls(recall_allowed_by, recall_reason_id) = 0"
            " OR num_nonnulls(recall_allowed_at, recall_allowed_by, recall_reason_id) = 3",
            name="recall_with_reason",
        ),
        Index("ix_store_records_freezing", "school_id", "school_year", "grade"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_uid: Mapped[str] = mapped_column(comment="IdBanGhi")
    version: Mapped[int] = mapped_column(comment="PhienBan")
    event: Mapped[str] = mapped_column(comment="SuKien")
    content_sha256: Mapped[str] = mapped_column(comment="of the record's canonical XML")
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    school_year: Mapped[str]
    grade: Mapped[int]
    changed_at: Mapped[str] = mapped_column(comment="ThoiGianCapNhat, as it came")
    packet_sha256: Mapped[str] = mapped_column(ForeignKey("store_packets.sha256"), index=True)
    accepted_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(server_default="accepted")
    frozen_at: Mapped[datetime | None]
    recall_allowed_at: Mapped[datetime | None] = mapped_column(comment="by the authority, after the freeze")
    recall_allowed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    recall_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
