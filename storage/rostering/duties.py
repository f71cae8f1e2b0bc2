"""Writes the staff of a roster, their offices and what they teach."""

from collections.abc import Collection

from sqlalchemy import update
from sqlalchemy.orm import Session

from domain.roster_changes import Changes, Fate
from domain.rostering import Assignment, Position, StaffMember
from storage import tables
from storage.rostering import ids
from storage.tables import Staff, TeachingAssignment


def add_staff(session: Session, staff: Collection[StaffMember]) -> None:
    """Register people under the id they come with, where nobody else has it."""
    schools = ids.school_ids(session, {each.school for each in staff})
    choose = ids.chooser(session, Staff.id, [each.uid for each in staff])
    session.add_all(
        Staff(
            id=choose(each.uid),
            school_id=schools[each.school],
            personal_id=each.personal_id,
            full_name=each.full_name,
        )
        for each in staff
    )
    session.flush()


def write_positions(session: Session, changes: Changes[Position]) -> None:
    """End the offices that are said to have ended, then add the new ones."""
    schools = {each.school for each in changes.after}
    school_ids, staff_ids = ids.school_ids(session, schools), ids.staff_ids(session, schools)
    row = tables.Position
    for each in changes.of(Fate.CHANGED):
        same = (
            row.staff_id == staff_ids[each.school, each.personal_id],
            row.role == each.office.value,
            row.valid_from == each.period.since,
        )
        session.execute(update(row).where(*same).values(valid_to=each.period.until))
    session.add_all(
        row(
            school_id=school_ids[each.school],
            staff_id=staff_ids[each.school, each.personal_id],
            role=each.office.value,
            title=each.title,
            valid_from=each.period.since,
            valid_to=each.period.until,
        )
        for each in changes.of(Fate.ADDED)
    )
    session.flush()


def write_assignments(session: Session, changes: Changes[Assignment]) -> None:
    """End the assignments that are said to have ended, then add the new ones."""
    schools = {each.group.school for each in changes.after}
    class_ids, staff_ids = ids.class_ids(session, schools), ids.staff_ids(session, schools)
    row = TeachingAssignment
    for each in changes.of(Fate.CHANGED):
        same = (
            row.class_id == class_ids[each.group],
            row.slot == each.slot,
            row.staff_id == staff_ids[each.group.school, each.personal_id],
            row.valid_from == each.period.since,
        )
        session.execute(update(row).where(*same).values(valid_to=each.period.until))
    session.add_all(
        row(
            class_id=class_ids[each.group],
            slot=each.slot,
            staff_id=staff_ids[each.group.school, each.personal_id],
            is_signer=each.is_signer,
            valid_from=each.period.since,
            valid_to=each.period.until,
        )
        for each in changes.of(Fate.ADDED)
    )
    session.flush()
