"""Workbooks into the database: once, and never with problems in them."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.school_import import import_roster, import_staff
from domain.curriculum import PRINCIPAL, SEAL, curriculum_for
from domain.errors import Invalid
from interchange.roster import Roster
from interchange.sample_school.people import People, draw_class, draw_staff, header_of
from interchange.sheets import Problem, Severity
from storage import staffing
from storage.tables import ClassGroup, Enrolment, Position, PupilRow, Staff, TeachingAssignment
from tests.factories import NOW

PEOPLE = People(Random(1))  # noqa: S311  # sample people, not secrets
ROSTER = Roster(header_of("1A1"), draw_class(PEOPLE, 1, 3, 0), ())
STAFF = draw_staff(PEOPLE, ("1A1",))
TABLES = (ClassGroup, PupilRow, Enrolment, Staff, Position, TeachingAssignment)


def counts(db: Session) -> list[int | None]:
    return [db.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_a_school_is_imported_and_importing_again_changes_nothing(db: Session) -> None:
    class_id = import_roster(db, ROSTER)
    school_id = db.get_one(ClassGroup, class_id).school_id
    people = import_staff(db, school_id, STAFF)
    before = counts(db)
    assert import_roster(db, ROSTER) == class_id
    assert import_staff(db, school_id, STAFF) == people
    assert counts(db) == before
    assert before == [1, 3, 3, 7, 3, 9]


def test_imported_people_fill_their_slots(db: Session) -> None:
    class_id = import_roster(db, ROSTER)
    import_staff(db, db.get_one(ClassGroup, class_id).school_id, STAFF)
    for slot in (*curriculum_for(1).slots, PRINCIPAL, SEAL):
        assert staffing.signer_of(db, class_id, slot, NOW).full_name


@pytest.mark.parametrize("severity", Severity)
def test_only_a_workbook_without_errors_is_imported(db: Session, severity: Severity) -> None:
    doubtful = (Problem("Lớp 1A1", "C7", 7, "Cần xem lại.", severity),)
    if severity is not Severity.ERROR:
        import_roster(db, replace(ROSTER, problems=doubtful))
        return
    with pytest.raises(Invalid):
        import_roster(db, replace(ROSTER, problems=doubtful))
    with pytest.raises(Invalid):
        import_roster(db, replace(ROSTER, header=None))
    assert counts(db)[0] == 0
