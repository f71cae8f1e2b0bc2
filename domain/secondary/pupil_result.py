"""The results of one secondary pupil's term or year with their reasons (Circular 22/2021/TT-BGDĐT art. 8 to 15)."""

from collections.abc import Iterator
from typing import Final

from domain.assessment import Term
from domain.entered import Entered
from domain.errors import Incomplete
from domain.pupil_results import PupilResult, SubjectResult, Verdict
from domain.secondary.levels import MeritLevel
from domain.secondary.paper import SecondaryPapers, again, shown
from domain.secondary.promotion import Outcome, completion_text
from domain.secondary.year import YearResult, term_result

_PARTS: Final = ("học kì I", "học kì II", "cả năm")
_PROMOTED: Final = {Outcome.PROMOTED: True, Outcome.COMPLETED: True, Outcome.REPEATS: False}


def pupil_result(papers: SecondaryPapers, pupil: Entered) -> PupilResult:
    """Raises Incomplete naming what is missing, Invalid where the rules cannot judge."""
    return _of_term(papers, pupil) if papers.term is Term.HK1 else _of_year(papers, pupil)


def _of_term(papers: SecondaryPapers, pupil: Entered) -> PupilResult:
    found = term_result(papers.curriculum, papers.term, pupil)
    if found.conduct is None:
        raise Incomplete("Chưa có kết quả rèn luyện của học kì.")
    verdicts = (_level("Kết quả học tập", found.learning.level), _level("Kết quả rèn luyện", found.conduct))
    subjects = tuple(SubjectResult(mark.code, mark.name, shown(mark)) for mark in found.marks)
    return PupilResult(verdicts, (found.learning.reason,), found.learning.rule_version, subjects)


def _of_year(papers: SecondaryPapers, pupil: Entered) -> PupilResult:
    found = papers.year_result(pupil)
    subjects = tuple(
        SubjectResult(
            each.subject.code,
            each.subject.name,
            shown(each.hk1),
            shown(each.hk2),
            shown(each.year),
            again(each.retest),
        )
        for each in found.subjects
    )
    reasons = (found.learning[2].reason, found.promotion.reason)
    verdicts = tuple(_of_parts(found, papers.curriculum.grade))
    promoted = _PROMOTED.get(found.promotion.outcome)
    return PupilResult(verdicts, reasons, found.promotion.rule_version, subjects, promoted)


def _of_parts(found: YearResult, grade: int) -> Iterator[Verdict]:
    for part, judged in zip(_PARTS, found.learning, strict=True):
        yield _level(f"Kết quả học tập {part}", judged.level)
    for part, level in zip(_PARTS, found.conduct, strict=True):
        yield _level(f"Kết quả rèn luyện {part}", level)
    if found.retested:
        yield _level("Kết quả học tập sau hè", found.retested)
    if found.trained:
        yield _level("Kết quả rèn luyện sau hè", found.trained)
    yield Verdict("Lên lớp", "", completion_text(grade, found.promotion.outcome))
    if found.title:
        yield Verdict("Danh hiệu", "", found.title)


def _level(name: str, level: MeritLevel | None) -> Verdict:
    return Verdict(name, level or "", level.label if level else "Không xếp mức")
