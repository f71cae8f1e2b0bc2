"""The papers of a primary class and term (Circular 27/2020, annexes 1 and 2)."""

from collections.abc import Sequence
from typing import Any

import pytest

from domain.assessment import Term
from domain.curriculum import HOMEROOM, Curriculum
from domain.documents import ColumnGroup, SheetColumn
from domain.entered import Entered
from domain.entry import CellKey
from domain.errors import Incomplete, Invalid
from domain.primary.paper import PrimaryPapers
from domain.year_records import PrimaryRecordContent
from tests.domain.primary.samples import GRADE_1, GRADE_4, GRADE_5, comment, level, pupil, score
from tests.domain.record_part import PART

HK1, YEAR = Term
DECISION = "được lên lớp theo quyết định của Hiệu trưởng"
WEAK = {level("toan"): "C", score("toan"): "4"}


def papers(curriculum: Curriculum = GRADE_1, term: Term = YEAR) -> PrimaryPapers:
    return PrimaryPapers(curriculum, term)


def record(entered: Entered, curriculum: Curriculum = GRADE_1) -> PrimaryRecordContent:
    return papers(curriculum).year_record(entered, PART)


def names(columns: Sequence[SheetColumn | ColumnGroup]) -> list[str]:
    return [column.name for column in columns]


@pytest.mark.parametrize(
    ("curriculum", "subject", "columns", "values"),
    [
        (GRADE_1, "dao_duc", ["Mức giữa học kì I", "Mức cuối học kì I"], ("T", "T")),
        (GRADE_1, "toan", ["Mức giữa học kì I", "Mức cuối học kì I", "Điểm KTĐK"], ("T", "T", "9")),
        (
            GRADE_4,
            "toan",
            ["Mức giữa học kì I", "Mức cuối học kì I", "Điểm KTĐK giữa học kì I", "Điểm KTĐK"],
            ("T", "T", "9", "9"),
        ),
    ],
)
def test_a_sheet_has_the_levels_and_the_tests_of_the_term(
    curriculum: Curriculum, subject: str, columns: list[str], values: tuple[str, ...]
) -> None:
    form = papers(curriculum, HK1).sheet(subject, [pupil(curriculum, HK1)])
    assert names(form.columns) == columns
    assert len({column.code for column in form.columns}) == len(columns)
    assert form.lines == ((values, f"Em học tốt môn {curriculum.subject(subject).name}."),)
    assert "M – Được miễn" in form.legend


def test_a_sheet_shows_a_supplementary_assessment_where_somebody_had_one() -> None:
    again = pupil(GRADE_1, changes={**WEAK, level("toan", "summer"): "H", score("toan", "summer"): "6"})
    form = papers().sheet("toan", [pupil(GRADE_1), again])
    assert names(form.columns)[3:] == ["Mức sau đánh giá bổ sung", "Điểm KTĐK sau đánh giá bổ sung"]
    assert [values for values, _ in form.lines] == [("T", "T", "9", "", ""), ("T", "C", "4", "H", "6")]
    assert len(papers().sheet("tieng_viet", [again]).columns) == 3


def test_a_sheet_of_a_pupil_without_entries_is_empty() -> None:
    assert papers().sheet("toan", [Entered()]).lines == ((("", "", ""), ""),)


@pytest.mark.parametrize(("curriculum", "subjects", "tested", "traits"), [(GRADE_1, 8, 2, 13), (GRADE_4, 12, 7, 15)])
def test_a_summary_has_a_column_for_each_subject_test_and_trait(
    curriculum: Curriculum, subjects: int, tested: int, traits: int
) -> None:
    form = papers(curriculum, HK1).form()
    assert names(form.groups) == ["Môn học và hoạt động giáo dục", "Phẩm chất chủ yếu", "Năng lực cốt lõi", ""]
    columns = [column for group in form.groups for column in group.columns]
    assert [column.parts for column in columns if column.parts] == [("Mức", "Điểm")] * tested
    values, verdicts = papers(curriculum, HK1).summary_line(pupil(curriculum, HK1))
    assert len(columns) == subjects + traits + 1
    assert len(values) == len(columns) + tested
    assert (form.verdicts, verdicts) == ((), ())


def test_the_years_summary_line_ends_with_result_title_and_promotion() -> None:
    assert papers().form().verdicts == ("Kết quả giáo dục", "Khen thưởng", "Lên lớp")
    values, verdicts = papers().summary_line(pupil(GRADE_1, absent_excused=3, absent_unexcused=1))
    assert values[:5] == ("T", "9", "T", "9", "T")
    assert values[-1] == "4"
    assert verdicts == ("HTXS", "Học sinh Xuất sắc", "Lên lớp")


@pytest.mark.parametrize(
    ("more", "verdicts"),
    [
        ({"changes": {score("toan"): "8"}}, ("HTT", "", "Lên lớp")),
        (
            {"changes": {score("toan"): "8"}, "recognised": True},
            ("HTT", "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện", "Lên lớp"),
        ),
        ({"changes": WEAK}, ("CHT", "", "Chưa lên lớp")),
        ({"changes": WEAK, "promoted": False}, ("CHT", "", "Chưa lên lớp")),
        ({"changes": WEAK, "promoted": True}, ("CHT", "", "Lên lớp")),
        ({"assessment_waived": True}, ("", "", "Chưa lên lớp")),
        ({"assessment_waived": True, "promoted": True}, ("", "", "Lên lớp")),
        ({"promoted": False}, ("HTXS", "Học sinh Xuất sắc", "Lên lớp")),
    ],
)
def test_verdicts_follow_the_rules_and_the_principal(more: dict[str, Any], verdicts: tuple[str, ...]) -> None:
    assert papers().summary_line(pupil(GRADE_1, **more))[1] == verdicts


def test_a_summary_line_shows_what_a_supplementary_assessment_gave() -> None:
    again = {**WEAK, level("toan", "summer"): "H", score("toan", "summer"): "6", level("yeu_nuoc", "summer"): "Đ"}
    values, verdicts = papers().summary_line(pupil(GRADE_1, changes=again))
    assert values[2:4] == ("H", "6")
    assert values[10] == "Đ"
    assert verdicts == ("HT", "", "Lên lớp")


@pytest.mark.parametrize(
    "summer",
    [{level("toan", "summer"): "C"}, {score("toan", "summer"): "10"}, {level("yeu_nuoc", "summer"): "T"}],
    ids=["level", "score", "quality"],
)
@pytest.mark.parametrize("year_end", [{}, {level("toan"): "H", score("toan"): "6"}], ids=["HTXS", "HT"])
def test_who_completed_the_year_has_no_supplementary_assessment(
    summer: dict[CellKey, str], year_end: dict[CellKey, str]
) -> None:
    needless = pupil(GRADE_1, changes={**year_end, **summer})
    for refused in (papers().summary_line, record):
        with pytest.raises(Invalid, match="Chỉ đánh giá bổ sung khi"):
            refused(needless)


def test_a_supplementary_assessment_that_was_cleared_changes_nothing() -> None:
    cleared = pupil(GRADE_1, changes={level("toan", "summer"): ""})
    assert papers().judged(cleared) == papers().judged(pupil(GRADE_1))


def test_a_year_that_cannot_be_judged_is_refused() -> None:
    gap = pupil(GRADE_1, changes={level("toan"): ""})
    for refused in (papers().summary_line, record):
        with pytest.raises(Incomplete, match="Toán"):
            refused(gap)
    assert papers(term=HK1).summary_line(gap)[1] == ()


def test_totals_count_levels_by_column_and_no_scores() -> None:
    writing = papers()
    pupils = [
        pupil(GRADE_1),
        pupil(GRADE_1, changes={level("tieng_viet"): "H", level("yeu_nuoc"): "Đ"}),
        pupil(GRADE_1, changes={**WEAK, level("yeu_nuoc"): "C"}),
    ]
    lines = [writing.summary_line(each)[0] for each in pupils]
    totals = {total.label: total.values for total in writing.totals(lines)}
    assert {len(values) for values in totals.values()} == {len(lines[0])}
    by_label = {label: (values[0], values[1], values[2], values[10], values[-1]) for label, values in totals.items()}
    assert by_label == {
        "Số học sinh đạt mức T": ("2", "", "2", "1", ""),
        "Số học sinh đạt mức H / Đ": ("1", "", "0", "1", ""),
        "Số học sinh ở mức C": ("0", "", "1", "1", ""),
    }


def test_counts_say_how_many_have_each_result_of_the_year() -> None:
    pupils = [pupil(GRADE_1), pupil(GRADE_1), pupil(GRADE_1, changes=WEAK), pupil(GRADE_1, assessment_waived=True)]
    assert papers().counts(pupils) == (
        ("Hoàn thành xuất sắc (HTXS)", 2),
        ("Hoàn thành tốt (HTT)", 0),
        ("Hoàn thành (HT)", 0),
        ("Chưa hoàn thành (CHT)", 1),
    )
    assert papers(term=HK1).counts(pupils) == ()


def test_the_years_part_of_a_record_says_everything_that_was_entered() -> None:
    changes = {comment("commended_in_year"): "Giải Ba viết chữ đẹp", level("nhan_ai"): "Đ"}
    entered = pupil(GRADE_5, changes=changes, absent_excused=3, absent_unexcused=1, height_cm="135", health="Tốt")
    found = record(entered, GRADE_5)
    assert (found.absent_excused, found.absent_unexcused) == (3, 1)
    assert (found.height_cm, found.weight_kg, found.health) == ("135", "", "Tốt")
    maths = next(line for line in found.subjects if line.subject == "toan")
    assert (maths.name, maths.level, maths.score, maths.comment) == ("Toán", "T", "9", "Em học tốt môn Toán.")
    assert [line.score for line in found.subjects if line.subject == "dao_duc"] == [""]
    assert [line.level for line in found.qualities] == ["T", "Đ", "T", "T", "T"]
    assert (len(found.general_competencies), len(found.specific_competencies)) == (3, 7)
    assert found.homeroom_comment == "Nhận xét của giáo viên chủ nhiệm"
    assert found.commendation_in_year == "Giải Ba viết chữ đẹp"
    assert (found.result, found.result_name) == ("HT", "Hoàn thành")
    assert found.completion_text == "Hoàn thành chương trình tiểu học"


@pytest.mark.parametrize(
    ("more", "completed", "is_promoted", "text"),
    [
        ({}, True, True, "Hoàn thành chương trình lớp 1"),
        ({"changes": WEAK}, False, False, "Chưa hoàn thành chương trình lớp 1"),
        ({"changes": WEAK, "promoted": True}, False, True, f"Chưa hoàn thành chương trình lớp 1; {DECISION}"),
        ({"assessment_waived": True}, False, False, "Thực hiện theo kế hoạch giáo dục cá nhân"),
        (
            {"assessment_waived": True, "promoted": True},
            False,
            True,
            f"Thực hiện theo kế hoạch giáo dục cá nhân; {DECISION}",
        ),
        ({"individual_plan": True}, True, True, "Hoàn thành chương trình lớp 1"),
    ],
)
def test_the_record_says_whether_the_programme_is_completed(
    more: dict[str, Any], text: str, *, completed: bool, is_promoted: bool
) -> None:
    found = record(pupil(GRADE_1, **more))
    assert (found.programme_completed, found.promoted) == (completed, is_promoted)
    assert found.completion_text == text


def test_a_pupil_who_is_not_assessed_keeps_the_comments() -> None:
    entered = pupil(GRADE_1, assessment_waived=True)
    only_comments = {HOMEROOM: {key: text for key, text in entered.slots[HOMEROOM].items() if key.kind == "comment"}}
    found = record(Entered(slots=only_comments, assessment_waived=True))
    assert found.assessment_waived
    assert (found.result, found.result_name, found.commendation) == ("", "", "")
    assert {line.level for line in found.subjects} == {line.level for line in found.qualities} == {""}
    assert found.general_comment == "Nhận xét năng lực chung"


def test_a_pupil_with_a_plan_of_his_own_has_it_in_the_reason() -> None:
    found = record(pupil(GRADE_1, individual_plan=True))
    assert found.result == "HTXS"
    assert "kế hoạch giáo dục cá nhân" in found.result_reason
