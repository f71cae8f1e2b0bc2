"""The cells of every grade, term and slot: what is asked, what may be left out, what is read from people."""

from collections import Counter

import pytest

from domain.assessment import AssessmentPoint, Term
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.entry import CONDUCT, Cell, cells_of, required_cells
from domain.errors import Invalid, NotFound
from domain.scales import CellKind

SCIENCES = ("vat_li", "hoa_hoc", "sinh_hoc", "am_nhac")
CURRICULA = [
    *(curriculum_for(grade) for grade in range(1, 10)),
    curriculum_for(1, optional=["ngoai_ngu_1", "tieng_dan_toc"]),
    curriculum_for(9, optional=["ngoai_ngu_2"]),
    *(curriculum_for(grade, optional=SCIENCES, topics=["toan", "vat_li", "am_nhac"]) for grade in (10, 11, 12)),
]
TERMS = pytest.mark.parametrize("term", Term)
EVERY = pytest.mark.parametrize("curriculum", CURRICULA, ids=lambda each: f"{each.grade}-{len(each.subjects)}")


def headings(grade: int, term: Term, slot: str, *, required: bool) -> list[str]:
    found = cells_of(curriculum_for(grade), term, slot)
    return [cell.heading for cell in found if cell.is_required is required]


@EVERY
@TERMS
def test_keys_headings_and_labels_are_unique_in_a_slot(curriculum: Curriculum, term: Term) -> None:
    for slot in curriculum.slots:
        cells = cells_of(curriculum, term, slot)
        for names in ([cell.key for cell in cells], [cell.heading for cell in cells], [cell.label for cell in cells]):
            assert len(set(names)) == len(names) > 0
        assert {cell.slot for cell in cells} == {slot}


@pytest.mark.parametrize(("grade", "shared"), [(1, set()), (3, {"cong_nghe", "tin_hoc"}), (6, set())])
def test_only_the_slot_tells_a_subject_from_a_competency_of_the_same_code(grade: int, shared: set[str]) -> None:
    curriculum = curriculum_for(grade)
    traits = {cell.key.item for cell in cells_of(curriculum, Term.HK1, HOMEROOM)}
    assert traits & {each.code for each in curriculum.subjects} == shared


@EVERY
@TERMS
def test_required_cells_are_some_of_the_slots_cells_in_order(curriculum: Curriculum, term: Term) -> None:
    for slot in curriculum.slots:
        cells = cells_of(curriculum, term, slot)
        assert required_cells(curriculum, term, slot) == tuple(cell for cell in cells if cell.is_required)


@pytest.mark.parametrize(
    ("grade", "slot", "term", "required", "further"),
    [
        (1, "dao_duc", "hk1", ["Mức giữa kì", "Mức cuối kì", "Nhận xét"], []),
        (
            1,
            "toan",
            "year_end",
            ["Mức giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét"],
            ["Mức sau đánh giá bổ sung", "Điểm KTĐK sau đánh giá bổ sung"],
        ),
        (4, "toan", "hk1", ["Mức giữa kì", "Điểm KTĐK giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét"], []),
        (4, "khoa_hoc", "hk1", ["Mức giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét"], []),
        (
            6,
            "tin_hoc",
            "year_end",
            ["ĐĐGtx 1", "ĐĐGtx 2", "ĐĐGgk", "ĐĐGck", "Nhận xét"],
            [*(f"ĐĐGtx {number}" for number in range(3, 11)), "Sau KTL"],
        ),
        (
            9,
            "toan",
            "hk1",
            ["ĐĐGtx 1", "ĐĐGtx 2", "ĐĐGtx 3", "ĐĐGtx 4", "ĐĐGgk", "ĐĐGck"],
            [*(f"ĐĐGtx {number}" for number in range(5, 11)), "Nhận xét"],
        ),
        (
            9,
            "nghe_thuat",
            "hk1",
            ["ĐGtx 1", "ĐGtx 2", "ĐGgk", "ĐGck"],
            [*(f"ĐGtx {number}" for number in range(3, 11)), "Nhận xét"],
        ),
        (6, HOMEROOM, "hk1", ["Kết quả rèn luyện"], ["Nhận xét của giáo viên chủ nhiệm"]),
        (
            6,
            HOMEROOM,
            "year_end",
            ["Kết quả rèn luyện", "Nhận xét của giáo viên chủ nhiệm"],
            [
                "Kết quả rèn luyện sau hè",
                "Kết quả rèn luyện trong kì nghỉ hè",
                "Kết quả tham gia các cuộc thi",
                "Chứng chỉ",
            ],
        ),
    ],
)
def test_each_slot_asks_for_what_the_circulars_say(
    grade: int, slot: str, term: str, required: list[str], further: list[str]
) -> None:
    assert headings(grade, Term(term), slot, required=True) == required
    assert headings(grade, Term(term), slot, required=False) == further


@pytest.mark.parametrize("grade", range(1, 6))
@TERMS
def test_the_primary_homeroom_teacher_gives_each_trait_twice_and_four_comments(grade: int, term: Term) -> None:
    curriculum = curriculum_for(grade)
    cells = required_cells(curriculum, term, HOMEROOM)
    assert Counter(cell.kind for cell in cells) == {CellKind.LEVEL: 2 * len(curriculum.traits), CellKind.COMMENT: 4}
    further = [cell for cell in cells_of(curriculum, term, HOMEROOM) if not cell.is_required]
    assert len(further) == (len(curriculum.traits) + 1 if term is Term.YEAR_END else 0)


def test_labels_say_in_full_what_a_cell_is() -> None:
    grade_1 = curriculum_for(1)
    homeroom = cells_of(grade_1, Term.YEAR_END, HOMEROOM)
    assert homeroom[0].label == "Yêu nước: mức đạt được (giữa học kì II)"
    assert homeroom[-1].label == "Khen thưởng đột xuất (cuối năm học)"
    assert cells_of(grade_1, Term.HK1, "toan")[2].label == "Toán: điểm (cuối học kì I)"
    assert cells_of(curriculum_for(7), Term.HK1, "toan")[0].label == "Toán: ĐĐGtx 1"


@pytest.mark.parametrize("subject", ["toan", "am_nhac"])
def test_a_study_topic_is_one_more_regular_assessment_that_may_be_left_out(subject: str) -> None:
    with_topic = curriculum_for(10, optional=SCIENCES, topics=[subject])
    without = curriculum_for(10, optional=SCIENCES)
    more = set(cells_of(with_topic, Term.HK1, subject)) - set(cells_of(without, Term.HK1, subject))
    (topic,) = more
    assert topic.heading.endswith("tx chuyên đề")
    assert not topic.is_required


@pytest.mark.parametrize(
    ("grade", "slot", "item", "kind", "text", "stored"),
    [
        (1, "toan", "toan", CellKind.SCORE, " 9,0 ", "9"),
        (1, "toan", "toan", CellKind.LEVEL, "hoàn thành", "H"),
        (1, HOMEROOM, "yeu_nuoc", CellKind.LEVEL, "D", "Đ"),
        (6, "toan", "toan", CellKind.SCORE, "7,50", "7.5"),
        (6, "nghe_thuat", "nghe_thuat", CellKind.LEVEL, "cd", "CĐ"),
        (6, HOMEROOM, CONDUCT, CellKind.LEVEL, "khá", "K"),
        (6, "toan", "toan", CellKind.COMMENT, " Em học tốt. ", "Em học tốt."),
        (6, "toan", "toan", CellKind.SCORE, "  ", ""),
    ],
)
def test_a_cell_reads_what_people_write(
    grade: int, slot: str, item: str, kind: CellKind, text: str, stored: str
) -> None:
    assert cell_of(grade, slot, item, kind).read(text) == stored


@pytest.mark.parametrize(
    ("grade", "slot", "item", "kind", "text"),
    [
        (1, "toan", "toan", CellKind.SCORE, "8,5"),
        (1, "toan", "toan", CellKind.LEVEL, "Đ"),
        (1, HOMEROOM, "yeu_nuoc", CellKind.LEVEL, "H"),
        (6, "toan", "toan", CellKind.SCORE, "8,25"),
        (6, "nghe_thuat", "nghe_thuat", CellKind.LEVEL, "T"),
        (6, HOMEROOM, CONDUCT, CellKind.LEVEL, "M"),
        (6, "toan", "toan", CellKind.COMMENT, "Giỏi 😀"),
    ],
)
def test_a_cell_refuses_what_its_scale_does_not_have(
    grade: int, slot: str, item: str, kind: CellKind, text: str
) -> None:
    with pytest.raises(Invalid):
        cell_of(grade, slot, item, kind).read(text)


def cell_of(grade: int, slot: str, item: str, kind: CellKind) -> Cell:
    cells = cells_of(curriculum_for(grade), Term.YEAR_END, slot)
    return next(cell for cell in cells if cell.key.item == item and cell.kind is kind)


def test_an_unknown_slot_is_refused() -> None:
    for grade, slot in ((1, "tin_hoc"), (6, "tieng_viet"), (1, CommentField.HOMEROOM.value + "x")):
        with pytest.raises(NotFound):
            cells_of(curriculum_for(grade), Term.HK1, slot)


@pytest.mark.parametrize(("grade", "slot"), [(1, "toan"), (1, HOMEROOM), (7, "toan"), (7, "nghe_thuat"), (7, HOMEROOM)])
def test_who_is_assessed_again_in_summer_is_not_exempt(grade: int, slot: str) -> None:
    cells = cells_of(curriculum_for(grade), Term.YEAR_END, slot)
    again = [cell for cell in cells if cell.key.point is AssessmentPoint.SUMMER]
    assert again
    for cell in again:
        assert "M" not in [choice.value for choice in cell.scale.choices]
        with pytest.raises(Invalid):
            cell.read("M")
        assert cell.read(cell.scale.choices[0].value if cell.scale.choices else "5")
