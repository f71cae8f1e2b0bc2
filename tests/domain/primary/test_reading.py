"""From the cells of the year's end to what the rule looks at, with a supplementary assessment (art. 11)."""

from collections.abc import Mapping

import pytest

from domain.assessment import EXEMPT
from domain.curriculum import HOMEROOM, Curriculum
from domain.entry import CellKey
from domain.errors import Incomplete
from domain.primary.levels import OverallResult
from domain.primary.reading import latest, year_assessment
from domain.primary.year import YearAssessment
from domain.scales import CellKind
from tests.domain.primary.samples import (
    CHT,
    GRADE_1,
    GRADE_4,
    GRADE_5,
    HT,
    HTT,
    HTXS,
    POOR,
    C,
    H,
    judge,
    level,
    score,
    slots,
)

WEAK = {level("toan"): "C", score("toan"): "4"}


def read(curriculum: Curriculum, changes: Mapping[CellKey, str] | None = None) -> YearAssessment:
    entered = slots(curriculum, changes=changes)
    return year_assessment(curriculum, entered, entered[HOMEROOM])


@pytest.mark.parametrize(
    ("curriculum", "tested", "competencies"), [(GRADE_1, 2, 8), (GRADE_4, 7, 10), (GRADE_5, 7, 10)]
)
def test_everything_is_gathered_in_the_order_of_the_form(
    curriculum: Curriculum, tested: int, competencies: int
) -> None:
    assessed = read(curriculum)
    assert [row.name for row in assessed.subjects] == [each.name for each in curriculum.subjects]
    assert [trait.name for trait in assessed.traits] == [each.name for each in curriculum.traits]
    assert sum(row.tested for row in assessed.subjects) == tested
    assert (len(assessed.qualities), len(assessed.competencies)) == (5, competencies)
    assert judge(assessed).result is HTXS


def test_the_middle_of_the_year_decides_nothing() -> None:
    middle = {level("toan", "mid_hk2"): "C", score("toan", "mid_hk2"): "0", level("nhan_ai", "mid_hk2"): "C"}
    assert judge(read(GRADE_4, middle)).result is HTXS


def test_a_subject_is_told_from_the_competency_of_the_same_code() -> None:
    assessed = read(GRADE_4)
    entered = slots(GRADE_4)
    homeroom = {**entered[HOMEROOM], level("khoa_hoc"): "C"}
    changed = year_assessment(GRADE_4, entered, homeroom)
    assert changed.subjects == assessed.subjects
    assert [trait.level for trait in changed.competencies if trait.name == "Khoa học"] == [POOR]


@pytest.mark.parametrize(
    ("summer", "expected"),
    [
        ({}, CHT),
        ({level("toan", "summer"): "H", score("toan", "summer"): "5"}, HT),
        ({level("toan", "summer"): "H", score("toan", "summer"): "4"}, CHT),
        ({level("toan", "summer"): "C", score("toan", "summer"): "6"}, CHT),
        ({level("toan", "summer"): "H"}, CHT),  # the year's 4 still stands
        ({score("toan", "summer"): "8"}, CHT),  # so does the year's level C
        ({level("toan", "summer"): "T", score("toan", "summer"): "9"}, HTXS),
        ({level("toan", "summer"): "T", score("toan", "summer"): "7"}, HTT),
    ],
)
def test_a_supplementary_assessment_takes_the_place_of_the_years_end(
    summer: Mapping[CellKey, str], expected: OverallResult
) -> None:
    assert judge(read(GRADE_1, {**WEAK, **summer})).result is expected


def test_a_quality_is_assessed_again_too() -> None:
    weak = {level("cham_chi"): "C"}
    assert judge(read(GRADE_1, weak)).result is CHT
    assert judge(read(GRADE_1, {**weak, level("cham_chi", "summer"): "Đ"})).result is HT
    assert judge(read(GRADE_1, {**weak, level("cham_chi", "summer"): "C"})).result is CHT


def test_what_counts_for_the_year_is_the_latest() -> None:
    values = {level("toan"): "C", level("toan", "summer"): "", score("toan", "summer"): "6"}
    assert latest(values, "toan", CellKind.LEVEL) == "C"
    assert latest(values, "toan", CellKind.SCORE) == "6"
    assert latest(values, "tieng_viet", CellKind.LEVEL) == ""


def test_an_exempt_subject_needs_no_score() -> None:
    assessed = read(GRADE_1, {level("toan"): "M", score("toan"): ""})
    assert judge(assessed).result is HTXS
    assert read(GRADE_1, {score("toan"): "M"}).subjects[1].score is EXEMPT


def test_every_missing_level_is_named() -> None:
    gaps = {level("toan"): "", level("am_nhac"): "", level("nhan_ai"): "", level("ngon_ngu"): ""}
    with pytest.raises(Incomplete, match=r"^Chưa có mức cuối năm học: Toán, Âm nhạc, Nhân ái, Ngôn ngữ\.$"):
        read(GRADE_1, gaps)


def test_a_missing_score_is_named_when_the_year_is_judged() -> None:
    assessed = read(GRADE_4, {score("khoa_hoc"): "", score("tin_hoc"): ""})
    with pytest.raises(Incomplete, match=r"điểm kiểm tra cuối năm học: Khoa học, Tin học\.$"):
        judge(assessed)


def test_levels_and_scores_come_as_they_were_entered() -> None:
    assessed = read(GRADE_1, {level("toan"): "H", score("toan"): "6", level("dao_duc"): "C"})
    rows = {row.name: (row.level, row.score) for row in assessed.subjects}
    assert rows["Toán"] == (H, 6)
    assert rows["Đạo đức"] == (C, None)


def test_a_plan_of_his_own_is_passed_on() -> None:
    entered = slots(GRADE_1)
    assert year_assessment(GRADE_1, entered, entered[HOMEROOM], individual_plan=True).individual_plan
