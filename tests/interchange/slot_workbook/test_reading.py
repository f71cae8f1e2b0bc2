"""What comes back in a slot's workbook: taken cell by cell, and every problem named where it is."""

import unicodedata
from dataclasses import replace

import pytest

from domain.curriculum import HOMEROOM
from domain.errors import Invalid
from domain.slot_marks import Doubt, Filled, SlotMarks, differences
from interchange.sheets import Severity
from interchange.slot_workbook.reading import SlotReading, read_slot
from interchange.slot_workbook.writing import write_slot
from tests.interchange.editing import SECOND, Set, filled_in, with_date, with_formula, with_merged
from tests.interchange.slot_samples import address, entered, make_marks, make_pupil
from tests.interchange.workbooks import Cell, packed, workbook

GRADE_1, GRADE_6 = make_marks(), make_marks(6)
SCORE = address(GRADE_6, "ĐĐGgk")


def read_back(marks: SlotMarks, cells: dict[str, Set]) -> SlotReading:
    return read_slot(filled_in(write_slot(marks), cells), marks)


def told(reading: SlotReading) -> list[tuple[str, str]]:
    return [(problem.cell, problem.message) for problem in reading.problems]


def at(reading: SlotReading, cell: str) -> Filled:
    [found] = [each for each in reading.filled.values() if each.cell == cell]
    return found


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (8.5, "8.5"), (9.0, "9"), (0, "0"), (10, "10"), ("8,5", "8.5"), (" 8.5 ", "8.5"), ("9,0", "9"), ("m", "M"),
        (7.300000000000001, "7.3"), ("\u200b8,5\ufeff", "8.5"), ("8,5\u00a0", "8.5"), (None, ""), ("  ", ""),
    ],
)  # fmt: skip
def test_a_mark_is_read_however_it_was_typed(typed: Set, stored: str) -> None:
    reading = read_back(GRADE_6, {SCORE: typed})
    assert at(reading, SCORE).value == stored
    assert reading.problems == ()


@pytest.mark.parametrize("typed", ["Đ", "đ", "D", "d", " Ð ", "Đạt", unicodedata.normalize("NFD", "Đạt"), "ĐẠT"])
def test_a_level_is_read_however_it_was_typed(typed: str) -> None:
    marks = make_marks(6, "giao_duc_the_chat")
    assert at(read_back(marks, {"E8": typed}), "E8").value == "Đ"


def test_a_comment_typed_in_decomposed_letters_is_the_same_comment() -> None:
    words = "Em tiến bộ rõ rệt, cần luyện thêm chữ viết."
    reading = read_back(GRADE_1, {"H8": unicodedata.normalize("NFD", words)})
    assert at(reading, "H8").value == words


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (11, "vượt quá thang điểm 10"),
        (8.55, "nhiều nhất một chữ số thập phân"),
        (-1, "không phải là điểm hợp lệ"),
        ("tám", "“tám” không phải là điểm hợp lệ"),
        ("8;5", "không phải là điểm hợp lệ"),
    ],
)
def test_a_bad_mark_is_named_and_the_others_are_taken(typed: Set, message: str) -> None:
    reading = read_back(GRADE_6, {SCORE: typed, "E8": 7})
    [(cell, said)] = told(reading)
    assert (cell, message in said) == (SCORE, True)
    assert SCORE not in [each.cell for each in reading.filled.values()]
    assert at(reading, "E8").value == "7"


def test_a_mark_that_became_a_date_is_told_how_to_type_it() -> None:
    reading = read_slot(with_date(write_slot(GRADE_6), SCORE, 46150), GRADE_6)
    [(cell, said)] = told(reading)
    assert cell == SCORE
    assert "Ô này đang chứa ngày 08/05/2026, không phải điểm." in said
    assert said.endswith("rồi gõ lại với dấu phẩy, ví dụ 8,5.")


@pytest.mark.parametrize(("serial", "words"), [(46166, "ngày 24/05/2026"), (0.25, "giờ (06:00:00)")])
def test_other_dates_and_times_are_refused_without_a_guess(serial: float, words: str) -> None:
    [(_, said)] = told(read_slot(with_date(write_slot(GRADE_6), SCORE, serial), GRADE_6))
    assert words in said
    assert "ví dụ" not in said


def test_a_whole_score_is_never_guessed_from_a_date() -> None:
    [(_, said)] = told(read_slot(with_date(write_slot(GRADE_1), "G8", 46150), GRADE_1))
    assert said.startswith("Ô này đang chứa ngày 08/05/2026, không phải điểm; hãy đặt định dạng ô")


@pytest.mark.parametrize(("result", "stored"), [("8.5", "8.5"), ("7.3000000000000007", "7.3")])
def test_the_result_of_a_formula_counts(result: str, stored: str) -> None:
    assert at(read_slot(with_formula(write_slot(GRADE_6), SCORE, result), GRADE_6), SCORE).value == stored


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [("#N/A", "e", "Ô báo lỗi #N/A"), (None, "", "Ô có công thức chưa được tính")],
)
def test_a_cell_without_a_value_of_its_own_does_not_clear_what_is_saved(
    result: str | None, kind: str, message: str
) -> None:
    marks = entered(GRADE_6)
    reading = read_slot(with_formula(write_slot(marks), SCORE, result, kind), marks)
    [(cell, said)] = told(reading)
    assert (cell, message in said) == (SCORE, True)
    assert list(differences(marks, reading.filled)) == []


def test_one_cell_in_error_leaves_the_others_of_its_row() -> None:
    reading = read_slot(
        with_formula(filled_in(write_slot(GRADE_1), {"E8": "T", "F8": "H"}), "G8", "#N/A", "e"), GRADE_1
    )
    assert [cell for cell, _ in told(reading)] == ["G8"]
    assert {each.cell: each.value for each in reading.filled.values() if each.value} == {"E8": "T", "F8": "H"}
    assert "G8" not in [each.cell for each in reading.filled.values()]


@pytest.mark.parametrize("cell", ["B8", "C8", "D8"])
def test_an_error_where_it_says_whose_row_it_is_leaves_the_row_out_and_says_so(cell: str) -> None:
    data = with_formula(filled_in(write_slot(GRADE_1), {"E8": "T", "E9": "T"}), cell, "#N/A", "e")
    reading = read_slot(data, GRADE_1)
    assert [said for place, said in told(reading) if place] == [
        "Ô báo lỗi #N/A; hãy sửa công thức hoặc gõ thẳng giá trị; dòng này bị bỏ qua."
    ]
    assert {each.cell[1:] for each in reading.filled.values()} == {"9", "10"}


@pytest.mark.parametrize("heading", ["Ghi chú", "STT"])
def test_an_error_in_a_column_that_nobody_reads_does_not_matter(heading: str) -> None:
    lines: list[list[Cell]] = [["Lớp: 1A1"], ["Học kì: Học kì I"], ["Môn học: Toán"]]
    rows: list[list[Cell]] = [["Mã học sinh", heading, "Mức giữa kì"], ["7926000001", 1.0, "T"]]
    data = with_formula(workbook({"Trang1": [*lines, *rows]}), "B5", "#REF!", "e")
    reading = read_slot(data, GRADE_1)
    assert at(reading, "C5").value == "T"
    assert "B5" not in [cell for cell, _ in told(reading)]


def test_a_merged_cell_belongs_to_its_first_row_only() -> None:
    marks = entered(GRADE_1)
    reading = read_slot(with_merged(write_slot(marks), "E8:E9"), marks)
    assert [cell for cell, _ in told(reading)] == ["E9"]
    assert "gộp với ô khác (E8:E9)" in reading.problems[0].message
    assert list(differences(marks, reading.filled)) == []


@pytest.mark.parametrize(
    ("cells", "cell", "message"),
    [
        ({"B8": "7926000099"}, "B8", "Mã học sinh 7926000099 không có trong lớp; dòng này bị bỏ qua."),
        ({"B9": "7926000001"}, "B9", "Mã học sinh 7926000001 đã có ở dòng 8; dòng này bị bỏ qua."),
        ({"B8": "12"}, "B8", "Mã học sinh phải có từ 10 đến 12 chữ số, nhận được “12”; dòng này bị bỏ qua."),
        ({"B8": None}, "B8", "Thiếu Mã học sinh; dòng này bị bỏ qua."),
        ({"C8": "Trần Ngọc Ánh"}, "C8", "Tệp ghi “Trần Ngọc Ánh”, hồ sơ ghi “Thạch Thị Ý”"),
        ({"D8": "03/02/2019"}, "D8", "Tệp ghi “03/02/2019”, hồ sơ ghi “01/02/2019”"),
        ({"D8": "hôm qua"}, "D8", "ví dụ 05/09/2017; dòng này bị bỏ qua."),
        ({"D8": None}, "D8", "Thiếu Ngày sinh; dòng này bị bỏ qua."),
    ],
)
def test_a_row_of_doubtful_identity_is_left_out_whole(cells: dict[str, Set], cell: str, message: str) -> None:
    marks = entered(GRADE_1)
    reading = read_back(marks, cells | {f"E{cell[1:]}": "C"})
    errors = [each for each in reading.problems if each.severity is Severity.ERROR]
    assert [(each.cell, message in each.message) for each in errors] == [(cell, True)]
    assert list(differences(marks, reading.filled)) == []


def test_a_pupil_who_is_missing_keeps_everything() -> None:
    marks = entered(GRADE_1)
    more = replace(marks, pupils=(*marks.pupils, make_pupil(4)))
    reading = read_slot(write_slot(marks), more)
    [problem] = reading.problems
    assert problem.message == "Tệp thiếu học sinh số 4, mã 7926000004; các ô của em giữ nguyên."
    assert problem.severity is Severity.REVIEW


def test_a_column_that_is_there_twice_in_other_letters_is_named() -> None:
    reading = read_back(entered(GRADE_1), {"G7": "MỨC GIỮA KÌ *"})
    assert "Cột “MỨC GIỮA KÌ” xuất hiện nhiều lần; chỉ cột đầu tiên được đọc." in [
        problem.message for problem in reading.problems
    ]


def test_columns_that_are_missing_unknown_or_there_twice_are_named() -> None:
    reading = read_back(entered(GRADE_1), {"F7": "Ghi chú", "G7": "Mức giữa kì *"})
    assert [problem.message for problem in reading.problems] == [
        "Cột “Mức giữa kì” xuất hiện nhiều lần; chỉ cột đầu tiên được đọc.",
        "Cột “Ghi chú” không thuộc phần này nên bị bỏ qua.",
        "Thiếu cột “Mức cuối kì”; các ô của cột này giữ nguyên.",
        "Thiếu cột “Điểm KTĐK”; các ô của cột này giữ nguyên.",
    ]
    assert {each.cell[0] for each in reading.filled.values()} == {"E", "H"}


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        ({"class_name": "1A2"}, "Tệp này là của lớp 1A2, môn Toán, học kì I; thầy/cô đang mở lớp 1A1."),
        ({"slot": "tieng_viet"}, "Tệp này là của lớp 1A1, môn Tiếng Việt, học kì I; thầy/cô đang mở môn Toán."),
        ({"slot": HOMEROOM}, "Tệp này là của lớp 1A1, phần Chủ nhiệm, học kì I; thầy/cô đang mở môn Toán."),
        ({"school_year": "2025-2026"}, "học kì I, năm học 2025-2026; thầy/cô đang mở năm học 2026-2027."),
        ({"class_term_id": make_pupil(9).record_id}, "được xuất từ một lớp hoặc môn khác"),
    ],
)
def test_a_workbook_of_somebody_else_is_refused(theirs: dict[str, object], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_slot(write_slot(make_marks(**theirs)), GRADE_1)  # type: ignore[arg-type]
    assert said in refused.value.message


@pytest.mark.parametrize(
    "cells", [{"A1": "hocba-marks/2"}, {"A2": "x"}, {"C3": "toan/nie/level"}, {"C4": "neu"}, {"B4": "x"}]
)
def test_a_stamp_that_was_tampered_with_is_refused(cells: dict[str, Set]) -> None:
    broken = filled_in(write_slot(GRADE_1), cells, SECOND)
    with pytest.raises(Invalid, match="Phần nhận dạng của tệp đã bị sửa"):
        read_slot(broken, GRADE_1)


def test_versions_of_another_record_are_not_believed() -> None:
    marks = entered(GRADE_1)
    moved = replace(marks.pupils[0], record_id=make_pupil(9).record_id)
    reading = read_slot(write_slot(marks), replace(marks, pupils=(moved, *marks.pupils[1:]), known={}))
    doubts = {each.place[0]: each.doubt for each in differences(replace(marks, known={}), reading.filled)}
    assert doubts[marks.pupils[1].record_id] is Doubt.OVERTAKEN
    assert {each.version for (record, _), each in reading.filled.items() if record == moved.record_id} == {None}


def test_what_is_no_xlsx_is_refused() -> None:
    with pytest.raises(Invalid, match="không phải là bảng tính"):
        read_slot(b"not a workbook", GRADE_1)
    with pytest.raises(Invalid, match=r"\.xlsx"):
        read_slot(open_document(["Lớp: 1A1"], ["Học kì: Học kì I"], ["Mã học sinh", "Mức cuối kì"]), GRADE_1)


def open_document(*rows: list[str]) -> bytes:
    """A spreadsheet of LibreOffice."""
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = ("".join(map(cell.format, row)) for row in rows)
    content = "".join(f"<table:table-row>{line}</table:table-row>" for line in lines)
    table = f'<table:table table:name="Toán">{content}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    document = f"<office:document-content {spaces}>{body}</office:document-content>"
    kind = b"application/vnd.oasis.opendocument.spreadsheet"
    return packed({"mimetype": kind, "content.xml": document.encode(), "META-INF/manifest.xml": b"<manifest/>"})


def test_a_sheet_without_the_table_or_without_any_mark_is_refused() -> None:
    with pytest.raises(Invalid, match="Không tìm thấy dòng tiêu đề có cột “Mã học sinh”"):
        read_slot(workbook({"Toán": [["Lớp: 1A1"]]}), GRADE_1)
    bare = filled_in(write_slot(GRADE_1), dict.fromkeys(("E7", "F7", "G7", "H7")))
    with pytest.raises(Invalid, match="không có cột nào của phần “Toán”"):
        read_slot(bare, GRADE_1)
