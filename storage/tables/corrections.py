"""Corrections: unlocks, recalls, changes of civil data and the identity pages that follow from them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.matters.corrections import IdentityState, RecallState, UnlockState
from storage.tables.base import Base, Now, Text, one_of

REASONS_OF_PAGES = ("opened", "transferred", "civil")


class Unlock(Base):
    """A part that was sent is to be corrected before issue. `slots` are those asked for, then those granted."""

    __tablename__ = "unlocks"
    __table_args__ = (
        one_of("state", UnlockState),
        CheckConstraint("state <> 'open' OR num_nonnulls(until, executed_by) = 2", name="open_is_bounded"),
    )

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), index=True)
    state: Mapped[str]
    slots: Mapped[list[str]] = mapped_column(JSONB)
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"))
    until: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    decision_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    executed_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    sent_at: Mapped[datetime | None] = mapped_column(comment="every part was sent again")


class Recall(Base):
    """An issued record is to be corrected. Without `record_id` only the first term's, before the year is issued."""

    __tablename__ = "recalls"
    __table_args__ = (
        one_of("state", RecallState),
        CheckConstraint("num_nonnulls(record_id, first_record_id) > 0", name="of_a_record"),
        CheckConstraint("state <> 'authority' OR is_frozen", name="authority_only_after_the_freeze"),
    )

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    record_id: Mapped[UUID | None] = mapped_column(ForeignKey("term_records.id"), comment="of the year's end")
    first_record_id: Mapped[UUID | None] = mapped_column(ForeignKey("term_records.id"))
    slots: Mapped[list[str]] = mapped_column(JSONB, comment="of the year's end that are wrong")
    first_slots: Mapped[list[str]] = mapped_column(JSONB)
    state: Mapped[str]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"))
    is_frozen: Mapped[bool] = mapped_column(comment="at the city's store, when it was last looked at")
    former_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    new_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    due_at: Mapped[datetime | None] = mapped_column(comment="of the corrected version")
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))


class CorrectedRecord(Base):
    """A record that a correction is about. What was changed in its `slots` is read from the cells' own journal."""

    __tablename__ = "corrected_records"
    __table_args__ = (Index("ix_corrected_records_open", "record_id", postgresql_where=text("settled_at IS NULL")),)

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    slots: Mapped[list[str]] = mapped_column(JSONB)
    opened_at: Mapped[datetime | None] = mapped_column(comment="its parts were opened for entry")
    changes_after: Mapped[int | None] = mapped_column(BigInteger, comment="the newest cell change of that moment")
    settled_at: Mapped[datetime | None]


class CivilChange(Base):
    """What a civil-status office decided about a pupil; the words stay here. Written before its matter is opened."""

    __tablename__ = "civil_changes"

    matter_id: Mapped[UUID] = mapped_column(primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    before: Mapped[dict[str, str]] = mapped_column(JSONB, comment="former values, by column of `pupils`")
    after: Mapped[dict[str, str]] = mapped_column(JSONB)
    decision_no: Mapped[str]
    decided_on: Mapped[date]
    office: Mapped[Text]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[Now]
    applied_at: Mapped[datetime | None]


class IdentityPage(Base):
    """The identity page of a pupil at a school, one version of it."""

    __tablename__ = "identity_pages"
    __table_args__ = (
        one_of("state", IdentityState),
        one_of("reason", REASONS_OF_PAGES),
        Index(
            "uq_identity_pages_open", "pupil_id", "school_id", unique=True,
            postgresql_where=text("state IN ('asked', 'signing')"),
        ),
    )  # fmt: skip

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"), index=True)
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    reason: Mapped[str]
    state: Mapped[str]
    version: Mapped[int]
    former_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    new_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
