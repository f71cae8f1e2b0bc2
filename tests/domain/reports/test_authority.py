"""Where a pupil counts in an authority's numbers."""

from typing import Any

import pytest

from domain.assessment import Term
from domain.entered import Entered
from domain.primary.paper import PrimaryPapers
from domain.reports.authority import (
    COMMENDATION,
    CONDUCT,
    IN_BOOK,
    LEARNING,
    NOT_ASSESSED,
    PUPILS,
    RESULT,
    YEAR,
    Place,
    places_of,
    tally,
    unknown,
)
from domain.rules.school_levels import SchoolLevel
from domain.secondary.paper import SecondaryPapers
from tests.domain.primary import samples as primary
from tests.domain.secondary.entered import GRADE_7, term, year

HK1, YEAR_END = Term
BOOK: Place = (PUPILS, IN_BOOK)
WAIVED: Place = (PUPILS, NOT_ASSESSED)
COMMENDED: Place = (COMMENDATION, "Có danh hiệu")
LOW = {"toan": "3", "ngoai_ngu_1": "4"}


@pytest.mark.parametrize(
    ("level", "which", "groups"),
    [
        ("primary", HK1, {PUPILS: 3}),
        ("primary", YEAR_END, {PUPILS: 3, RESULT: 4, YEAR: 5, COMMENDATION: 1}),
        ("lower_secondary", HK1, {PUPILS: 3, LEARNING: 4, CONDUCT: 4}),
        ("upper_secondary", YEAR_END, {PUPILS: 3, LEARNING: 4, CONDUCT: 4, YEAR: 5, COMMENDATION: 1}),
    ],
)
def test_each_level_has_the_columns_of_its_circular(level: str, which: Term, groups: dict[str, int]) -> None:
    places = places_of(SchoolLevel(level), which)
    assert len(set(places)) == len(places)
    assert {group: sum(place[0] == group for place in places) for group in dict(places)} == groups


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({}, [BOOK, (RESULT, "Hoàn thành xuất sắc"), (YEAR, "Lên lớp"), COMMENDED]),
        (
            {"changes": {primary.level("toan"): "H"}},
            [BOOK, (RESULT, "Hoàn thành"), (YEAR, "Lên lớp")],
        ),
        (
            {"changes": {primary.level("toan"): "C"}},
            [BOOK, (RESULT, "Chưa hoàn thành"), (YEAR, "Chưa lên lớp")],
        ),
        ({"assessment_waived": True}, [BOOK, WAIVED, (YEAR, "Chờ quyết định")]),
    ],
)
def test_a_primary_pupil_counts_by_the_years_result(more: dict[str, Any], counted: list[Place]) -> None:
    papers = PrimaryPapers(primary.GRADE_1, YEAR_END)
    assert list(tally(papers, primary.pupil(primary.GRADE_1, **more))) == counted
    assert set(counted) <= set(places_of(SchoolLevel.PRIMARY, YEAR_END))


def test_a_primary_first_term_has_no_result() -> None:
    assert tally(PrimaryPapers(primary.GRADE_1, HK1), primary.pupil(primary.GRADE_1, HK1)) == (BOOK,)


@pytest.mark.parametrize(
    ("more", "counted"),
    [
        ({}, [BOOK, (LEARNING, "Tốt"), (CONDUCT, "Tốt"), (YEAR, "Lên lớp"), COMMENDED]),
        ({"marks": LOW}, [BOOK, (LEARNING, "Chưa đạt"), (CONDUCT, "Tốt"), (YEAR, "Kiểm tra lại")]),
        (
            {"marks": LOW, "summer": {"toan": "5"}},
            [BOOK, (LEARNING, "Đạt"), (CONDUCT, "Tốt"), (YEAR, "Lên lớp")],
        ),
        ({"assessment_waived": True}, [BOOK, WAIVED, (CONDUCT, "Tốt"), (YEAR, "Chờ quyết định")]),
    ],
)
def test_a_secondary_pupil_counts_by_the_results_that_were_decided_on(
    more: dict[str, Any], counted: list[Place]
) -> None:
    papers = SecondaryPapers(GRADE_7, GRADE_7, YEAR_END)
    assert list(tally(papers, year(GRADE_7, **more))) == counted
    assert set(counted) <= set(places_of(SchoolLevel.LOWER_SECONDARY, YEAR_END))


def test_a_secondary_first_term_has_its_two_results() -> None:
    papers = SecondaryPapers(GRADE_7, GRADE_7, HK1)
    assert tally(papers, term(GRADE_7, conduct="K")) == (BOOK, (LEARNING, "Tốt"), (CONDUCT, "Khá"))


@pytest.mark.parametrize(
    "papers", [PrimaryPapers(primary.GRADE_1, YEAR_END), SecondaryPapers(GRADE_7, GRADE_7, YEAR_END)]
)
def test_who_cannot_be_judged_counts_as_not_known(papers: PrimaryPapers | SecondaryPapers) -> None:
    assert tally(papers, Entered()) == unknown() == (BOOK, (PUPILS, "Chưa đủ dữ liệu"))
