"""Pupils who come from another school when a new year begins: taken over by a list, and nothing of theirs is shown."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.calendar import SchoolYear
from domain.pupils import ListedPupil, PupilField
from storage.rosters import entering
from storage.rosters.comparing import compare
from storage.rosters.shapes import Comparison, Effect, FieldChange, ListedClass
from storage.tables import Enrolment, PupilRow
from tests.factories import make_pupils
from tests.storage.rosters.lists import TODAY, Registered, register

LAST_YEAR, YEAR, NEXT_YEAR = SchoolYear(2025), SchoolYear(2026), SchoolYear(2027)
SUMMER = date(2027, 7, 15)


@pytest.fixture
def school(db: Session) -> Registered:
    return register(db)


@pytest.fixture
def other(db: Session) -> Registered:
    return register(db, 2)


def intake(*pupils: ListedPupil, year: SchoolYear = YEAR) -> list[ListedClass]:
    numbered = (replace(each, order_no=number) for number, each in enumerate(pupils, start=1))
    return [ListedClass(year, 6, "6A1", tuple(numbered))]


def done_elsewhere(other: Registered, year: SchoolYear = LAST_YEAR) -> tuple[ListedPupil, ...]:
    """Pupils who were in grade 5 of the other school; nobody noted that they left it."""
    pupils = make_pupils(2, seed=77, grade=6)
    entering.register(other.session, other.school_id, [ListedClass(year, 5, "5A1", pupils)], date.min)
    other.session.flush()
    return pupils


def compared(school: Registered, lists: Sequence[ListedClass], today: date = TODAY) -> Comparison:
    school.session.expire_all()
    return compare(school.known(*lists), lists, today)


def messages(comparison: Comparison) -> list[str]:
    return [clash.message for clash in comparison.clashes]


def test_who_was_at_another_school_last_year_is_added(school: Registered, other: Registered) -> None:
    pupils = done_elsewhere(other)
    comparison = compared(school, intake(*pupils))
    assert (comparison.clashes, comparison.notes) == ((), ())
    assert comparison.count(Effect.ADDED) == 2
    school.enter(*intake(*pupils))
    years = select(Enrolment.school_year).join(PupilRow).where(PupilRow.pupil_code == pupils[0].pupil_code)
    assert set(school.session.scalars(years)) == {str(LAST_YEAR), str(YEAR)}


def test_the_list_updates_such_a_pupil_and_shows_only_what_it_says_itself(
    school: Registered, other: Registered
) -> None:
    before, _ = done_elsewhere(other)
    now = replace(before, full_name="Lê Thị Mới", current_address="Phường Mẫu Mới")
    comparison = compared(school, intake(now))
    assert comparison.classes[0].pupils[0].changes == (
        FieldChange(PupilField.FULL_NAME, "", "Lê Thị Mới"),
        FieldChange(PupilField.CURRENT_ADDRESS, "", "Phường Mẫu Mới"),
    )
    [note] = comparison.notes
    assert (note.field, "sửa theo danh sách" in note.message) == (PupilField.PUPIL_CODE, True)
    assert not [each for each in (before.full_name, before.current_address) if each in repr(comparison)]
    school.enter(*intake(now))
    row = school.session.scalars(select(PupilRow).where(PupilRow.pupil_code == now.pupil_code)).one()
    assert (row.full_name, row.current_address) == ("Lê Thị Mới", "Phường Mẫu Mới")


def test_from_then_on_the_pupil_is_the_new_school_s(school: Registered, other: Registered) -> None:
    pupil, _ = done_elsewhere(other)
    school.enter(*intake(pupil))
    renamed = replace(pupil, full_name="Lê Thị Mới")
    [effect] = compared(school, intake(renamed)).classes[0].pupils
    assert effect.changes == (FieldChange(PupilField.FULL_NAME, pupil.full_name, "Lê Thị Mới"),)
    [told] = messages(compared(other, intake(renamed, year=LAST_YEAR)))
    assert "trường khác" in told


@pytest.mark.parametrize("by", ["personal_id", "pupil_code"])
def test_an_id_that_does_not_fit_is_refused_without_the_other_one(
    school: Registered, other: Registered, by: str
) -> None:
    before, _ = done_elsewhere(other)
    changed: dict[str, Any] = {by: getattr(school.newcomer, by), "full_name": "Lê Văn Dò"}
    named = replace(before, **changed)
    comparison = compared(school, intake(named))
    assert len(comparison.clashes) == 1
    hidden = (getattr(before, by), before.full_name, "số 2")
    assert not [each for each in hidden if each in repr(comparison)]


@pytest.mark.parametrize("year", [YEAR, NEXT_YEAR])
def test_who_is_at_another_school_in_that_year_or_later_stays_theirs(
    school: Registered, other: Registered, year: SchoolYear
) -> None:
    pupil, _ = done_elsewhere(other, year)
    [told] = messages(compared(school, intake(pupil), today=date(2029, 1, 1)))
    assert "đã thuộc một học sinh của trường khác" in told


def test_nobody_is_taken_while_the_year_elsewhere_is_running(school: Registered, other: Registered) -> None:
    pupil, _ = done_elsewhere(other, YEAR)
    lists = intake(pupil, year=NEXT_YEAR)
    assert "trường khác" in messages(compared(school, lists))[0]
    assert messages(compared(school, lists, today=SUMMER)) == []
