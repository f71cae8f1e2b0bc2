"""The lists of a year as people open them in a spreadsheet."""

from io import BytesIO

import pytest
from python_calamine import CalamineWorkbook

from domain.reports.year_lists import ClassYear, SchoolYearReport, YearList
from interchange.reports.year_lists import COMMENDED, OVERVIEW, write_year_lists
from tests.interchange.reading_back import rows_of, table_of
from tests.interchange.reports.samples import SCHOOL, line

PROMOTED, NOT_PROMOTED, RETEST, TRAINING, UNDECIDED, UNKNOWN = YearList
REPORT = SchoolYearReport(
    SCHOOL,
    "2026-2027",
    (
        ClassYear("1A1", (line(1, PROMOTED, "Học sinh Xuất sắc"), line(2, NOT_PROMOTED), line(3, PROMOTED))),
        ClassYear("1A2", ()),
        ClassYear("6A1", (line(4, RETEST), line(5, TRAINING), line(6, PROMOTED, "Học sinh Giỏi"), line(7, UNKNOWN))),
    ),
)


@pytest.fixture(scope="module")
def data() -> bytes:
    return write_year_lists(REPORT)


def test_there_is_a_sheet_for_every_list_even_an_empty_one(data: bytes) -> None:
    names = CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names
    assert names == [OVERVIEW, *(each.label for each in YearList), COMMENDED]
    assert table_of(data, UNDECIDED.label) == []


@pytest.mark.parametrize(
    ("sheet", "pupils"),
    [
        ("Lên lớp", ["1A1 Học sinh 1", "1A1 Học sinh 3", "6A1 Học sinh 6"]),
        ("Chưa lên lớp", ["1A1 Học sinh 2"]),
        ("Kiểm tra lại", ["6A1 Học sinh 4"]),
        ("Rèn luyện hè", ["6A1 Học sinh 5"]),
        ("Chưa đủ dữ liệu", ["6A1 Học sinh 7"]),
        ("Khen thưởng", ["1A1 Học sinh 1", "6A1 Học sinh 6"]),
    ],
)
def test_pupils_stand_on_their_list_by_class(data: bytes, sheet: str, pupils: list[str]) -> None:
    found = table_of(data, sheet)
    assert [f"{row['Lớp']} {row['Họ và tên']}" for row in found] == pupils
    assert [row["STT"] for row in found] == [str(number) for number in range(1, len(pupils) + 1)]


def test_a_list_says_what_was_decided_and_why(data: bytes) -> None:
    (row,) = table_of(data, "Chưa lên lớp")
    assert (row["Mã học sinh"], row["Ngày sinh"]) == ("7900000002", "2020-05-03")
    assert (row["Kết quả"], row["Lý do"]) == ("Kết quả 2", "Lý do 2")
    assert [row["Danh hiệu"] for row in table_of(data, COMMENDED)] == ["Học sinh Xuất sắc", "Học sinh Giỏi"]


def test_the_overview_counts_by_class_and_for_the_school(data: bytes) -> None:
    found = {row["Lớp"]: list(row.values())[2:] for row in table_of(data, OVERVIEW, "STT")}
    assert found == {
        "1A1": ["3", "2", "1", "0", "0", "0", "0", "1"],
        "1A2": ["0"] * 8,
        "6A1": ["4", "1", "0", "1", "1", "0", "1", "1"],
        "Toàn trường": ["7", "3", "1", "1", "1", "0", "1", "2"],
    }


def test_the_school_and_the_year_stand_above(data: bytes) -> None:
    assert [row[0] for row in rows_of(data, "Lên lớp")[:5]] == [
        "DANH SÁCH HỌC SINH: LÊN LỚP",
        "Cơ quan quản lý: UBND phường Tân Bình",
        "Trường: Trường Mẫu",
        "Mã trường: 79766999",
        "Năm học: 2026-2027",
    ]


def test_a_school_without_classes_has_empty_lists() -> None:
    data = write_year_lists(SchoolYearReport(SCHOOL, "2026-2027", ()))
    assert table_of(data, "Lên lớp") == []


def test_the_same_report_gives_the_same_bytes(data: bytes) -> None:
    assert write_year_lists(REPORT) == data
