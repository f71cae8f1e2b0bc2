"""From cells to results of subjects: a term, the year, exemption, re-test (Circular 22/2021 art. 6, 9, 14)."""

from decimal import Decimal

import pytest

from domain.assessment import REGULAR_POINTS, AssessmentPoint, Term, points_of
from domain.curriculum import Subject
from domain.entry import CONDUCT, CellKey
from domain.scales import CellKind
from domain.secondary.levels import MeritLevel, PassLevel
from domain.secondary.reading import conduct, subject_year, term_mark, year_marks
from tests.domain.secondary.entered import GRADE_7, GRADE_12, HK1, SUMMER, YEAR, row, slots, year

MATHS, MUSIC = GRADE_7.subject("toan"), GRADE_12.subject("am_nhac")
SPORTS = GRADE_7.subject("giao_duc_the_chat")


def scores(regular: str, mid: str, end: str, topic: str = "") -> dict[CellKey, str]:
    """The first term of Toán; `regular` are marks apart by spaces, "-" leaves one out."""
    found = dict(zip(REGULAR_POINTS, regular.split(), strict=False))
    found |= dict(zip(points_of(HK1), (mid, end), strict=True)) | {AssessmentPoint.TOPIC: topic}
    return {CellKey("toan", point, CellKind.SCORE): text for point, text in found.items() if text not in {"", "-"}}


def levels(regular: str, mid: str, end: str) -> dict[CellKey, str]:
    points = (*REGULAR_POINTS[: len(regular.split())], *points_of(HK1))
    texts = (*regular.split(), mid, end)
    return {
        CellKey(SPORTS.code, point, CellKind.LEVEL): text for point, text in zip(points, texts, strict=True) if text
    }


@pytest.mark.parametrize(
    ("values", "average"),
    [
        (scores("8 8 8 8", "8", "8"), "8.0"),
        (scores("7 8 9 10", "6", "5"), "6.8"),  # (34 + 12 + 15) / 9 = 6,78
        (scores("- - - 7", "6", "5"), "5.7"),  # (7 + 12 + 15) / 6 = 5,67: the actual number divides
        (scores("9 - 6.5 - - 8", "7.5", "9"), "8.2"),  # (23,5 + 15 + 27) / 8 = 8,19
        (scores("8 8 8", "8", "8", topic="4"), "7.6"),  # a topic is one regular mark: (28 + 16 + 24) / 9 = 7,56
        (scores("0 0 0 0", "0", "0"), "0.0"),
        (scores("10 M 10 10", "10", "10"), "10.0"),
    ],
)
def test_a_term_average_counts_what_was_given(values: dict[CellKey, str], average: str) -> None:
    mark = term_mark(GRADE_7, MATHS, HK1, values)
    assert mark.average == Decimal(average)
    assert (mark.code, mark.name, mark.exempt, mark.passed) == ("toan", "Toán", False, None)


@pytest.mark.parametrize(
    "values", [{}, scores("8 8 8 8", "", "8"), scores("8 8 8 8", "8", ""), scores("", "8", "8"), scores("M", "8", "8")]
)
def test_there_is_no_average_while_a_mark_is_missing(values: dict[CellKey, str]) -> None:
    mark = term_mark(GRADE_7, MATHS, HK1, values)
    assert not mark.is_known
    assert mark.counts


@pytest.mark.parametrize(
    ("values", "passed"),
    [
        (levels("Đ Đ", "Đ", "Đ"), PassLevel.D),
        (levels("Đ CĐ", "Đ", "Đ"), PassLevel.CD),
        (levels("Đ Đ", "CĐ", "Đ"), PassLevel.CD),
        (levels("Đ Đ", "Đ", "CĐ"), PassLevel.CD),
        (levels("", "Đ", "Đ"), PassLevel.D),
        (levels("M Đ", "Đ", "Đ"), PassLevel.D),
        (levels("Đ Đ", "", "Đ"), None),
        (levels("Đ Đ", "Đ", ""), None),
        ({}, None),
    ],
)
def test_a_comment_subject_is_passed_when_every_assessment_is(
    values: dict[CellKey, str], passed: PassLevel | None
) -> None:
    assert term_mark(GRADE_7, SPORTS, HK1, values).passed is passed


@pytest.mark.parametrize(("subject", "term"), [(MATHS, HK1), (SPORTS, YEAR)])
def test_m_at_the_end_exempts(subject: Subject, term: Term) -> None:
    mark = term_mark(GRADE_7, subject, term, row(subject, term, "M"))
    assert mark.exempt
    assert not mark.counts


def test_a_topic_of_a_comment_subject_counts_too() -> None:
    values = row(MUSIC, HK1, "Đ")
    topic = {CellKey("am_nhac", AssessmentPoint.TOPIC, CellKind.LEVEL): "CĐ"}
    assert term_mark(GRADE_12, MUSIC, HK1, values).passed is PassLevel.D
    assert term_mark(GRADE_12, MUSIC, HK1, values | topic).passed is PassLevel.CD


@pytest.mark.parametrize(
    ("hk1", "hk2", "of_year"),
    [
        ("5", "8", Decimal("7.0")),
        ("6.5", "8", Decimal("7.5")),
        ("M", "8", Decimal("8.0")),
        ("5", "M", Decimal("5.0")),
        ("M", "M", None),
        ("", "8", None),
        ("8", "", None),
        ("M", "", None),
    ],
)
def test_the_year_weighs_the_second_term_twice_or_takes_the_only_one(
    hk1: str, hk2: str, of_year: Decimal | None
) -> None:
    found = subject_year(GRADE_7, GRADE_7, MATHS, year(GRADE_7, {"toan": hk2}, hk1={"toan": hk1}))
    assert found.year.average == of_year
    assert found.year.exempt is (hk1 == hk2 == "M")


@pytest.mark.parametrize(
    ("hk1", "hk2", "of_year"),
    [
        ("CĐ", "Đ", PassLevel.D),
        ("Đ", "CĐ", PassLevel.CD),
        ("M", "CĐ", PassLevel.CD),
        ("CĐ", "M", PassLevel.CD),
        ("Đ", "", None),
    ],
)
def test_a_comment_subjects_year_is_the_second_terms(hk1: str, hk2: str, of_year: PassLevel | None) -> None:
    pupil = year(GRADE_7, {SPORTS.code: hk2}, hk1={SPORTS.code: hk1})
    assert subject_year(GRADE_7, GRADE_7, SPORTS, pupil).year.passed is of_year


def test_a_re_test_is_read_beside_the_year() -> None:
    pupil = year(GRADE_7, {"toan": "4"}, summer={"toan": "5.5", SPORTS.code: "Đ", "tin_hoc": "M"})
    found = {each.subject.code: each for each in year_marks(GRADE_7, GRADE_7, pupil)}
    assert found["toan"].retest == Decimal("5.5")
    assert found["toan"].year.average == Decimal("4.0")
    assert found[SPORTS.code].retest is PassLevel.D
    assert found["tin_hoc"].retest is found["ngu_van"].retest is None


def test_results_come_in_the_order_of_the_form() -> None:
    found = year_marks(GRADE_12, GRADE_12, year(GRADE_12))
    assert [each.subject for each in found] == list(GRADE_12.subjects)


def test_conduct_is_the_homeroom_teachers_at_a_point() -> None:
    entered = slots(GRADE_7, HK1, {}, conduct="K")
    assert conduct(entered, AssessmentPoint.END_HK1) is MeritLevel.K
    assert conduct(entered, SUMMER) is None
    assert conduct({}, AssessmentPoint.END_HK1) is None
    assert conduct(year(GRADE_7, summer={CONDUCT: "Đ"}).slots, SUMMER) is MeritLevel.D
