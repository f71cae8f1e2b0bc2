"""The points of a school year."""

from domain.assessment import REGULAR_POINTS, AssessmentPoint, Term, points_of


def test_each_term_has_a_middle_and_an_end() -> None:
    assert points_of(Term.HK1) == (AssessmentPoint.MID_HK1, AssessmentPoint.END_HK1)
    assert points_of(Term.YEAR_END) == (AssessmentPoint.MID_HK2, AssessmentPoint.YEAR_END)


def test_regular_assessments_come_in_order_and_are_none_of_the_terms_own_points() -> None:
    assert [point.label for point in REGULAR_POINTS[::9]] == [
        "Đánh giá thường xuyên lần 1",
        "Đánh giá thường xuyên lần 10",
    ]
    assert not {point for term in Term for point in points_of(term)} & set(REGULAR_POINTS)
