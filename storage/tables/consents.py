"""What families said to uses of a pupil's data that need their consent."""

from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.consents import Giver
from storage.tables.base import Base, Now, one_of


class Consent(Base):
    """One word of one side, given to one school; a withdrawal is another row. Insert only.

    The newest row (`id`) of the representative, and that of the child, count.
    """

    __tablename__ = "consents"
    __table_args__ = (
        one_of("giver", Giver),
        UniqueConstraint("command_id", "pupil_id", "purpose", "giver", name="uq_consents_once"),
        Index("ix_consents_pupil", "pupil_id", "school_id"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    command_id: Mapped[UUID]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"), comment="that asked for it")
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"))
    purpose: Mapped[str] = mapped_column(comment="a code of domain.consents, in that version")
    version: Mapped[str]
    giver: Mapped[str] = mapped_column(comment="relation to the pupil, never a name")
    is_given: Mapped[bool] = mapped_column(comment="false: refused or withdrawn")
    said_on: Mapped[date]
    recorded_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    recorded_at: Mapped[Now]
