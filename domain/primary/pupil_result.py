"""The result of one primary pupil's year with its reason (Circular 27/2020/TT-BGDĐT art. 9, 11, 13)."""

from domain.assessment import Term
from domain.entered import Entered
from domain.errors import Incomplete
from domain.primary.paper import PrimaryPapers
from domain.primary.promotion import commendation_title, completion_text, programme_completed
from domain.pupil_results import PupilResult, Verdict


def pupil_result(papers: PrimaryPapers, pupil: Entered) -> PupilResult:
    """Raises Incomplete in the first term, which has no result of its own, and while something is missing."""
    if papers.term is Term.HK1:
        raise Incomplete("Ở tiểu học, kết quả giáo dục chỉ được xếp vào cuối năm học.")
    judged = papers.judged(pupil)
    result, completed = judged.result, programme_completed(judged.result)
    said = completion_text(papers.curriculum.grade, result, principal_decides=bool(pupil.promoted))
    verdicts = [
        Verdict("Kết quả giáo dục", result or "", result.label if result else "Không xếp mức"),
        Verdict("Hoàn thành chương trình", "", said),
    ]
    if title := commendation_title(result, recognised=pupil.recognised):
        verdicts.append(Verdict("Khen thưởng", "", title))
    return PupilResult(
        tuple(verdicts), (judged.reason,), judged.rule_version, is_promoted=True if completed else pupil.promoted
    )
