"""On which list of the year's end a pupil stands, at both levels."""

from typing import Any

import pytest

from domain.assessment import Term
from domain.entered import Entered
from domain.entry import CONDUCT
from domain.primary.paper import PrimaryPapers
from domain.reports.year_lists import YearList, year_verdict
from domain.secondary.paper import SecondaryPapers
from tests.domain.primary import samples as primary
from tests.domain.secondary.entered import GRADE_7, GRADE_9, year

PRIMARY = PrimaryPapers(primary.GRADE_5, Term.YEAR_END)
SECONDARY = SecondaryPapers(GRADE_7, GRADE_7, Term.YEAR_END)
LAST = SecondaryPapers(GRADE_9, GRADE_9, Term.YEAR_END)
WEAK = {primary.level("toan"): "C"}
LOW = {"toan": "3", "ngoai_ngu_1": "4"}
COMPLETED, NOT_COMPLETED = "Hoàn thành chương trình tiểu học", "Chưa hoàn thành chương trình tiểu học"


@pytest.mark.parametrize(
    ("more", "which", "text", "title"),
    [
        ({}, "promoted", COMPLETED, "Học sinh Xuất sắc"),
        ({"changes": {primary.score("toan"): "8"}}, "promoted", COMPLETED, ""),
        ({"changes": WEAK}, "not_promoted", NOT_COMPLETED, ""),
        ({"changes": WEAK, "promoted": False}, "not_promoted", NOT_COMPLETED, ""),
        ({"assessment_waived": True}, "undecided", "Thực hiện theo kế hoạch giáo dục cá nhân", ""),
        (
            {"assessment_waived": True, "promoted": False},
            "not_promoted",
            "Thực hiện theo kế hoạch giáo dục cá nhân",
            "",
        ),
    ],
)
def test_a_primary_pupil_is_promoted_or_not_yet(more: dict[str, Any], which: str, text: str, title: str) -> None:
    verdict = year_verdict(PRIMARY, primary.pupil(primary.GRADE_5, **more))
    assert (verdict.which, verdict.text, verdict.title) == (YearList(which), text, title)
    assert verdict.reason


def test_the_principals_decision_promotes() -> None:
    verdict = year_verdict(PRIMARY, primary.pupil(primary.GRADE_5, changes=WEAK, promoted=True))
    assert verdict.which is YearList.PROMOTED
    assert verdict.text.endswith("được lên lớp theo quyết định của Hiệu trưởng")


@pytest.mark.parametrize(
    ("more", "which", "text"),
    [
        ({}, "promoted", "Được lên lớp 8"),
        ({"marks": LOW}, "retest", "Kiểm tra, đánh giá lại trong kì nghỉ hè"),
        ({"marks": LOW, "summer": {"toan": "5"}}, "promoted", "Được lên lớp 8"),
        ({"conduct": ("T", "CĐ")}, "summer_training", "Rèn luyện trong kì nghỉ hè"),
        ({"conduct": ("T", "CĐ"), "summer": {CONDUCT: "CĐ"}}, "not_promoted", "Không được lên lớp"),
        ({"absent_excused": 46}, "not_promoted", "Không được lên lớp"),
        ({"assessment_waived": True}, "undecided", "Hiệu trưởng xem xét, quyết định việc lên lớp"),
        ({"assessment_waived": True, "promoted": True}, "promoted", "Được lên lớp 8"),
    ],
)
def test_a_secondary_pupil_stands_where_the_outcome_says(more: dict[str, Any], which: str, text: str) -> None:
    verdict = year_verdict(SECONDARY, year(GRADE_7, **more))
    assert (verdict.which, verdict.text) == (YearList(which), text)


def test_completing_a_level_is_on_the_list_of_those_promoted() -> None:
    verdict = year_verdict(LAST, year(GRADE_9))
    assert (verdict.which, verdict.title) == (YearList.PROMOTED, "Học sinh Giỏi")
    assert verdict.text == "Hoàn thành chương trình trung học cơ sở"


@pytest.mark.parametrize("papers", [PRIMARY, SECONDARY])
def test_who_cannot_be_judged_is_on_a_list_of_its_own_with_the_reason(papers: PrimaryPapers | SecondaryPapers) -> None:
    verdict = year_verdict(papers, Entered())
    assert (verdict.which, verdict.text, verdict.title) == (YearList.UNKNOWN, "", "")
    assert verdict.reason.startswith("Chưa có")
