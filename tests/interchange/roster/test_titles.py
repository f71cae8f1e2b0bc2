"""Whose list it is: title rows in several wordings, the sheet's name, a column, or the class that was chosen."""

import unicodedata
from datetime import date

import pytest

from domain.calendar import SchoolYear
from domain.errors import Invalid
from interchange.roster import Chosen, RosterBook, read_roster
from interchange.roster.titles import subjects_of
from tests.interchange.workbooks import Cell, pupil, workbook

HEADINGS: list[Cell] = ["Mã học sinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"]
YEAR: list[Cell] = ["Năm học 2023 - 2024"]
SECOND = pupil(code="7923000002", id="079217000043")[:6]


def read(*title: list[Cell], sheet: str = "Trang1", chosen: Chosen | None = None) -> RosterBook:
    data = workbook({sheet: [*title, HEADINGS, pupil()[:6]]})
    return read_roster(data, chosen or Chosen())


def class_sheet(name: str, *rows: list[Cell]) -> list[list[Cell]]:
    return [[f"Lớp: {name}"], YEAR, HEADINGS, *rows]


@pytest.mark.parametrize(
    "title",
    [
        [["Lớp: 1A1"], ["Năm học: 2023-2024"]],
        [["Lớp:", "1A1", "", "Năm học:", "2023-2024"]],
        [["LỚP", "1a1"], ["NĂM HỌC", "2023 – 2024"]],
        [["Lớp: 1A1      Sĩ số: 35      Năm học: 2023 - 2024"]],
        [["Lớp: 1A1 Sĩ số: 35"], ["NH: 2023-2024"]],
        [
            ["TRƯỜNG TIỂU HỌC MẪU", "", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"],
            ["DANH SÁCH HỌC SINH LỚP 1A1 NĂM HỌC 2023-2024"],
        ],
        [["danh sach hoc sinh lop 1A1"], ["nam hoc 2023-2024"]],
        [["Danh sách lớp 1 A1"], ["(Năm học 2023/2024)"]],
        [["DANH SÁCH HỌC SINH NĂM HỌC 2023-2024"], ["Tên lớp: 1A1\nGVCN: Nguyễn Thị Lan"]],
    ],
)
def test_title_rows_say_class_and_year_in_many_ways(title: list[list[Cell]]) -> None:
    book = read(*title)
    header = book.rosters[0].header
    assert book.problems == ()
    assert header is not None
    assert (header.class_name, header.grade, header.school_year) == ("1A1", 1, SchoolYear(2023))


def test_title_rows_may_be_merged_over_the_table() -> None:
    title: list[list[Cell]] = [["PHÒNG GD&ĐT", "", "", "Độc lập"], ["DANH SÁCH HỌC SINH LỚP 1A1"], YEAR]
    data = workbook({"Trang1": [*title, HEADINGS, pupil()[:6]]}, merges=["A1:C1", "D1:F1", "A2:F2", "A3:F3"])
    book = read_roster(data)
    assert (book.problems, len(book.pupils)) == ((), 1)


@pytest.mark.parametrize(
    ("said", "name", "grade"),
    [("1/2", "1/2", 1), ("1.3", "1.3", 1), ("1 b", "1B", 1), ("1TH2", "1TH2", 1), ("1Đ", "1Đ", 1), ("1", "1", 1)],
)
def test_names_of_classes_come_in_many_forms(said: str, name: str, grade: int) -> None:
    header = read([f"Lớp: {said}"], YEAR).rosters[0].header
    assert header is not None
    assert (header.class_name, header.grade) == (name, grade)


@pytest.mark.parametrize("sheet", ["1A1", "Lớp 1A1", "lop 1a1"])
def test_a_sheet_may_be_named_after_its_class(sheet: str) -> None:
    header = read(YEAR, sheet=sheet).rosters[0].header
    assert header is not None
    assert header.class_name.upper() == "1A1"


def test_the_school_is_what_the_title_says_of_it() -> None:
    title: list[list[Cell]] = [["TRƯỜNG TIỂU HỌC MẪU"], ["Mã trường: 79766999"], ["Cơ quan quản lý: UBND phường"]]
    header = read(*title, ["Lớp: 1A1"], YEAR).rosters[0].header
    assert header is not None
    assert (header.school_name, header.school_code) == ("TRƯỜNG TIỂU HỌC MẪU", "79766999")
    assert (header.authority, header.commune) == ("UBND phường", "")


def test_what_was_chosen_holds_where_the_list_is_silent() -> None:
    chosen = Chosen(SchoolYear(2023), "1A1")
    header = read(chosen=chosen).rosters[0].header
    assert header is not None
    assert (header.class_name, header.school_year) == ("1A1", SchoolYear(2023))


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ([["Lớp: 1A2"], ["Năm học: 2023-2024"]], "ghi lớp 1A2, nhưng lớp đang chọn là 1A1"),
        ([["Lớp: 1A1"], ["Năm học: 2024-2025"]], "ghi năm học 2024-2025, nhưng năm học đang chọn là 2023-2024"),
        ([["Lớp: 1A1"], ["Khối: 2"]], "Khối 2 không khớp với tên lớp 1A1"),
        ([["Lớp: 1A1"], ["Khối: Một"]], "Khối phải là số từ 1 đến 12"),
        ([["Lớp: 1A1"], [f"Khối: {'9' * 5000}"]], "Khối phải là số từ 1 đến 12"),
        ([["Lớp:", date(2024, 2, 1)]], "Excel đã đổi tên lớp thành ngày"),
        ([["Lớp: Chồi"]], "Chưa rõ khối"),
    ],
)
def test_a_title_that_contradicts_is_a_problem(title: list[list[Cell]], words: str) -> None:
    chosen = Chosen(SchoolYear(2023), "1A1" if words.startswith(("ghi lớp", "ghi năm")) else "")
    book = read(*title, chosen=chosen)
    assert book.rosters[0].header is None
    assert [words in problem.message for problem in book.problems] == [True]


def test_several_sheets_are_several_classes() -> None:
    one, two = class_sheet("1A1", pupil()[:6]), class_sheet("1A2", SECOND)
    book = read_roster(workbook({"A": one, "Ghi chú": [["Xin chào"]], "B": two}))
    assert book.problems == ()
    assert [roster.header.class_name for roster in book.rosters if roster.header] == ["1A1", "1A2"]
    assert [(len(roster.pupils), roster.pupils[0].order_no) for roster in book.rosters] == [(1, 1), (1, 1)]
    assert book.without_list == ("Ghi chú",)


def test_nobody_comes_on_two_sheets() -> None:
    book = read_roster(workbook({"A": class_sheet("1A1", pupil()[:6]), "B": class_sheet("1A2", pupil()[:6])}))
    assert [problem.message for problem in book.problems] == [
        "Mã học sinh 7923000001 đã có ở trang “A”, dòng 4.",
        "Số định danh cá nhân 079217000042 đã có ở trang “A”, dòng 4.",
    ]


def test_a_column_may_say_the_class() -> None:
    rows: list[list[Cell]] = [[*pupil()[:6], "1A1"], [*SECOND, "Lớp 3B"]]
    book = read_roster(workbook({"A": [YEAR, [*HEADINGS, "Lớp"], *rows]}))
    headers = [roster.header for roster in book.rosters]
    assert [(each.class_name, each.grade) for each in headers if each] == [("1A1", 1), ("3B", 3)]
    assert [problem.cell for problem in book.problems] == ["D4"]  # six years old, and in grade 3


def test_one_class_however_its_name_is_typed() -> None:
    names = ["1 Chuyên", unicodedata.normalize("NFD", "1 chuyên"), "1  CHUYÊN "]
    codes = [pupil(code=f"792300000{number}", id=f"07921700004{number}")[:6] for number in range(3)]
    rows: list[list[Cell]] = [[*row, name] for row, name in zip(codes, names, strict=True)]
    book = read_roster(workbook({"A": [YEAR, [*HEADINGS, "Lớp"], *rows]}))
    assert [(each.header.class_name, len(each.pupils)) for each in book.rosters if each.header] == [("1 Chuyên", 3)]
    assert [each.order_no for each in book.pupils] == [1, 2, 3]


def test_subjects_that_a_grade_does_not_have_are_named_as_they_were_typed() -> None:
    with pytest.raises(Invalid, match=r"^Lớp 6 không có môn: “Lịch sử Đảng”, “Võ”\.$"):
        subjects_of(6, "Lịch sử Đảng , Võ")


def test_a_class_merged_over_its_rows_holds_for_all_of_them() -> None:
    rows: list[list[Cell]] = [["1A1", *pupil()[:6]], ["", *SECOND]]
    book = read_roster(workbook({"A": [YEAR, ["Lớp", *HEADINGS], *rows]}, merges=["A3:A4"]))
    assert book.problems == ()
    assert [len(roster.pupils) for roster in book.rosters] == [2]


def test_a_row_without_its_class_is_named() -> None:
    rows: list[list[Cell]] = [
        [*pupil()[:6], "1A1"],
        [*SECOND, ""],
        [*pupil(code="7923000003", id="079217000044")[:6], date(2024, 2, 1)],
    ]
    book = read_roster(workbook({"A": [YEAR, [*HEADINGS, "Lớp"], *rows]}))
    assert [(problem.cell, problem.message[:15]) for problem in book.problems] == [
        ("G4", "Chưa rõ danh sá"),
        ("G5", "Excel đã đổi tê"),
    ]


def test_of_a_chosen_class_only_its_own_rows_are_taken() -> None:
    rows: list[list[Cell]] = [[*pupil()[:6], "1A1"], [*SECOND, "1A2"]]
    book = read_roster(workbook({"A": [YEAR, [*HEADINGS, "Lớp"], *rows]}), Chosen(SchoolYear(2023), "1A1"))
    assert [(problem.cell, problem.message) for problem in book.problems] == [
        ("G4", "Danh sách ghi lớp 1A2, nhưng lớp đang chọn là 1A1.")
    ]
