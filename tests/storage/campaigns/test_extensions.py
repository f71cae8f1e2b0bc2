"""Moves of deadlines as offices look back on them: each sees what concerns it, and what a newer policy replaced."""

from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from domain.campaigns.phases import Cohort, Step
from domain.errors import NotFound
from storage.campaigns import decisions, dues, extensions, offices
from storage.campaigns.decisions import Move
from tests.office import OfficeWorld, make_office

AT = datetime(2027, 6, 20, 5, tzinfo=UTC)
TODAY = date(2027, 6, 20)
MOVED_ON = date(2027, 6, 15)


@pytest.fixture
def office(db: Session) -> OfficeWorld:
    return make_office(db)


def move(
    office: OfficeWorld, number: str, by: UUID | None = None, *, at: datetime = AT, ward: int = -1, school: int = -1
) -> None:
    authority_id = office.wards[ward] if ward >= 0 else None
    school_id = office.schools[school] if school >= 0 else None
    wanted = Move(
        uuid4(), office.campaign.id, Step.ISSUE, Cohort.ALL, date(2027, 6, 30), number, "Bão số 5",
        office.people["head"], by or office.city, authority_id, school_id,
    )  # fmt: skip
    decisions.decide(office.session, wanted, at)


def seen(office: OfficeWorld, by: UUID, day: date = TODAY) -> list[str]:
    return [each.decision_no for each in extensions.decided(office.session, office.campaign, by, day)]


def test_an_office_sees_what_concerns_its_schools_and_no_other_offices(office: OfficeWorld) -> None:
    move(office, "all")
    for ward in range(2):
        move(office, f"ward {ward}", ward=ward)
    for school in range(3):
        move(office, f"school {school}", school=school)
    assert seen(office, office.city) == ["school 2", "school 1", "school 0", "ward 1", "ward 0", "all"]
    assert seen(office, office.wards[0]) == ["school 1", "school 0", "ward 0", "all"]
    assert seen(office, office.wards[1]) == ["school 2", "ward 1", "all"]


def test_a_move_for_the_schools_of_the_authority_over_it_concerns_an_office(office: OfficeWorld) -> None:
    move(office, "city")
    decisions.newest(office.session, office.campaign.id)[0].authority_id = office.city
    office.session.flush()
    assert seen(office, office.wards[1]) == ["city"]


def test_decisions_about_a_school_go_with_the_school(office: OfficeWorld) -> None:
    move(office, "school", school=0)
    offices.move_school(office.session, office.schools[0], office.wards[1], MOVED_ON)
    assert seen(office, office.wards[0]) == []
    assert seen(office, office.wards[1]) == ["school"]
    assert seen(office, office.city) == ["school"]


def test_a_decision_that_a_newer_policy_replaced_is_void(office: OfficeWorld) -> None:
    move(office, "older")
    office.campaign.base_version = dues.next_version(office.session)
    move(office, "newer")
    found = extensions.decided(office.session, office.campaign, office.city, TODAY)
    assert [(each.decision_no, each.is_void) for each in found] == [("newer", False), ("older", True)]


def test_whose_school_it_is_is_asked_of_the_day_in_vietnam(office: OfficeWorld) -> None:
    offices.move_school(office.session, office.schools[0], office.wards[1], MOVED_ON)
    first_hour = datetime(2027, 6, 14, 18, tzinfo=UTC)  # one in the morning of the day
    with pytest.raises(NotFound):
        move(office, "former", office.wards[0], at=first_hour, school=0)
    move(office, "new", office.wards[1], at=first_hour, school=0)
    assert seen(office, office.wards[1]) == ["new"]
