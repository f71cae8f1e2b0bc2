"""What must be filled in before a slot submits, and what is refused or doubted."""

from dataclasses import replace

import pytest

from domain.assessment import EXEMPT, AssessmentPoint, QualityLevel, Score, SubjectLevel, Term, overall_result
from domain.curriculum import HOMEROOM, curriculum_for
from domain.entry import (
    COMMENT_LIMITS,
    HOMEROOM_COMMENTS,
    CellKind,
    CommentField,
    HomeroomEntry,
    SubjectEntry,
    check_comment,
    missing_cells,
    required_cells,
    subject_warnings,
    year_assessment,
)
from domain.errors import Incomplete, Invalid, NotFound

GRADE_1 = curriculum_for(1)
FULL_SUBJECT = SubjectEntry(SubjectLevel.H, SubjectLevel.T, 9, "Em đọc tốt.")
LEVELS = {trait.code: QualityLevel.T for trait in GRADE_1.traits}
FULL_HOMEROOM = HomeroomEntry(LEVELS, LEVELS, dict.fromkeys(HOMEROOM_COMMENTS, "Em ngoan."))


@pytest.mark.parametrize(("term", "end"), [(Term.HK1, AssessmentPoint.END_HK1), (Term.YEAR_END, "year_end")])
def test_a_tested_subject_needs_two_levels_a_score_and_a_comment(term: Term, end: str) -> None:
    cells = required_cells(GRADE_1, term, "toan")
    assert [cell.kind for cell in cells] == [CellKind.LEVEL, CellKind.LEVEL, CellKind.SCORE, CellKind.COMMENT]
    assert [cell.point for cell in cells[1:]] == [end] * 3


def test_a_subject_without_test_needs_no_score() -> None:
    assert len(required_cells(GRADE_1, Term.HK1, "dao_duc")) == 3


def test_the_homeroom_teacher_gives_thirteen_levels_twice_and_four_comments() -> None:
    cells = required_cells(GRADE_1, Term.YEAR_END, HOMEROOM)
    assert len(cells) == 13 * 2 + 4
    assert cells[0].label == "Yêu nước: mức đạt được (Giữa học kì II)"
    assert cells[-1].label == "Nhận xét của giáo viên chủ nhiệm (Cuối năm học)"


def test_four_score_cells_make_a_grade_1_year() -> None:
    cells = [cell for term in Term for slot in GRADE_1.slots for cell in required_cells(GRADE_1, term, slot)]
    assert sum(cell.kind is CellKind.SCORE for cell in cells) == 4
    assert len(set(cells)) == len(cells)


def test_an_unknown_slot_is_refused() -> None:
    with pytest.raises(NotFound):
        required_cells(GRADE_1, Term.HK1, "tin_hoc")


def test_full_entries_miss_nothing() -> None:
    assert missing_cells(GRADE_1, Term.HK1, "toan", FULL_SUBJECT) == ()
    assert missing_cells(GRADE_1, Term.HK1, "toan", replace(FULL_SUBJECT, score=0)) == ()
    assert missing_cells(GRADE_1, Term.HK1, HOMEROOM, FULL_HOMEROOM) == ()


@pytest.mark.parametrize(
    ("entry", "label"),
    [
        (replace(FULL_SUBJECT, mid_level=None), "Toán: mức đạt được (Giữa học kì I)"),
        (replace(FULL_SUBJECT, end_level=None), "Toán: mức đạt được (Cuối học kì I)"),
        (replace(FULL_SUBJECT, score=None), "Toán: điểm kiểm tra định kì (Cuối học kì I)"),
        (replace(FULL_SUBJECT, comment="  "), "Toán: nhận xét (Cuối học kì I)"),
    ],
)
def test_each_empty_subject_cell_is_named(entry: SubjectEntry, label: str) -> None:
    assert [cell.label for cell in missing_cells(GRADE_1, Term.HK1, "toan", entry)] == [label]


def test_each_empty_homeroom_cell_is_named() -> None:
    entry = replace(FULL_HOMEROOM, mid_levels={}, comments={})
    missing = missing_cells(GRADE_1, Term.HK1, HOMEROOM, entry)
    assert [cell.item for cell in missing] == [*LEVELS, *HOMEROOM_COMMENTS]
    assert len(missing_cells(GRADE_1, Term.HK1, HOMEROOM, HomeroomEntry())) == 30


def test_an_exempt_subject_needs_its_levels_only() -> None:
    assert missing_cells(GRADE_1, Term.HK1, "toan", SubjectEntry(SubjectLevel.M, SubjectLevel.M)) == ()
    assert len(missing_cells(GRADE_1, Term.HK1, "toan", SubjectEntry(None, SubjectLevel.M))) == 1


def test_a_pupil_who_is_not_assessed_needs_the_homeroom_comments_only() -> None:
    assert missing_cells(GRADE_1, Term.HK1, "toan", SubjectEntry(), assessment_waived=True) == ()
    missing = missing_cells(GRADE_1, Term.HK1, HOMEROOM, HomeroomEntry(), assessment_waived=True)
    assert [cell.item for cell in missing] == list(HOMEROOM_COMMENTS)


@pytest.mark.parametrize(
    ("where", "limit"), [("subject", 300), ("qualities", 500), ("general_competencies", 500), ("homeroom", 2000)]
)
def test_a_comment_may_be_as_long_as_its_limit_and_no_longer(where: str, limit: int) -> None:
    kind = CommentField(where)
    assert COMMENT_LIMITS[kind] == limit
    assert check_comment(kind, "ẫ" * limit) == "ẫ" * limit
    with pytest.raises(Invalid, match=f"dài {limit + 2} kí tự, quá giới hạn {limit} kí tự là 2 kí tự"):
        check_comment(kind, "ẫ" * (limit + 2))


def test_a_comment_is_kept_and_counted_in_nfc() -> None:
    decomposed = "a\u0302\u0303" * 300
    assert check_comment(CommentField.SUBJECT, f" {decomposed}\n") == "ẫ" * 300


@pytest.mark.parametrize(
    ("level", "score", "doubted"),
    [
        (SubjectLevel.T, 7, False),
        (SubjectLevel.T, 6, True),
        (SubjectLevel.H, 5, False),
        (SubjectLevel.H, 8, False),
        (SubjectLevel.H, 4, True),
        (SubjectLevel.H, 9, True),
        (SubjectLevel.C, 4, False),
        (SubjectLevel.C, 5, True),
        (SubjectLevel.M, EXEMPT, False),
        (SubjectLevel.M, 8, True),
        (SubjectLevel.T, EXEMPT, True),
        (SubjectLevel.M, None, False),
        (None, 8, False),
    ],
)
def test_a_level_and_score_that_do_not_fit_are_doubted(
    level: SubjectLevel | None, score: Score | None, *, doubted: bool
) -> None:
    assert bool(subject_warnings(SubjectEntry(None, level, score))) is doubted


def test_the_entries_of_the_year_lead_to_the_result() -> None:
    entries = {each.code: replace(FULL_SUBJECT, score=9 if each.tested_at else None) for each in GRADE_1.subjects}
    year = year_assessment(GRADE_1, entries, FULL_HOMEROOM)
    assert [row.name for row in year.subjects if row.tested] == ["Tiếng Việt", "Toán"]
    assert (len(year.qualities), len(year.competencies)) == (5, 8)
    assert overall_result(year).result == "HTXS"


def test_a_year_without_all_levels_is_refused_by_name() -> None:
    entries = {each.code: FULL_SUBJECT for each in GRADE_1.subjects if each.code != "toan"}
    homeroom = replace(FULL_HOMEROOM, end_levels={**LEVELS, "nhan_ai": QualityLevel.T})
    del homeroom.end_levels["ngon_ngu"]
    with pytest.raises(Incomplete, match=r"Chưa có mức cuối năm học: Toán, Ngôn ngữ\."):
        year_assessment(GRADE_1, entries, homeroom)


@pytest.mark.parametrize("sign", ["😀", "漢", "\u200b"])
def test_a_comment_with_a_character_no_document_can_print_is_refused(sign: str) -> None:
    with pytest.raises(Invalid, match="không in được"):
        check_comment(CommentField.SUBJECT, f"Em học tốt {sign}")


def test_a_comment_keeps_vietnamese_letters_and_usual_signs() -> None:
    text = "Em đọc “rõ”, viết đẹp – tiến bộ 50%… (Ứng, Ỹ, ờ)\nGiữ gìn sách vở."
    assert check_comment(CommentField.SUBJECT, text) == text
