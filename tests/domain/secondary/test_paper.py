"""The papers of a secondary class and term: sheets and summaries (Circular 22/2021)."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.assessment import AssessmentPoint, Term
from domain.curriculum import Curriculum
from domain.entered import Entered
from domain.entry import CONDUCT, CellKey
from domain.errors import Incomplete
from domain.scales import CellKind
from domain.secondary.paper import SecondaryPapers
from tests.domain.secondary.entered import GRADE_7, GRADE_9, GRADE_12, HK1, YEAR, term, year

WEAK = {"toan": "3", "ngoai_ngu_1": "4"}
REGULAR = "Đánh giá thường xuyên"


def papers(curriculum: Curriculum = GRADE_7, term: Term = YEAR) -> SecondaryPapers:
    return SecondaryPapers(curriculum, curriculum, term)


def with_cells(pupil: Entered, subject: str, cells: Mapping[str, str], kind: CellKind = CellKind.SCORE) -> Entered:
    more = {CellKey(subject, AssessmentPoint(point), kind): text for point, text in cells.items()}
    return Entered(slots={**pupil.slots, subject: {**pupil.slots[subject], **more}}, earlier=pupil.earlier)


def columns(writing: SecondaryPapers, subject: str, *pupils: Entered) -> tuple[list[str], list[str]]:
    """Names of the regular assessments' columns, and of the others."""
    found = writing.sheet(subject, pupils).columns
    assert len({column.code for column in found}) == len(found)
    return [each.name for each in found if each.group == REGULAR], [each.name for each in found if not each.group]


@pytest.mark.parametrize(
    ("curriculum", "subject", "regular", "others"),
    [
        (GRADE_7, "toan", ["1", "2", "3", "4"], ["Giữa kì", "Cuối kì", "ĐTB HKI"]),
        (GRADE_7, "tin_hoc", ["1", "2"], ["Giữa kì", "Cuối kì", "ĐTB HKI"]),
        (GRADE_7, "nghe_thuat", ["1", "2"], ["Giữa kì", "Cuối kì", "Mức HKI"]),
        (GRADE_12, "vat_li", ["1", "2", "3"], ["Giữa kì", "Cuối kì", "ĐTB HKI"]),
        (GRADE_12, "toan", ["1", "2", "3", "4", "Ch.đề"], ["Giữa kì", "Cuối kì", "ĐTB HKI"]),
        (GRADE_12, "am_nhac", ["1", "2", "Ch.đề"], ["Giữa kì", "Cuối kì", "Mức HKI"]),
    ],
)
def test_a_first_terms_sheet_has_the_columns_that_are_asked_for(
    curriculum: Curriculum, subject: str, regular: list[str], others: list[str]
) -> None:
    assert columns(papers(curriculum, HK1), subject, term(curriculum)) == (regular, others)


def test_a_sheet_grows_to_the_last_regular_mark_of_anybody() -> None:
    more = with_cells(term(GRADE_7), "tin_hoc", {"regular_5": "9"})
    regular, _ = columns(papers(term=HK1), "tin_hoc", term(GRADE_7), more)
    assert regular == ["1", "2", "3", "4", "5"]
    lines = papers(term=HK1).sheet("tin_hoc", [term(GRADE_7), more]).lines
    assert lines[0][0] == ("8", "8", "", "", "", "8", "8", "8,0")
    assert lines[1][0] == ("8", "8", "", "", "9", "8", "8", "8,1")


def test_a_years_sheet_has_both_terms_the_year_and_the_re_test() -> None:
    pupil = year(GRADE_7, {**WEAK, "toan": "3.5"}, hk1={"toan": "3"}, summer={"toan": "5"})
    assert columns(papers(), "toan", pupil)[1] == ["Giữa kì", "Cuối kì", "ĐTB HKI", "ĐTB HKII", "ĐTB CN", "Sau KTL"]
    assert papers().sheet("toan", [pupil]).lines == ((("3,5",) * 6 + ("3,0", "3,5", "3,3", "5,0"), "Về Toán."),)


def test_a_sheet_of_a_comment_subject_has_levels() -> None:
    pupil = year(GRADE_7, {"nghe_thuat": "CĐ"}, hk1={"nghe_thuat": "Đ"}, summer={"nghe_thuat": "Đ"})
    form = papers().sheet("nghe_thuat", [pupil])
    assert form.lines[0][0] == ("CĐ", "CĐ", "CĐ", "CĐ", "Đ", "CĐ", "CĐ", "Đ")
    assert form.legend.startswith("Đ – Đạt; CĐ – Chưa đạt")


def test_a_sheet_shows_exemption_and_what_is_not_known() -> None:
    exempt_in_hk1, exempt = year(GRADE_7, hk1={"tin_hoc": "M"}), year(GRADE_7, {"tin_hoc": "M"})
    retested = year(GRADE_7, {"tin_hoc": "4"}, summer={"tin_hoc": "5"})
    lines = papers().sheet("tin_hoc", [exempt_in_hk1, exempt, Entered(), retested]).lines
    assert [values[-4:] for values, _ in lines] == [
        ("M", "8,0", "8,0", ""),
        ("M", "M", "M", ""),
        ("", "", "", ""),
        ("4,0", "4,0", "4,0", "5,0"),
    ]
    assert lines[1][0][:4] == ("", "", "", "M")


def test_a_first_terms_summary_line_has_results_and_no_verdicts() -> None:
    writing = papers(term=HK1)
    form = writing.form()
    assert [group.name for group in form.groups] == ["Môn học và hoạt động giáo dục", "Kết quả", ""]
    codes = [column.code for group in form.groups for column in group.columns]
    assert codes == [*(each.code for each in GRADE_7.subjects), "learning", "conduct", "absent"]
    pupil = term(GRADE_7, {"toan": "6.4", "tin_hoc": "M"}, conduct="K", absent_excused=2, absent_unexcused=1)
    values, verdicts = writing.summary_line(pupil)
    assert dict(zip(codes, values, strict=True)) == {
        **dict.fromkeys(codes[:8], "8,0"),
        **dict.fromkeys(codes[8:12], "Đ"),
        "toan": "6,4",
        "tin_hoc": "M",
        "learning": "K",
        "conduct": "K",
        "absent": "3",
    }
    assert (form.verdicts, verdicts) == ((), ())


@pytest.mark.parametrize(
    ("curriculum", "more", "results", "verdicts"),
    [
        (GRADE_7, {}, ("T", "T"), ("Học sinh Giỏi", "Được lên lớp 8")),
        (GRADE_9, {}, ("T", "T"), ("Học sinh Giỏi", "Hoàn thành chương trình trung học cơ sở")),
        (GRADE_12, {}, ("T", "T"), ("Học sinh Giỏi", "Hoàn thành chương trình trung học phổ thông")),
        (GRADE_7, {"marks": WEAK}, ("CĐ", "T"), ("", "Kiểm tra, đánh giá lại trong kì nghỉ hè")),
        (GRADE_7, {"conduct": ("T", "CĐ")}, ("T", "CĐ"), ("", "Rèn luyện trong kì nghỉ hè")),
        (GRADE_7, {"conduct": ("T", "CĐ"), "summer": {CONDUCT: "Đ"}}, ("T", "Đ"), ("", "Được lên lớp 8")),
        (GRADE_7, {"absent_excused": 46}, ("T", "T"), ("Học sinh Giỏi", "Không được lên lớp")),
        (
            GRADE_9,
            {"absent_excused": 46},
            ("T", "T"),
            ("Học sinh Giỏi", "Chưa hoàn thành chương trình trung học cơ sở"),
        ),
        (GRADE_7, {"assessment_waived": True}, ("", "T"), ("", "Hiệu trưởng xem xét, quyết định việc lên lớp")),
        (GRADE_7, {"assessment_waived": True, "promoted": True}, ("", "T"), ("", "Được lên lớp 8")),
    ],
)
def test_the_years_summary_line_ends_with_results_title_and_promotion(
    curriculum: Curriculum, more: dict[str, Any], results: tuple[str, str], verdicts: tuple[str, str]
) -> None:
    writing = papers(curriculum)
    assert writing.form().verdicts == ("Danh hiệu", "Lên lớp")
    values, given = writing.summary_line(year(curriculum, **more))
    assert len(values) == len(curriculum.subjects) + 3
    assert (values[-3:-1], given) == (results, verdicts)


def test_a_summary_line_shows_what_a_re_test_gave() -> None:
    values, verdicts = papers().summary_line(year(GRADE_7, WEAK, summer={"toan": "5"}))
    assert values[:3] == ("8,0", "5,0", "4,0")
    assert (values[-3], verdicts) == ("Đ", ("", "Được lên lớp 8"))


def test_a_summary_line_without_all_results_is_refused() -> None:
    with pytest.raises(Incomplete, match="Toán"):
        papers(term=HK1).summary_line(term(GRADE_7, {"toan": ""}))
    with pytest.raises(Incomplete, match="rèn luyện"):
        papers().summary_line(year(GRADE_7, conduct=("T", "")))


def test_totals_count_levels_of_learning_and_conduct() -> None:
    writing = papers()
    pupils = [year(GRADE_7), year(GRADE_7, {"toan": "6.4"}, conduct=("K", "K")), year(GRADE_7, WEAK)]
    lines = [writing.summary_line(each)[0] for each in pupils]
    totals = writing.totals(lines)
    assert {len(total.values) for total in totals} == {len(lines[0])}
    assert [(total.label, total.values[-3:]) for total in totals] == [
        ("Số học sinh đạt mức Tốt", ("1", "2", "")),
        ("Số học sinh đạt mức Khá", ("1", "1", "")),
        ("Số học sinh đạt mức Đạt", ("0", "0", "")),
        ("Số học sinh đạt mức Chưa đạt", ("1", "0", "")),
    ]
    assert {value for total in totals for value in total.values[:-3]} == {""}


def test_counts_say_how_many_have_each_outcome_of_the_year() -> None:
    pupils = [year(GRADE_7), year(GRADE_7), year(GRADE_7, WEAK), year(GRADE_7, absent_excused=46)]
    assert papers().counts(pupils) == (
        ("Được lên lớp", 2),
        ("Kiểm tra, đánh giá lại trong kì nghỉ hè", 1),
        ("Không được lên lớp", 1),
    )
    assert papers(term=HK1).counts([term(GRADE_7)]) == ()
