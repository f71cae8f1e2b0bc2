"""A secondary pupil's term and year as a whole, from entered cells to promotion and title."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.curriculum import Curriculum
from domain.entered import Entered
from domain.entry import CONDUCT
from domain.errors import Incomplete, Invalid
from domain.secondary.levels import MeritLevel
from domain.secondary.promotion import Outcome
from domain.secondary.year import YearResult, term_result, year_result
from tests.domain.secondary.entered import GRADE_7, GRADE_9, GRADE_12, HK1, term, year

GOOD, FAIR, PASS, NOT_PASS = MeritLevel
PROMOTED, COMPLETED, RETEST, TRAINING, PRINCIPAL, REPEATS = Outcome
WEAK = {"toan": "3", "ngoai_ngu_1": "4"}  # one below 3,5, another below 5: Chưa đạt


def judged(pupil: Entered, curriculum: Curriculum = GRADE_7) -> YearResult:
    return year_result(curriculum, curriculum, pupil)


def test_a_term_has_the_learning_result_and_the_conduct() -> None:
    found = term_result(GRADE_7, HK1, term(GRADE_7, conduct="K", absent_excused=2))
    assert (found.learning.level, found.conduct) == (GOOD, FAIR)
    assert [mark.code for mark in found.marks] == [subject.code for subject in GRADE_7.subjects]


def test_a_term_with_an_exempt_subject_is_judged_without_it() -> None:
    found = term_result(GRADE_7, HK1, term(GRADE_7, {"giao_duc_the_chat": "M", "tin_hoc": "M"}))
    assert found.learning.level is GOOD
    assert sum(mark.exempt for mark in found.marks) == 2


@pytest.mark.parametrize("missing", ["toan", "nghe_thuat"])
def test_a_term_without_a_subjects_result_is_refused_by_name(missing: str) -> None:
    name = GRADE_7.subject(missing).name
    with pytest.raises(Incomplete, match=f"Chưa có kết quả môn học: {name}"):
        term_result(GRADE_7, HK1, term(GRADE_7, {missing: ""}))


def test_a_pupil_who_is_not_assessed_has_no_learning_result() -> None:
    found = term_result(GRADE_7, HK1, term(GRADE_7, dict.fromkeys(("toan", "tin_hoc"), ""), assessment_waived=True))
    assert found.learning.level is None


@pytest.mark.parametrize(("curriculum", "outcome"), [(GRADE_7, PROMOTED), (GRADE_9, COMPLETED), (GRADE_12, COMPLETED)])
def test_a_good_year_promotes_or_completes(curriculum: Curriculum, outcome: Outcome) -> None:
    found = judged(year(curriculum, absent_excused=45), curriculum)
    assert [each.level for each in found.learning] == [GOOD] * 3
    assert found.conduct == (GOOD, GOOD, GOOD)
    assert (found.promotion.outcome, found.title) == (outcome, "Học sinh Giỏi")
    assert (found.retested, found.trained) == (None, None)


@pytest.mark.parametrize(
    ("conduct", "of_year"),
    [(("T", "K"), FAIR), (("K", "T"), GOOD), (("CĐ", "Đ"), PASS), (("CĐ", "K"), PASS), (("T", "CĐ"), NOT_PASS)],
)
def test_the_years_conduct_follows_from_both_terms(conduct: tuple[str, str], of_year: MeritLevel) -> None:
    assert judged(year(GRADE_7, conduct=conduct)).conduct[2] is of_year


@pytest.mark.parametrize(
    ("marks", "conduct", "title"),
    [
        (
            dict.fromkeys(("ngu_van", "toan", "ngoai_ngu_1", "tin_hoc", "cong_nghe", "lich_su_dia_li"), "9"),
            "T",
            "Xuất sắc",
        ),
        (dict.fromkeys(("ngu_van", "toan", "ngoai_ngu_1", "tin_hoc", "cong_nghe"), "9"), "T", "Giỏi"),
        ({}, "K", ""),
        ({"toan": "6"}, "T", ""),
    ],
)
def test_titles_need_both_results_good(marks: Mapping[str, str], conduct: str, title: str) -> None:
    found = judged(year(GRADE_7, marks, conduct=(conduct, conduct)))
    assert found.title == (f"Học sinh {title}" if title else "")


@pytest.mark.parametrize(
    ("more", "outcome"),
    [
        ({"absent_excused": 40, "absent_unexcused": 6}, REPEATS),
        ({"marks": WEAK}, RETEST),
        ({"marks": WEAK, "absent_excused": 46}, REPEATS),
        ({"conduct": ("T", "CĐ")}, TRAINING),
        ({"marks": WEAK, "conduct": ("T", "CĐ")}, PRINCIPAL),
        ({"marks": {"nghe_thuat": "CĐ", "giao_duc_the_chat": "CĐ"}}, RETEST),
        ({"marks": {"nghe_thuat": "CĐ"}}, PROMOTED),
        ({"assessment_waived": True}, PRINCIPAL),
        ({"individual_plan": True}, PRINCIPAL),
        ({"individual_plan": True, "absent_excused": 46}, PRINCIPAL),
    ],
)
def test_the_end_of_the_year_decides(more: dict[str, Any], outcome: Outcome) -> None:
    assert judged(year(GRADE_7, **more)).promotion.outcome is outcome


@pytest.mark.parametrize(
    ("summer", "learning", "outcome"),
    [
        ({"toan": "5", "ngoai_ngu_1": "5"}, FAIR, PROMOTED),
        ({"toan": "5"}, PASS, PROMOTED),
        ({"toan": "3.4"}, NOT_PASS, REPEATS),
        ({"ngoai_ngu_1": "5"}, PASS, PROMOTED),  # one subject alone is left below: clause 3 raises
    ],
)
def test_a_re_test_takes_the_place_of_the_years_result(
    summer: Mapping[str, str], learning: MeritLevel, outcome: Outcome
) -> None:
    found = judged(year(GRADE_7, WEAK, summer=summer))
    assert found.learning[2].level is NOT_PASS
    assert (found.retested, found.trained) == (learning, None)
    assert found.promotion.outcome is outcome


@pytest.mark.parametrize(("after", "outcome"), [("Đ", PROMOTED), ("T", PROMOTED), ("CĐ", REPEATS)])
def test_summer_training_takes_the_place_of_the_years_conduct(after: str, outcome: Outcome) -> None:
    found = judged(year(GRADE_7, conduct=("K", "CĐ"), summer={CONDUCT: after}))
    assert found.conduct == (FAIR, NOT_PASS, NOT_PASS)
    assert (found.retested, found.trained) == (None, MeritLevel(after))
    assert found.promotion.outcome is outcome
    assert found.title == ""


@pytest.mark.parametrize(
    ("more", "summer", "why"),
    [
        ({}, {"toan": "9"}, "Chỉ kiểm tra, đánh giá lại khi"),
        ({}, {CONDUCT: "T"}, "Chỉ rèn luyện trong kì nghỉ hè khi"),
        ({"marks": WEAK}, {"ngu_van": "9"}, "Không được đánh giá lại: Ngữ văn"),
    ],
)
def test_a_summer_nobody_had_need_of_is_refused(more: dict[str, Any], summer: Mapping[str, str], why: str) -> None:
    with pytest.raises(Invalid, match=why):
        judged(year(GRADE_7, summer=summer, **more))


@pytest.mark.parametrize(
    ("more", "decided", "outcome"),
    [
        ({"marks": WEAK, "conduct": ("T", "CĐ")}, True, PROMOTED),
        ({"marks": WEAK, "conduct": ("T", "CĐ")}, False, REPEATS),
        ({"assessment_waived": True}, True, PROMOTED),
        ({"individual_plan": True}, True, PROMOTED),
        ({"individual_plan": True}, False, REPEATS),
        ({"assessment_waived": True}, False, REPEATS),
        ({"marks": WEAK}, True, REPEATS),  # nothing was re-tested: no case for the principal
        ({"conduct": ("T", "CĐ")}, False, REPEATS),
        ({}, False, PROMOTED),
        ({"absent_excused": 46}, True, REPEATS),
    ],
)
def test_the_principal_decides_only_what_the_rules_leave_open(
    more: dict[str, Any], outcome: Outcome, *, decided: bool
) -> None:
    found = judged(year(GRADE_7, promoted=decided, **more)).promotion
    assert found.outcome is outcome
    said = f"Hiệu trưởng đã quyết định: {outcome.small}."
    is_open = judged(year(GRADE_7, **more)).promotion.outcome is PRINCIPAL
    assert found.reason.endswith(said) is is_open


def test_a_decision_in_the_last_grade_completes_the_level() -> None:
    found = judged(year(GRADE_9, assessment_waived=True, promoted=True), GRADE_9)
    assert found.promotion.outcome is COMPLETED
    assert found.conduct == (GOOD, GOOD, GOOD)


def test_an_exemption_in_one_term_leaves_the_others_result() -> None:
    found = judged(year(GRADE_7, {"toan": "M"}, hk1={"toan": "3"}))
    maths = next(each for each in found.subjects if each.subject.code == "toan")
    assert (maths.hk2.exempt, maths.year.average) == (True, maths.hk1.average)
    assert [each.level for each in found.learning] == [PASS, GOOD, PASS]


def test_what_is_missing_is_named() -> None:
    with pytest.raises(Incomplete, match="Chưa có kết quả rèn luyện của cả hai học kì"):
        judged(year(GRADE_7, conduct=("", "T")))
    with pytest.raises(Incomplete, match="Chưa có kết quả môn học: Toán"):
        judged(year(GRADE_7, hk1={"toan": ""}))
    with pytest.raises(Incomplete, match="Chưa có kết quả môn học: Tin học"):
        judged(year(GRADE_7, {"tin_hoc": ""}))


def test_the_rules_that_judged_are_kept() -> None:
    assert term_result(GRADE_7, HK1, term(GRADE_7)).learning.rule_version == "tt22-2021/1"
    assert judged(year(GRADE_7)).promotion.rule_version == "tt22-2021/1"
