"""The class summary as people open it in a spreadsheet."""

from dataclasses import replace

import pytest

from domain.assessment import Term
from domain.curriculum import Curriculum
from domain.entered import Entered, TermPapers
from domain.primary.paper import PrimaryPapers
from domain.reports.class_summary import ClassSummaryReport, SummaryLine, summary_values
from domain.secondary.paper import SecondaryPapers
from interchange.reports.class_summary import write_class_summary
from tests.domain.primary.samples import GRADE_4, pupil, score
from tests.domain.secondary.entered import GRADE_7, term
from tests.interchange.reading_back import rows_of
from tests.interchange.reports.samples import SCHOOL

NOT_YET = "Chưa gửi: Toán."


def report(curriculum: Curriculum, papers: TermPapers, which: Term, *pupils: Entered) -> ClassSummaryReport:
    given = [summary_values(papers, each)[:2] for each in pupils]
    lines = [SummaryLine(at, f"79{at:08}", f"Học sinh {at}", *each, "") for at, each in enumerate(given, start=1)]
    missing = SummaryLine(len(lines) + 1, "7900000099", "Học sinh sau cùng", (), (), NOT_YET)
    return ClassSummaryReport(
        school=SCHOOL,
        circular=curriculum.rules.circular,
        school_year="2026-2027",
        term=which,
        class_name="4A1",
        form=papers.form(),
        pupils=(*lines, missing),
        totals=papers.totals([values for values, _ in given]),
        counts=papers.counts(pupils),
    )


@pytest.fixture
def primary() -> ClassSummaryReport:
    pupils = (pupil(GRADE_4), pupil(GRADE_4, changes={score("toan"): "8"}, absent_excused=2))
    return report(GRADE_4, PrimaryPapers(GRADE_4, Term.YEAR_END), Term.YEAR_END, *pupils)


def test_the_headings_are_those_of_the_sealed_paper(primary: ClassSummaryReport) -> None:
    rows = rows_of(write_class_summary(primary), "Tổng hợp")
    assert rows[0][0] == "BẢNG TỔNG HỢP KẾT QUẢ ĐÁNH GIÁ GIÁO DỤC CỦA LỚP"
    assert [row[0] for row in rows[1:8]] == [
        "Cơ quan quản lý: UBND phường Tân Bình",
        "Trường: Trường Mẫu",
        "Mã trường: 79766999",
        "Năm học: 2026-2027",
        "Lớp: 4A1",
        "Học kì: Cuối năm học",
        "Theo: Thông tư 27/2020/TT-BGDĐT",
    ]
    groups, names, parts = rows[9:12]
    assert [name for name in groups if name] == [
        "STT",
        "Mã học sinh",
        "Họ và tên",
        *(group.name for group in primary.form.groups if group.name),
        "Số ngày nghỉ",
        *primary.form.verdicts,
        "Ghi chú",
    ]
    columns = [column for group in primary.form.groups if group.name for column in group.columns]
    assert [name for name in names if name] == [column.name for column in columns]
    assert [name for name in parts if name] == ["Mức", "Điểm"] * 7


def test_pupils_stand_in_class_order_and_who_is_not_judged_has_a_note(primary: ClassSummaryReport) -> None:
    rows = rows_of(write_class_summary(primary), "Tổng hợp")[12:15]
    assert [row[:3] for row in rows] == [
        ["1", "7900000001", "Học sinh 1"],
        ["2", "7900000002", "Học sinh 2"],
        ["3", "7900000099", "Học sinh sau cùng"],
    ]
    assert rows[0][3:7] == ["T", "9", "T", "9"]
    assert rows[1][-5:] == ["2", "HTT", "", "Lên lớp", ""]
    assert set(rows[2][3:-1]) == {""}
    assert rows[2][-1] == NOT_YET


def test_totals_counts_and_the_legend_stand_below(primary: ClassSummaryReport) -> None:
    rows = rows_of(write_class_summary(primary), "Tổng hợp")
    assert [(row[2], row[3], row[4]) for row in rows[15:18]] == [
        ("Số học sinh đạt mức T", "2", ""),
        ("Số học sinh đạt mức H / Đ", "0", ""),
        ("Số học sinh ở mức C", "0", ""),
    ]
    below = [row[0] for row in rows[19:]]
    assert below[:2] == ["Hoàn thành xuất sắc (HTXS): 1 học sinh", "Hoàn thành tốt (HTT): 1 học sinh"]
    assert below[-2] == primary.form.legend
    assert "đã ký số" in below[-1]


def test_a_secondary_first_term_has_averages_as_numbers_and_no_verdicts() -> None:
    papers = SecondaryPapers(GRADE_7, GRADE_7, Term.HK1)
    found = report(GRADE_7, papers, Term.HK1, term(GRADE_7, {"toan": "7.5", "tin_hoc": "M"}))
    rows = rows_of(write_class_summary(found), "Tổng hợp")
    assert rows[11][3:11] == ["8", "7.5", "8", "8", "8", "8", "8", "M"]
    assert rows[11][-4:] == ["T", "T", "0", ""]
    assert [row[2] for row in rows[13:17]] == [
        f"Số học sinh đạt mức {name}" for name in ("Tốt", "Khá", "Đạt", "Chưa đạt")
    ]


def test_a_class_of_which_nobody_is_judged_is_a_list_of_names(primary: ClassSummaryReport) -> None:
    empty = replace(primary, pupils=primary.pupils[-1:], totals=(), counts=())
    rows = rows_of(write_class_summary(empty), "Tổng hợp")
    assert rows[12][2] == "Học sinh sau cùng"
    assert rows[14][0] == primary.form.legend


def test_the_same_report_gives_the_same_bytes(primary: ClassSummaryReport) -> None:
    assert write_class_summary(primary) == write_class_summary(primary)
