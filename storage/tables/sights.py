"""Who looked at pupils' data, and when: told to their school."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.sights import Sight
from storage.tables.base import Base, Text, one_of


class RecordView(Base):
    """Somebody's looking at one pupil's data, or at a class's, on one day: from when to when."""

    __tablename__ = "record_views"
    __table_args__ = (
        one_of("sight", Sight),
        CheckConstraint("num_nonnulls(pupil_id, class_term_id) = 1", name="one_subject"),
        UniqueConstraint(
            "day", "staff_id", "pupil_id", "class_term_id", "sight", "key_name", "school_id",
            name="uq_record_views_once", postgresql_nulls_not_distinct=True,
        ),
        Index("ix_record_views_school", "school_id", "day"),
        Index("ix_record_views_pupil", "pupil_id"),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    day: Mapped[date]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), comment="whose pupils they are")
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    key_name: Mapped[Text] = mapped_column(comment="of a system's key; empty: in person")
    sight: Mapped[str]
    pupil_id: Mapped[UUID | None] = mapped_column(ForeignKey("pupils.id"))
    class_term_id: Mapped[UUID | None] = mapped_column(ForeignKey("class_terms.id"))
    first_at: Mapped[datetime]
    last_at: Mapped[datetime] = mapped_column(comment="to within some minutes")
