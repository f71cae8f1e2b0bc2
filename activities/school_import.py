"""Puts the rows of a staff workbook into the database; importing the same again changes nothing."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from uuid import UUID

from sqlalchemy.orm import Session

from domain.calendar import TIMEZONE, end_of_day
from domain.curriculum import PRINCIPAL, SEAL
from domain.errors import Invalid
from interchange.sheets import Severity
from interchange.staff import AssignmentRow, Staff, StaffRole
from storage import registration

POSITIONS: Mapping[str, tuple[str, str]] = {
    PRINCIPAL: ("principal", "Hiệu trưởng"),
    SEAL: ("seal_clerk", "Văn thư"),
}


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


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(), TIMEZONE).astimezone(UTC)
