"""A teacher's own phrases for comments."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.phrases import LEVELS, PHRASE_LIMIT
from storage.tables.base import Base, Key, Now, one_of


class CommentPhrase(Base):
    """A phrase belongs to one teacher; nobody else sees it."""

    __tablename__ = "comment_phrases"
    __table_args__ = (
        UniqueConstraint("staff_id", "subject", "item", "level", "text"),
        one_of("level", LEVELS),
        CheckConstraint(f"length(text) BETWEEN 1 AND {PHRASE_LIMIT}", name="text_length"),
    )

    id: Mapped[Key]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    subject: Mapped[str] = mapped_column(comment="subject code or homeroom")
    item: Mapped[str] = mapped_column(comment="as in the slot's cells")
    level: Mapped[str] = mapped_column(server_default="", comment="empty: fits any")
    text: Mapped[str]
    used: Mapped[int] = mapped_column(server_default="0", comment="pupils whose cell it was copied to")
    last_used_at: Mapped[datetime | None]
    created_at: Mapped[Now]
