"""What waits for somebody's word before it is written."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Key, Now


class RosterPreview(Base):
    """A class list as it was read and compared, for the person who handed it in; gone once confirmed or expired.

    After the confirmation only counts are left, to answer the same request again.
    """

    __tablename__ = "roster_previews"
    __table_args__ = (CheckConstraint("(content IS NULL) <> (outcome IS NULL)", name="content_or_outcome"),)

    id: Mapped[Key]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    content: Mapped[dict[str, object] | None] = mapped_column(JSONB(none_as_null=True))
    outcome: Mapped[dict[str, int] | None] = mapped_column(JSONB(none_as_null=True))
    created_at: Mapped[Now]
    expires_at: Mapped[datetime] = mapped_column(index=True)
