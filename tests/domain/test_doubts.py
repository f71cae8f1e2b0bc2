"""What a teacher should look at before handing in: facts only, each at its cell."""

import pytest

from domain.assessment import AssessmentPoint, Term
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.doubts import MOST_ALIKE, alike, doubts
from domain.entry import CellKey, Values
from domain.scales import CellKind

LEVEL, SCORE, COMMENT = CellKind.LEVEL, CellKind.SCORE, CellKind.COMMENT
MID, END = AssessmentPoint.MID_HK1, AssessmentPoint.END_HK1
FIRST, SECOND, THIRD = AssessmentPoint.REGULAR_1, AssessmentPoint.REGULAR_2, AssessmentPoint.REGULAR_3


def told(curriculum: Curriculum, slot: str, *cells: tuple[AssessmentPoint, CellKind, str]) -> list[tuple[str, str]]:
    """(point, message) of each doubt about these cells of a slot."""
    values: Values = {CellKey(slot, point, kind): text for point, kind, text in cells}
    return [(doubt.key.point.value, doubt.message) for doubt in doubts(curriculum, Term.HK1, slot, values)]


@pytest.mark.parametrize(
    ("level", "score", "doubt"),
    [
        ("T", "9", ""),
        ("T", "6", "Mức Hoàn thành tốt nhưng điểm kiểm tra là 6: cần xem lại."),
        ("M", "8", "Mức đạt được và điểm kiểm tra không cùng là “Miễn”."),
        ("M", "M", ""),
    ],
)
def test_a_level_and_a_score_should_fit_each_other(level: str, score: str, doubt: str) -> None:
    found = told(curriculum_for(1), "toan", (END, LEVEL, level), (END, SCORE, score))
    assert found == ([("end_hk1", doubt)] if doubt else [])


@pytest.mark.parametrize(
    ("marks", "last", "doubt"),
    [
        ((FIRST, SECOND), "8", "Mới có 2 lần đánh giá thường xuyên, cần ít nhất 4"),
        ((), "8", "Mới có 0 lần đánh giá thường xuyên, cần ít nhất 4"),
        ((FIRST, SECOND, THIRD, AssessmentPoint.REGULAR_7), "8", ""),
        ((FIRST, SECOND, THIRD, AssessmentPoint.TOPIC), "8", ""),
        ((FIRST, SECOND), "", ""),
    ],
)
def test_once_the_last_mark_is_there_regular_ones_should_be(
    marks: tuple[AssessmentPoint, ...], last: str, doubt: str
) -> None:
    cells = [(point, SCORE, "7.5") for point in marks]
    found = told(curriculum_for(6), "toan", *cells, (END, SCORE, last))
    assert [point for point, _ in found] == (["end_hk1"] if doubt else [])
    assert all(message.startswith(doubt) and "Điều 6" in message for _, message in found)


@pytest.mark.parametrize(
    ("levels", "at"),
    [
        (("Đ", "CĐ", "Đ", "Đ"), "regular_2"),
        (("Đ", "Đ", "Đ", "CĐ"), "end_hk1"),
        (("Đ", "Đ", "Đ", "Đ"), ""),
        (("CĐ", "CĐ", "CĐ", "CĐ"), ""),
    ],
)
def test_one_assessment_at_not_passed_decides_the_term(levels: tuple[str, ...], at: str) -> None:
    cells = [(point, LEVEL, text) for point, text in zip((FIRST, SECOND, MID, END), levels, strict=True)]
    found = told(curriculum_for(6), "giao_duc_the_chat", *cells)
    assert [point for point, _ in found] == ([at] if at else [])
    assert all("cả học kì xếp mức Chưa đạt (Thông tư 22/2021/TT-BGDĐT, Điều 9)" in message for _, message in found)


@pytest.mark.parametrize(
    ("grade", "slot", "kind", "text", "doubtful"),
    [(6, "toan", SCORE, "8", True), (6, "toan", SCORE, "M", False), (1, "am_nhac", LEVEL, "H", True)],
)
def test_who_is_exempt_should_have_no_other_marks(
    grade: int, slot: str, kind: CellKind, text: str, *, doubtful: bool
) -> None:
    found = told(curriculum_for(grade), slot, (MID, kind, text), (END, kind, "M"), (END, COMMENT, "Được miễn."))
    assert [point for point, _ in found] == (["mid_hk1"] if doubtful else [])
    assert all("được miễn môn này" in message for _, message in found)


def test_what_could_not_be_entered_today_is_told_with_its_refusal() -> None:
    found = told(curriculum_for(1), "toan", (END, SCORE, "7.5"), (END, COMMENT, "x" * 301))
    assert [point for point, _ in found] == ["end_hk1", "end_hk1"]
    assert "số nguyên từ 0 đến 10" in found[0][1]
    assert "quá giới hạn 300 ký tự" in found[1][1]


def test_nothing_entered_is_missing_but_not_doubtful() -> None:
    for grade, slot in ((1, "toan"), (1, HOMEROOM), (6, "toan"), (6, HOMEROOM)):
        assert doubts(curriculum_for(grade), Term.HK1, slot, {}) == ()


@pytest.mark.parametrize(("pupils", "doubtful"), [(MOST_ALIKE, False), (MOST_ALIKE + 1, True)])
def test_many_pupils_with_the_same_comment_are_named(pupils: int, *, doubtful: bool) -> None:
    key = CellKey("toan", END, COMMENT)
    entered = {
        number: {key: f"Em học {'  ' if number else ' '}TỐT." if number else "Em học tốt."} for number in range(pupils)
    }
    entered[99] = {key: "Em cần cố gắng."}
    found = alike(entered)
    assert set(found) == (set(range(pupils)) if doubtful else set())
    assert all(each == ((key, "6 học sinh có cùng nhận xét này."),) for each in found.values())


@pytest.mark.parametrize(("item", "kind"), [("certificates", COMMENT), ("yeu_nuoc", LEVEL)])
def test_levels_and_certificates_may_well_be_the_same(item: str, kind: CellKind) -> None:
    assert alike({number: {CellKey(item, END, kind): "T"} for number in range(30)}) == {}
