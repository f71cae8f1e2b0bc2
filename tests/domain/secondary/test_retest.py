"""Which subjects may be re-tested, and what their results replace (article 14)."""

from dataclasses import replace
from decimal import Decimal

import pytest

from domain.errors import Invalid
from domain.secondary.levels import PassLevel
from domain.secondary.retest import RetestResult, retestable, retested
from tests.domain.secondary.samples import EXEMPT, FAILED, OK, RULES, comment, scored, subjects


@pytest.mark.parametrize(
    ("average", "allowed"), [("0", True), ("3.4", True), ("4.9", True), ("5.0", False), ("8.0", False)]
)
def test_averages_below_five_may_be_re_tested(average: str, *, allowed: bool) -> None:
    mark = scored(0, Decimal(average))
    assert retestable(RULES, [mark]) == ((mark,) if allowed else ())


@pytest.mark.parametrize(("passed", "allowed"), [(FAILED, True), (OK, False), (EXEMPT, False)])
def test_failed_comment_subjects_may_be_re_tested(passed: PassLevel, *, allowed: bool) -> None:
    assert bool(retestable(RULES, [comment(0, passed)])) is allowed


def test_an_exempt_subject_may_not() -> None:
    assert (
        retestable(RULES, [replace(scored(0, Decimal(3)), exempt=True), replace(comment(0, FAILED), exempt=True)]) == ()
    )


def test_the_threshold_comes_from_the_rules() -> None:
    lower = replace(RULES, retest=replace(RULES.retest, below=Decimal("3.5")))
    assert [mark.code for mark in retestable(lower, subjects("3.4 3.5 4.9"))] == ["s00"]


def test_results_replace_those_of_the_year_and_others_stay() -> None:
    marks = subjects("4.0 4.5 8.0", failed=2)
    after = retested(RULES, marks, {"s00": Decimal("3.5"), "c00": OK})
    assert [mark.average for mark in after[:3]] == [Decimal("3.5"), Decimal("4.5"), Decimal("8.0")]
    assert [mark.passed for mark in after[3:]] == [OK, FAILED, OK, OK]
    assert retested(RULES, marks, {}) == marks


@pytest.mark.parametrize(
    ("code", "said"), [("s02", "Ngoại ngữ 1"), ("c02", "Hoạt động trải nghiệm, hướng nghiệp"), ("vat_li", "vat_li")]
)
def test_a_subject_that_was_passed_or_is_not_there_may_not_be_re_tested(code: str, said: str) -> None:
    with pytest.raises(Invalid, match=rf"Không được đánh giá lại: {said}\."):
        retested(RULES, subjects("4.0 4.5 8.0", failed=2), {code: OK})


@pytest.mark.parametrize(
    ("code", "result", "said"),
    [
        ("s00", OK, "môn Ngữ văn không đúng kiểu: nhận xét kết hợp điểm số"),
        ("c00", Decimal(8), "môn Giáo dục thể chất không đúng kiểu: nhận xét"),
        ("c00", EXEMPT, "môn Giáo dục thể chất không đúng kiểu: nhận xét"),
    ],
)
def test_a_result_of_the_other_kind_is_refused(code: str, result: RetestResult, said: str) -> None:
    with pytest.raises(Invalid, match=said):
        retested(RULES, subjects("4.0 4.5 8.0", failed=2), {code: result})
