"""What happened: commands, the hash-chained audit trail, reasons, notices, deadline events."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import SHA256, Base, Key, Now, one_of

NOTICE_KINDS = (
    "signature_void",
    "returned",
    "deadline",
    "certificate",
    "nudge",
    "turn",
    "new_device",
    "campaign",
    "matter",
)


class Reason(Base):
    """Free text that somebody gave for a return or a hold; only its id travels through workflows."""

    __tablename__ = "reasons"
    __table_args__ = (CheckConstraint("length(text) BETWEEN 3 AND 1000", name="text_length"),)

    id: Mapped[UUID] = mapped_column(primary_key=True)
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"), comment="none: given at an authority")
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    text: Mapped[str]
    created_at: Mapped[Now]


class Command(Base):
    """Every decision that took effect, by the caller's command id: the same id never takes effect twice."""

    __tablename__ = "commands"
    __table_args__ = (UniqueConstraint("class_term_id", "wf_seq"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"))
    wf_seq: Mapped[int]
    action: Mapped[str]
    slot: Mapped[str]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True)
    order_id: Mapped[UUID | None] = mapped_column(ForeignKey("signing_orders.id"))
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    is_late: Mapped[bool]
    created_at: Mapped[Now]


class DecisionOrigin(Base):
    """With which device and from which network a decision was sent, by its command id. Insert only.

    It is kept before the decision is made, so one that was refused has an origin, too.
    """

    __tablename__ = "decision_origins"

    command_id: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    device: Mapped[str]
    network: Mapped[str]
    created_at: Mapped[Now]


class AuditEntry(Base):
    """One link of a class-term's chain: `hash` = SHA-256 over `prev_hash` and the canonical JSON of the entry.

    Insert only: a trigger refuses UPDATE and DELETE.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        UniqueConstraint("class_term_id", "wf_seq"),
        CheckConstraint(f"hash {SHA256} AND prev_hash {SHA256}", name="hashes_are_hex"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"))
    wf_seq: Mapped[int]
    detail: Mapped[dict[str, object]] = mapped_column(JSONB)
    prev_hash: Mapped[str]
    hash: Mapped[str]
    created_at: Mapped[Now]


class Notice(Base):
    """Something a person must be told; delivery comes from here."""

    __tablename__ = "notices"
    __table_args__ = (
        one_of("kind", NOTICE_KINDS),
        UniqueConstraint("staff_id", "kind", "subject_ref"),
        Index("ix_notices_untold", "created_at", postgresql_where=text("read_at IS NULL AND mail_key IS NULL")),
        Index("ix_notices_mail_key", "mail_key", postgresql_where=text("mail_key IS NOT NULL")),
        Index("ix_notices_staff", "staff_id", "created_at"),
    )

    id: Mapped[Key]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    class_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("class_terms.id"), comment="null: about the person")
    kind: Mapped[str]
    subject_ref: Mapped[str] = mapped_column(comment="what it is about; the key against telling twice")
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    sent_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="who nudged; none: the system")
    created_at: Mapped[Now]
    read_at: Mapped[datetime | None]
    mail_key: Mapped[str | None] = mapped_column(comment="of the message that tells it outside of the application")


class DeadlineEvent(Base):
    """A deadline hook that fired, once per policy version."""

    __tablename__ = "deadline_events"
    __table_args__ = (one_of("kind", ("reminder", "overdue", "escalation")),)

    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), primary_key=True)
    policy_version: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    created_at: Mapped[Now]
