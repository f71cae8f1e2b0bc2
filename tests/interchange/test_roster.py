"""Class lists: a round trip, and every bad cell named without stopping the file."""

from datetime import date
from pathlib import Path

import pytest

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.identity import Sex
from interchange.roster import Roster, RosterHeader, RosterRow, read_roster, write_roster
from interchange.sheets import Severity
from tests.interchange.workbooks import ROSTER_TITLE, Cell, pupil, roster, workbook

HEADER = RosterHeader(
    "Phòng Giáo dục và Đào tạo quận Tân Bình",
    "Trường Tiểu học Mẫu Tân Bình",
    "79766999",
    "Phường 2",
    "",
    "Thành phố Hồ Chí Minh",
    SchoolYear(2023),
    1,
    "1A1",
)


def test_a_written_list_is_read_back_unchanged(tmp_path: Path) -> None:
    one = ("7923000001", "079217000042", "Nguyễn Gia Bảo", date(2017, 5, 3), Sex.MALE, "Kinh", "Việt Nam")
    two = ("7923000002", "079317000043", "Thạch Thị Ý", date(2017, 12, 31), Sex.FEMALE, "Khơ-me", "Việt Nam")
    pupils = (
        RosterRow(*one, "Bệnh viện Mẫu", order_no=1, height_cm="118", weight_kg="21", health="Tốt"),
        RosterRow(*two, native_place="Tỉnh Trà Vinh", address_commune_code="00123", order_no=2, assessment_waived=True),
    )
    path = tmp_path / "danh_sach.xlsx"
    write_roster(path, HEADER, pupils)
    read = read_roster(path)
    assert (read.rosters, read.problems, read.aside) == ((Roster(HEADER, pupils),), (), ())


def test_text_dates_odd_spacing_and_case_are_understood() -> None:
    row = pupil(birth="03/05/2017", name="  Nguyễn   Gia Bảo", sex="NAM", ethnicity="kinh", waived="X")
    headings: list[Cell] = ["mã  HỌC sinh", "Số định danh cá nhân", "Họ và tên", "ngày sinh", "Giới tính", "Dân tộc"]
    read = read_roster(roster(row, headings=[*headings, "Khuyết tật không đánh giá"]))
    assert read.problems == ()
    assert read.pupils[0].birth_date == date(2017, 5, 3)
    assert read.pupils[0].full_name == "Nguyễn Gia Bảo"
    assert read.pupils[0].ethnicity == "Kinh"
    assert read.pupils[0].assessment_waived


@pytest.mark.parametrize(
    ("changes", "cell", "message"),
    [
        ({"code": ""}, "A11", "Thiếu Mã học sinh"),
        ({"code": "12"}, "A11", "từ 10 đến 12 chữ số"),
        ({"name": " "}, "C11", "Thiếu Họ và tên"),
        ({"birth": "31/02/2017"}, "D11", "không phải là ngày"),
        ({"birth": ""}, "D11", "Thiếu Ngày sinh"),
        ({"sex": "?"}, "E11", "phải là Nam hoặc Nữ"),
    ],
)
def test_a_bad_row_is_left_out_and_named_by_cell(changes: dict[str, Cell], cell: str, message: str) -> None:
    good = pupil(code="7923000002", id="079217000043")
    read = read_roster(roster(pupil(**changes), good))
    assert [row.pupil_code for row in read.pupils] == ["7923000002"]
    assert [(problem.cell, problem.severity) for problem in read.problems] == [(cell, Severity.ERROR)]
    assert message in str(read.problems[0])
    assert str(read.problems[0]).startswith(f"Trang “Danh sách”, ô {cell}: ")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"id": "079317000042"}, "giới tính Nữ"),
        ({"id": ""}, "Chưa có số định danh"),
        ({"id": 79217000042}, "mất số 0 ở đầu"),
        ({"ethnicity": "Kin"}, "54 dân tộc"),
    ],
)
def test_what_needs_review_keeps_its_row(changes: dict[str, Cell], message: str) -> None:
    read = read_roster(roster(pupil(**changes)))
    assert len(read.pupils) == 1
    assert [problem.severity for problem in read.problems] == [Severity.REVIEW]
    assert message in read.problems[0].message


def test_a_number_gets_its_leading_zero_back() -> None:
    assert read_roster(roster(pupil(id=79217000042))).pupils[0].personal_id == "079217000042"


def test_a_repeated_pupil_is_refused_with_the_first_row() -> None:
    read = read_roster(roster(pupil(), pupil()))
    assert len(read.pupils) == 1
    assert [(problem.cell, problem.message[-15:]) for problem in read.problems] == [
        ("A12", "đã có ở dòng 11."[-15:]),
        ("B12", "đã có ở dòng 11."[-15:]),
    ]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Lớp: 1A1", "", "Chưa rõ danh sách của lớp nào"),
        ("Khối: 1", "Khối: 2", "Khối 2 không khớp với tên lớp 1A1"),
        ("Năm học: 2023-2024", "", "Chưa rõ năm học"),
        ("Khối: 1", "Khối: 13", "từ 1 đến 12"),
        ("Năm học: 2023-2024", "Năm học: 2023", "dạng 2023-2024"),
        ("Năm học: 2023-2024", "Năm học: 0000-0001", "Năm học phải từ 2000-2001 đến 2099-2100"),
        ("Mã trường: 79766999", "Mã trường: 79", "từ 8 đến 20 chữ số"),
    ],
)
def test_unusable_title_rows_are_a_problem_and_the_pupils_are_still_read(old: str, new: str, message: str) -> None:
    read = read_roster(roster(pupil(), title=tuple(line.replace(old, new) for line in ROSTER_TITLE)))
    assert read.rosters[0].header is None
    assert len(read.pupils) == 1
    assert message in read.problems[0].message


def test_a_missing_column_is_named() -> None:
    read = read_roster(roster(["7923000001", "Nguyễn Gia Bảo"], headings=["Mã học sinh", "Họ và tên"]))
    assert read.pupils == ()
    assert "Thiếu cột “Ngày sinh”." in [problem.message for problem in read.problems]


def test_a_sheet_without_heading_row_is_a_problem() -> None:
    read = read_roster(workbook({"Trang1": [["xin chào"]]}))
    assert read.pupils == ()
    assert "dòng tiêu đề có cột “Mã học sinh”" in read.problems[0].message
    assert read.has_errors


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="không phải là bảng tính"):
        read_roster(b"PK not a workbook")
    with pytest.raises(Invalid, match=r"Không đọc được tệp vang_mat\.xlsx"):
        read_roster(tmp_path / "vang_mat.xlsx")
