"""What each grade is taught and assessed in (guide: domain 2.1 and 3.1), and what is refused."""

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import pytest

from domain.assessment import AssessmentPoint, SubjectKind, Term
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for, offered
from domain.entry import required_cells
from domain.errors import Invalid, NotFound
from domain.rules.reading import read_rule_set
from domain.rules.school_levels import SchoolLevel
from domain.scales import CellKind
from tests.domain.rules.samples import changed

GRADES = range(1, 13)
ELECTIVES = (
    "dia_li", "giao_duc_kinh_te_phap_luat", "vat_li", "hoa_hoc", "sinh_hoc", "cong_nghe", "tin_hoc", "am_nhac",
    "mi_thuat",
)  # fmt: skip
SCIENCES = ("vat_li", "hoa_hoc", "sinh_hoc", "tin_hoc")
# Periods a year by grade; 0 where the grade does not have the subject.
PRIMARY = {
    "tieng_viet": (420, 350, 245, 245, 245),
    "toan": (105, 175, 175, 175, 175),
    "ngoai_ngu_1": (0, 0, 140, 140, 140),
    "lich_su_dia_li": (0, 0, 0, 70, 70),
    "khoa_hoc": (0, 0, 0, 70, 70),
    "tin_hoc": (0, 0, 35, 35, 35),
    "cong_nghe": (0, 0, 35, 35, 35),
    "dao_duc": (35, 35, 35, 35, 35),
    "tu_nhien_xa_hoi": (70, 70, 70, 0, 0),
    "giao_duc_the_chat": (70, 70, 70, 70, 70),
    "am_nhac": (35, 35, 35, 35, 35),
    "mi_thuat": (35, 35, 35, 35, 35),
    "hoat_dong_trai_nghiem": (105, 105, 105, 105, 105),
}
LOWER_SECONDARY = {
    "ngu_van": (140, 140, 140, 140),
    "toan": (140, 140, 140, 140),
    "ngoai_ngu_1": (105, 105, 105, 105),
    "giao_duc_cong_dan": (35, 35, 35, 35),
    "lich_su_dia_li": (105, 105, 105, 105),
    "khoa_hoc_tu_nhien": (140, 140, 140, 140),
    "cong_nghe": (35, 35, 52, 52),
    "tin_hoc": (35, 35, 35, 35),
    "giao_duc_the_chat": (70, 70, 70, 70),
    "nghe_thuat": (70, 70, 70, 70),
    "hoat_dong_trai_nghiem": (105, 105, 105, 105),
    "giao_duc_dia_phuong": (35, 35, 35, 35),
}
UPPER_SECONDARY = {
    "ngu_van": 105, "toan": 105, "ngoai_ngu_1": 105, "lich_su": 52, **dict.fromkeys(SCIENCES, 70),
    "giao_duc_quoc_phong": 35, "giao_duc_the_chat": 70, "hoat_dong_trai_nghiem": 105, "giao_duc_dia_phuong": 35,
}  # fmt: skip
COMMENT_SUBJECTS = {
    "giao_duc_the_chat", "nghe_thuat", "hoat_dong_trai_nghiem", "giao_duc_dia_phuong", "am_nhac", "mi_thuat",
}  # fmt: skip
BY_LEVEL: dict[SchoolLevel, tuple[Mapping[str, tuple[int, ...]], int]] = {
    SchoolLevel.PRIMARY: (PRIMARY, 1),
    SchoolLevel.LOWER_SECONDARY: (LOWER_SECONDARY, 6),
    SchoolLevel.UPPER_SECONDARY: ({code: (periods,) * 3 for code, periods in UPPER_SECONDARY.items()}, 10),
}


def curriculum_of(grade: int) -> Curriculum:
    return curriculum_for(grade, optional=SCIENCES if grade >= 10 else ())


@pytest.mark.parametrize("grade", GRADES)
def test_each_grade_has_the_programmes_subjects_and_periods(grade: int) -> None:
    curriculum = curriculum_of(grade)
    expected, first = BY_LEVEL[curriculum.level]
    wanted = {code: periods[grade - first] for code, periods in expected.items() if periods[grade - first]}
    assert {each.code: each.periods for each in curriculum.subjects} == wanted


@pytest.mark.parametrize(
    ("grade", "at_ends", "in_middle"),
    [
        (1, ["tieng_viet", "toan"], []),
        (2, ["tieng_viet", "toan"], []),
        (3, ["tieng_viet", "toan", "ngoai_ngu_1", "tin_hoc", "cong_nghe"], []),
        *(
            (
                grade,
                ["tieng_viet", "toan", "ngoai_ngu_1", "lich_su_dia_li", "khoa_hoc", "tin_hoc", "cong_nghe"],
                ["tieng_viet", "toan"],
            )
            for grade in (4, 5)
        ),
    ],
)
def test_primary_tests_are_those_of_article_7(grade: int, at_ends: list[str], in_middle: list[str]) -> None:
    subjects = curriculum_for(grade).subjects
    for point, wanted in (
        (AssessmentPoint.END_HK1, at_ends),
        (AssessmentPoint.YEAR_END, at_ends),
        (AssessmentPoint.MID_HK1, in_middle),
        (AssessmentPoint.MID_HK2, in_middle),
    ):
        assert [each.code for each in subjects if each.has_test(point)] == wanted


@pytest.mark.parametrize(("grade", "scores"), [(1, 4), (2, 4), (3, 10), (4, 18), (5, 18)])
def test_a_primary_year_has_so_many_scores(grade: int, scores: int) -> None:
    curriculum = curriculum_for(grade)
    cells = [cell for term in Term for slot in curriculum.slots for cell in required_cells(curriculum, term, slot)]
    assert sum(cell.kind is CellKind.SCORE for cell in cells) == scores


@pytest.mark.parametrize("grade", range(6, 13))
def test_secondary_subjects_need_regular_assessments_by_their_periods(grade: int) -> None:
    """Article 6: up to 35 periods 2, up to 70 periods 3, more 4; comment subjects 2."""
    for subject in offered(grade):
        is_comment = subject.code in COMMENT_SUBJECTS
        assert subject.kind is (SubjectKind.COMMENT if is_comment else SubjectKind.SCORED)
        by_periods = 2 if subject.periods <= 35 else 3 if subject.periods <= 70 else 4
        assert subject.min_regular == (2 if is_comment else by_periods)
        assert subject.tested_at == ()


@pytest.mark.parametrize(
    ("grade", "subject", "regular"),
    [
        (6, "cong_nghe", 2),
        (9, "cong_nghe", 3),
        (9, "ngu_van", 4),
        (10, "lich_su", 3),
        (10, "giao_duc_quoc_phong", 2),
        (12, "vat_li", 3),
        (12, "toan", 4),
    ],
)
def test_the_least_number_of_regular_assessments(grade: int, subject: str, regular: int) -> None:
    assert curriculum_of(grade).subject(subject).min_regular == regular


def test_any_four_of_the_nine_electives_may_be_taken() -> None:
    assert tuple(each.code for each in offered(10) if each.elective) == ELECTIVES
    for chosen in combinations(ELECTIVES, 4):
        taken = [each.code for each in curriculum_for(11, optional=chosen).subjects if each.elective]
        assert taken == list(chosen)


@pytest.mark.parametrize("chosen", [(), ELECTIVES[:3], ELECTIVES[:5], ELECTIVES, (*SCIENCES[:3], "ngoai_ngu_2")])
def test_another_number_of_electives_is_refused(chosen: tuple[str, ...]) -> None:
    taken = len(set(chosen) & set(ELECTIVES))
    with pytest.raises(Invalid, match=f"Lớp 10 phải có đúng 4 môn lựa chọn, hiện có {taken}"):
        curriculum_for(10, optional=chosen)


def test_study_topics_belong_to_subjects_of_the_class() -> None:
    curriculum = curriculum_for(10, optional=SCIENCES, topics=["toan", "vat_li", "hoa_hoc"])
    assert [each.code for each in curriculum.subjects if each.has_topic] == ["toan", "vat_li", "hoa_hoc"]
    with pytest.raises(Invalid, match="không học chuyên đề của môn: dia_li"):
        curriculum_for(10, optional=SCIENCES, topics=["toan", "dia_li"])
    with pytest.raises(Invalid, match="tối đa 3 cụm chuyên đề học tập, hiện có 4"):
        curriculum_for(10, optional=SCIENCES, topics=["ngu_van", "toan", "vat_li", "hoa_hoc"])
    with pytest.raises(Invalid, match="Lớp 9 học tối đa 0 cụm"):
        curriculum_for(9, topics=["toan"])


@pytest.mark.parametrize(
    ("grade", "subject", "periods"),
    [
        (1, "ngoai_ngu_1", 70),
        (2, "ngoai_ngu_1", 70),
        *((grade, "tieng_dan_toc", 70) for grade in range(1, 6)),
        *((grade, "tieng_dan_toc", 105) for grade in range(6, 13)),
        *((grade, "ngoai_ngu_2", 105) for grade in range(6, 13)),
    ],
)
def test_a_school_may_teach_optional_subjects(grade: int, subject: str, periods: int) -> None:
    chosen = (subject, *(SCIENCES if grade >= 10 else ()))
    assert curriculum_for(grade, optional=chosen).subject(subject).periods == periods


def test_the_optional_foreign_language_has_no_test_in_grades_1_and_2() -> None:
    for grade in (1, 2):
        curriculum = curriculum_for(grade, optional=["ngoai_ngu_1"])
        assert curriculum.subject("ngoai_ngu_1").tested_at == ()
        assert curriculum.slots[2] == "ngoai_ngu_1"
        assert curriculum.slots[-1] == HOMEROOM


@pytest.mark.parametrize("grade", range(1, 6))
def test_primary_pupils_have_five_qualities_and_the_competencies_of_their_grade(grade: int) -> None:
    curriculum = curriculum_for(grade)
    assert [each.code for each in curriculum.qualities] == [
        "yeu_nuoc", "nhan_ai", "cham_chi", "trung_thuc", "trach_nhiem",
    ]  # fmt: skip
    assert len(curriculum.general_competencies) == 3
    later = {"cong_nghe", "tin_hoc"} & {each.code for each in curriculum.specific_competencies}
    assert later == ({"cong_nghe", "tin_hoc"} if grade >= 3 else set())
    assert len(curriculum.specific_competencies) == 5 + len(later)


@pytest.mark.parametrize("grade", range(6, 13))
def test_secondary_pupils_have_no_levels_of_traits(grade: int) -> None:
    assert curriculum_of(grade).traits == ()


@pytest.mark.parametrize("grade", GRADES)
def test_codes_names_and_headings_are_unique_in_a_grade(grade: int) -> None:
    subjects = offered(grade)
    for names in (
        [each.code for each in subjects],
        [each.name for each in subjects],
        [each.short for each in subjects],
        [each.code for each in curriculum_of(grade).traits],
        [each.name for each in curriculum_of(grade).traits],
    ):
        assert len(set(names)) == len(names)


def test_a_code_has_one_name_at_a_level_and_a_name_one_code_everywhere() -> None:
    codes: dict[str, set[str]] = {}
    for level in SchoolLevel:
        names: dict[str, set[str]] = {}
        for subject in (each for grade in level.grades for each in offered(grade)):
            names.setdefault(subject.code, set()).add(subject.name)
            codes.setdefault(subject.name, set()).add(subject.code)
        assert all(len(each) == 1 for each in names.values())
    assert all(len(each) == 1 for each in codes.values())


@pytest.mark.parametrize("grade", [0, 13])
def test_a_grade_that_is_none_is_refused(grade: int) -> None:
    with pytest.raises(Invalid, match=f"Không có lớp {grade}"):
        curriculum_for(grade)
    with pytest.raises(Invalid, match=f"Không có lớp {grade}"):
        offered(grade)


def test_a_choice_the_grade_does_not_have_is_refused() -> None:
    with pytest.raises(Invalid, match="Lớp 1 không có môn tự chọn: toan"):
        curriculum_for(1, optional=["toan"])
    with pytest.raises(Invalid, match="không có môn tự chọn: ngoai_ngu_1, vat_li"):
        curriculum_for(6, optional=["vat_li", "ngoai_ngu_1"])


def test_an_unknown_subject_is_not_found() -> None:
    with pytest.raises(NotFound, match="Lớp 1 không có môn học, hoạt động giáo dục “tin_hoc”"):
        curriculum_for(1).subject("tin_hoc")


def test_a_subject_below_every_step_of_the_rules_needs_no_regular_mark(tmp_path: Path) -> None:
    curriculum = curriculum_for(7, read_rule_set(changed(tmp_path, ("above_periods = 0", "above_periods = 35"))))
    assert (curriculum.subject("tin_hoc").periods, curriculum.subject("tin_hoc").min_regular) == (35, 0)
    assert curriculum.subject("toan").min_regular == 4


def test_rules_of_the_other_level_are_refused() -> None:
    with pytest.raises(Invalid, match="không dành cho cấp trung học"):
        _ = curriculum_for(1).secondary_rules
    with pytest.raises(Invalid, match="không dành cho cấp tiểu học"):
        _ = curriculum_for(6).primary_rules
