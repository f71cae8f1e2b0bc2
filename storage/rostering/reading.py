"""What is registered of schools, read as a roster: by codes, in an order that does not depend on ids."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.identity import name_sort_key
from domain.rostering import (
    Assignment,
    Authority,
    ClassKey,
    Enrolment,
    Group,
    Office,
    Period,
    Position,
    Pupil,
    Roster,
    School,
    StaffMember,
    TermSpan,
    YearSpan,
)
from domain.signature_plans import SignaturePlan
from storage import tables
from storage.rostering.ids import among
from storage.tables import (
    ClassGroup,
    DocumentRecord,
    ManagingAuthority,
    PupilRow,
    SchoolAuthority,
    SchoolYearRow,
    SigningLease,
    Staff,
    TeachingAssignment,
    TermRecord,
    TermRow,
)


def read_roster(session: Session, schools: Collection[str], years: Collection[SchoolYear]) -> Roster:
    """All that is registered of these schools in these years; offices and staff of any time."""
    of_school = among(tables.School.code, schools)
    of_class = of_school & among(ClassGroup.school_year, map(str, years))
    enrolments = _enrolments(session, of_class)
    return Roster(
        authorities=_authorities(session),
        schools=_schools(session, of_school),
        years=_years(session, years),
        groups=_groups(session, of_class),
        staff=_staff(session, of_school),
        positions=_positions(session, of_school),
        assignments=_assignments(session, of_class),
        pupils=_pupils(session, among(PupilRow.pupil_code, {each.pupil for each in enrolments})),
        enrolments=enrolments,
    )


def read_known(session: Session, wanted: Roster) -> Roster:
    """What is registered that a roster speaks of: its schools, and its pupils wherever they are."""
    years, schools = {span.year for span in wanted.years}, {school.code for school in wanted.schools}
    found = read_roster(session, schools, years)
    here = {pupil.code: pupil.personal_id for pupil in found.pupils}
    codes = {pupil.code for pupil in wanted.pupils}
    ids = {pupil.personal_id for pupil in wanted.pupils if pupil.personal_id} - set(here.values())
    others = _pupils(session, among(PupilRow.pupil_code, codes - set(here)) | among(PupilRow.personal_id, ids))
    of_years = among(PupilRow.pupil_code, codes | set(here)) & among(ClassGroup.school_year, map(str, years))
    elsewhere = _enrolments(session, of_years & ~among(tables.School.code, schools))
    return replace(found, pupils=found.pupils + others, enrolments=found.enrolments + elsewhere)


def settled_pupils(session: Session, codes: Iterable[str]) -> frozenset[str]:
    """Which of these pupils stand in a signed paper that is in force, or in one that is being signed."""
    signed = select(DocumentRecord.record_id).where(DocumentRecord.voided_at.is_(None))
    query = (
        select(PupilRow.pupil_code)
        .join(tables.Enrolment, tables.Enrolment.pupil_id == PupilRow.id)
        .join(TermRecord, TermRecord.enrolment_id == tables.Enrolment.id)
        .where(among(PupilRow.pupil_code, codes))
        .where(TermRecord.id.in_(signed) | TermRecord.id.in_(select(SigningLease.record_id)))
    )
    return frozenset(session.scalars(query))


def _authorities(session: Session) -> tuple[Authority, ...]:
    rows = session.scalars(select(ManagingAuthority).order_by(ManagingAuthority.code)).all()
    codes = {row.id: row.code for row in rows}
    return tuple(
        Authority(row.code, row.name, row.kind, row.valid_from, codes[row.parent_id] if row.parent_id else "")
        for row in rows
    )


def _schools(session: Session, which: ColumnElement[bool]) -> tuple[School, ...]:
    """With the authority that manages each latest."""
    query = (
        select(tables.School, ManagingAuthority.code, SchoolAuthority.valid_from)
        .outerjoin(SchoolAuthority, SchoolAuthority.school_id == tables.School.id)
        .outerjoin(ManagingAuthority, ManagingAuthority.id == SchoolAuthority.authority_id)
        .where(which)
        .order_by(tables.School.code, SchoolAuthority.valid_from)
    )
    found = {
        row.code: School(row.code, row.name, row.commune, row.district, row.province, authority or "", since)
        for row, authority, since in session.execute(query)
    }
    return tuple(found.values())


def _years(session: Session, years: Collection[SchoolYear]) -> tuple[YearSpan, ...]:
    codes = [str(year) for year in years]
    terms = session.scalars(select(TermRow).where(among(TermRow.school_year, codes)).order_by(TermRow.starts_on)).all()
    rows = session.scalars(select(SchoolYearRow).where(among(SchoolYearRow.code, codes)).order_by(SchoolYearRow.code))
    return tuple(
        YearSpan(
            SchoolYear.parse(row.code),
            row.starts_on,
            row.ends_on,
            tuple(TermSpan(Term(t.term), t.starts_on, t.ends_on) for t in terms if t.school_year == row.code),
        )
        for row in rows
    )


def _groups(session: Session, which: ColumnElement[bool]) -> tuple[Group, ...]:
    query = (
        select(ClassGroup, tables.School.code)
        .join(tables.School, tables.School.id == ClassGroup.school_id)
        .where(which)
        .order_by(tables.School.code, ClassGroup.school_year, ClassGroup.grade, ClassGroup.name)
    )
    return tuple(
        Group(
            _key(school, row), row.grade, tuple(sorted(row.optional_subjects)), tuple(sorted(row.study_topics)),
            SignaturePlan(row.signature_plan),
        )
        for row, school in session.execute(query)
    )  # fmt: skip


def _key(school: str, row: ClassGroup) -> ClassKey:
    return ClassKey(school, SchoolYear.parse(row.school_year), row.name)


def _period(row: tables.Position | TeachingAssignment) -> Period:
    return Period(row.valid_from.astimezone(UTC), row.valid_to.astimezone(UTC) if row.valid_to else None)


def _staff(session: Session, which: ColumnElement[bool]) -> tuple[StaffMember, ...]:
    query = select(Staff, tables.School.code).join(tables.School, tables.School.id == Staff.school_id).where(which)
    found = [StaffMember(row.id, school, row.personal_id, row.full_name) for row, school in session.execute(query)]
    return tuple(sorted(found, key=lambda each: (each.school, name_sort_key(each.full_name), each.personal_id)))


def _positions(session: Session, which: ColumnElement[bool]) -> tuple[Position, ...]:
    query = (
        select(tables.Position, tables.School.code, Staff.personal_id)
        .join(tables.School, tables.School.id == tables.Position.school_id)
        .join(Staff, Staff.id == tables.Position.staff_id)
        .where(which)
    )
    found = [
        Position(school, personal_id, Office(row.role), row.title, _period(row))
        for row, school, personal_id in session.execute(query)
    ]
    offices = list(Office)
    return tuple(
        sorted(found, key=lambda each: (each.school, offices.index(each.office), each.period.since, each.personal_id))
    )


def _assignments(session: Session, which: ColumnElement[bool]) -> tuple[Assignment, ...]:
    query = (
        select(TeachingAssignment, ClassGroup, tables.School.code, Staff.personal_id)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .join(tables.School, tables.School.id == ClassGroup.school_id)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .where(which)
    )
    found = [
        Assignment(
            _key(school, group), personal_id, row.slot, row.is_signer, _period(row)
        )
        for row, group, school, personal_id in session.execute(query)
    ]  # fmt: skip
    return tuple(sorted(found, key=lambda each: (each.group, each.slot, each.period.since, each.personal_id)))


def _pupils(session: Session, which: ColumnElement[bool]) -> tuple[Pupil, ...]:
    query = select(PupilRow).where(which).order_by(PupilRow.pupil_code)
    return tuple(
        Pupil(
            row.id, row.pupil_code, row.personal_id, row.full_name, row.birth_date, row.sex,
            row.ethnicity, row.nationality, row.place_of_birth,
        )
        for row in session.scalars(query)
    )  # fmt: skip


def _enrolments(session: Session, which: ColumnElement[bool]) -> tuple[Enrolment, ...]:
    """Of who came back to a class the newest stay."""
    query = (
        select(tables.Enrolment, ClassGroup, tables.School.code, PupilRow.pupil_code)
        .join(ClassGroup, ClassGroup.id == tables.Enrolment.class_id)
        .join(tables.School, tables.School.id == ClassGroup.school_id)
        .join(PupilRow, PupilRow.id == tables.Enrolment.pupil_id)
        .where(which)
        .order_by(tables.Enrolment.joined_on)
    )
    found = {
        (group.id, code): Enrolment(
            _key(school, group), code, row.order_no, row.register_no, row.joined_on, row.left_on
        )
        for row, group, school, code in session.execute(query)
    }
    return tuple(sorted(found.values(), key=lambda each: (each.group, each.order_no, each.pupil)))
