"""Results of pupils whom the rules treat apart: not assessed, by a plan, absent too often."""

import pytest

from domain.assessment import Term
from domain.curriculum import HOMEROOM, curriculum_for
from domain.entered import Entered
from domain.errors import Incomplete
from domain.primary import pupil_result as primary
from domain.primary.paper import PrimaryPapers
from domain.pupil_results import Verdict
from domain.secondary import pupil_result as secondary
from domain.secondary.paper import SecondaryPapers
from tests.domain.primary.samples import pupil
from tests.domain.secondary.entered import GRADE_9, slots, year

GRADE_2 = curriculum_for(2)
PRIMARY = PrimaryPapers(GRADE_2, Term.YEAR_END)
NOT_GRADED = "Không xếp mức"


def secondary_papers(term: Term = Term.YEAR_END) -> SecondaryPapers:
    return SecondaryPapers(GRADE_9, GRADE_9, term)


@pytest.mark.parametrize(("decided", "said"), [(None, ""), (True, "; được lên lớp theo quyết định của Hiệu trưởng")])
def test_a_primary_pupil_who_is_not_assessed_has_no_result_and_the_principal_decides(
    *, decided: bool | None, said: str
) -> None:
    found = primary.pupil_result(PRIMARY, Entered(assessment_waived=True, promoted=decided))
    assert found.verdicts == (
        Verdict("Kết quả giáo dục", "", NOT_GRADED),
        Verdict("Hoàn thành chương trình", "", f"Thực hiện theo kế hoạch giáo dục cá nhân{said}"),
    )
    assert found.is_promoted is decided
    assert "không đánh giá" in found.reasons[0]


def test_a_primary_result_by_an_own_plan_says_so() -> None:
    found = primary.pupil_result(PRIMARY, pupil(GRADE_2, individual_plan=True))
    assert found.verdicts[0].level == "HTXS"
    assert "kế hoạch giáo dục cá nhân" in found.reasons[0]


def test_a_primary_pupil_without_levels_has_no_result_yet() -> None:
    with pytest.raises(Incomplete, match="Chưa có mức cuối năm học"):
        primary.pupil_result(PRIMARY, Entered())


@pytest.mark.parametrize("term", Term)
def test_a_secondary_pupil_who_is_not_assessed_has_conduct_and_no_learning_level(term: Term) -> None:
    conduct_alone, before = ({HOMEROOM: slots(GRADE_9, each, {})[HOMEROOM]} for each in (term, Term.HK1))
    alone = Entered(slots=conduct_alone, earlier=before, assessment_waived=True)
    found = secondary.pupil_result(secondary_papers(term), alone)
    learning = [each for each in found.verdicts if each.name.startswith("Kết quả học tập")]
    conduct = [each for each in found.verdicts if each.name.startswith("Kết quả rèn luyện")]
    assert {(each.level, each.text) for each in learning} == {("", NOT_GRADED)}
    assert {(each.level, each.text) for each in conduct} == {("T", "Tốt")}
    assert found.is_promoted is None


@pytest.mark.parametrize(("absent", "promoted"), [(45, True), (46, False)])
def test_who_was_absent_too_often_is_not_promoted(absent: int, *, promoted: bool) -> None:
    found = secondary.pupil_result(secondary_papers(), year(GRADE_9, absent_excused=absent))
    assert found.is_promoted is promoted
    passed = "Hoàn thành chương trình trung học cơ sở" if promoted else "Chưa hoàn thành chương trình trung học cơ sở"
    assert passed in [each.text for each in found.verdicts]
    assert f"nghỉ {absent} buổi" in found.reasons[1]


def test_a_secondary_term_without_conduct_is_not_judged() -> None:
    entered = Entered(slots=slots(GRADE_9, Term.HK1, {}, conduct=""))
    with pytest.raises(Incomplete, match="rèn luyện của học kì"):
        secondary.pupil_result(secondary_papers(Term.HK1), entered)
