"""The year-end rule of Circular 27/2020, at and around every boundary."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.assessment import (
    EXEMPT,
    RULE_VERSION,
    AssessmentPoint,
    OverallResult,
    QualityLevel,
    Score,
    SubjectLevel,
    SubjectResult,
    Term,
    TraitResult,
    YearAssessment,
    commendation_title,
    completion_text,
    overall_result,
    parse_quality_level,
    parse_score,
    parse_subject_level,
    points_of,
    programme_completed,
    promoted,
    score_text,
)
from domain.errors import Incomplete, Invalid

T, H, C, M = SubjectLevel
GOOD, MET, POOR = QualityLevel


def year(
    levels: tuple[SubjectLevel, ...] = (T, T, T),
    traits: tuple[QualityLevel, ...] = (GOOD, GOOD),
    scores: tuple[Score | None, Score | None] = (9, 9),
) -> YearAssessment:
    """A year of Tiếng Việt, Toán (both tested) and Đạo đức, one quality and one competency."""
    names = ("Tiếng Việt", "Toán", "Đạo đức")
    tests = (*scores, None)
    rows = zip(names, levels, tests, strict=True)
    return YearAssessment(
        tuple(SubjectResult(name, level, tested=name != "Đạo đức", score=score) for name, level, score in rows),
        (TraitResult("Chăm chỉ", traits[0]),),
        (TraitResult("Ngôn ngữ", traits[1]),),
    )


@pytest.mark.parametrize(
    ("levels", "traits", "scores", "expected"),
    [
        ((T, T, T), (GOOD, GOOD), (9, 9), "HTXS"),
        ((T, T, T), (GOOD, GOOD), (10, 10), "HTXS"),
        ((T, T, T), (GOOD, GOOD), (9, 8), "HTT"),
        ((T, T, T), (GOOD, GOOD), (7, 7), "HTT"),
        ((T, T, T), (GOOD, GOOD), (10, 6), "HT"),
        ((T, T, H), (GOOD, GOOD), (10, 10), "HT"),
        ((T, T, T), (GOOD, MET), (10, 10), "HT"),
        ((T, T, T), (MET, GOOD), (10, 10), "HT"),
        ((H, H, H), (MET, MET), (5, 5), "HT"),
        ((H, H, H), (MET, MET), (5, 4), "CHT"),
        ((T, T, C), (GOOD, GOOD), (10, 10), "CHT"),
        ((T, T, T), (POOR, GOOD), (10, 10), "CHT"),
        ((T, T, T), (GOOD, POOR), (10, 10), "CHT"),
        ((H, C, H), (MET, MET), (5, 0), "CHT"),
        ((T, T, M), (GOOD, GOOD), (9, 9), "HTXS"),
        ((T, M, T), (GOOD, GOOD), (9, None), "HTXS"),
        ((T, M, T), (GOOD, GOOD), (9, EXEMPT), "HTXS"),
        ((T, T, T), (GOOD, GOOD), (9, EXEMPT), "HTXS"),
    ],
)
def test_the_result_follows_article_9(
    levels: tuple[SubjectLevel, ...], traits: tuple[QualityLevel, ...], scores: tuple[int, int], expected: str
) -> None:
    judged = overall_result(year(levels, traits, scores))
    assert judged.result == expected
    assert judged.rule_version == RULE_VERSION == "tt27-2020/1"


def test_the_reason_names_what_was_met_and_what_kept_the_pupil_below() -> None:
    assert overall_result(year(scores=(10, 8))).reason == (
        "Hoàn thành tốt: các môn học, hoạt động giáo dục đều ở mức Hoàn thành tốt; các phẩm chất, năng lực đều ở mức "
        "Tốt; điểm kiểm tra cuối năm học đều từ 7 trở lên (Tiếng Việt 10, Toán 8). "
        "Chưa đạt mức Hoàn thành xuất sắc vì có điểm kiểm tra dưới 9: Toán 8."
    )
    assert overall_result(year((H, C, H), (MET, POOR), (5, 3))).reason == (
        "Chưa đạt mức Hoàn thành vì có môn ở mức Chưa hoàn thành: Toán; "
        "phẩm chất, năng lực ở mức Cần cố gắng: Ngôn ngữ; điểm kiểm tra dưới 5: Toán 3."
    )


def test_the_reason_says_what_the_pupil_is_exempt_from() -> None:
    assert overall_result(year((T, T, M))).reason.endswith("được miễn: Đạo đức.")


def test_a_disabled_pupil_who_is_not_assessed_gets_no_result() -> None:
    judged = overall_result(replace(year((C, C, C), (POOR, POOR), (None, None)), assessment_waived=True))
    assert judged.result is None
    assert "khuyết tật" in judged.reason


def test_a_missing_year_end_score_is_refused_by_name() -> None:
    with pytest.raises(Incomplete, match=r"Chưa có điểm kiểm tra cuối năm học: Toán\."):
        overall_result(year(scores=(9, None)))


def test_a_year_with_nothing_to_judge_is_refused() -> None:
    with pytest.raises(Invalid, match="Không có môn học"):
        overall_result(year((M, M, M), scores=(EXEMPT, EXEMPT)))
    with pytest.raises(Invalid, match="Không có môn học"):
        overall_result(replace(year(), qualities=(), competencies=()))


YEARS = st.builds(
    year,
    st.tuples(*[st.sampled_from([T, H, C])] * 3),
    st.tuples(*[st.sampled_from(QualityLevel)] * 2),
    st.tuples(*[st.integers(0, 10)] * 2),
)
ORDER = list(OverallResult)


def rank(assessed: YearAssessment) -> int:
    """0 is the best result."""
    result = overall_result(assessed).result
    assert result is not None
    return ORDER.index(result)


@given(YEARS, st.integers(0, 1))
def test_raising_a_score_never_lowers_the_result(assessed: YearAssessment, which: int) -> None:
    subjects = list(assessed.subjects)
    score = subjects[which].score
    assert isinstance(score, int)
    subjects[which] = replace(subjects[which], score=min(10, score + 1))
    assert rank(replace(assessed, subjects=tuple(subjects))) <= rank(assessed)


@given(YEARS, st.integers(0, 2))
def test_raising_a_level_never_lowers_the_result(assessed: YearAssessment, which: int) -> None:
    subjects = list(assessed.subjects)
    subjects[which] = replace(subjects[which], level=T)
    assert rank(replace(assessed, subjects=tuple(subjects))) <= rank(assessed)
    better = replace(assessed, qualities=(TraitResult("Chăm chỉ", GOOD),))
    assert rank(better) <= rank(assessed)


@given(YEARS, st.permutations(range(3)))
def test_the_order_of_subjects_never_matters(assessed: YearAssessment, order: list[int]) -> None:
    shuffled = tuple(assessed.subjects[place] for place in order)
    assert rank(replace(assessed, subjects=shuffled)) == rank(assessed)


@pytest.mark.parametrize(
    ("result", "completed"),
    [(OverallResult.HTXS, True), (OverallResult.HTT, True), (OverallResult.HT, True), (OverallResult.CHT, False)],
)
def test_every_result_but_the_lowest_completes_and_promotes(result: OverallResult, *, completed: bool) -> None:
    assert programme_completed(result) is completed
    assert promoted(result) is completed


def test_the_principal_may_promote_a_pupil_who_did_not_complete() -> None:
    assert promoted(OverallResult.CHT, principal_decides=True)
    assert promoted(None, principal_decides=True)
    assert not programme_completed(None)


@pytest.mark.parametrize(
    ("grade", "result", "decides", "text"),
    [
        (1, OverallResult.HT, False, "Hoàn thành chương trình lớp 1"),
        (5, OverallResult.HTXS, False, "Hoàn thành chương trình tiểu học"),
        (1, OverallResult.CHT, False, "Chưa hoàn thành chương trình lớp 1"),
        (
            1,
            OverallResult.CHT,
            True,
            "Chưa hoàn thành chương trình lớp 1; được lên lớp theo quyết định của Hiệu trưởng",
        ),
        (1, None, False, "Thực hiện theo kế hoạch giáo dục cá nhân"),
    ],
)
def test_the_completion_text_says_what_was_decided(
    grade: int, result: OverallResult | None, *, decides: bool, text: str
) -> None:
    assert completion_text(grade, result, principal_decides=decides) == text


def test_titles_follow_article_13() -> None:
    model = "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện"
    assert commendation_title(OverallResult.HTXS, recognised=False) == "Học sinh Xuất sắc"
    assert commendation_title(OverallResult.HTT, recognised=True) == model
    assert commendation_title(OverallResult.HTT, recognised=False) == ""
    assert commendation_title(OverallResult.HT, recognised=True) == ""
    assert commendation_title(None, recognised=True) == ""


@pytest.mark.parametrize(("text", "level"), [("T", T), (" h ", H), ("m", M), ("hoàn  thành TỐT", T)])
def test_subject_levels_are_read_by_code_or_name(text: str, level: SubjectLevel) -> None:
    assert parse_subject_level(text) is level


@pytest.mark.parametrize("text", ["Đ", "đ", "D", "d", "Ð", "Đạt", "ĐẠT"])
def test_the_level_met_is_read_from_every_way_to_type_it(text: str) -> None:
    assert parse_quality_level(text) is MET
    assert MET == "\u0110"


@pytest.mark.parametrize("text", ["", "X", "Đ", "TT"])
def test_an_unknown_subject_level_is_refused_with_the_choices(text: str) -> None:
    with pytest.raises(Invalid, match=r"chỉ nhận T \(Hoàn thành tốt\), H"):
        parse_subject_level(text)


def test_an_unknown_quality_level_is_refused_with_the_choices() -> None:
    with pytest.raises(Invalid, match=r"“H” không phải .* Đ \(Đạt\)"):
        parse_quality_level("H")


@pytest.mark.parametrize(
    ("value", "score"), [("0", 0), ("10", 10), (9, 9), (9.0, 9), (" 8,0 ", 8), ("m", EXEMPT), ("M", EXEMPT)]
)
def test_whole_scores_and_exemptions_are_read(value: str | float, score: Score) -> None:
    assert parse_score(value) == score


@pytest.mark.parametrize("value", ["", "8.5", 8.5, "7,5", "-1", "chín", "1.2.3", "٩"])
def test_anything_but_a_whole_score_is_refused(value: str | float) -> None:
    with pytest.raises(Invalid, match="số nguyên từ 0 đến 10"):
        parse_score(value)


def test_a_score_above_ten_is_refused() -> None:
    with pytest.raises(Invalid, match="Điểm 11 vượt quá thang điểm 10"):
        parse_score("11")


def test_scores_are_printed_as_documents_want_them() -> None:
    assert [score_text(score) for score in (None, 0, 10, EXEMPT)] == ["", "0", "10", "M"]


def test_each_term_has_a_middle_and_an_end() -> None:
    assert points_of(Term.HK1) == (AssessmentPoint.MID_HK1, AssessmentPoint.END_HK1)
    assert points_of(Term.YEAR_END) == (AssessmentPoint.MID_HK2, AssessmentPoint.YEAR_END)
