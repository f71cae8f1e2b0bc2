"""Puts the rows of staff, roster and mark workbooks into the database; importing the same again changes nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from domain.calendar import TIMEZONE, end_of_day
from domain.curriculum import PRINCIPAL, SEAL
from domain.errors import Invalid
from interchange.roster import Roster, RosterHeader, RosterRow
from interchange.sheets import Severity
from interchange.staff import AssignmentRow, Staff, StaffRole
from storage import registration
from storage.registration import ClassFacts, PupilFacts, SchoolFacts

POSITIONS: Mapping[str, tuple[str, str]] = {
    PRINCIPAL: ("principal", "Hiệu trưởng"),
    SEAL: ("seal_clerk", "Văn thư"),
}
# The level that manages primary schools changed on this day (guide: domain 6.6).
COMMUNE_LEVEL_FROM = date(2025, 7, 1)


def import_roster(session: Session, roster: Roster) -> UUID:
    """Register a class with its pupils and return its id. Raises Invalid while the workbook has problems."""
    if roster.header is None or any(problem.severity is Severity.ERROR for problem in roster.problems):
        raise Invalid("Danh sách lớp còn lỗi, chưa nhập được.")
    header = roster.header
    first_day = date(header.school_year.start, 9, 5)
    school_id = registration.add_school(session, _school(header, first_day))
    class_id = registration.add_class(session, school_id, header.school_year, _class(header))
    registration.enrol(session, class_id, [_pupil(row) for row in roster.pupils], first_day)
    return class_id


def import_staff(session: Session, school_id: UUID, staff: Staff) -> dict[str, UUID]:
    """Register people, offices and assignments; returns staff ids by personal id. Raises Invalid on problems."""
    if any(problem.severity is Severity.ERROR for problem in staff.problems):
        raise Invalid("Danh sách nhân sự còn lỗi, chưa nhập được.")
    ids = {
        row.personal_id: registration.add_staff(session, school_id, row.personal_id, row.full_name)
        for row in staff.people
    }
    for row in staff.people:
        if row.role is StaffRole.ADMIN:
            since = _morning(date(staff.school_year.start, 8, 1))
            registration.add_position(
                session, school_id, ids[row.personal_id], "system_admin", row.role.label, (since, None)
            )
    for job in staff.assignments:
        _assign(session, school_id, staff, job, ids[job.personal_id])
    return ids


def _assign(session: Session, school_id: UUID, staff: Staff, job: AssignmentRow, staff_id: UUID) -> None:
    valid = (_morning(job.valid_from), end_of_day(job.valid_until) if job.valid_until else None)
    if job.slot in POSITIONS:
        role, title = POSITIONS[job.slot]
        registration.add_position(session, school_id, staff_id, role, title, valid)
        return
    class_id = registration.class_id_of(session, school_id, staff.school_year, job.class_name)
    registration.assign(session, class_id, job.slot, staff_id, valid, is_signer=job.is_signer)


def _school(header: RosterHeader, on: date) -> SchoolFacts:
    return SchoolFacts(
        code=header.school_code,
        name=header.school_name,
        commune=header.commune,
        district=header.district,
        province=header.province,
        authority=header.authority,
        authority_kind="commune_authority" if on >= COMMUNE_LEVEL_FROM else "district_office",
        managed_from=on,
    )


def _class(header: RosterHeader) -> ClassFacts:
    return ClassFacts(header.grade, header.class_name, header.optional, header.topics, header.plan)


def _pupil(row: RosterRow) -> PupilFacts:
    return PupilFacts(
        pupil_code=row.pupil_code,
        personal_id=row.personal_id,
        full_name=row.full_name,
        birth_date=row.birth_date,
        sex=row.sex.label,
        ethnicity=row.ethnicity,
        nationality=row.nationality,
        place_of_birth=row.place_of_birth,
        order_no=row.order_no,
        register_no=row.register_no,
    )


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), TIMEZONE).astimezone(UTC)
