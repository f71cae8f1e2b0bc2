"""Whatever school is written, reading it gives that school again."""

from dataclasses import fields

from hypothesis import given, settings

from domain.rostering import Roster
from interchange.oneroster.archive import read_archive
from interchange.oneroster.incoming import read_roster
from interchange.oneroster.outgoing import write_package
from tests.rostering import ROSTER, rosters


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


def test_no_more_is_told_than_another_system_needs() -> None:
    users, *_ = (data.decode() for name, data in read_archive(write_package(ROSTER)).items() if name == "users.csv")
    for line in users.splitlines()[1:]:
        cells = line.split(",")
        filled = {heading for heading, cell in zip(users.splitlines()[0].split(","), cells, strict=True) if cell}
        assert filled <= {
            "sourcedId", "enabledUser", "username", "givenName", "familyName", "middleName", "identifier",
            "metadata.hocba.fullName", "metadata.hocba.personalId",
        }  # fmt: skip
