"""The missing data as people open it in a spreadsheet."""

from dataclasses import replace
from io import BytesIO

from python_calamine import CalamineWorkbook

from domain.assessment import Term
from domain.reports.missing import MissingCells, MissingReport, PupilProblem
from interchange.reports.missing import BY_TEACHER, CELLS, IDS, NATIONAL, write_missing
from tests.interchange.reading_back import rows_of, table_of
from tests.interchange.reports.samples import SCHOOL


def cells(class_name: str, slot: str, teacher: str, pupil: int, *empty: str) -> MissingCells:
    return MissingCells(class_name, slot, teacher, f"79{pupil:08}", f"Học sinh {pupil}", empty)


REPORT = MissingReport(
    school=SCHOOL,
    school_year="2026-2027",
    term=Term.HK1,
    class_name="",
    cells=(
        cells("1A1", "Toán", "Trần Văn Bình", 1, "Mức cuối kì", "Điểm KTĐK"),
        cells("1A1", "Toán", "Trần Văn Bình", 2, "Nhận xét"),
        cells("1A1", "Âm nhạc", "", 1, "Nhận xét"),
        cells("1A2", "Toán", "Lê Thị Ân", 3, "Nhận xét"),
        cells("1A2", "Chủ nhiệm", "Trần Văn Bình", 3, "Nhận xét"),
    ),
    ids=(PupilProblem("1A1", "7900000001", "Học sinh 1", "Chưa có số định danh cá nhân."),),
)
DATA = write_missing(REPORT)


def test_teachers_stand_in_the_order_of_names_and_nobody_last() -> None:
    rows = [list(row.values()) for row in table_of(DATA, BY_TEACHER)]
    assert rows == [
        ["1", "Lê Thị Ân", "1A2", "Toán", "1", "1"],
        ["2", "Trần Văn Bình", "1A1", "Toán", "2", "3"],
        ["3", "Trần Văn Bình", "1A2", "Chủ nhiệm", "1", "1"],
        ["4", "Chưa phân công", "1A1", "Âm nhạc", "1", "1"],
    ]


def test_every_empty_cell_is_named_with_its_pupil_and_teacher() -> None:
    rows = table_of(DATA, CELLS)
    assert len(rows) == 5
    assert rows[0] == {
        "STT": "1",
        "Lớp": "1A1",
        "Phần việc": "Toán",
        "Giáo viên": "Trần Văn Bình",
        "Mã học sinh": "7900000001",
        "Họ và tên": "Học sinh 1",
        "Ô còn thiếu": "Mức cuối kì; Điểm KTĐK",
    }


def test_personal_ids_have_a_sheet() -> None:
    (row,) = table_of(DATA, IDS)
    assert (row["Họ và tên"], row["Cần xem lại"]) == ("Học sinh 1", "Chưa có số định danh cá nhân.")


def test_national_fields_have_a_sheet_only_where_somebody_checked() -> None:
    assert CalamineWorkbook.from_filelike(BytesIO(DATA)).sheet_names == [BY_TEACHER, CELLS, IDS]
    problem = PupilProblem("1A1", "7900000001", "Học sinh 1", "Trường dantoc (Dân tộc): bắt buộc nhưng đang trống.")
    (row,) = table_of(write_missing(replace(REPORT, fields=(problem,))), NATIONAL)
    assert row["Cần xem lại"] == problem.problem
    assert table_of(write_missing(replace(REPORT, fields=())), NATIONAL) == []


def test_the_head_says_whose_data_it_is() -> None:
    assert [row[0] for row in rows_of(DATA, CELLS)[4:7]] == [
        "Năm học: 2026-2027",
        "Học kì: Học kì I",
        "Lớp: Toàn trường",
    ]
    of_class = write_missing(replace(REPORT, class_name="1A1"))
    assert rows_of(of_class, CELLS)[6][0] == "Lớp: 1A1"


def test_the_same_report_gives_the_same_bytes() -> None:
    assert write_missing(REPORT) == DATA
