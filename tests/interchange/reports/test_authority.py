"""An authority's numbers as people open them in a spreadsheet."""

from io import BytesIO

from python_calamine import CalamineWorkbook

from domain.assessment import Term
from domain.reports.authority import AuthorityReport, SchoolCounts, places_of
from domain.rules.school_levels import SchoolLevel
from domain.stages import Stage
from interchange.reports.authority import PROGRESS, write_authority
from tests.interchange.reading_back import rows_of

PRIMARY, LOWER, _ = SchoolLevel
BOOK = ("Học sinh", "Trong sổ")
SCHOOLS = (
    SchoolCounts("79760001", "Trường A", 3, 90, {Stage.ENTRY: 1, Stage.ISSUED: 1}, {PRIMARY: {BOOK: 60}}),
    SchoolCounts(
        "79760002",
        "Trường B",
        2,
        70,
        {Stage.ENTRY: 2},
        {PRIMARY: {BOOK: 30, ("Kết quả giáo dục", "Hoàn thành"): 2}, LOWER: {BOOK: 40, ("Kết quả học tập", "Khá"): 5}},
    ),
)
REPORT = AuthorityReport("UBND phường Tân Bình", "2026-2027", Term.YEAR_END, SCHOOLS)
DATA = write_authority(REPORT)


def body(sheet: str) -> tuple[list[str], list[list[str]]]:
    """The lowest headings, with those that reach down, and the rows under them."""
    rows = rows_of(DATA, sheet)
    above, below = rows[5:7]
    return [low or high for high, low in zip(above, below, strict=True)], rows[7:]


def test_progress_counts_classes_by_stage_and_adds_up() -> None:
    headings, rows = body(PROGRESS)
    assert headings[:8] == [
        "STT",
        "Mã trường",
        "Trường",
        "Số lớp",
        "Số học sinh",
        "Lớp chưa mở sổ",
        "Đang nhập",
        "Chờ chủ nhiệm rà soát",
    ]
    assert headings[-1] == "Đã phát hành"
    assert rows == [
        ["1", "79760001", "Trường A", "3", "90", "1", "1", *["0"] * 6, "1"],
        ["2", "79760002", "Trường B", "2", "70", "0", "2", *["0"] * 7],
        ["", "", "Tổng cộng", "5", "160", "1", "3", *["0"] * 6, "1"],
    ]


def test_each_level_that_a_school_has_gets_a_sheet() -> None:
    assert CalamineWorkbook.from_filelike(BytesIO(DATA)).sheet_names == [PROGRESS, "Tiểu học", "Trung học cơ sở"]
    headings, rows = body("Tiểu học")
    assert headings[3:] == [name for _, name in places_of(PRIMARY, Term.YEAR_END)]
    found = [dict(zip(headings, row, strict=True)) for row in rows]
    assert [(row["Trường"], row["Trong sổ"], row["Hoàn thành"]) for row in found] == [
        ("Trường A", "60", "0"),
        ("Trường B", "30", "2"),
        ("Tổng cộng", "90", "2"),
    ]
    assert [row[2] for row in body("Trung học cơ sở")[1]] == ["Trường B", "Tổng cộng"]


def test_the_head_names_the_authority_and_the_term() -> None:
    assert [row[0] for row in rows_of(DATA, PROGRESS)[1:4]] == [
        "Cơ quan quản lý: UBND phường Tân Bình",
        "Năm học: 2026-2027",
        "Học kì: Cuối năm học",
    ]


def test_an_authority_without_schools_has_progress_alone() -> None:
    data = write_authority(AuthorityReport("Sở", "2026-2027", Term.HK1, ()))
    assert CalamineWorkbook.from_filelike(BytesIO(data)).sheet_names == [PROGRESS]
    assert rows_of(data, PROGRESS)[7][2] == "Tổng cộng"


def test_the_same_report_gives_the_same_bytes() -> None:
    assert write_authority(REPORT) == DATA
