"""Pupils, their enrolment, what was entered about them, and where each record stands."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.assessment import AssessmentPoint, Term
from domain.scales import CellKind
from domain.stages import Stage
from storage.tables.base import Base, Key, Now, Text, one_of, place_codes


class PupilRow(Base):
    __tablename__ = "pupils"
    __table_args__ = (
        CheckConstraint("sex IN ('Nam', 'Nữ')", name="sex_known"),
        place_codes("birth_", "native_", "address_"),
        Index("uq_pupils_personal_id", "personal_id", unique=True, postgresql_where=text("personal_id <> ''")),
    )

    id: Mapped[Key]
    pupil_code: Mapped[str] = mapped_column(unique=True)
    personal_id: Mapped[str] = mapped_column(comment="12 digits; empty where none was given yet")
    full_name: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[str]
    ethnicity: Mapped[str]
    nationality: Mapped[str]
    place_of_birth: Mapped[str]
    birth_province_code: Mapped[Text]
    birth_commune_code: Mapped[Text]
    native_place: Mapped[Text]
    native_province_code: Mapped[Text]
    native_commune_code: Mapped[Text]
    current_address: Mapped[Text]
    address_province_code: Mapped[Text]
    address_commune_code: Mapped[Text]
    father_name: Mapped[Text]
    father_occupation: Mapped[Text]
    mother_name: Mapped[Text]
    mother_occupation: Mapped[Text]
    guardian_name: Mapped[Text]
    guardian_occupation: Mapped[Text]
    policy_group: Mapped[Text]


class ReviewItem(Base):
    """Something about a pupil's data that a person should look at; it blocks nothing by itself."""

    __tablename__ = "review_items"

    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"), primary_key=True)
    code: Mapped[str] = mapped_column(primary_key=True, comment="code of domain.identity.FindingCode")
    created_at: Mapped[Now]
    resolved_at: Mapped[datetime | None]


class Enrolment(Base):
    """A pupil's stay in a class, by date; one open school year at a time (guide/domain.md 9, invariant 8).

    Who comes back has a stay of its own.

    How a disabled pupil is assessed holds for the year: not at all, or by a plan of his own.
    """

    __tablename__ = "enrolments"
    __table_args__ = (
        UniqueConstraint("class_id", "pupil_id", "joined_on"),
        Index(
            "uq_enrolments_open_year", "pupil_id", "school_year", unique=True, postgresql_where=text("left_on IS NULL")
        ),
        Index("ix_enrolments_record_uid", "record_uid"),
        Index("uq_enrolments_open_uid", "record_uid", unique=True, postgresql_where=text("left_on IS NULL")),
    )

    id: Mapped[Key]
    class_id: Mapped[UUID] = mapped_column(ForeignKey("class_groups.id"))
    pupil_id: Mapped[UUID] = mapped_column(ForeignKey("pupils.id"), index=True)
    school_year: Mapped[str] = mapped_column(ForeignKey("school_years.code"))
    order_no: Mapped[int]
    register_no: Mapped[str] = mapped_column(server_default="")
    record_uid: Mapped[UUID] = mapped_column(
        comment="stable id of the pupil's record of the year; the same at the school that the pupil moves to"
    )
    joined_on: Mapped[date]
    left_on: Mapped[date | None]
    assessment_waived: Mapped[bool] = mapped_column(server_default="false")
    individual_plan: Mapped[bool] = mapped_column(server_default="false")
    assessment_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"), comment="of the newest change")


class ClassTermRow(Base):
    """One class and term: the projection of its workflow. Only the projection activity writes `wf_seq` and below."""

    __tablename__ = "class_terms"
    __table_args__ = (UniqueConstraint("class_id", "term"), one_of("term", Term), one_of("stage", Stage))

    id: Mapped[Key]
    class_id: Mapped[UUID] = mapped_column(ForeignKey("class_groups.id"))
    term: Mapped[str]
    due_at: Mapped[datetime]
    policy_version: Mapped[int] = mapped_column(server_default="1")
    wf_seq: Mapped[int] = mapped_column(server_default="0")
    stage: Mapped[str] = mapped_column(server_default=Stage.ENTRY.value)
    parts: Mapped[int] = mapped_column(server_default="0")
    overdue: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[Now]
    changed_at: Mapped[Now]


class TermRecord(Base):
    """One pupil's term; `stage` and below follow the workflow.

    The record of a pupil who moved to another school has left its class-term: no list of the class has it any more.
    """

    __tablename__ = "term_records"
    __table_args__ = (
        UniqueConstraint("class_term_id", "enrolment_id"),
        one_of("stage", Stage),
        CheckConstraint("revision >= 1", name="revision_positive"),
        CheckConstraint("(issued_at IS NOT NULL) = (stage = 'issued')", name="issued_has_time"),
        CheckConstraint("num_nonnulls(class_term_id, detached_from) = 1", name="in_one_place"),
    )

    id: Mapped[Key]
    # None only of a detached record, which nothing finds by its class-term.
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"), index=True, nullable=True)
    detached_from: Mapped[UUID | None] = mapped_column(ForeignKey("class_terms.id"), index=True)
    enrolment_id: Mapped[UUID] = mapped_column(ForeignKey("enrolments.id"), index=True)
    stage: Mapped[str] = mapped_column(server_default=Stage.ENTRY.value)
    revision: Mapped[int] = mapped_column(server_default="1")
    part: Mapped[int] = mapped_column(server_default="0")
    held: Mapped[bool] = mapped_column(server_default="false")
    moving: Mapped[bool] = mapped_column(server_default="false", comment="the pupil's transfer is being settled")
    in_summer: Mapped[bool] = mapped_column(
        server_default="false", comment="the year is decided after the summer: another deadline binds it"
    )
    issued_at: Mapped[datetime | None]


class RecordSlot(Base):
    """What one slot (a subject, or homeroom) has to give for one record. Entries are writable only while it is open."""

    __tablename__ = "record_slots"
    __table_args__ = (
        one_of("state", ("open", "submitted")),
        CheckConstraint("(state = 'open') = (content_sha256 IS NULL)", name="submitted_has_hash"),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(server_default="open")
    revision: Mapped[int] = mapped_column(server_default="1")
    content_sha256: Mapped[str | None]
    is_signed: Mapped[bool] = mapped_column(server_default="false")
    open_until: Mapped[datetime | None] = mapped_column(comment="of an unlock: after it nothing is entered any more")


class Assessment(Base):
    """One cell: what a slot says about one item of one record at one assessment point.

    A subject and a competency may have the same code (khoa_hoc): the slot tells them apart.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        one_of("point", AssessmentPoint),
        one_of("kind", CellKind),
        CheckConstraint("kind <> 'score' OR value ~ '^([0-9](\\.[0-9])?|10|M)?$'", name="score_on_scale"),
        CheckConstraint("kind <> 'level' OR value IN ('', 'T', 'H', 'C', 'M', 'K', 'Đ', 'CĐ')", name="level_known"),
    )

    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(primary_key=True)
    point: Mapped[str] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(primary_key=True, comment="subject, quality, competency or comment code")
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]
    version: Mapped[int] = mapped_column(server_default="1")
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    updated_at: Mapped[Now]


class CellChange(Base):
    """What a cell held before and after each change; a trigger writes it, nothing changes or removes it."""

    __tablename__ = "cell_changes"
    __table_args__ = (Index("ix_cell_changes_cell", "record_id", "slot", "point", "item", "kind"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"))
    slot: Mapped[str]
    point: Mapped[str]
    item: Mapped[str]
    kind: Mapped[str]
    version: Mapped[int]
    before: Mapped[str]
    after: Mapped[str]
    staff_id: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="none: not through the application")
    changed_at: Mapped[Now]


class MarkPreview(Base):
    """What an imported workbook would write, until its person confirms it or an hour is over."""

    __tablename__ = "mark_previews"

    id: Mapped[Key]
    class_term_id: Mapped[UUID] = mapped_column(ForeignKey("class_terms.id"))
    slot: Mapped[str]
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    edits: Mapped[list[list[object]]] = mapped_column(
        JSONB, comment="[record, item, point, kind, value, version seen, in doubt]"
    )
    expires_at: Mapped[datetime] = mapped_column(index=True)


class PupilTerm(Base):
    """Facts of the term that the homeroom teacher keeps: absences in half-day sessions, health, commendation."""

    __tablename__ = "pupil_terms"
    __table_args__ = (CheckConstraint("absent_excused >= 0 AND absent_unexcused >= 0", name="absences_not_negative"),)

    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    absent_excused: Mapped[int] = mapped_column(server_default="0")
    absent_unexcused: Mapped[int] = mapped_column(server_default="0")
    height_cm: Mapped[str] = mapped_column(server_default="")
    weight_kg: Mapped[str] = mapped_column(server_default="")
    health: Mapped[str] = mapped_column(server_default="")
    is_recognised: Mapped[bool] = mapped_column(server_default="false", comment="by the class, Circular 27 art. 13")
    assessment_waived: Mapped[bool] = mapped_column(server_default="false")
    individual_plan: Mapped[bool] = mapped_column(
        server_default="false", comment="disabled, assessed by a plan of his own (Circular 27/2020 art. 8)"
    )
    version: Mapped[int] = mapped_column(
        server_default="0", comment="of what the homeroom teacher keeps; 0 before anything was entered"
    )
    updated_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    updated_at: Mapped[Now]


class PromotionDecision(Base):
    """What the principal decided for a pupil whom the rules do not promote by themselves; it stays with its reason."""

    __tablename__ = "promotion_decisions"

    record_id: Mapped[UUID] = mapped_column(ForeignKey("term_records.id"), primary_key=True)
    is_promoted: Mapped[bool]
    reason_id: Mapped[UUID] = mapped_column(ForeignKey("reasons.id"))
    decided_by: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    decided_at: Mapped[Now]
