"""What a principal is shown as below the standard, and what not."""

from domain.approval_points import below_in_first_term, below_standard
from domain.assessment import AssessmentPoint, Term
from domain.curriculum import HOMEROOM, curriculum_for
from domain.entered import Entered
from domain.entry import CellKey
from domain.pupil_results import PupilResult, Verdict
from domain.scales import CellKind

END = AssessmentPoint.END_HK1


def result(*verdicts: Verdict, promoted: bool | None = True) -> PupilResult:
    return PupilResult(verdicts, (), "tt27-2020/1", is_promoted=promoted)


def test_good_results_are_no_point() -> None:
    assert below_standard(result(Verdict("Kết quả giáo dục", "HT", "Hoàn thành")), Term.YEAR_END) == ()


def test_a_year_below_the_standard_says_what_and_what_follows() -> None:
    low = Verdict("Kết quả giáo dục", "CHT", "Chưa hoàn thành")
    said = "Kết quả giáo dục: Chưa hoàn thành"
    assert below_standard(result(low, promoted=None), Term.YEAR_END) == (said, "Chưa được lên lớp")
    assert below_standard(result(low, promoted=False), Term.YEAR_END) == (said, "Ở lại lớp")
    assert below_standard(result(low), Term.YEAR_END) == (said,)


def test_a_first_term_promotes_nobody_and_that_is_no_point() -> None:
    weak = Verdict("Kết quả rèn luyện", "CĐ", "Chưa đạt")
    assert below_standard(result(promoted=None), Term.HK1) == ()
    assert below_standard(result(weak, promoted=None), Term.HK1) == ("Kết quả rèn luyện: Chưa đạt",)


def test_a_primary_first_term_is_judged_by_levels_and_tests() -> None:
    curriculum = curriculum_for(1)
    slots = {
        "toan": {CellKey("toan", END, CellKind.LEVEL): "H", CellKey("toan", END, CellKind.SCORE): "4"},
        "am_nhac": {CellKey("am_nhac", END, CellKind.LEVEL): "C"},
        "tieng_viet": {CellKey("tieng_viet", END, CellKind.SCORE): "5"},
        HOMEROOM: {CellKey("yeu_nuoc", END, CellKind.LEVEL): "C"},
    }
    assert below_in_first_term(curriculum, Entered(slots)) == (
        "Chưa hoàn thành: Toán, Âm nhạc",
        f"Cần cố gắng: {curriculum.traits[0].name}",
    )
    assert below_in_first_term(curriculum, Entered(slots, assessment_waived=True)) == ()
