"""The year's result by Circular 27/2020 art. 8 and 9, at and around every boundary."""

from dataclasses import replace

import pytest

from domain.assessment import EXEMPT, Score
from domain.errors import Incomplete, Invalid
from domain.primary.levels import QualityLevel, SubjectLevel
from domain.primary.year import INDIVIDUAL_PLAN
from tests.domain.primary.samples import GOOD, MET, POOR, C, H, M, T, judge, year


@pytest.mark.parametrize(
    ("levels", "traits", "scores", "expected"),
    [
        ((T, T, T), (GOOD, GOOD), (10, 10), "HTXS"),
        ((T, T, T), (GOOD, GOOD), (9, 9), "HTXS"),
        ((T, T, T), (GOOD, GOOD), (9, 8), "HTT"),
        ((T, T, T), (GOOD, GOOD), (8, 10), "HTT"),
        ((T, T, T), (GOOD, GOOD), (7, 7), "HTT"),
        ((T, T, T), (GOOD, GOOD), (10, 6), "HT"),
        ((T, T, T), (GOOD, GOOD), (6, 10), "HT"),
        ((T, T, T), (GOOD, GOOD), (10, 5), "HT"),
        ((T, T, T), (GOOD, GOOD), (10, 4), "CHT"),
        ((H, H, H), (MET, MET), (5, 5), "HT"),
        ((H, H, H), (MET, MET), (5, 4), "CHT"),
        ((H, H, H), (MET, MET), (10, 10), "HT"),
        ((H, C, H), (MET, MET), (5, 0), "CHT"),
    ],
)
def test_scores_decide_at_nine_seven_and_five(
    levels: tuple[SubjectLevel, ...], traits: tuple[QualityLevel, ...], scores: tuple[int, ...], expected: str
) -> None:
    judged = judge(year(levels, traits, scores))
    assert judged.result == expected
    assert judged.rule_version == "tt27-2020/1"


@pytest.mark.parametrize(("level", "expected"), [(T, "HTXS"), (H, "HT"), (C, "CHT")])
@pytest.mark.parametrize("place", range(3))
def test_one_subjects_level_holds_the_result_down(level: SubjectLevel, expected: str, place: int) -> None:
    levels = [T, T, T]
    levels[place] = level
    assert judge(year(tuple(levels), scores=(10, 10))).result == expected


@pytest.mark.parametrize(("level", "expected"), [(GOOD, "HTXS"), (MET, "HT"), (POOR, "CHT")])
@pytest.mark.parametrize("place", range(2))
def test_one_quality_or_competency_holds_the_result_down(level: QualityLevel, expected: str, place: int) -> None:
    traits = [GOOD, GOOD]
    traits[place] = level
    assert judge(year(traits=tuple(traits), scores=(10, 10))).result == expected


@pytest.mark.parametrize(
    ("levels", "scores", "expected"),
    [
        ((T, T, M), (9, 9), "HTXS"),
        ((T, M, T), (9, None), "HTXS"),
        ((T, M, T), (9, EXEMPT), "HTXS"),
        ((T, M, T), (9, 0), "HTXS"),
        ((T, T, T), (9, EXEMPT), "HTXS"),
        ((T, H, T), (9, EXEMPT), "HT"),
        ((M, M, T), (None, None), "HTXS"),
    ],
)
def test_what_a_pupil_is_exempt_from_leaves_the_rule(
    levels: tuple[SubjectLevel, ...], scores: tuple[Score | None, ...], expected: str
) -> None:
    assert judge(year(levels, scores=scores)).result == expected


def test_the_reason_names_what_was_met_and_what_kept_the_pupil_below() -> None:
    assert judge(year(scores=(10, 8))).reason == (
        "Hoàn thành tốt: các môn học, hoạt động giáo dục đều ở mức Hoàn thành tốt; các phẩm chất, năng lực đều ở mức "
        "Tốt; điểm kiểm tra cuối năm học đều từ 7 trở lên (Tiếng Việt 10, Toán 8). "
        "Chưa đạt mức Hoàn thành xuất sắc vì có điểm kiểm tra dưới 9: Toán 8."
    )
    assert judge(year((H, C, H), (MET, POOR), (5, 3))).reason == (
        "Chưa đạt mức Hoàn thành vì có môn ở mức Chưa hoàn thành: Toán; "
        "phẩm chất, năng lực ở mức Cần cố gắng: Ngôn ngữ; điểm kiểm tra dưới 5: Toán 3."
    )
    assert judge(year((H, H, T))).reason.startswith(
        "Hoàn thành: các môn học, hoạt động giáo dục đều ở mức Hoàn thành trở lên; "
        "các phẩm chất, năng lực đều ở mức Đạt trở lên;"
    )


def test_the_reason_names_three_at_most_and_says_what_the_pupil_is_exempt_from() -> None:
    many = year((H, H, H), scores=(9, 9))
    crowded = replace(many, subjects=(*many.subjects, replace(many.subjects[2], name="Âm nhạc")))
    assert "Tiếng Việt, Toán, Đạo đức và 1 mục khác" in judge(crowded).reason
    assert judge(year((T, T, M))).reason.endswith("được miễn: Đạo đức.")


def test_a_year_without_tests_says_nothing_of_scores() -> None:
    assessed = year((M, M, T), scores=(None, None))
    assert "điểm kiểm tra" not in judge(assessed).reason


def test_a_disabled_pupil_who_is_not_assessed_gets_no_result() -> None:
    judged = judge(replace(year((C, C, C), (POOR, POOR), (None, None)), assessment_waived=True))
    assert judged.result is None
    assert judged.reason == (
        "Học sinh khuyết tật không đánh giá: không xếp mức kết quả giáo dục (Thông tư 27/2020, Điều 8)."
    )


@pytest.mark.parametrize(("scores", "expected"), [((9, 9), "HTXS"), ((9, 7), "HTT"), ((9, 2), "CHT")])
def test_a_pupil_with_a_plan_of_his_own_is_judged_alike_and_the_reason_says_so(
    scores: tuple[int, int], expected: str
) -> None:
    judged = judge(replace(year(scores=scores), individual_plan=True))
    assert judged.result == expected
    assert judged.reason.endswith(INDIVIDUAL_PLAN)
    assert INDIVIDUAL_PLAN not in judge(year(scores=scores)).reason


def test_a_missing_year_end_score_is_refused_by_name() -> None:
    with pytest.raises(Incomplete, match=r"Chưa có điểm kiểm tra cuối năm học: Toán\."):
        judge(year(scores=(9, None)))
    with pytest.raises(Incomplete, match=r"học: Tiếng Việt, Toán\."):
        judge(year(scores=(None, None)))


def test_a_year_with_nothing_to_judge_is_refused() -> None:
    with pytest.raises(Invalid, match="Không có môn học"):
        judge(year((M, M, M), scores=(EXEMPT, EXEMPT)))
    with pytest.raises(Invalid, match="Không có môn học"):
        judge(replace(year(), qualities=(), competencies=()))
