"""Levels and test scores of primary assessment (Circular 27/2020/TT-BGDĐT art. 7): codes, and how people write them."""

import unicodedata

from domain.assessment import EXEMPT, MAX_SCORE, Exempt, Score
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
    """Read a subject level from its code or name, in any case; raise Invalid otherwise."""
    for level in SubjectLevel:
        if _folded(text) in {level.casefold(), level.label.casefold()}:
            return level
    raise Invalid(f"“{text}” không phải là mức đạt được của môn học; chỉ nhận {_choices(SubjectLevel)}.")


def parse_quality_level(text: str) -> QualityLevel:
    """Read a level of a quality or competency; D and the look-alike Ð (U+00D0) stand for Đ. Raises Invalid."""
    wanted = _folded(text).replace("\u00f0", "đ")
    for level in QualityLevel:
        if ("đ" if wanted == "d" else wanted) in {level.casefold(), level.label.casefold()}:
            return level
    raise Invalid(f"“{text}” không phải là mức của phẩm chất, năng lực; chỉ nhận {_choices(QualityLevel)}.")


def _choices(kind: type[Labelled]) -> str:
    return ", ".join(f"{level} ({level.label})" for level in kind)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split()).casefold()


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
    score = whole.lstrip("0") or "0"
    if len(score) > len(str(MAX_SCORE)) or int(score) > MAX_SCORE:  # Python reads no number of thousands of digits
        raise Invalid(f"Điểm {whole} vượt quá thang điểm 10.")
    return int(score)


def score_text(score: Score | None) -> str:
    """Return the score as documents print it: empty, "M" or "0".."10"."""
    return "" if score is None else str(score)
