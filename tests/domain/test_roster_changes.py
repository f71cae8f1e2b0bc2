"""What a roster changes: it adds, fills in and ends, and is then content."""

from dataclasses import fields, replace
from datetime import date

import pytest
from hypothesis import given, settings

from domain.calendar import SchoolYear
from domain.roster_changes import Fate, RosterChanges, compare, conflicts
from domain.rostering import EMPTY, Enrolment, Group, Period, Pupil, Roster
from tests.rostering import GROUP, MUSICIAN, ROSTER, assignment, person_id, rosters

AN = ROSTER.pupils[0]
TENTH = replace(GROUP.key, name="10A1")
ELECTIVES = ("dia_li", "hoa_hoc", "tin_hoc", "vat_li")


def fates(changes: RosterChanges, kind: str) -> set[Fate]:
    return {fate for _, fate in getattr(changes, kind).parts}


def after(changes: RosterChanges) -> Roster:
    return Roster(**{kind.name: tuple(getattr(changes, kind.name).after) for kind in fields(changes)})


@settings(deadline=None)
@given(rosters(), rosters())
def test_a_roster_taken_over_has_nothing_more_to_say(current: Roster, wanted: Roster) -> None:
    once = after(compare(current, wanted))
    again = compare(once, wanted)
    for kind in fields(again):
        assert not fates(again, kind.name) & {Fate.ADDED, Fate.CHANGED}
        assert set(getattr(after(again), kind.name)) == set(getattr(once, kind.name))


def test_everything_is_new_to_an_empty_database() -> None:
    changes = compare(EMPTY, ROSTER)
    assert all(fates(changes, kind.name) == {Fate.ADDED} for kind in fields(changes))
    assert after(changes) == ROSTER


@pytest.mark.parametrize(
    ("said", "is_settled", "fate", "name", "place"),
    [
        ({}, False, Fate.UNCHANGED, AN.full_name, AN.place_of_birth),
        ({"place_of_birth": ""}, False, Fate.UNCHANGED, AN.full_name, AN.place_of_birth),
        ({"full_name": "Lê An"}, False, Fate.CHANGED, "Lê An", AN.place_of_birth),
        ({"full_name": "Lê An"}, True, Fate.KEPT, AN.full_name, AN.place_of_birth),
    ],
)
def test_a_pupil_follows_the_roster_unless_papers_are_signed(
    said: dict[str, str], fate: Fate, name: str, place: str, *, is_settled: bool
) -> None:
    wanted = replace(ROSTER, pupils=(replace(AN, **said),))  # type: ignore[arg-type]  # only texts change
    [(pupil, found), *_] = compare(ROSTER, wanted, {AN.code} if is_settled else ()).pupils.parts
    assert (found, pupil.full_name, pupil.place_of_birth) == (fate, name, place)


def test_what_was_missing_is_filled_in_even_then() -> None:
    current = replace(ROSTER, pupils=(replace(AN, personal_id=""),), enrolments=ROSTER.enrolments[:1])
    left = replace(ROSTER.enrolments[0], left_on=date(2026, 12, 1), order_no=7)
    changes = compare(current, replace(ROSTER, pupils=(AN,), enrolments=(left,)), {AN.code})
    assert changes.pupils.parts == ((AN, Fate.CHANGED),)
    assert changes.enrolments.parts == ((replace(ROSTER.enrolments[0], left_on=left.left_on), Fate.CHANGED),)


def test_an_end_is_told_once() -> None:
    [held] = ROSTER.positions

    def until(last: date) -> Roster:
        return replace(ROSTER, positions=(replace(held, period=Period.of_days(held.period.first_day, last)),))

    ended = until(date(2026, 12, 31))
    assert compare(ROSTER, ended).positions.parts == ((ended.positions[0], Fate.CHANGED),)
    assert fates(compare(ended, until(date(2027, 1, 31))), "positions") == {Fate.KEPT}
    assert fates(compare(ended, ROSTER), "positions") == {Fate.KEPT}


def test_the_same_person_may_come_back() -> None:
    [held] = ROSTER.positions
    back = replace(held, period=Period.of_days(date(2027, 3, 1), None))
    ended = replace(held, period=Period.of_days(held.period.first_day, date(2026, 12, 31)))
    changes = compare(replace(ROSTER, positions=(ended,)), replace(ROSTER, positions=(ended, back)))
    assert changes.positions.parts == ((ended, Fate.UNCHANGED), (back, Fate.ADDED))


@pytest.mark.parametrize("kind", [kind.name for kind in fields(Roster)])
def test_what_is_not_named_stays(kind: str) -> None:
    changes = compare(ROSTER, replace(ROSTER, **{kind: ()}))
    assert fates(changes, kind) == {Fate.ABSENT}
    assert after(changes) == ROSTER
    assert conflicts(ROSTER, EMPTY, changes) == []


def other(**changes: str) -> Pupil:
    return replace(AN, **changes)  # type: ignore[arg-type]  # only texts change


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        (replace(EMPTY, pupils=(other(personal_id=person_id(77)),)), "có số định danh khác"),
        (replace(EMPTY, pupils=(other(code="7926000099"),)), "có cùng số định danh cá nhân"),
        (replace(EMPTY, enrolments=(Enrolment(replace(GROUP.key, name="1A2"), AN.code),)), "đang học cả lớp 1A1"),
        (replace(EMPTY, positions=(replace(ROSTER.positions[0], personal_id=MUSICIAN),)), "chức vụ Hiệu trưởng"),
        (replace(EMPTY, assignments=(replace(ROSTER.assignments[1], personal_id=MUSICIAN),)), "phần việc “tieng_viet”"),
        (replace(EMPTY, assignments=(assignment("vat_li"),)),
         "Chưa phân công được môn “vat_li”: lớp 1A1 (trường 79760009) không học môn này."),
        (replace(EMPTY, groups=(Group(TENTH, 10, ("vat_li",)),)),
         "Chưa ghi được lớp 10A1 (trường 79760009): Lớp 10 phải có đúng 4 môn lựa chọn, hiện có 1."),
        (replace(EMPTY, groups=(Group(TENTH, 10, ELECTIVES, ("am_nhac",)),)), "không học chuyên đề của môn: am_nhac"),
        (replace(EMPTY, groups=(Group(replace(TENTH, year=SchoolYear(2019)), 1),)), "Chưa có quy tắc đánh giá"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("settled", [(), (AN.code,)], ids=["open", "signed"])
def test_a_contradiction_is_said(wanted: Roster, sentence: str, settled: tuple[str, ...]) -> None:
    [found] = conflicts(ROSTER, wanted, compare(ROSTER, wanted, settled))
    assert sentence in found
