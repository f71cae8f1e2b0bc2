"""What was sent to whom, once; and what a person has looked at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Now, Text, one_of

MAIL_KINDS = ("digest", "notice", "invitation", "password_reset")


class MailRow(Base):
    """One message; its key names what it is about, so the same message is never sent twice. Its words are not kept."""

    __tablename__ = "mails"
    __table_args__ = (
        one_of("kind", MAIL_KINDS),
        Index("ix_mails_unsent", "created_at", postgresql_where=text("sent_at IS NULL")),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    created_at: Mapped[Now]
    send_after: Mapped[datetime | None] = mapped_column(comment="end of the person's quiet hours")
    sent_at: Mapped[datetime | None]
    trouble: Mapped[Text]


class LastLook(Base):
    """When a person last looked at a class-term, and how far it was then: what came since is shown as new."""

    __tablename__ = "last_looks"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), primary_key=True)
    wf_seq: Mapped[int]
    looked_at: Mapped[Now]
