"""Matters: what happens between schools and people rather than in one class, step by step, and whom each waits for."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.matters import MatterKind
from storage.tables.base import SHA256, Base, Key, Now, Text, one_of
from storage.tables.organisation import ROLES


class Matter(Base):
    """One transfer, handover, recall, unlock, identity page or extract; the rest is in a table of its kind."""

    __tablename__ = "matters"
    __table_args__ = (one_of("kind", MatterKind), Index("ix_matters_school", "school_id", "kind", "opened_at"))

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), comment="whose matter it is; it may touch others")
    state: Mapped[str]
    opened_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    opened_at: Mapped[Now]
    settled_at: Mapped[datetime | None] = mapped_column(comment="nothing more happens in it")


class MatterEvent(Base):
    """A step of a matter. Insert only, in a chain as the audit entries of class-terms; a command is one step."""

    __tablename__ = "matter_events"
    __table_args__ = (
        UniqueConstraint("matter_id", "seq"),
        UniqueConstraint("matter_id", "command_id"),
        CheckConstraint(f"hash {SHA256} AND prev_hash {SHA256}", name="hashes_are_hex"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"))
    seq: Mapped[int]
    command_id: Mapped[str]
    deed: Mapped[str] = mapped_column(comment="a code of the kind of matter")
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="none: the system")
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    detail: Mapped[dict[str, object]] = mapped_column(JSONB, comment="ids, codes, counts and hashes")
    happened_at: Mapped[datetime]
    prev_hash: Mapped[str]
    hash: Mapped[str]


class MatterWait(Base):
    """Whom a matter waits for now: a person, or whoever holds an office of a school or an authority."""

    __tablename__ = "matter_waits"
    __table_args__ = (
        one_of("role", ("", *ROLES)),
        CheckConstraint("(staff_id IS NULL) = (role <> '')", name="a_person_or_an_office"),
        CheckConstraint("role = '' OR num_nonnulls(school_id, authority_id) = 1", name="office_of_one"),
        Index("ix_matter_waits_staff", "staff_id"),
        Index("ix_matter_waits_school", "school_id", "role"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), index=True)
    what: Mapped[str] = mapped_column(comment="code of what is to be done, of the kind of matter")
    field: Mapped[Text] = mapped_column(comment="of the matter's paper, where a signature is waited for")
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    role: Mapped[Text]
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"))
    since: Mapped[datetime]
    due_at: Mapped[datetime | None]
