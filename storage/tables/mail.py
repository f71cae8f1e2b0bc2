"""What was sent to whom, once; and what a person has looked at."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, Now, Text, one_of

MAIL_KINDS = ("digest", "notice", "invitation", "password_reset")
# By mail, by the channel of the person's own choice, or by the one that the installation has for the school.
CHANNELS = ("mail", "own", "school")


class MailRow(Base):
    """One message; its key names what it is about, so the same message is never sent twice. Its words are not kept."""

    __tablename__ = "mails"
    __table_args__ = (
        one_of("kind", MAIL_KINDS),
        one_of("channel", CHANNELS),
        CheckConstraint("sent_at IS NULL OR closed_at IS NOT NULL", name="sent_is_closed"),
        Index("ix_mails_open", "created_at", postgresql_where=text("closed_at IS NULL")),
    )

    key: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts.id"))
    kind: Mapped[str]
    channel: Mapped[str] = mapped_column(server_default="mail")
    created_at: Mapped[Now]
    send_after: Mapped[datetime | None] = mapped_column(comment="end of the person's quiet hours, or the next attempt")
    sent_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None] = mapped_column(comment="sent, or never to be sent: then `trouble` says why")
    trouble: Mapped[Text]


class LastLook(Base):
    """When a person last looked at a class-term, and how far it was then: what came since is shown as new."""

    __tablename__ = "last_looks"

    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), primary_key=True)
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), primary_key=True)
    wf_seq: Mapped[int]
    looked_at: Mapped[Now]
