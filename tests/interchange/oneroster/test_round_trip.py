"""Whatever school is written, reading it gives that school again."""

from dataclasses import fields, replace
from datetime import date, timedelta

from hypothesis import given, settings

from domain.rostering import Period, Roster
from interchange.oneroster.archive import read_archive
from interchange.oneroster.incoming import read_roster
from interchange.oneroster.outgoing import write_package
from tests.interchange.oneroster.drafts import Draft
from tests.rostering import FIRST, LAST, ROSTER, rosters


@settings(deadline=None)
@given(rosters())
def test_a_roster_comes_back_as_it_was(roster: Roster) -> None:
    package = write_package(roster)
    received = read_roster(package)
    assert not received.has_errors, received.problems
    for kind in fields(roster):
        assert set(getattr(received.roster, kind.name)) == set(getattr(roster, kind.name))
    assert {each.code: each.uid for each in received.roster.pupils} == {each.code: each.uid for each in roster.pupils}
    assert write_package(roster) == package


def test_an_end_is_the_day_after_the_last() -> None:
    """1EdTech OneRoster 1.2.1, CSV Binding: endDate of sessions, roles and enrolments is exclusive."""
    [head] = ROSTER.positions
    ended = replace(head, period=Period.of_days(FIRST, date(2026, 12, 31)))
    tables = Draft.of(replace(ROSTER, positions=(ended,))).tables
    assert tables["academicSessions"][0]["endDate"] == (LAST + timedelta(days=1)).isoformat()
    assert (tables["roles"][0]["beginDate"], tables["roles"][0]["endDate"]) == ("2026-09-05", "2027-01-01")


def test_a_school_whose_people_are_still_to_come_has_no_files_of_people() -> None:
    roster = replace(ROSTER, staff=(), positions=(), assignments=(), pupils=(), enrolments=())
    package = write_package(roster)
    assert set(read_archive(package)) == {
        "manifest.csv", "orgs.csv", "academicSessions.csv", "courses.csv", "classes.csv",
    }  # fmt: skip
    received = read_roster(package)
    assert (received.roster, received.problems) == (roster, ())


def test_no_more_is_told_than_another_system_needs() -> None:
    users, *_ = (data.decode() for name, data in read_archive(write_package(ROSTER)).items() if name == "users.csv")
    for line in users.splitlines()[1:]:
        cells = line.split(",")
        filled = {heading for heading, cell in zip(users.splitlines()[0].split(","), cells, strict=True) if cell}
        assert filled <= {
            "sourcedId", "enabledUser", "username", "givenName", "familyName", "middleName", "identifier",
            "metadata.hocba.fullName", "metadata.hocba.personalId", "metadata.hocba.consents",
        }  # fmt: skip
