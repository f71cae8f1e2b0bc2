"""Authorities, schools, years, classes, staff and who is assigned to what, from when to when."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB, ExcludeConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.assessment import Term
from domain.signature_plans import SignaturePlan
from storage.tables.base import Base, Key, Now, Text, one_of, place_codes

ROLES = ("principal", "vice_principal", "seal_clerk", "system_admin", "officer", "office_head")
EMPLOYER = CheckConstraint("num_nonnulls(school_id, authority_id) = 1", name="one_employer")
AUTHORITY_KINDS = ("city_department", "district_office", "commune_authority")


class ManagingAuthority(Base):
    """Sở, Phòng or UBND cấp xã; the level changed on 1/7/2025, so each has validity dates (guide/domain.md 6.6)."""

    __tablename__ = "managing_authorities"
    __table_args__ = (one_of("kind", AUTHORITY_KINDS), CheckConstraint("valid_to > valid_from", name="dates_in_order"))

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[str]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class School(Base):
    __tablename__ = "schools"
    __table_args__ = (
        place_codes(""),
        CheckConstraint("department_code ~ '^[0-9]{2}$'", name="department_code_form"),
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    commune: Mapped[str]
    district: Mapped[str] = mapped_column(server_default="")
    province: Mapped[str]
    province_code: Mapped[Text]
    commune_code: Mapped[Text]
    department_code: Mapped[str] = mapped_column(server_default="79", comment="of the city's or province's department")
    department_name: Mapped[str] = mapped_column(server_default="Sở Giáo dục và Đào tạo Thành phố Hồ Chí Minh")
    seal_image_sha256: Mapped[str | None] = mapped_column(comment="the school's own picture of its seal, an object")


class SchoolAuthority(Base):
    """Which authority manages a school, by date; never two at once."""

    __tablename__ = "school_authorities"
    __table_args__ = (
        ExcludeConstraint(
            ("school_id", "="),
            (text("daterange(valid_from, valid_to)"), "&&"),
            name="one_at_a_time",
            using="gist",
        ),
    )

    id: Mapped[Key]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    authority_id: Mapped[UUID] = mapped_column(ForeignKey("managing_authorities.id"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class SchoolYearRow(Base):
    __tablename__ = "school_years"

    code: Mapped[str] = mapped_column(primary_key=True, comment="YYYY-YYYY")
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class TermRow(Base):
    __tablename__ = "terms"
    __table_args__ = (one_of("term", Term),)

    school_year: Mapped[str] = mapped_column(ForeignKey("school_years.code"), primary_key=True)
    term: Mapped[str] = mapped_column(primary_key=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]


class ClassGroup(Base):
    __tablename__ = "class_groups"
    __table_args__ = (
        UniqueConstraint("school_id", "school_year", "name"),
        CheckConstraint("grade BETWEEN 1 AND 12", name="grade_known"),
        one_of("signature_plan", SignaturePlan),
    )

    id: Mapped[Key]
    school_id: Mapped[UUID] = mapped_column(ForeignKey("schools.id"))
    school_year: Mapped[str] = mapped_column(ForeignKey("school_years.code"))
    grade: Mapped[int]
    name: Mapped[str]
    circular: Mapped[str] = mapped_column(comment="number of the circular that rules the class")
    optional_subjects: Mapped[list[str]] = mapped_column(
        JSONB, server_default="[]", comment="optional and elective subjects that the class takes"
    )
    study_topics: Mapped[list[str]] = mapped_column(
        JSONB, server_default="[]", comment="subjects whose study topics the class takes (grades 10-12)"
    )
    signature_plan: Mapped[str] = mapped_column(server_default=SignaturePlan.SHEET.value)


class Staff(Base):
    """Somebody who works at a school or at an authority."""

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("school_id", "personal_id"),
        UniqueConstraint("authority_id", "personal_id"),
        UniqueConstraint("account_id", "school_id"),
        EMPLOYER,
    )

    id: Mapped[Key]
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"))
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"))
    full_name: Mapped[str]
    personal_id: Mapped[str]
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts.id"))


class Position(Base):
    """An office held at a school or an authority; who may act for the head is a position too (KT.)."""

    __tablename__ = "positions"
    __table_args__ = (
        one_of("role", ROLES),
        EMPLOYER,
        ExcludeConstraint(
            ("school_id", "="),
            ("role", "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="one_head_at_a_time",
            using="gist",
            where=text("role = 'principal'"),
        ),
    )

    id: Mapped[Key]
    school_id: Mapped[UUID | None] = mapped_column(ForeignKey("schools.id"), index=True)
    authority_id: Mapped[UUID | None] = mapped_column(ForeignKey("managing_authorities.id"), index=True)
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"), index=True)
    role: Mapped[str]
    title: Mapped[str] = mapped_column(comment="printed under the signature")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"), comment="why it was given anew")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="none: came with a list")
    matter_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("matters.id"), index=True, comment="the handover that gave it"
    )
    end_reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"), comment="why it ended")
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[Now]


class TeachingAssignment(Base):
    """Class x slot x person, by time; exactly one of them is the designated signer at any moment."""

    __tablename__ = "teaching_assignments"
    __table_args__ = (
        ExcludeConstraint(
            ("class_id", "="),
            ("slot", "="),
            (text("tstzrange(valid_from, valid_to)"), "&&"),
            name="one_signer_at_a_time",
            using="gist",
            where=text("is_signer"),
        ),
        Index("ix_teaching_assignments_staff_id", "staff_id"),
    )

    id: Mapped[Key]
    class_id: Mapped[UUID] = mapped_column(ForeignKey("class_groups.id"))
    slot: Mapped[str] = mapped_column(comment="subject code or homeroom")
    staff_id: Mapped[UUID] = mapped_column(ForeignKey("staff.id"))
    is_signer: Mapped[bool] = mapped_column(server_default="true")
    valid_from: Mapped[datetime]
    valid_to: Mapped[datetime | None]
    reason_id: Mapped[UUID | None] = mapped_column(ForeignKey("reasons.id"), comment="why it was given anew")
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("staff.id"), comment="none: came with a list")
    matter_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("matters.id"), index=True, comment="the handover that gave it"
    )
    created_at: Mapped[Now]
