"""Promotion at the end of the year and after the summer (articles 12 to 14)."""

from collections.abc import Mapping
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import Incomplete, Invalid
from domain.secondary.learning import REASON_LIMIT, learning_level
from domain.secondary.levels import MeritLevel
from domain.secondary.promotion import Outcome, Summer, YearStanding, completion_text, promotion
from domain.secondary.retest import RetestResult
from tests.domain.secondary.samples import FAILED, FAIR, GOOD, NOT_PASS, OK, PASS, RULES, subjects

WEAK = subjects("5.0*5 4.9 4.5 3.0", failed=1)  # Chưa đạt: only five averages from 5,0, one below 3,5
PROMOTED, COMPLETED, RETEST, TRAINING, PRINCIPAL, REPEATS = Outcome


def year(
    learning: MeritLevel | None = PASS, conduct: MeritLevel | None = PASS, absences: int = 0, grade: int = 6
) -> YearStanding:
    return YearStanding(grade, learning, conduct, absences, WEAK if learning is NOT_PASS else subjects("8.0*8"))


@pytest.mark.parametrize(
    ("learning", "conduct", "absences", "outcome"),
    [
        *((learning, conduct, 0, PROMOTED) for learning, conduct in product((GOOD, FAIR, PASS), repeat=2)),
        *((NOT_PASS, conduct, 0, RETEST) for conduct in (GOOD, FAIR, PASS)),
        *((learning, NOT_PASS, 0, TRAINING) for learning in (GOOD, FAIR, PASS)),
        (NOT_PASS, NOT_PASS, 0, PRINCIPAL),
        (PASS, PASS, 44, PROMOTED),
        (PASS, PASS, 45, PROMOTED),
        (PASS, PASS, 46, REPEATS),
        (GOOD, GOOD, 46, REPEATS),
        (NOT_PASS, PASS, 45, RETEST),
        (NOT_PASS, PASS, 46, REPEATS),
        (PASS, NOT_PASS, 45, TRAINING),
        (PASS, NOT_PASS, 46, REPEATS),
        (NOT_PASS, NOT_PASS, 46, REPEATS),
    ],
)
def test_the_end_of_the_year_decides(
    learning: MeritLevel, conduct: MeritLevel, absences: int, outcome: Outcome
) -> None:
    decided = promotion(RULES, year(learning, conduct, absences))
    assert decided.outcome is outcome
    assert (decided.learning, decided.conduct, decided.rule_version) == (learning, conduct, "tt22-2021/1")


@pytest.mark.parametrize(
    ("retest", "learning", "outcome"),
    [
        ({"s07": Decimal("3.5")}, NOT_PASS, REPEATS),  # still five averages from 5,0
        ({"s07": Decimal("5.0")}, PASS, PROMOTED),
        ({"s05": Decimal("5.0")}, NOT_PASS, REPEATS),  # still one below 3,5
        ({"s05": Decimal("5.0"), "s07": Decimal("3.4")}, NOT_PASS, REPEATS),
        ({"s05": Decimal("5.0"), "s07": Decimal("3.5")}, PASS, PROMOTED),
        ({"c00": OK}, NOT_PASS, REPEATS),
        ({"c00": OK, "s05": Decimal("6.0"), "s06": Decimal("5.0"), "s07": Decimal("5.0")}, PASS, PROMOTED),
        ({"c00": FAILED, "s07": Decimal("2.0")}, NOT_PASS, REPEATS),
        ({}, NOT_PASS, REPEATS),
    ],
)
def test_re_tests_replace_results_and_the_level_is_judged_again(
    retest: Mapping[str, RetestResult], learning: MeritLevel, outcome: Outcome
) -> None:
    decided = promotion(RULES, year(NOT_PASS), Summer(retest))
    assert (decided.learning, decided.outcome) == (learning, outcome)


def test_a_re_test_may_leave_one_subject_that_clause_3_makes_up_for() -> None:
    marks = subjects("6.5*6 4.0 3.0")
    decided = promotion(RULES, YearStanding(7, NOT_PASS, PASS, 0, marks), Summer({"s06": Decimal("6.5")}))
    assert (decided.learning, decided.outcome) == (PASS, PROMOTED)


@pytest.mark.parametrize(
    ("conduct", "outcome"),
    [(GOOD, PROMOTED), (FAIR, PROMOTED), (PASS, PROMOTED), (NOT_PASS, REPEATS), (None, REPEATS)],
)
def test_summer_training_replaces_the_year_s_conduct(conduct: MeritLevel | None, outcome: Outcome) -> None:
    decided = promotion(RULES, year(conduct=NOT_PASS), Summer(conduct=conduct))
    assert (decided.conduct, decided.outcome) == (conduct or NOT_PASS, outcome)


def test_a_pupil_who_needed_no_summer_is_promoted_after_it_too() -> None:
    assert promotion(RULES, year(), Summer()).outcome is PROMOTED


def test_no_summer_makes_up_for_absences() -> None:
    decided = promotion(RULES, year(NOT_PASS, PASS, 46), Summer({"s07": Decimal(8)}))
    assert (decided.learning, decided.outcome) == (PASS, REPEATS)


@pytest.mark.parametrize("summer", [None, Summer(), Summer(conduct=GOOD), Summer({"s07": Decimal(8)}, GOOD)], ids=str)
def test_both_at_the_lowest_level_is_the_principal_s_to_decide_at_either_stage(summer: Summer | None) -> None:
    decided = promotion(RULES, year(NOT_PASS, NOT_PASS), summer)
    assert decided.outcome is PRINCIPAL
    assert decided.reason == (
        "Kết quả rèn luyện và kết quả học tập cả năm học đều Chưa đạt: Hiệu trưởng xem xét, quyết định việc lên lớp."
    )


@pytest.mark.parametrize("summer", [None, Summer()], ids=str)
def test_without_a_subject_to_re_test_the_principal_decides(summer: Summer | None) -> None:
    few = YearStanding(6, NOT_PASS, GOOD, 0, subjects("8.0*5"))
    decided = promotion(RULES, few, summer)
    assert decided.outcome is PRINCIPAL
    assert "không có môn học nào để đánh giá lại" in decided.reason


@pytest.mark.parametrize("absences", [0, 100])
def test_a_disabled_pupil_who_is_not_assessed_is_the_principal_s_to_decide(absences: int) -> None:
    decided = promotion(RULES, YearStanding(9, None, GOOD, absences, (), assessment_waived=True))
    assert (decided.outcome, decided.learning, decided.conduct) == (PRINCIPAL, None, GOOD)
    assert decided.reason == (
        "Học sinh khuyết tật không đánh giá (Thông tư 22/2021/TT-BGDĐT, Điều 11 và Điều 12): "
        "Hiệu trưởng xem xét, quyết định việc công nhận hoàn thành chương trình trung học cơ sở."
    )


@pytest.mark.parametrize(
    ("learning", "conduct", "absences"), [(GOOD, GOOD, 0), (NOT_PASS, GOOD, 0), (GOOD, NOT_PASS, 46)]
)
def test_a_disabled_pupil_with_an_own_plan_is_the_principal_s_to_decide(
    learning: MeritLevel, conduct: MeritLevel, absences: int
) -> None:
    standing = YearStanding(7, learning, conduct, absences, subjects("4.9*8"), individual_plan=True)
    decided = promotion(RULES, standing)
    assert decided.outcome is PRINCIPAL
    assert decided.reason.startswith(
        "Học sinh khuyết tật đánh giá theo kế hoạch giáo dục cá nhân (Thông tư 22/2021/TT-BGDĐT, Điều 11 và Điều 12): "
    )


def test_conduct_is_asked_of_pupils_who_are_not_assessed_too() -> None:
    with pytest.raises(Incomplete, match="Chưa có kết quả rèn luyện cả năm học"):
        promotion(RULES, YearStanding(9, None, None, 0, (), assessment_waived=True))


@pytest.mark.parametrize(
    ("grade", "outcome"), [(6, PROMOTED), (8, PROMOTED), (9, COMPLETED), (11, PROMOTED), (12, COMPLETED)]
)
def test_the_last_grade_of_a_level_completes_its_programme(grade: int, outcome: Outcome) -> None:
    assert promotion(RULES, year(grade=grade)).outcome is outcome


@pytest.mark.parametrize(
    ("standing", "summer", "reason"),
    [
        (
            year(absences=45),
            None,
            "Đủ điều kiện lên lớp: kết quả rèn luyện và học tập từ mức Đạt trở lên, nghỉ 45 buổi (Điều 12).",
        ),
        (year(absences=46), None, "Không đủ điều kiện lên lớp: nghỉ 46 buổi, quá 45 buổi (Điều 12)."),
        (
            year(NOT_PASS),
            None,
            "Kết quả học tập Chưa đạt: được kiểm tra, đánh giá lại Khoa học tự nhiên, Công nghệ, Tin học, … (Điều 14).",
        ),
        (
            year(conduct=NOT_PASS),
            None,
            "Kết quả rèn luyện cả năm học Chưa đạt: phải rèn luyện trong kì nghỉ hè (Điều 13).",
        ),
        (
            year(NOT_PASS, grade=12),
            Summer(),
            (
                "Không đủ điều kiện công nhận hoàn thành chương trình trung học phổ thông: "
                "sau kì nghỉ hè, kết quả học tập vẫn Chưa đạt (Điều 12)."
            ),
        ),
    ],
)
def test_the_reason_names_the_article(standing: YearStanding, summer: Summer | None, reason: str) -> None:
    assert promotion(RULES, standing, summer).reason == reason


@pytest.mark.parametrize(
    ("learning", "conduct", "missing"),
    [(None, PASS, "học tập"), (PASS, None, "rèn luyện"), (None, None, "rèn luyện và học tập")],
)
def test_a_year_without_a_level_is_refused(
    learning: MeritLevel | None, conduct: MeritLevel | None, missing: str
) -> None:
    with pytest.raises(Incomplete, match=rf"Chưa có kết quả {missing} cả năm học\."):
        promotion(RULES, year(learning, conduct))


def test_a_summer_that_was_not_needed_is_refused() -> None:
    with pytest.raises(Invalid, match="Chỉ rèn luyện trong kì nghỉ hè khi kết quả rèn luyện cả năm học Chưa đạt"):
        promotion(RULES, year(conduct=PASS), Summer(conduct=GOOD))
    with pytest.raises(Invalid, match="Chỉ kiểm tra, đánh giá lại khi kết quả học tập cả năm học Chưa đạt"):
        promotion(RULES, year(PASS), Summer({"s07": Decimal(8)}))
    with pytest.raises(Invalid, match="Không được đánh giá lại: Toán"):
        promotion(RULES, year(NOT_PASS), Summer({"s01": Decimal(8)}))


TEXTS = {
    (6, PROMOTED): "Được lên lớp 7",
    (11, PROMOTED): "Được lên lớp 12",
    (9, COMPLETED): "Hoàn thành chương trình trung học cơ sở",
    (9, PROMOTED): "Hoàn thành chương trình trung học cơ sở",  # a principal's decision says only that the pupil passes
    (12, COMPLETED): "Hoàn thành chương trình trung học phổ thông",
    (7, REPEATS): "Không được lên lớp",
    (9, REPEATS): "Chưa hoàn thành chương trình trung học cơ sở",
    (12, REPEATS): "Chưa hoàn thành chương trình trung học phổ thông",
    (6, RETEST): "Kiểm tra, đánh giá lại trong kì nghỉ hè",
    (6, TRAINING): "Rèn luyện trong kì nghỉ hè",
    (6, PRINCIPAL): "Hiệu trưởng xem xét, quyết định việc lên lớp",
    (12, PRINCIPAL): "Hiệu trưởng xem xét, quyết định việc công nhận hoàn thành chương trình trung học phổ thông",
}


@pytest.mark.parametrize(("grade", "outcome"), TEXTS)
def test_the_completion_text_says_what_was_decided(grade: int, outcome: Outcome) -> None:
    assert completion_text(grade, outcome) == TEXTS[grade, outcome]


@pytest.mark.parametrize(("grade", "outcome"), list(product(range(6, 13), Outcome)))
def test_the_completion_text_fits_the_national_field(grade: int, outcome: Outcome) -> None:
    assert 0 < len(completion_text(grade, outcome)) <= 150


AVERAGES = st.lists(st.integers(0, 100).map(lambda tenths: Decimal(tenths).scaleb(-1)), min_size=6, max_size=8)
CONDUCT = st.sampled_from(MeritLevel)


@given(AVERAGES, st.integers(0, 4), CONDUCT, st.integers(0, 60), st.sampled_from((None, Summer())))
def test_the_summer_is_final_and_reasons_fit(
    averages: list[Decimal], failed: int, conduct: MeritLevel, absences: int, summer: Summer | None
) -> None:
    marks = subjects(averages, failed)
    standing = YearStanding(7, learning_level(RULES, marks).level, conduct, absences, marks)
    decided = promotion(RULES, standing, summer)
    assert len(decided.reason) <= REASON_LIMIT
    assert summer is None or decided.outcome not in {RETEST, TRAINING}
    assert (decided.outcome is PROMOTED) is (
        decided.learning is not NOT_PASS and decided.conduct is not NOT_PASS and absences <= 45
    )


@given(AVERAGES, st.integers(0, 4), st.data())
def test_a_better_re_test_never_lowers_the_level(averages: list[Decimal], failed: int, data: st.DataObject) -> None:
    marks = subjects([min(average, Decimal("4.9")) for average in averages], failed)
    code = data.draw(st.sampled_from([mark.code for mark in marks if mark.average is not None]))
    low, high = sorted(data.draw(st.tuples(st.integers(0, 100), st.integers(0, 100))))
    levels = []
    for tenths in (low, high):
        summer = Summer({code: Decimal(tenths).scaleb(-1)})
        level = promotion(RULES, YearStanding(7, NOT_PASS, PASS, 0, marks), summer).learning
        assert level is not None
        levels.append(list(MeritLevel).index(level))
    assert levels[1] <= levels[0]
