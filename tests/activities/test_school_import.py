"""Staff workbooks into the database: once, and never with problems in them."""

from dataclasses import replace
from random import Random

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.rosters import import_roster
from activities.school_import import import_staff
from domain.curriculum import PRINCIPAL, SEAL, curriculum_for
from domain.errors import Invalid
from interchange.roster import Roster, RosterBook
from interchange.sample_school.people import People, draw_class, draw_staff, header_of
from interchange.sheets import Problem, Severity
from storage import staffing
from storage.tables import ClassGroup, Enrolment, Position, PupilRow, Staff, TeachingAssignment
from tests.factories import NOW

PEOPLE = People(Random(1))  # noqa: S311  # sample people, not secrets
BOOK = RosterBook((Roster(header_of("1A1"), draw_class(PEOPLE, 1, 3, 0)),), ())
STAFF = draw_staff(PEOPLE, ("1A1",))
TABLES = (ClassGroup, PupilRow, Enrolment, Staff, Position, TeachingAssignment)


def counts(db: Session) -> list[int | None]:
    return [db.scalar(select(func.count()).select_from(table)) for table in TABLES]


def test_a_school_is_imported_and_importing_again_changes_nothing(db: Session) -> None:
    class_id = import_roster(db, BOOK)["1A1"]
    school_id = db.get_one(ClassGroup, class_id).school_id
    people = import_staff(db, school_id, STAFF)
    before = counts(db)
    assert import_roster(db, BOOK) == {"1A1": class_id}
    assert import_staff(db, school_id, STAFF) == people
    assert counts(db) == before
    assert before == [1, 3, 3, 7, 3, 9]


def test_imported_people_fill_their_slots(db: Session) -> None:
    class_id = import_roster(db, BOOK)["1A1"]
    import_staff(db, db.get_one(ClassGroup, class_id).school_id, STAFF)
    for slot in (*curriculum_for(1).slots, PRINCIPAL, SEAL):
        assert staffing.signer_of(db, class_id, slot, NOW).full_name


def test_a_staff_workbook_with_errors_is_not_imported(db: Session) -> None:
    class_id = import_roster(db, BOOK)["1A1"]
    school_id = db.get_one(ClassGroup, class_id).school_id
    doubtful = (Problem("Nhân sự", "C7", 7, "Sai.", Severity.ERROR),)
    with pytest.raises(Invalid):
        import_staff(db, school_id, replace(STAFF, problems=doubtful))
    assert counts(db)[3:] == [0, 0, 0]
