"""Whether the class that a pupil enters fits the one he leaves."""

import pytest

from domain.curriculum import Curriculum, curriculum_for
from domain.errors import Invalid
from domain.transfers.subjects import learned, match_subjects

SCIENCE = ("vat_li", "hoa_hoc", "sinh_hoc", "tin_hoc")
HUMANITIES = ("dia_li", "giao_duc_kinh_te_phap_luat", "vat_li", "tin_hoc")


def upper(optional: tuple[str, ...], topics: tuple[str, ...] = (), grade: int = 10) -> Curriculum:
    return curriculum_for(grade, optional=optional, topics=topics)


def test_the_same_choices_match() -> None:
    found = match_subjects(upper(SCIENCE, ("toan", "vat_li")), upper(SCIENCE, ("toan", "vat_li")))
    assert (found.sentences(), found.must_be_settled) == ((), False)


def test_chosen_subjects_that_differ_are_named_for_both_sides() -> None:
    found = match_subjects(upper(SCIENCE), upper(HUMANITIES))
    assert [each.code for each in found.new] == ["dia_li", "giao_duc_kinh_te_phap_luat"]
    assert [each.code for each in found.old] == ["hoa_hoc", "sinh_hoc"]
    assert found.must_be_settled
    assert found.sentences() == (
        "Lớp mới học môn mà học sinh chưa học, cần bổ sung kiến thức: Địa lí, Giáo dục kinh tế và pháp luật.",
        "Học sinh đang học môn mà lớp mới không dạy: Hóa học, Sinh học.",
    )


def test_study_topics_are_compared_too() -> None:
    found = match_subjects(upper(SCIENCE, ("toan", "vat_li")), upper(SCIENCE, ("toan", "hoa_hoc")))
    assert found.must_be_settled
    assert found.sentences() == (
        "Lớp mới học chuyên đề mà học sinh chưa học: Hóa học.",
        "Học sinh đang học chuyên đề mà lớp mới không học: Vật lí.",
    )


def test_what_a_pupil_only_loses_need_not_be_made_up_for() -> None:
    found = match_subjects(upper((*SCIENCE, "ngoai_ngu_2")), upper(SCIENCE))
    assert ([each.code for each in found.old], found.must_be_settled) == (["ngoai_ngu_2"], False)


def test_in_summer_the_grades_differ() -> None:
    assert match_subjects(upper(SCIENCE), upper(SCIENCE, grade=11)).sentences() == ()


@pytest.mark.parametrize(("leaves", "enters"), [(5, 6), (9, 10), (10, 9)])
def test_from_level_to_level_nobody_is_transferred(leaves: int, enters: int) -> None:
    classes = [upper(SCIENCE) if grade == 10 else curriculum_for(grade) for grade in (leaves, enters)]
    with pytest.raises(Invalid, match=f"từ lớp {leaves} sang lớp {enters}"):
        match_subjects(*classes)


def test_below_grade_10_only_what_schools_may_choose_is_noted() -> None:
    plain, more = curriculum_for(6), curriculum_for(6, optional=["ngoai_ngu_2"])
    assert match_subjects(plain, more).sentences() == ("Lưu ý: lớp mới có học thêm Ngoại ngữ 2.",)
    assert match_subjects(more, plain).sentences() == ("Lưu ý: lớp mới không dạy Ngoại ngữ 2.",)
    assert not match_subjects(plain, more).must_be_settled


def test_subjects_that_come_with_a_grade_are_no_difference() -> None:
    assert match_subjects(curriculum_for(3), curriculum_for(4)).sentences() == ()


def test_what_somebody_from_outside_has_learned_is_compared_whatever_the_number() -> None:
    enters = upper(SCIENCE, ("toan", "vat_li"))
    same = match_subjects(learned(enters, (*SCIENCE, "dia_li"), ("toan", "vat_li")), enters)
    assert (same.must_be_settled, [each.code for each in same.old]) == (False, ["dia_li"])
    nothing = match_subjects(learned(enters, (), ()), enters)
    assert {each.code for each in nothing.new} == set(SCIENCE)
    assert {each.code for each in nothing.new_topics} == {"toan", "vat_li"}
    assert nothing.must_be_settled
