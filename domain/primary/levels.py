"""Levels and test scores of primary assessment (Circular 27/2020/TT-BGDĐT art. 7): codes, and how people write them."""

from decimal import Decimal

from domain.assessment import EXEMPT, MAX_SCORE, Exempt, Score, read_level
from domain.errors import Invalid
from domain.labelled import Labelled


class SubjectLevel(Labelled):
    """Level of a subject or educational activity (Circular 27/2020 art. 7); M is an exempt row."""

    T = "T", "Hoàn thành tốt"
    H = "H", "Hoàn thành"
    C = "C", "Chưa hoàn thành"
    M = "M", "Miễn"


class QualityLevel(Labelled):
    """Level of a quality or competency (Circular 27/2020 art. 7); the code of D is "Đ" (U+0110)."""

    T = "T", "Tốt"
    D = "Đ", "Đạt"
    C = "C", "Cần cố gắng"


class OverallResult(Labelled):
    """Result of the year (Circular 27/2020 art. 9), best first."""

    HTXS = "HTXS", "Hoàn thành xuất sắc"
    HTT = "HTT", "Hoàn thành tốt"
    HT = "HT", "Hoàn thành"
    CHT = "CHT", "Chưa hoàn thành"


def parse_subject_level(text: str) -> SubjectLevel:
    return read_level(SubjectLevel, text, "mức đạt được của môn học")


def parse_quality_level(text: str) -> QualityLevel:
    return read_level(QualityLevel, text, "mức của phẩm chất, năng lực")


def parse_score(value: str | float) -> Score:
    """Read a test score: a whole number 0..10 (also as 9.0, the way spreadsheets keep it) or M.

    Circular 27/2020 art. 7: the 10-point scale without decimals. Raises Invalid.
    """
    text = str(value).strip().replace(",", ".")
    if text.upper() == Exempt.M:
        return EXEMPT
    whole, _, decimals = text.partition(".")
    if not (whole.isascii() and whole.isdigit()) or decimals.strip("0"):
        raise Invalid(f"“{value}” không phải là điểm hợp lệ; điểm là số nguyên từ 0 đến 10, hoặc M nếu được miễn.")
    score = Decimal(whole)  # int() reads no text of thousands of digits
    if score > MAX_SCORE:
        raise Invalid(f"Điểm {whole} vượt quá thang điểm 10.")
    return int(score)
