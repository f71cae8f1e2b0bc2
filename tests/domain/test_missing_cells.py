"""What of a slot is still missing before it may submit, and what the homeroom teacher should look at twice."""

from collections.abc import Mapping

import pytest

from domain.assessment import Term
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.entry import Cell, CellKey, Values, cells_of, missing_cells, required_cells, warnings
from domain.scales import CellKind

GRADE_1, GRADE_4, GRADE_7 = (curriculum_for(grade) for grade in (1, 4, 7))
GRADE_10 = curriculum_for(10, optional=["vat_li", "hoa_hoc", "sinh_hoc", "tin_hoc"], topics=["toan"])
LEVELS = {"primary": "T", "lower_secondary": "Đ", "upper_secondary": "Đ"}


def some(cell: Cell, curriculum: Curriculum) -> str:
    return {CellKind.LEVEL: LEVELS[curriculum.level], CellKind.SCORE: "9", CellKind.COMMENT: "Em học tốt."}[cell.kind]


def full(curriculum: Curriculum, slot: str, term: Term = Term.HK1) -> dict[CellKey, str]:
    return {cell.key: some(cell, curriculum) for cell in required_cells(curriculum, term, slot)}


def missing(curriculum: Curriculum, slot: str, values: Values, **more: bool) -> list[str]:
    """Headings of what is missing in the first term."""
    return [cell.heading for cell in missing_cells(cells_of(curriculum, Term.HK1, slot), values, **more)]


def changed(curriculum: Curriculum, slot: str, by_heading: Mapping[str, str]) -> dict[CellKey, str]:
    """A full row but for these cells."""
    keys = {cell.heading: cell.key for cell in cells_of(curriculum, Term.HK1, slot)}
    return full(curriculum, slot) | {keys[heading]: text for heading, text in by_heading.items()}


@pytest.mark.parametrize("curriculum", [GRADE_1, GRADE_4, GRADE_7, GRADE_10], ids=lambda each: str(each.grade))
@pytest.mark.parametrize("term", Term)
def test_a_full_row_misses_nothing_and_an_empty_one_everything(curriculum: Curriculum, term: Term) -> None:
    for slot in curriculum.slots:
        cells = cells_of(curriculum, term, slot)
        assert missing_cells(cells, full(curriculum, slot, term)) == ()
        assert missing_cells(cells, {}) == required_cells(curriculum, term, slot)


@pytest.mark.parametrize(
    ("curriculum", "slot"), [(GRADE_4, "toan"), (GRADE_1, HOMEROOM), (GRADE_7, "nghe_thuat"), (GRADE_7, HOMEROOM)]
)
def test_each_empty_cell_is_named(curriculum: Curriculum, slot: str) -> None:
    for cell in required_cells(curriculum, Term.HK1, slot):
        assert missing(curriculum, slot, changed(curriculum, slot, {cell.heading: ""})) == [cell.heading]


def test_a_score_of_zero_is_a_score() -> None:
    assert missing(GRADE_1, "toan", changed(GRADE_1, "toan", {"Điểm KTĐK": "0"})) == []
    assert missing(GRADE_7, "toan", changed(GRADE_7, "toan", {"ĐĐGgk": "0"})) == []


@pytest.mark.parametrize(
    ("by_heading", "expected"),
    [
        ({"ĐĐGtx 1": "", "ĐĐGtx 5": "8"}, []),
        ({"ĐĐGtx 1": "", "ĐĐGtx 2": "", "ĐĐGtx 7": "8", "ĐĐGtx 10": "8.5"}, []),
        ({"ĐĐGtx 1": "", "ĐĐGtx 2": "", "ĐĐGtx 10": "8"}, ["ĐĐGtx 2"]),
        ({"ĐĐGtx 4": "", "ĐĐGtx 5": ""}, ["ĐĐGtx 4"]),
        ({"ĐĐGtx 5": "8", "ĐĐGgk": ""}, ["ĐĐGgk"]),
        ({"ĐĐGtx 5": "8", "ĐĐGtx 6": "8", "ĐĐGck": ""}, ["ĐĐGck"]),
    ],
)
def test_regular_marks_count_wherever_they_stand(by_heading: dict[str, str], expected: list[str]) -> None:
    assert missing(GRADE_7, "toan", changed(GRADE_7, "toan", by_heading)) == expected


def test_the_study_topic_counts_as_one_regular_assessment() -> None:
    """Article 6: its result is that of one regular assessment of the subject."""
    topic = {"ĐĐGtx chuyên đề": "8"}
    assert missing(GRADE_10, "toan", changed(GRADE_10, "toan", {"ĐĐGtx 4": "", **topic})) == []
    assert missing(GRADE_10, "toan", changed(GRADE_10, "toan", {"ĐĐGtx 3": "", "ĐĐGtx 4": "", **topic})) == ["ĐĐGtx 4"]


@pytest.mark.parametrize(
    ("curriculum", "slot", "exemption"),
    [
        (GRADE_1, "toan", {"Mức cuối kì": "M"}),
        (GRADE_1, "giao_duc_the_chat", {"Mức cuối kì": "M"}),
        (GRADE_7, "toan", {"ĐĐGck": "M"}),
        (GRADE_7, "giao_duc_the_chat", {"ĐGck": "M"}),
    ],
)
def test_an_exempt_subject_needs_the_exemption_alone(
    curriculum: Curriculum, slot: str, exemption: dict[str, str]
) -> None:
    empty = dict.fromkeys((cell.heading for cell in cells_of(curriculum, Term.HK1, slot)), "")
    assert missing(curriculum, slot, changed(curriculum, slot, empty | exemption)) == []


def test_who_is_exempt_from_the_test_alone_still_needs_levels_and_a_comment() -> None:
    assert missing(GRADE_1, "toan", changed(GRADE_1, "toan", {"Điểm KTĐK": "M"})) == []
    exempt = {"Điểm KTĐK": "M", "Mức giữa kì": "", "Mức cuối kì": "", "Nhận xét": ""}
    wanted = ["Mức giữa kì", "Mức cuối kì", "Nhận xét"]
    assert missing(GRADE_1, "toan", changed(GRADE_1, "toan", exempt)) == wanted


@pytest.mark.parametrize(
    ("slot", "by_heading", "expected"),
    [
        ("toan", {"ĐĐGtx 1": "M"}, ["ĐĐGtx 1"]),
        ("toan", {"ĐĐGtx 1": "M", "ĐĐGtx 5": "M"}, ["ĐĐGtx 1"]),
        ("toan", {"ĐĐGgk": "M"}, ["ĐĐGgk"]),
        ("nghe_thuat", {"ĐGtx 1": "M", "ĐGgk": "M"}, ["ĐGtx 1", "ĐGgk"]),
    ],
)
def test_an_exemption_from_one_assessment_is_no_mark(
    slot: str, by_heading: dict[str, str], expected: list[str]
) -> None:
    assert missing(GRADE_7, slot, changed(GRADE_7, slot, by_heading)) == expected


@pytest.mark.parametrize(("curriculum", "kinds"), [(GRADE_1, [CellKind.COMMENT] * 4), (GRADE_7, [CellKind.LEVEL])])
def test_a_pupil_who_is_not_assessed_needs_conduct_and_the_homeroom_comments_only(
    curriculum: Curriculum, kinds: list[CellKind]
) -> None:
    assert missing(curriculum, "toan", {}, assessment_waived=True) == []
    left = missing_cells(cells_of(curriculum, Term.HK1, HOMEROOM), {}, assessment_waived=True)
    assert [cell.kind for cell in left] == kinds


@pytest.mark.parametrize(
    ("level", "score", "doubted"),
    [
        ("T", "7", False),
        ("T", "6", True),
        ("H", "5", False),
        ("H", "8", False),
        ("H", "4", True),
        ("H", "9", True),
        ("C", "4", False),
        ("C", "5", True),
        ("M", "M", False),
        ("M", "8", True),
        ("T", "M", True),
        ("M", "", False),
        ("", "8", False),
    ],
)
def test_a_level_and_score_that_do_not_fit_are_doubted(level: str, score: str, *, doubted: bool) -> None:
    values = changed(GRADE_1, "toan", {"Mức cuối kì": level, "Điểm KTĐK": score})
    assert bool(warnings(values)) is doubted


def test_a_doubt_says_what_does_not_fit() -> None:
    values = changed(GRADE_1, "toan", {"Mức cuối kì": "T", "Điểm KTĐK": "6"})
    assert warnings(values) == ("Mức Hoàn thành tốt nhưng điểm kiểm tra là 6: cần xem lại.",)
    assert warnings(full(GRADE_7, "toan")) == ()
