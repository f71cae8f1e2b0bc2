"""The levels and marks of secondary assessment (Circular 22/2021/TT-BGDĐT), and how they are read and written."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, TypeAlias

from domain.assessment import EXEMPT, MAX_SCORE, Exempt, SubjectKind, read_level
from domain.errors import Invalid
from domain.labelled import Labelled


class MeritLevel(Labelled):
    """Level of the learning result (art. 9) and of conduct (art. 8), best first; Đ is U+0110."""

    T = "T", "Tốt"
    K = "K", "Khá"
    D = "Đ", "Đạt"
    CD = "CĐ", "Chưa đạt"


class PassLevel(Labelled):
    """Level of a subject that is assessed by comments alone (art. 9); M is exempt."""

    D = "Đ", "Đạt"
    CD = "CĐ", "Chưa đạt"
    M = "M", "Miễn"


Mark: TypeAlias = Decimal | Exempt

_CALLED: Final = "mức đánh giá"
_MARK: Final = re.compile(r"(0|[1-9][0-9]*)(?:\.([0-9])0*)?")


@dataclass(frozen=True)
class SubjectMark:
    """One subject's result of a term or year: an average if it is scored, a level if it is assessed by comments."""

    code: str
    name: str
    kind: SubjectKind
    average: Decimal | None = None
    passed: PassLevel | None = None
    exempt: bool = False

    @property
    def counts(self) -> bool:
        return not self.exempt and self.passed is not PassLevel.M

    @property
    def is_known(self) -> bool:
        return (self.average if self.kind is SubjectKind.SCORED else self.passed) is not None

    @property
    def failed(self) -> bool:
        """A comment subject at Chưa đạt."""
        return self.kind is SubjectKind.COMMENT and self.passed is PassLevel.CD


def parse_merit_level(text: str) -> MeritLevel:
    return read_level(MeritLevel, text, _CALLED)


def parse_pass_level(text: str) -> PassLevel:
    return read_level(PassLevel, text, _CALLED)


def parse_mark(value: str | float) -> Mark:
    """Read a mark: 0..10 with at most one decimal, after a comma or a point, or M (Circular 22/2021 art. 5).

    Spreadsheets give floats, as 7.5 or 9.0. Raises Invalid; nothing is rounded.
    """
    text = str(value).strip().replace(",", ".")
    if text.upper() == EXEMPT:
        return EXEMPT
    digits = _MARK.fullmatch(text)
    if digits is None:
        raise Invalid(
            f"“{value}” không phải là điểm hợp lệ; điểm từ 0 đến 10, nhiều nhất một chữ số thập phân, hoặc M nếu miễn."
        )
    mark = Decimal(f"{digits[1]}.{digits[2] or 0}")
    if mark > MAX_SCORE:
        raise Invalid(f"Điểm {mark_label(mark)} vượt quá thang điểm 10.")
    return mark


def mark_text(mark: Mark | None) -> str:
    """Return the mark as it is stored and exchanged: "", "M", "9", "8.5"."""
    return "" if mark is None else str(mark).removesuffix(".0")


def mark_label(mark: Mark | None) -> str:
    """Return the mark as people write it: "", "M", "9", "8,5"."""
    return comma(mark_text(mark))


def average_label(average: Decimal) -> str:
    """Return an average as people write it, with its decimal: "9,0"."""
    return comma(str(average))


def comma(text: str) -> str:
    """Return a stored mark or average with the comma that people write."""
    return text.replace(".", ",")
