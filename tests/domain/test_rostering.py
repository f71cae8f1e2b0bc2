"""Periods, seats, and what of a roster is in use."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from domain.errors import Invalid
from domain.rostering import Office, Period, Position, StaffMember, double_booked, in_use
from tests.rostering import CITY, PRINCIPAL, ROSTER, SCHOOL, TEACHER, assignment

DAY, NEXT, LATER = date(2026, 9, 5), date(2026, 9, 6), date(2026, 10, 1)


def head(personal_id: str, first: date, last: date | None = None, office: Office = Office.PRINCIPAL) -> Position:
    return Position(SCHOOL, personal_id, office, office.label, Period.of_days(first, last))


def test_days_are_those_of_vietnam() -> None:
    period = Period.of_days(DAY, NEXT)
    assert period == Period(datetime(2026, 9, 4, 17, tzinfo=UTC), datetime(2026, 9, 6, 17, tzinfo=UTC))
    assert (period.first_day, period.last_day) == (DAY, NEXT)
    assert Period.of_days(DAY, None).last_day is None


def test_days_in_the_wrong_order_are_refused() -> None:
    assert Period.of_days(DAY, DAY).last_day == DAY
    with pytest.raises(Invalid, match="05/09/2026 đứng trước ngày bắt đầu 06/09/2026"):
        Period.of_days(NEXT, DAY)


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        ((DAY, DAY), (NEXT, None), False),
        ((DAY, NEXT), (NEXT, None), True),
        ((DAY, None), (LATER, LATER), True),
        ((DAY, None), (NEXT, None), True),
    ],
)
def test_periods_overlap_both_ways(
    one: tuple[date, date | None], other: tuple[date, date | None], *, overlap: bool
) -> None:
    first, second = Period.of_days(*one), Period.of_days(*other)
    assert first.overlaps(second) is second.overlaps(first) is overlap


@pytest.mark.parametrize(
    ("posts", "booked"),
    [
        ([head("1", DAY, DAY), head("2", NEXT)], []),
        ([head("1", DAY), head("2", NEXT)], ["2"]),
        ([head("2", NEXT), head("1", DAY)], ["2"]),
        ([head("1", DAY), head("2", NEXT, NEXT), head("3", LATER)], ["2", "3"]),
        ([head("1", DAY, LATER), head("2", DAY, DAY), head("3", LATER)], ["2", "3"]),
        ([head("1", DAY, office=Office.SEAL_CLERK), head("2", DAY, office=Office.SEAL_CLERK)], []),
    ],
)
def test_a_seat_is_one_person_s_at_a_time(posts: list[Position], booked: list[str]) -> None:
    assert [post.personal_id for post in double_booked(posts)] == booked


def test_several_may_share_a_subject_and_one_of_them_signs() -> None:
    shared = [assignment("toan"), assignment("toan", PRINCIPAL, is_signer=False)]
    assert double_booked(shared) == []
    assert double_booked([*shared, assignment("toan", PRINCIPAL)]) == [assignment("toan", PRINCIPAL)]


def test_what_nobody_uses_in_the_year_is_left_out() -> None:
    idle = StaffMember(ROSTER.staff[0].uid, SCHOOL, "079185000099", "Không Việc")
    former = head(TEACHER, date(2020, 1, 1), date(2021, 1, 1))
    distant = replace(CITY, code="city_department/Sở Khác")
    roster = replace(
        ROSTER,
        staff=(*ROSTER.staff, idle),
        positions=(*ROSTER.positions, former),
        authorities=(*ROSTER.authorities, distant),
    )
    assert in_use(roster) == ROSTER
