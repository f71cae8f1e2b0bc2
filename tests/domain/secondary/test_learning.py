"""The learning result of article 9, and the raise of its clause 3, case by case."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.errors import Incomplete, Invalid
from domain.secondary.learning import learning_level
from domain.secondary.levels import MeritLevel, SubjectMark
from tests.domain.secondary.samples import (
    EXEMPT,
    FAIR,
    GOOD,
    NOT_PASS,
    PASS,
    RULES,
    comment,
    scored,
    subjects,
)


@pytest.mark.parametrize(
    ("averages", "failed", "level"),
    [
        # Tốt: all from 6,5, six from 8,0, no comment subject failed.
        ("8.0*8", 0, GOOD),
        ("10*8", 0, GOOD),
        ("8.0*6 6.5*2", 0, GOOD),
        ("8.0*6", 0, GOOD),
        ("8.0*6 6.5 6.4", 0, FAIR),
        ("8.0*5 7.9*3", 0, FAIR),
        ("8.0*5 7.9 6.5*2", 0, FAIR),
        ("10*5 7.9*3", 0, FAIR),
        # Khá: all from 5,0, six from 6,5.
        ("6.5*6 5.0*2", 0, FAIR),
        ("6.5*8", 0, FAIR),
        ("7.9*8", 0, FAIR),
        ("6.5*6", 0, FAIR),
        ("6.5*5 6.4*3", 0, PASS),
        ("6.5*5 6.4 5.0*2", 0, PASS),
        ("6.4*8", 0, PASS),
        ("6.5*6 5.0 4.9", 0, PASS),
        ("10*5 6.4*3", 0, PASS),
        # Đạt: six from 5,0, none below 3,5, at most one comment subject failed.
        ("5.0*6 3.5*2", 0, PASS),
        ("5.0*6 3.5*2", 1, PASS),
        ("5.0*8", 1, PASS),
        ("6.5*5 5.0 3.5*2", 0, PASS),
        ("5.0*5 4.9*3", 0, NOT_PASS),
        ("5.0*5 4.9 3.5*2", 0, NOT_PASS),
        ("10*5 4.9*3", 0, NOT_PASS),
        ("5.0*7 3.4", 0, NOT_PASS),
        ("5.0*6 3.5*2", 2, NOT_PASS),
        ("4.9*8", 0, NOT_PASS),
        ("0*8", 4, NOT_PASS),
    ],
)
def test_the_level_follows_clause_2(averages: str, failed: int, level: MeritLevel) -> None:
    judged = learning_level(RULES, subjects(averages, failed))
    assert judged.base_level is level
    assert judged.level is level
    assert judged.rule_version == "tt22-2021/1"


@pytest.mark.parametrize(
    ("averages", "failed", "base", "level"),
    [
        # Two levels below Tốt: Đạt becomes Khá.
        ("8.0*7 4.9", 0, PASS, FAIR),
        ("8.0*6 6.5 4.9", 0, PASS, FAIR),
        ("8.0*6 6.5 3.5", 0, PASS, FAIR),
        ("8.0*5 6.5*2 4.9", 0, PASS, FAIR),  # were the one at 8,0, six would be
        ("8.0*8", 1, PASS, FAIR),
        ("8.0*6 6.5*2", 1, PASS, FAIR),
        # Three levels below Tốt: Chưa đạt becomes Đạt, one level only.
        ("8.0*7 3.4", 0, NOT_PASS, PASS),
        ("8.0*6 6.5 0", 0, NOT_PASS, PASS),
        ("8.0*5 6.5*2 0", 0, NOT_PASS, PASS),
        # Two levels below Khá: Chưa đạt becomes Đạt.
        ("6.5*7 3.4", 0, NOT_PASS, PASS),
        ("6.5*6 5.0 3.4", 0, NOT_PASS, PASS),
        ("6.5*5 5.0*2 3.4", 0, NOT_PASS, PASS),
        # One level below: no raise.
        ("8.0*7 6.4", 0, FAIR, FAIR),
        ("8.0*7 5.0", 0, FAIR, FAIR),
        ("6.5*7 4.9", 0, PASS, PASS),
        ("6.5*8", 1, PASS, PASS),
        ("5.0*7 3.4", 0, NOT_PASS, NOT_PASS),  # Đạt is neither point a nor b
        # More than one subject: no raise.
        ("8.0*6 4.9*2", 0, PASS, PASS),
        ("8.0*6 6.4 4.9", 0, PASS, PASS),
        ("8.0*7 4.9", 1, PASS, PASS),
        ("8.0*7 6.4", 1, PASS, PASS),
        ("8.0*8", 2, NOT_PASS, NOT_PASS),
        ("8.0*4 6.5*3 4.9", 0, PASS, PASS),  # two more would have to reach 8,0
        ("6.5*6 3.4*2", 0, NOT_PASS, NOT_PASS),
        ("6.5*6 4.9 3.4", 0, NOT_PASS, NOT_PASS),
        ("6.5*7 3.4", 1, NOT_PASS, NOT_PASS),
        ("6.5*4 5.0*3 3.4", 0, NOT_PASS, NOT_PASS),
        # Two below Tốt's floor, but only one keeps from Khá.
        ("8.0*6 6.4 3.4", 0, NOT_PASS, PASS),
        # Six scored subjects, the least with which a level can be had.
        ("8.0*5 4.9", 0, NOT_PASS, PASS),
        ("6.5*5 4.9", 0, NOT_PASS, PASS),
    ],
)
def test_clause_3_raises_by_one_level_if_one_subject_alone_is_to_blame(
    averages: str, failed: int, base: MeritLevel, level: MeritLevel
) -> None:
    judged = learning_level(RULES, subjects(averages, failed))
    assert (judged.base_level, judged.level) == (base, level)


@pytest.mark.parametrize(("averages", "level"), [("10*5", NOT_PASS), ("8.0*5", NOT_PASS), ("8.0*6", GOOD)])
def test_fewer_than_six_scored_subjects_reach_no_level(averages: str, level: MeritLevel) -> None:
    judged = learning_level(RULES, subjects(averages))
    assert judged.level is level


def exempted(marks: tuple[SubjectMark, ...], *places: int) -> tuple[SubjectMark, ...]:
    return tuple(
        replace(mark, exempt=True, average=None, passed=None) if place in places else mark
        for place, mark in enumerate(marks)
    )


def test_exempt_subjects_leave_the_rule() -> None:
    marks = subjects("8.0*7 3.0", 1)
    assert learning_level(RULES, exempted(marks, 7, 8)).level is GOOD
    assert learning_level(RULES, (*subjects("8.0*8", comments=3), comment(3, EXEMPT))).level is GOOD
    assert learning_level(RULES, exempted(subjects("8.0*6"), 0)).level is NOT_PASS
    assert learning_level(RULES, subjects("8.0*6", comments=0)).level is GOOD


def test_the_thresholds_come_from_the_rules() -> None:
    bars = {**RULES.learning, "T": replace(RULES.learning["T"], count=5, threshold=Decimal("7.5"))}
    assert learning_level(replace(RULES, learning=bars), subjects("7.5*5 6.5*3")).level is GOOD
    strict = replace(RULES, adjustment=replace(RULES.adjustment, levels_below=3))
    assert learning_level(strict, subjects("8.0*7 4.9")).level is PASS
    assert learning_level(strict, subjects("8.0*7 3.4")).level is PASS


def test_a_subject_without_result_is_refused_by_name() -> None:
    marks = (*subjects("8.0*6"), scored(6, None), replace(comment(3, None), name="Âm nhạc"))
    with pytest.raises(Incomplete, match=r"Chưa có kết quả môn học: Công nghệ, Âm nhạc\."):
        learning_level(RULES, marks)


def test_a_pupil_with_nothing_to_judge_is_refused() -> None:
    with pytest.raises(Invalid, match="Không có môn học nào"):
        learning_level(RULES, ())
    with pytest.raises(Invalid, match="Không có môn học nào"):
        learning_level(RULES, exempted(subjects("8.0", comments=1), 0, 1))


def test_a_disabled_pupil_who_is_not_assessed_gets_no_level() -> None:
    judged = learning_level(RULES, (scored(0, None),), assessment_waived=True)
    assert (judged.level, judged.base_level, judged.rule_version) == (None, None, "tt22-2021/1")
    assert judged.reason == (
        "Học sinh khuyết tật không đánh giá: không xếp mức kết quả học tập (Thông tư 22/2021/TT-BGDĐT, Điều 11)."
    )


@pytest.mark.parametrize(
    ("averages", "failed", "reason"),
    [
        ("8.0*7 6.5", 0, "Tốt: 7/8 môn từ 8,0 trở lên; thấp nhất Tin học 6,5; các môn nhận xét đều Đạt."),
        (
            "7.0 5.2 7.0*5 6.0",
            0,
            (
                "Khá: 6/8 môn từ 6,5 trở lên; thấp nhất Toán 5,2; các môn nhận xét đều Đạt. Chưa đủ mức Tốt vì có 2 "
                "môn dưới 6,5: Toán 5,2, Tin học 6,0; chỉ có 0/8 môn từ 8,0 trở lên, cần ít nhất 6."
            ),
        ),
        (
            "6.5*7 6.0",
            1,
            (
                "Đạt: 8/8 môn từ 5,0 trở lên; thấp nhất Tin học 6,0; 1 môn nhận xét Chưa đạt. "
                "Chưa đủ mức Khá vì có 1 môn nhận xét Chưa đạt: Giáo dục thể chất."
            ),
        ),
        (
            "5.0*4 3.4*4",
            2,
            (
                "Chưa đạt: chưa đủ mức Đạt vì có 4 môn dưới 3,5: Lịch sử và Địa lí 3,4, Khoa học tự nhiên 3,4, "
                "Công nghệ 3,4, …; chỉ có 4/8 môn từ 5,0 trở lên, cần ít nhất 6; "
                "có 2 môn nhận xét Chưa đạt: Giáo dục thể chất, Nghệ thuật."
            ),
        ),
        (
            "8.0*7 3.4",
            0,
            (
                "Đạt: được điều chỉnh từ mức Chưa đạt lên mức liền kề vì chỉ do một môn (Tin học 3,4) mà thấp hơn mức "
                "Tốt từ 2 mức trở lên (Điều 9, khoản 3). Chưa điều chỉnh thì xếp Chưa đạt: chưa đủ mức Đạt vì có 1 môn "
                "dưới 3,5: Tin học 3,4."
            ),
        ),
        (
            "8.0*8",
            1,
            (
                "Khá: được điều chỉnh từ mức Đạt lên mức liền kề vì chỉ do một môn (Giáo dục thể chất) mà thấp hơn mức "
                "Tốt từ 2 mức trở lên (Điều 9, khoản 3). Chưa điều chỉnh thì xếp Đạt: 8/8 môn từ 5,0 trở lên; thấp "
                "nhất Ngữ văn 8,0; 1 môn nhận xét Chưa đạt. "
                "Chưa đủ mức Khá vì có 1 môn nhận xét Chưa đạt: Giáo dục thể chất."
            ),
        ),
        ("10*5", 0, "Chưa đạt: chưa đủ mức Đạt vì chỉ có 5/5 môn từ 5,0 trở lên, cần ít nhất 6."),
    ],
)
def test_the_reason_says_what_was_met_and_what_kept_the_pupil_below(averages: str, failed: int, reason: str) -> None:
    assert learning_level(RULES, subjects(averages, failed)).reason == reason


def test_the_reason_says_how_many_subjects_the_pupil_is_exempt_from() -> None:
    reason = learning_level(RULES, exempted(subjects("8.0*8", comments=1), 8)).reason
    assert reason == "Tốt: 8/8 môn từ 8,0 trở lên; thấp nhất Ngữ văn 8,0; được miễn 1 môn."
