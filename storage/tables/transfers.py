"""Transfers: a pupil on the way from one school to another, one row beside each matter of that kind; extracts."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.matters.corrections import ExtractState
from domain.transfers.phases import OVER, Direction, Ground, Phase
from storage.tables.base import SHA256, Base, Text, one_of

_UNDER_WAY = "phase NOT IN ({})".format(", ".join(f"'{phase.value}'" for phase in sorted(OVER)))


class Transfer(Base):
    """Only the activities of the transfer's workflow write `phase` and below; what people wrote is in `reasons`."""

    __tablename__ = "transfers"
    __table_args__ = (
        one_of("direction", Direction),
        one_of("phase", Phase),
        one_of("ground", ("", *(each.value for each in Ground))),
        CheckConstraint("(direction = 'in') = (from_school_id IS NULL)", name="from_a_school"),
        CheckConstraint("(direction = 'out') = (to_school_id IS NULL)", name="to_a_school"),
        CheckConstraint("from_school_id <> to_school_id", name="two_schools"),
        CheckConstraint("(direction = 'within') = (other_name = '')", name="outside_is_named"),
        CheckConstraint(f"package_sha256 {SHA256}", name="hash_is_hex"),
        Index("uq_transfers_open_pupil", "pupil_id", unique=True, postgresql_where=text(_UNDER_WAY)),
        Index("ix_transfers_from_school", "from_school_id"),
        Index("ix_transfers_to_school", "to_school_id"),
        Index("ix_transfers_to_enrolment", "to_enrolment_id"),
        Index("ix_transfers_from_enrolment", "from_enrolment_id"),
    )

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"))
    direction: Mapped[str]
    from_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    to_school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    other_name: Mapped[Text] = mapped_column(comment="of a school that is not in the system")
    other_code: Mapped[Text]
    other_province: Mapped[Text]
    other_country: Mapped[Text] = mapped_column(comment="of a school abroad")
    requested_on: Mapped[date]
    rule_version: Mapped[str] = mapped_column(comment="of the regulation in force on that day")
    is_same_province: Mapped[bool]
    grade: Mapped[int] = mapped_column(comment="that the pupil is to attend")
    application_reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"), comment="who applies, and why")
    from_enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolments.id"))
    phase: Mapped[str]
    counted_from: Mapped[date] = mapped_column(comment="day from which the limit of the step under way counts")
    to_class_id: Mapped[UUID | None] = mapped_column(ForeignKey("class_groups.id"))
    to_enrolment_id: Mapped[UUID | None] = mapped_column(ForeignKey("enrolments.id"), comment="set by the pivot")
    register_no: Mapped[Text] = mapped_column(comment="in the register of the school that receives")
    moved_on: Mapped[date | None] = mapped_column(comment="first day at the other school; set by the pivot")
    answer_due_at: Mapped[datetime | None]
    release_due_at: Mapped[datetime | None]
    placement_due_at: Mapped[datetime | None]
    learned: Mapped[dict[str, list[str]]] = mapped_column(
        JSONB, server_default="{}", comment="of who comes from outside to grades 10-12: codes of optional, topics"
    )
    subject_gaps: Mapped[list[str]] = mapped_column(JSONB, server_default="[]", comment="codes: what is to be made up")
    ground: Mapped[Text] = mapped_column(comment="of an objection")
    document_id: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"), comment="the signed partial result")
    package_sha256: Mapped[str | None] = mapped_column(comment="an object")
    packed_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None] = mapped_column(comment="the package counts no more")
    report: Mapped[dict[str, object] | None] = mapped_column(JSONB, comment="of the automatic check of the package")
    is_sound: Mapped[bool | None] = mapped_column(comment="whether everything in the package could be verified")


class Extract(Base):
    """A paper about past years that were copied, one version of it, with what they came from."""

    __tablename__ = "extracts"
    __table_args__ = (
        one_of("state", ExtractState),
        CheckConstraint("state NOT IN ('signing', 'settled') OR checked_by <> submitted_by", name="two_people"),
        Index(
            "uq_extracts_open", "transfer_id", unique=True,
            postgresql_where=text("state IN ('draft', 'checking', 'signing')"),
        ),
    )  # fmt: skip

    matter_id: Mapped[UUID] = mapped_column(ForeignKey("matters.id"), primary_key=True)
    transfer_id: Mapped[UUID] = mapped_column(ForeignKey("transfers.matter_id"), index=True)
    state: Mapped[str]
    version: Mapped[int]
    files: Mapped[list[dict[str, str]]] = mapped_column(JSONB, comment="what, issuer, sha256, media, added_by of each")
    years: Mapped[list[dict[str, object]]] = mapped_column(JSONB, comment="past years, each with who entered it")
    submitted_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    former_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
    new_document: Mapped[UUID | None] = mapped_column(ForeignKey("documents.id"))
