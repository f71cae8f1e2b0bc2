"""A chain's order, states and what lies between records."""

import pytest

from domain.chains import (
    GapLink,
    Happened,
    Link,
    LinkEvent,
    LinkKind,
    LinkState,
    MoveLink,
    PaperLink,
    between,
    is_told_in_order,
    overlapping,
    place_of,
    replacement,
    state_of,
    unsettled,
)
from domain.documents import SchoolingLine

ISSUED, RECALLED, SUPERSEDED, MOVED = Happened


def line(year: int, school: str, arrived_on: str = "") -> SchoolingLine:
    return SchoolingLine(f"{year}-{year + 1}", "1A", school, "Thành phố Hồ Chí Minh", arrived_on)


def record(year: int, version: int = 1) -> PaperLink:
    return PaperLink(
        LinkKind.YEAR_RECORD, f"{year}-{year + 1}", f"uid {year}", version, "1A", "79000701", "Trường A",
        f"CODE{year}{version}", "0" * 64, LinkState.IN_FORCE, "", (),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ((), LinkState.NOT_LOGGED),
        ((RECALLED,), LinkState.NOT_LOGGED),
        ((ISSUED,), LinkState.IN_FORCE),
        ((ISSUED, MOVED), LinkState.IN_FORCE),
        ((ISSUED, SUPERSEDED), LinkState.SUPERSEDED),
        ((ISSUED, RECALLED, SUPERSEDED), LinkState.RECALLED),
        ((ISSUED, RECALLED, MOVED), LinkState.RECALLED),
    ],
)
def test_a_paper_stands_as_its_events_say(events: tuple[Happened, ...], state: LinkState) -> None:
    assert state_of(events) is state


def test_links_stand_by_year_then_kind_then_version() -> None:
    move = MoveLink(LinkKind.MOVE, "2024-2025", "2024-09-15", "Trường A", "Trường B")
    gap = GapLink(LinkKind.NO_RECORD, "2023-2024", "1A", "Trường A")
    links: list[Link] = [record(2024, 2), record(2024), move, record(2022), gap]
    assert sorted(links, key=place_of) == [record(2022), gap, move, record(2024), record(2024, 2)]


def test_a_version_is_replaced_by_the_next_of_its_record() -> None:
    links = [record(2023), record(2023, 2), record(2024)]
    assert [replacement(each, links) for each in links] == ["CODE20232", "", ""]


def test_moves_and_years_without_a_record_follow_from_the_schooling_history() -> None:
    lines = (line(2022, "A"), line(2023, "A"), line(2023, "B", "2023-11-02"), line(2024, "B"))
    assert between(lines, ["2022-2023", "2024-2025"]) == [
        MoveLink(LinkKind.MOVE, "2023-2024", "2023-11-02", "A", "B"),
        GapLink(LinkKind.NO_RECORD, "2023-2024", "1A", "B"),
    ]
    assert between((), ["2022-2023"]) == []


@pytest.mark.parametrize(
    ("lines", "year"),
    [
        ((line(2022, "A"), line(2023, "B", "2023-08-20"), line(2024, "C", "2024-09-15")), None),
        ((line(2022, "A"), line(2022, "B", "2022-11-01"), line(2022, "A", "2023-02-01")), None),
        ((line(2022, "A"), line(2022, "B", "2022-11-01"), line(2022, "A", "2022-10-01")), "2022-2023"),
        ((line(2022, "A"), line(2023, "B", "2022-11-01")), "2023-2024"),
        ((line(2023, "A"), line(2022, "B")), "2022-2023"),
    ],
)
def test_nobody_is_at_two_schools_at_once(lines: tuple[SchoolingLine, ...], year: str | None) -> None:
    assert overlapping(lines) == year


def test_a_move_within_a_year_needs_its_day() -> None:
    assert unsettled((line(2022, "A"), line(2022, "B"))) == "2022-2023"
    assert unsettled((line(2022, "A"), line(2022, "B", "2022-11-01"), line(2023, "C"))) is None


def told(*events: tuple[Happened, int, int]) -> bool:
    return is_told_in_order([LinkEvent(kind, f"2027-05-0{day}", place) for kind, day, place in events])


def test_a_paper_is_issued_first_and_nothing_happens_twice() -> None:
    assert told()
    assert told((ISSUED, 1, 3), (RECALLED, 2, 4))
    for events in (
        ((RECALLED, 1, 3), (ISSUED, 2, 4)),
        ((ISSUED, 2, 3), (RECALLED, 1, 4)),
        ((ISSUED, 1, 4), (RECALLED, 2, 3)),
        ((ISSUED, 1, 3), (ISSUED, 2, 4)),
    ):
        assert not told(*events)
