"""The school's lists at the end of a year: who is promoted, who is not yet, and who is commended with which title.

Circular 27/2020/TT-BGDĐT art. 11 and 13; Circular 22/2021/TT-BGDĐT art. 12 to 15.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.documents import SchoolContent
from domain.entered import Entered
from domain.errors import Incomplete, Invalid
from domain.labelled import Labelled
from domain.primary.paper import PrimaryPapers
from domain.primary.promotion import commendation_title, completion_text, promoted
from domain.primary.year import ResultWithTrace
from domain.secondary.paper import SecondaryPapers
from domain.secondary.promotion import Outcome
from domain.secondary.promotion import completion_text as outcome_text
from domain.secondary.year import YearResult


class YearList(Labelled):
    """On which list a pupil stands; exactly one."""

    PROMOTED = "promoted", "Lên lớp"  # or completed the level
    NOT_PROMOTED = "not_promoted", "Chưa lên lớp"
    RETEST = "retest", "Kiểm tra lại"
    SUMMER_TRAINING = "summer_training", "Rèn luyện hè"
    UNDECIDED = "undecided", "Chờ quyết định"
    UNKNOWN = "unknown", "Chưa đủ dữ liệu"


_LISTS: Final[Mapping[Outcome, YearList]] = {
    Outcome.PROMOTED: YearList.PROMOTED,
    Outcome.COMPLETED: YearList.PROMOTED,
    Outcome.RETEST: YearList.RETEST,
    Outcome.SUMMER_TRAINING: YearList.SUMMER_TRAINING,
    Outcome.PRINCIPAL_DECIDES: YearList.UNDECIDED,
    Outcome.REPEATS: YearList.NOT_PROMOTED,
}


@dataclass(frozen=True)
class YearVerdict:
    """What the year led to, in words, and why; `title` is "" without one."""

    which: YearList
    text: str
    reason: str
    title: str


@dataclass(frozen=True)
class YearLine:
    pupil_code: str
    full_name: str
    birth_date: str  # ISO
    verdict: YearVerdict


@dataclass(frozen=True)
class ClassYear:
    """One class; no pupils while the book of the year's end is not open."""

    class_name: str
    pupils: tuple[YearLine, ...]


@dataclass(frozen=True)
class SchoolYearReport:
    """Classes by grade and name, pupils by class list."""

    school: SchoolContent
    school_year: str
    classes: tuple[ClassYear, ...]


def year_verdict(papers: PrimaryPapers | SecondaryPapers, pupil: Entered) -> YearVerdict:
    """Judge a year by the papers of its end; what is missing is the reason of UNKNOWN."""
    try:
        if isinstance(papers, PrimaryPapers):
            return primary_verdict(papers, pupil, papers.judged(pupil))
        return secondary_verdict(papers, papers.year_result(pupil))
    except (Incomplete, Invalid) as refused:
        return YearVerdict(YearList.UNKNOWN, "", refused.message, "")


def primary_verdict(papers: PrimaryPapers, pupil: Entered, judged: ResultWithTrace) -> YearVerdict:
    decides = bool(pupil.promoted)
    is_open = judged.result is None and pupil.promoted is None
    not_yet = YearList.UNDECIDED if is_open else YearList.NOT_PROMOTED
    return YearVerdict(
        which=YearList.PROMOTED if promoted(judged.result, principal_decides=decides) else not_yet,
        text=completion_text(papers.curriculum.grade, judged.result, principal_decides=decides),
        reason=judged.reason,
        title=commendation_title(judged.result, recognised=pupil.recognised),
    )


def secondary_verdict(papers: SecondaryPapers, found: YearResult) -> YearVerdict:
    text = outcome_text(papers.curriculum.grade, found.promotion.outcome)
    return YearVerdict(_LISTS[found.promotion.outcome], text, found.promotion.reason, found.title)
