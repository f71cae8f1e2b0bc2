"""Rows and cells as they come out of everyday spreadsheets: mended where that is safe, refused by name where not."""

import unicodedata
from datetime import date

import pytest

from domain.pupils import PupilField
from interchange.roster import RosterBook, read_roster
from interchange.sheets import Severity
from tests.interchange.workbooks import Cell, parts_of, pupil, roster, with_part, workbook

HEADINGS: list[Cell] = ["STT", "Mã học sinh", "Số định danh cá nhân", "Họ và tên", "Ngày sinh", "Giới tính", "Dân tộc"]
TITLE: list[list[Cell]] = [["Lớp: 1A1"], ["Năm học: 2023-2024"], HEADINGS]
FIRST: list[Cell] = [1, *pupil()[:6]]
SECOND: list[Cell] = [2, *pupil(code="7923000002", id="079217000043")[:6]]
SHEET = "xl/worksheets/sheet1.xml"


def read(*rows: list[Cell], merges: tuple[str, ...] = ()) -> RosterBook:
    return read_roster(workbook({"Trang1": [*TITLE, *rows]}, merges))


def errors(book: RosterBook) -> list[tuple[str, str]]:
    return [(each.cell, each.message) for each in book.problems if each.severity is Severity.ERROR]


@pytest.mark.parametrize(
    "name",
    [
        unicodedata.normalize("NFD", "Đỗ Gia Bảo"),
        "Đỗ\u00a0Gia \u00a0Bảo ",
        "Đỗ Gia\u200b Bảo\ufeff",
        "Đỗ\nGia Bảo",
        "Ðỗ Gia Bảo",
    ],
)
def test_signs_that_only_look_right_are_put_right(name: str) -> None:
    assert [each.full_name for each in read_roster(roster(pupil(name=name))).pupils] == ["Đỗ Gia Bảo"]


@pytest.mark.parametrize(
    ("changes", "field", "value", "note"),
    [
        ({"code": 7923000001}, PupilField.PUPIL_CODE, "7923000001", ""),
        ({"code": " 7923 000 001"}, PupilField.PUPIL_CODE, "7923000001", ""),
        ({"code": 123456789}, PupilField.PUPIL_CODE, "0123456789", "mất số 0"),
        ({"id": 79217000042}, PupilField.PERSONAL_ID, "079217000042", "mất số 0"),
        ({"id": "'079217000042"}, PupilField.PERSONAL_ID, "079217000042", ""),
        ({"id": "079 217 000 042"}, PupilField.PERSONAL_ID, "079217000042", ""),
        ({"code": 79230000012}, PupilField.PUPIL_CODE, "79230000012", "định dạng cột là Văn bản (Text)"),
        ({"code": "79230000012"}, PupilField.PUPIL_CODE, "79230000012", ""),
        ({"id": "-"}, PupilField.PERSONAL_ID, "", "Chưa có số định danh"),
        ({"id": "Chưa có"}, PupilField.PERSONAL_ID, "", "Chưa có số định danh"),
        ({"id": "chua cap"}, PupilField.PERSONAL_ID, "", "Chưa có số định danh"),
        ({"id": "KHÔNG"}, PupilField.PERSONAL_ID, "", "Chưa có số định danh"),
        ({"sex": "nam "}, PupilField.SEX, "Nam", ""),
        ({"birth": "03/05/17"}, PupilField.BIRTH_DATE, "03/05/2017", "hai chữ số"),
        ({"birth": 42858}, PupilField.BIRTH_DATE, "03/05/2017", "dạng số"),
        ({"birth": "03/05/2009"}, PupilField.BIRTH_DATE, "03/05/2009", "cần xem lại"),
        ({"ethnicity": "KHO ME"}, PupilField.ETHNICITY, "Khơ-me", ""),
        ({"ethnicity": ""}, PupilField.ETHNICITY, "", "Chưa ghi dân tộc"),
    ],
)
def test_what_can_be_mended_is_and_what_was_guessed_is_noted(
    changes: dict[str, Cell], field: PupilField, value: str, note: str
) -> None:
    book = read_roster(roster(pupil(**changes)))
    assert [each.text(field) for each in book.pupils] == [value]
    assert [each.severity for each in book.problems if note and note in each.message] == [Severity.REVIEW] * bool(note)
    assert errors(book) == []


@pytest.mark.parametrize(
    ("changes", "cell", "words"),
    [
        ({"birth": "31/02/2017"}, "D11", "không phải là ngày có trong lịch"),
        ({"birth": "03/05/2107"}, "D11", "không thể là của học sinh năm học 2023-2024"),
        ({"birth": "03/05/2023"}, "D11", "không thể là của học sinh năm học 2023-2024"),
        ({"sex": "Khác"}, "E11", "phải là Nam hoặc Nữ"),
        ({"code": "7.92E+09"}, "A11", "từ 10 đến 12 chữ số"),
        ({"code": 79230012}, "A11", "Mã học sinh chỉ có 8 chữ số. Ô lưu dạng số nên Excel có thể đã bỏ số 0 ở đầu"),
        ({"code": "Chưa có"}, "A11", "nhận được “Chưa có”"),
        ({"code": "9" * 12_000}, "A11", "quá giới hạn 250 ký tự"),
        ({"id": "12"}, "B11", "phải có đúng 12 chữ số, nhận được “12”"),
        ({"id": "đang làm giấy"}, "B11", "nhận được “đang làm giấy”; chưa có thì để trống ô."),
        ({"id": 1234567890123}, "B11", "phải có đúng 12 chữ số"),
        ({"id": "٠٧٩٢١٧٠٠٠٠٤٢"}, "B11", "phải có đúng 12 chữ số"),
        ({"id": "a" * 12_000}, "B11", f"nhận được “{'a' * 40}…”"),
        ({"sex": "a" * 251}, "E11", "quá giới hạn 250 ký tự"),
        ({"name": "a" * 251}, "C11", "quá giới hạn 250 ký tự"),
    ],
)
def test_what_cannot_be_mended_is_named_by_its_cell(changes: dict[str, Cell], cell: str, words: str) -> None:
    book = read_roster(roster(pupil(**changes)))
    assert book.pupils == ()
    assert [(place, words in message) for place, message in errors(book)] == [(cell, True)]


@pytest.mark.parametrize("tick", ["x", "X", "có", 1, "✓", "✔"])
def test_a_tick_may_be_any_of_the_usual_signs(tick: Cell) -> None:
    [pupil_read] = read_roster(roster(pupil(waived=tick))).pupils
    assert pupil_read.assessment_waived


def test_pupils_without_a_personal_id_do_not_share_one() -> None:
    book = read(["1", "7923000001", "Chưa có", *FIRST[3:]], ["2", "7923000002", "Chưa có", *FIRST[3:]])
    assert ([each.personal_id for each in book.pupils], errors(book)) == (["", ""], [])


def test_a_code_comes_twice_however_it_was_kept() -> None:
    book = read(FIRST, [2, "7923 000 001", 79217000042.0, *FIRST[3:]])
    assert errors(book) == [
        ("B5", "Mã học sinh 7923000001 đã có ở dòng 4."),
        ("C5", "Số định danh cá nhân 079217000042 đã có ở dòng 4."),
    ]


def test_all_that_is_wrong_with_a_row_is_said_at_once() -> None:
    book = read_roster(roster(pupil(code="1", birth="31/02/2017", sex="?")))
    assert [cell for cell, _ in errors(book)] == ["A11", "D11", "E11"]


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        ('<c r="D4" t="e"><f>VLOOKUP(1,2,3)</f><v>#N/A</v></c>', "Ô báo lỗi #N/A"),
        ('<c r="D4"><f>A1</f></c>', "Ô có công thức chưa được tính"),
    ],
)
def test_a_cell_without_a_value_is_refused_once_and_by_name(cell: str, words: str) -> None:
    data = workbook({"Trang1": [*TITLE, [*FIRST[:3], None, *FIRST[4:]], SECOND]})
    sheet = parts_of(data)[SHEET].decode()
    start = sheet.index('<c r="D4"') if '<c r="D4"' in sheet else sheet.index('<c r="E4"')
    end = sheet.index("/>", start) + 2 if '<c r="D4"' in sheet else start
    book = read_roster(with_part(data, SHEET, (sheet[:start] + cell + sheet[end:]).encode()))
    assert [(place, words in message) for place, message in errors(book)] == [("D4", True)]
    assert [each.pupil_code for each in book.pupils] == ["7923000002"]


@pytest.mark.parametrize("heading", ["Tuổi", "Chiều cao", "Sức khoẻ", "Nữ"])
def test_an_error_in_a_column_that_is_left_aside_does_not_matter(heading: str) -> None:
    data = workbook({"Trang1": [*TITLE[:2], [*HEADINGS, heading], [*FIRST, 6]]})
    sheet = parts_of(data)[SHEET].decode().replace('<c r="H4"><v>6</v></c>', '<c r="H4" t="e"><v>#REF!</v></c>')
    book = read_roster(with_part(data, SHEET, sheet.encode()))
    assert (book.problems, len(book.pupils)) == ((), 1)


def test_cells_merged_in_the_list_are_refused_where_their_value_is_not() -> None:
    third: list[Cell] = [3, *pupil(code="7923000003", id="079217000044")[:6]]
    book = read(FIRST, [*SECOND[:6], ""], third, merges=("G4:G5",))
    assert errors(book) == [("G5", "Ô bị gộp với ô khác (G4:G5); hãy bỏ gộp ô và ghi đủ từng dòng.")]
    assert [each.pupil_code for each in book.pupils] == ["7923000001", "7923000003"]


def test_what_stands_below_the_list_is_not_read_and_that_is_said() -> None:
    below: list[list[Cell]] = [
        [],
        ["Tổng cộng: 2 học sinh, nữ: 0"],
        ["", "", "", "", "Tân Bình, ngày 5 tháng 9 năm 2023"],
        ["", "", "", "", "HIỆU TRƯỞNG"],
        ["", "", "", "Nguyễn Thị Lan"],
    ]
    book = read(FIRST, SECOND, *below, merges=("A7:G7",))
    assert len(book.pupils) == 2
    assert [(each.message, each.severity) for each in book.problems] == [
        ("Không đọc các dòng dưới danh sách: 7, 8, 9, 10.", Severity.REVIEW)
    ]


def test_rows_that_are_only_numbered_are_nobody() -> None:
    book = read(FIRST, SECOND, [3], [4], [5])
    assert (len(book.pupils), book.problems) == (2, ())


@pytest.mark.parametrize("row", [[2, "", "", "Lê Văn Mẫu"], [2, "7923000009"]])
def test_a_pupil_of_whom_little_is_said_is_not_overlooked(row: list[Cell]) -> None:
    book = read(FIRST, row)
    assert len(book.pupils) == 1
    assert {cell for cell, _ in errors(book)} >= {"E5", "F5"}


def test_a_row_with_hardly_anything_between_pupils_is_an_error() -> None:
    book = read(FIRST, ["", "", "", "LỚP 1A2"], SECOND)
    assert {cell for cell, _ in errors(book)} >= {"B5", "E5", "F5"}


def test_a_sheet_with_headings_only_is_noted() -> None:
    book = read()
    assert (book.rosters, [each.severity for each in book.problems]) == ((), [Severity.REVIEW])


def test_a_foreign_nationality_stays_and_none_is_made_up() -> None:
    book = read_roster(workbook({"Trang1": [*TITLE[:2], [*HEADINGS, "Quốc tịch"], [*FIRST, "VN"], [*SECOND, "Lào"]]}))
    assert [each.nationality for each in book.pupils] == ["Việt Nam", "Lào"]
    assert read(FIRST).pupils[0].nationality == ""


def test_a_date_cell_is_a_date() -> None:
    assert read([*FIRST[:4], date(2017, 5, 3), *FIRST[5:]]).pupils[0].birth_date == date(2017, 5, 3)
