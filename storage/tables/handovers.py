"""Handovers of work between people, what of it goes to whom, and who is on leave."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.matters.handovers import HandoverKind
from storage.tables.base import Base, Key, Text, one_of
from storage.tables.organisation import ROLES


class Handover(Base):
    """Somebody hands work over; where it stands is the state of its matter."""

    __tablename__ = "handovers"
    __table_args__ = (
        one_of("kind", HandoverKind),
        CheckConstraint("until > effective_at", name="ends_after_it_begins"),
        CheckConstraint("(kind = 'merger') = (staff_id IS NULL)", name="of_a_person_or_a_school"),
        CheckConstraint("(kind = 'merger') = (to_school_id IS NOT NULL)", name="merger_has_a_successor"),
        UniqueConstraint("decision_no", "from_school_id"),
    )

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    kind: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), index=True, comment="whose work it is")
    effective_at: Mapped[datetime]
    until: Mapped[datetime | None] = mapped_column(comment="when the work goes back; none: it does not")
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"))
    confirm_due: Mapped[datetime | None] = mapped_column(comment="none: nobody is asked to confirm")
    confirmed_at: Mapped[datetime | None]
    overridden_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="who went on without the giver")
    override_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    giver_left_out: Mapped[bool] = mapped_column(server_default="false", comment="the minutes are without the giver")
    applied_at: Mapped[datetime | None] = mapped_column(comment="when the changes were written")
    moment: Mapped[datetime | None] = mapped_column(comment="when they took effect")
    step_since: Mapped[datetime]
    reported_at: Mapped[datetime | None] = mapped_column(comment="the certificate, to the authority that issued it")
    from_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    to_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    decision_no: Mapped[Text]


class HandoverItem(Base):
    """One slot of a class or one office, and who is to have it; nobody: it stays vacant."""

    __tablename__ = "handover_items"
    __table_args__ = (
        one_of("role", ("", *ROLES)),
        CheckConstraint("(class_id IS NULL) = (slot = '')", name="slot_of_a_class"),
        CheckConstraint("(class_id IS NULL) <> (role = '')", name="slot_or_office"),
        CheckConstraint("accepted_at IS NULL OR successor_id IS NOT NULL", name="somebody_accepted"),
        Index("ix_handover_items_successor", "successor_id"),
    )

    id: Mapped[Key]
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), index=True)
    class_id: Mapped[UUID | None] = mapped_column(ForeignKey("class_groups.id"))
    slot: Mapped[Text]
    role: Mapped[Text]
    title: Mapped[Text] = mapped_column(comment="of the office, as it is printed under the successor's signature")
    source_id: Mapped[UUID | None] = mapped_column(comment="the giver's assignment or position")
    source_until: Mapped[datetime | None] = mapped_column(comment="its end before this handover; none: open")
    successor_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    accepted_at: Mapped[datetime | None]
    declined_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="the last who declined")
    decline_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"))
    applied_at: Mapped[datetime | None]


class StaffLeave(Base):
    """Somebody is away as a whole: signs nothing and does nothing from the first instant to the last."""

    __tablename__ = "staff_leaves"
    __table_args__ = (
        one_of("kind", HandoverKind),
        CheckConstraint("ends_at > starts_at", name="ends_after_it_begins"),
        ExcludeConstraint(
            ("staff_id", "="),
            (text("tstzrange(starts_at, ends_at)"), "&&"),
            name="one_leave_at_a_time",
            using="gist",
        ),
    )

    id: Mapped[Key]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), index=True)
    kind: Mapped[str]
