"""What a cell may hold: how its text is read, and the choices where it has some."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Final

from domain.assessment import EXEMPT
from domain.comments import COMMENT_LIMITS, CommentField, check_comment
from domain.errors import Invalid
from domain.labelled import Labelled
from domain.primary.levels import QualityLevel, SubjectLevel, parse_quality_level, parse_score, parse_subject_level
from domain.secondary.levels import MeritLevel, PassLevel, mark_text, parse_mark, parse_merit_level, parse_pass_level


class CellKind(Labelled):
    LEVEL = "level", "mức đạt được"
    SCORE = "score", "điểm"
    COMMENT = "comment", "nhận xét"


@dataclass(frozen=True)
class Scale:
    """`read` turns what people write into the stored text and raises Invalid; empty is for the cell, not the scale."""

    kind: CellKind
    read: Callable[[str], str]
    choices: tuple[Labelled, ...] = ()
    decimals: int = 0  # of a score
    limit: int = 0  # characters of a comment
    may_exempt: bool = True  # of a score: M is taken, too


SUBJECT_LEVEL: Final = Scale(CellKind.LEVEL, lambda text: parse_subject_level(text).value, tuple(SubjectLevel))
QUALITY_LEVEL: Final = Scale(CellKind.LEVEL, lambda text: parse_quality_level(text).value, tuple(QualityLevel))
MERIT_LEVEL: Final = Scale(CellKind.LEVEL, lambda text: parse_merit_level(text).value, tuple(MeritLevel))
PASS_LEVEL: Final = Scale(CellKind.LEVEL, lambda text: parse_pass_level(text).value, tuple(PassLevel))
# Whole numbers 0..10 in primary school (Circular 27/2020 art. 7), one decimal after that (Circular 22/2021 art. 5).
WHOLE_SCORE: Final = Scale(CellKind.SCORE, lambda text: str(parse_score(text)))
MARK: Final = Scale(CellKind.SCORE, lambda text: mark_text(parse_mark(text)), decimals=1)


@cache
def without_exemption(scale: Scale) -> Scale:
    """The same scale for an assessment in summer: who sits it has a result."""

    def read(text: str) -> str:
        if (value := scale.read(text)) == EXEMPT:
            raise Invalid("Kết quả đánh giá lại không ghi M; không đánh giá lại thì để trống.")
        return value

    choices = tuple(choice for choice in scale.choices if choice.value != EXEMPT)
    return replace(scale, read=read, choices=choices, may_exempt=False)


COMMENTS: Final = {
    where: Scale(CellKind.COMMENT, partial(check_comment, where), limit=COMMENT_LIMITS[where]) for where in CommentField
}
