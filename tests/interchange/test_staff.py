"""Staff workbooks: a round trip, and every bad row named."""

from datetime import date
from pathlib import Path

import pytest

from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, offered
from domain.errors import Invalid
from domain.identity import Sex
from interchange.staff import AssignmentRow, Staff, StaffRole, StaffRow, read_staff, write_staff
from tests.interchange.editing import with_formula
from tests.interchange.workbooks import Cell, workbook

ID = "079175000001"
FIRST, LAST = date(2023, 8, 1), date(2024, 8, 31)
STAFF = Staff(
    "Trường Tiểu học Mẫu Tân Bình",
    "79766999",
    SchoolYear(2023),
    (StaffRow(ID, "Nguyễn Thị Lan", date(1975, 2, 3), Sex.FEMALE, StaffRole.PRINCIPAL),),
    (
        AssignmentRow("", PRINCIPAL, ID, FIRST, LAST),
        AssignmentRow("1A1", HOMEROOM, ID, FIRST, LAST, is_signer=False),
        AssignmentRow("1A1", "toan", ID, FIRST, LAST),
    ),
)
PERSON: list[Cell] = [ID, "Nguyễn Thị Lan", "03/02/1975", "Nữ", "Giáo viên"]
JOB: list[Cell] = ["1A1", "Toán", ID, "01/08/2023", "31/08/2024", "x"]


def staff_file(
    people: list[list[Cell]], jobs: list[list[Cell]], title: str = "Mã trường: 79766999", more: str = ""
) -> bytes:
    head: list[list[Cell]] = [["Trường: Mẫu"], [title], ["Năm học: 2023-2024"]]
    person: list[Cell] = ["Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính", "Chức vụ", more]
    job: list[Cell] = ["Lớp", "Phần việc", "Số định danh cá nhân", "Từ ngày", "Đến ngày", "Người kí"]
    return workbook({"Nhân sự": [*head, person, *people], "Phân công": [job, *jobs]})


def test_a_written_workbook_is_read_back_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "nhan_su.xlsx"
    write_staff(path, STAFF)
    assert read_staff(path) == STAFF


EVERY_SUBJECT = {(each.name, each.code) for grade in range(1, 13) for each in offered(grade)}
OFFICES = {("Chủ nhiệm", HOMEROOM), ("Hiệu trưởng", PRINCIPAL), ("Con dấu của trường", SEAL)}


@pytest.mark.parametrize(("name", "slot"), sorted(EVERY_SUBJECT | OFFICES))
def test_the_subjects_of_every_grade_are_known_by_name(name: str, slot: str) -> None:
    read = read_staff(staff_file([PERSON], [[JOB[0], name.upper(), *JOB[2:]]]))
    assert read.problems == ()
    assert [job.slot for job in read.assignments] == [slot]


def test_a_subject_with_a_longer_name_in_secondary_school_is_read_by_both() -> None:
    assert {name for name, slot in EVERY_SUBJECT if slot == "hoat_dong_trai_nghiem"} == {
        "Hoạt động trải nghiệm",
        "Hoạt động trải nghiệm, hướng nghiệp",
    }


def test_an_assignment_without_a_last_day_stays_open() -> None:
    (job,) = read_staff(staff_file([PERSON], [["Toàn trường", "Hiệu trưởng", ID, "01/08/2023", "", ""]])).assignments
    assert job == AssignmentRow("", PRINCIPAL, ID, FIRST, None, is_signer=False)


@pytest.mark.parametrize(
    ("column", "value", "cell", "message"),
    [
        (0, "123", "A5", "đúng 12 chữ số"),
        (1, "", "B5", "Thiếu Họ và tên"),
        (2, "hôm qua", "C5", "không phải là ngày"),
        (2, "", "C5", "Thiếu Ngày sinh"),
        (3, "", "D5", "Thiếu Giới tính"),
        (4, "Bảo vệ", "E5", "Chức vụ phải là một trong"),
    ],
)
def test_a_bad_person_is_left_out_and_named(column: int, value: str, cell: str, message: str) -> None:
    bad = [*PERSON[:column], value, *PERSON[column + 1 :]]
    read = read_staff(staff_file([bad], []))
    assert read.people == ()
    assert read.problems[0].cell == cell
    assert message in read.problems[0].message


def test_an_error_in_a_column_that_nobody_reads_does_not_matter() -> None:
    data = with_formula(staff_file([[*PERSON, 1.0]], [JOB], more="Ghi chú"), "F5", "#N/A", "e")
    assert (len(read_staff(data).people), read_staff(data).problems) == (1, ())


def test_a_person_twice_is_refused() -> None:
    read = read_staff(staff_file([PERSON, PERSON], [JOB]))
    assert len(read.people) == len(read.assignments) == 1
    assert "đã có ở dòng trên" in read.problems[0].message


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        (0, "", "Thiếu Lớp"),
        (1, "Thiên văn", "Không có phần việc “Thiên văn”"),
        (2, "079175000002", "không có ở trang “Nhân sự”"),
        (3, "?", "không phải là ngày"),
        (4, "01/08/2022", "Đến ngày đứng trước Từ ngày"),
    ],
)
def test_a_bad_assignment_is_left_out_and_named(column: int, value: str, message: str) -> None:
    bad = [*JOB[:column], value, *JOB[column + 1 :]]
    read = read_staff(staff_file([PERSON], [bad, JOB]))
    assert len(read.assignments) == 1
    assert [problem.row for problem in read.problems] == [2]
    assert message in read.problems[0].message


def test_a_workbook_without_its_sheets_or_title_is_refused() -> None:
    with pytest.raises(Invalid, match="thiếu trang: Phân công"):
        read_staff(workbook({"Nhân sự": [["x"]]}))
    with pytest.raises(Invalid, match="thiếu: Mã trường"):
        read_staff(staff_file([PERSON], [], title=""))
