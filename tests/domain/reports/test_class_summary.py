"""Values of a summary, or why there are none."""

from domain.assessment import Term
from domain.entered import Entered
from domain.primary.paper import PrimaryPapers
from domain.reports.class_summary import summary_values
from tests.domain.primary.samples import GRADE_1, level, pupil

PAPERS = PrimaryPapers(GRADE_1, Term.YEAR_END)


def test_a_pupil_who_can_be_judged_has_values_and_verdicts() -> None:
    values, verdicts, note = summary_values(PAPERS, pupil(GRADE_1))
    assert (len(values), verdicts, note) == (24, ("HTXS", "Học sinh Xuất sắc", "Lên lớp"), "")


def test_a_pupil_who_cannot_be_judged_yet_has_the_reason() -> None:
    assert summary_values(PAPERS, pupil(GRADE_1, changes={level("toan"): ""})) == (
        (),
        (),
        "Chưa có mức cuối năm học: Toán.",
    )
    assert summary_values(PAPERS, Entered())[2].startswith("Chưa có mức cuối năm học: Tiếng Việt")
