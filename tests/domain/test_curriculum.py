"""What grade 1 is taught and assessed in, and what is refused."""

import pytest

from domain.assessment import AssessmentPoint
from domain.curriculum import HOMEROOM, curriculum_for
from domain.errors import Invalid, NotFound


def test_grade_1_has_eight_subjects_of_which_two_have_tests_at_the_ends() -> None:
    subjects = curriculum_for(1).subjects
    tested = {subject.code: subject.tested_at for subject in subjects if subject.tested_at}
    assert len(subjects) == 8
    assert tested == dict.fromkeys(("tieng_viet", "toan"), (AssessmentPoint.END_HK1, AssessmentPoint.YEAR_END))
    assert not curriculum_for(1).subject("toan").has_test(AssessmentPoint.MID_HK2)


def test_grade_1_has_five_qualities_and_eight_competencies() -> None:
    curriculum = curriculum_for(1)
    assert len(curriculum.qualities) == 5
    assert len(curriculum.competencies) == 8
    assert {"cong_nghe", "tin_hoc"}.isdisjoint(trait.code for trait in curriculum.traits)
    assert len({trait.code for trait in curriculum.traits}) == 13


def test_a_school_may_teach_the_optional_foreign_language() -> None:
    curriculum = curriculum_for(1, optional=["ngoai_ngu_1"])
    assert [subject.code for subject in curriculum.subjects][2] == "ngoai_ngu_1"
    assert curriculum.slots[-1] == HOMEROOM
    assert len(curriculum.slots) == 10


@pytest.mark.parametrize(("grade", "circular"), [(2, "27/2020/TT-BGDĐT"), (0, "27/2020/TT-BGDĐT"), (1, "22/2021")])
def test_a_grade_that_is_not_offered_is_refused(grade: int, circular: str) -> None:
    with pytest.raises(Invalid, match=f"Chưa hỗ trợ lớp {grade} theo Thông tư {circular}"):
        curriculum_for(grade, circular)


def test_an_optional_subject_the_grade_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid, match="không có môn tự chọn: toan"):
        curriculum_for(1, optional=["toan"])


def test_an_unknown_subject_is_not_found() -> None:
    with pytest.raises(NotFound, match="“tin_hoc”"):
        curriculum_for(1).subject("tin_hoc")
