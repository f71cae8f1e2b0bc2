"""What the circulars share: terms, the points at which pupils are assessed, exemption, and how levels are read."""

from enum import StrEnum
from typing import Final, TypeAlias, TypeVar

from domain.errors import Invalid
from domain.identity import normalise_name
from domain.labelled import Labelled

MAX_SCORE: Final = 10


class Term(Labelled):
    """What a class closes and signs; the second term closes together with the year."""

    HK1 = "hk1", "Học kì I"
    YEAR_END = "year_end", "Cuối năm học"


class AssessmentPoint(Labelled):
    """When a cell is filled in.

    Middle and end of both terms (Circular 27/2020 art. 7, Circular 22/2021 art. 7); the regular assessments of a term
    and the topic that counts as one (Circular 22/2021 art. 6); what is assessed again after the year's end (Circular
    27/2020 art. 11, Circular 22/2021 art. 13, 14).
    """

    MID_HK1 = "mid_hk1", "Giữa học kì I"
    END_HK1 = "end_hk1", "Cuối học kì I"
    MID_HK2 = "mid_hk2", "Giữa học kì II"
    YEAR_END = "year_end", "Cuối năm học"
    REGULAR_1 = "regular_1", "Đánh giá thường xuyên lần 1"
    REGULAR_2 = "regular_2", "Đánh giá thường xuyên lần 2"
    REGULAR_3 = "regular_3", "Đánh giá thường xuyên lần 3"
    REGULAR_4 = "regular_4", "Đánh giá thường xuyên lần 4"
    REGULAR_5 = "regular_5", "Đánh giá thường xuyên lần 5"
    REGULAR_6 = "regular_6", "Đánh giá thường xuyên lần 6"
    REGULAR_7 = "regular_7", "Đánh giá thường xuyên lần 7"
    REGULAR_8 = "regular_8", "Đánh giá thường xuyên lần 8"
    REGULAR_9 = "regular_9", "Đánh giá thường xuyên lần 9"
    REGULAR_10 = "regular_10", "Đánh giá thường xuyên lần 10"
    TOPIC = "topic", "Chuyên đề học tập"
    SUMMER = "summer", "Sau hè"


REGULAR_POINTS: Final = tuple(point for point in AssessmentPoint if point.startswith("regular_"))
COUNTED_AS_REGULAR: Final = (*REGULAR_POINTS, AssessmentPoint.TOPIC)  # Circular 22/2021 art. 6

_POINTS: Final = {
    Term.HK1: (AssessmentPoint.MID_HK1, AssessmentPoint.END_HK1),
    Term.YEAR_END: (AssessmentPoint.MID_HK2, AssessmentPoint.YEAR_END),
}


def points_of(term: Term) -> tuple[AssessmentPoint, AssessmentPoint]:
    """Return the term's two periodic assessment points, middle and end."""
    return _POINTS[term]


class SubjectKind(Labelled):
    """How a subject is assessed."""

    LEVELLED = "levelled", "Mức đạt được"  # and test scores in some subjects (Circular 27/2020 art. 7)
    SCORED = "scored", "Nhận xét kết hợp điểm số"  # Circular 22/2021 art. 5
    COMMENT = "comment", "Nhận xét"  # Circular 22/2021 art. 5


class Exempt(StrEnum):
    """The score of a pupil who is exempt from the test."""

    M = "M"


Score: TypeAlias = int | Exempt
EXEMPT: Final = Exempt.M


_Level = TypeVar("_Level", bound=Labelled)
_TYPED: Final = {"d": "đ", "cd": "cđ"}  # what people type for want of a Đ


def read_level(levels: type[_Level], text: str, called: str) -> _Level:
    """Read a level by code or name, in any case; D and the look-alike Ð (U+00D0) stand for Đ.

    Raises Invalid: the text is not what these levels are `called`, and which there are.
    """
    wanted = normalise_name(text).casefold().replace("\u00f0", "đ")
    for level in levels:
        if _TYPED.get(wanted, wanted) in {level.casefold(), level.label.casefold()}:
            return level
    choices = ", ".join(f"{level} ({level.label})" for level in levels)
    raise Invalid(f"“{text}” không phải là {called}; chỉ nhận {choices}.")
