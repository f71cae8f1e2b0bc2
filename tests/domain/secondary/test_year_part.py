"""The part of a secondary year record that comes from what was entered."""

from typing import Any

import pytest

from domain.assessment import AssessmentPoint
from domain.curriculum import HOMEROOM, Curriculum
from domain.documents import SignerContent, subject_field
from domain.entered import Entered
from domain.entry import CONDUCT, CellKey
from domain.scales import CellKind
from domain.secondary.paper import SecondaryPapers
from domain.year_records import MarkLine, SecondaryRecordContent, TermLevels
from tests.domain.record_part import PART
from tests.domain.secondary.entered import GRADE_7, GRADE_9, GRADE_12, YEAR, year

WEAK = {"toan": "3", "ngoai_ngu_1": "4"}


def of_year(pupil: Entered, curriculum: Curriculum = GRADE_7) -> SecondaryRecordContent:
    teachers = {
        each.code: SignerContent(subject_field(each.code), f"Giáo viên {each.short}", f"id-{each.code}", "Giáo viên")
        for each in curriculum.subjects
    }
    return SecondaryPapers(curriculum, curriculum, YEAR).year_record(pupil, PART, teachers)


def line(found: SecondaryRecordContent, subject: str) -> MarkLine:
    return next(each for each in found.subjects if each.subject == subject)


def with_words(pupil: Entered, **words: str) -> Entered:
    keys = {CellKey(field, AssessmentPoint.YEAR_END, CellKind.COMMENT): text for field, text in words.items()}
    return Entered(slots={**pupil.slots, HOMEROOM: {**pupil.slots[HOMEROOM], **keys}}, earlier=pupil.earlier)


def test_each_subject_has_its_results_comment_and_teacher() -> None:
    found = of_year(year(GRADE_7, {**WEAK, "tin_hoc": "7.5"}, hk1={"tin_hoc": "6"}, summer={"toan": "5"}))
    assert [each.subject for each in found.subjects] == [each.code for each in GRADE_7.subjects]
    assert line(found, "tin_hoc") == MarkLine(
        "tin_hoc", "Tin học", "6,0", "7,5", "7,0", "", "Về Tin học.", "Giáo viên Tin", "id-tin_hoc"
    )
    maths = line(found, "toan")
    assert (maths.hk1, maths.hk2, maths.year, maths.retest) == ("3,0", "3,0", "3,0", "5,0")
    arts = line(found, "nghe_thuat")
    assert (arts.hk1, arts.hk2, arts.year, arts.retest) == ("Đ", "Đ", "Đ", "")


@pytest.mark.parametrize(
    ("hk1", "hk2", "shown"),
    [("M", "8", ("M", "8,0", "8,0")), ("8", "M", ("8,0", "M", "8,0")), ("M", "M", ("M", "M", "M"))],
)
def test_an_exemption_is_shown_in_its_term(hk1: str, hk2: str, shown: tuple[str, str, str]) -> None:
    found = line(of_year(year(GRADE_7, {"tin_hoc": hk2}, hk1={"tin_hoc": hk1})), "tin_hoc")
    assert (found.hk1, found.hk2, found.year) == shown


@pytest.mark.parametrize(
    ("more", "learning", "conduct"),
    [
        ({}, ("T", "T", "T", ""), ("T", "T", "T", "")),
        ({"conduct": ("CĐ", "T")}, ("T", "T", "T", ""), ("CĐ", "T", "K", "")),
        ({"marks": WEAK}, ("CĐ", "CĐ", "CĐ", ""), ("T", "T", "T", "")),
        ({"marks": WEAK, "summer": {"toan": "5"}}, ("CĐ", "CĐ", "CĐ", "Đ"), ("T", "T", "T", "")),
        ({"marks": WEAK, "summer": {"toan": "3"}}, ("CĐ", "CĐ", "CĐ", "CĐ"), ("T", "T", "T", "")),
        ({"conduct": ("T", "CĐ"), "summer": {CONDUCT: "Đ"}}, ("T", "T", "T", ""), ("T", "CĐ", "CĐ", "Đ")),
        ({"conduct": ("T", "CĐ"), "summer": {CONDUCT: "CĐ"}}, ("T", "T", "T", ""), ("T", "CĐ", "CĐ", "CĐ")),
        ({"marks": WEAK, "promoted": False}, ("CĐ", "CĐ", "CĐ", ""), ("T", "T", "T", "")),
        ({"assessment_waived": True}, ("", "", "", ""), ("T", "T", "T", "")),
    ],
)
def test_levels_are_those_of_the_terms_the_year_and_the_summer(
    more: dict[str, Any], learning: tuple[str, ...], conduct: tuple[str, ...]
) -> None:
    found = of_year(year(GRADE_7, **more))
    assert found.learning == TermLevels(*learning)
    assert found.conduct == TermLevels(*conduct)


@pytest.mark.parametrize(
    ("curriculum", "more", "outcome", "text", "promoted"),
    [
        (GRADE_7, {}, "promoted", "Được lên lớp 8", True),
        (GRADE_9, {}, "completed", "Hoàn thành chương trình trung học cơ sở", True),
        (GRADE_12, {}, "completed", "Hoàn thành chương trình trung học phổ thông", True),
        (GRADE_7, {"marks": WEAK}, "retest", "Kiểm tra, đánh giá lại trong kì nghỉ hè", False),
        (GRADE_7, {"conduct": ("T", "CĐ")}, "summer_training", "Rèn luyện trong kì nghỉ hè", False),
        (GRADE_7, {"absent_excused": 46}, "repeats", "Không được lên lớp", False),
        (
            GRADE_7,
            {"assessment_waived": True},
            "principal_decides",
            "Hiệu trưởng xem xét, quyết định việc lên lớp",
            False,
        ),
        (GRADE_7, {"assessment_waived": True, "promoted": True}, "promoted", "Được lên lớp 8", True),
        (
            GRADE_9,
            {"assessment_waived": True, "promoted": False},
            "repeats",
            "Chưa hoàn thành chương trình trung học cơ sở",
            False,
        ),
    ],
)
def test_the_record_says_what_was_decided(
    curriculum: Curriculum, more: dict[str, Any], outcome: str, text: str, *, promoted: bool
) -> None:
    found = of_year(year(curriculum, **more), curriculum)
    assert (found.outcome, found.outcome_text, found.promoted) == (outcome, text, promoted)
    assert found.completion_text == (text if outcome == "completed" else "")
    assert found.outcome_reason


def test_the_record_keeps_absences_title_and_reason() -> None:
    found = of_year(year(GRADE_7, absent_excused=3, absent_unexcused=2))
    assert (found.absent, found.commendation, found.assessment_waived) == (5, "Học sinh Giỏi", False)
    assert found.learning_reason.startswith("Tốt: 8/8 môn từ 8,0 trở lên")


def test_the_homeroom_teachers_words_are_kept_and_certificates_are_a_list() -> None:
    pupil = with_words(
        year(GRADE_7),
        homeroom="Em chăm ngoan.",
        competitions="Giải Nhì Tin học trẻ cấp phường",
        certificates="Chứng chỉ bơi\n\nChứng chỉ Tin học",
        summer_training="Đã hoàn thành.",
    )
    found = of_year(pupil)
    assert found.homeroom_comment == "Em chăm ngoan."
    assert found.competitions == "Giải Nhì Tin học trẻ cấp phường"
    assert found.certificates == ("Chứng chỉ bơi", "Chứng chỉ Tin học")
    assert found.summer_training == "Đã hoàn thành."
    assert of_year(year(GRADE_7)).certificates == ()


def test_study_topics_are_named() -> None:
    assert of_year(year(GRADE_12), GRADE_12).study_topics == ("Toán", "Âm nhạc")
    assert of_year(year(GRADE_7)).study_topics == ()
