"""Headings the way schools and their programs write them: words, order, one row or two, merged or not."""

import unicodedata
from random import Random

import pytest

from domain.identity import Sex
from domain.pupils import PupilField
from interchange.headings import plain
from interchange.roster import RosterBook, read_roster
from interchange.roster.columns import SYNONYMS, VOCABULARY
from tests.interchange.workbooks import Cell, workbook

TITLE: list[list[Cell]] = [["Lớp: 1A1"], ["Năm học: 2023-2024"]]
USUAL = {
    "Mã học sinh": "7923000001",
    "Số định danh cá nhân": "079317000042",
    "Họ và tên": "Nguyễn Thị Bảo Ngọc",
    "Ngày sinh": "03/05/2017",
    "Giới tính": "Nữ",
    "Dân tộc": "Kinh",
}


def read(*rows: list[Cell], merges: tuple[str, ...] = ()) -> RosterBook:
    return read_roster(workbook({"Trang1": [*TITLE, *rows]}, merges))


def with_heading(usual: str, heading: str, value: Cell = None) -> RosterBook:
    """Read the usual list with one heading, and perhaps its value, written differently, or added."""
    row: dict[str, Cell] = {heading if name == usual else name: text for name, text in USUAL.items()}
    row.setdefault(heading, "")
    return read(list(row), [*row.values()] if value is None else list((row | {heading: value}).values()))


@pytest.mark.parametrize(
    ("usual", "heading"),
    [
        ("Họ và tên", "HỌ TÊN"),
        ("Họ và tên", "Họ và tên học sinh"),
        ("Họ và tên", "Ho va ten"),
        ("Họ và tên", "  họ,   tên HS (*) "),
        ("Họ và tên", unicodedata.normalize("NFD", "Họ và tên")),
        ("Ngày sinh", "Ngày tháng năm sinh"),
        ("Ngày sinh", "Ngày, tháng, năm\nsinh (dd/mm/yyyy)"),
        ("Ngày sinh", "NGAY SINH"),
        ("Số định danh cá nhân", "Số ĐDCN"),
        ("Số định danh cá nhân", "Mã định danh cá nhân"),
        ("Số định danh cá nhân", "Số CCCD/ĐDCN"),
        ("Số định danh cá nhân", "Mã định danh"),
        ("Mã học sinh", "Mã HS"),
        ("Mã học sinh", "Mã định danh Bộ GD&ĐT"),
        ("Mã học sinh", "Mã định danh Bộ GD&ÐT"),
        ("Mã học sinh", "Mã định danh"),
        ("Giới tính", "Nam/Nữ"),
        ("Giới tính", "Phái"),
        ("Dân tộc", "Thành phần dân tộc"),
    ],
)
def test_a_heading_is_known_by_its_meaning(usual: str, heading: str) -> None:
    book = with_heading(usual, heading)
    assert (book.problems, book.aside) == ((), ())
    assert [(pupil.pupil_code, pupil.personal_id, pupil.full_name) for pupil in book.pupils] == [
        ("7923000001", "079317000042", "Nguyễn Thị Bảo Ngọc")
    ]


@pytest.mark.parametrize(
    ("heading", "field"),
    [
        ("Quê quán", PupilField.NATIVE_PLACE),
        ("Nguyên quán", PupilField.NATIVE_PLACE),
        ("Nơi sinh", PupilField.PLACE_OF_BIRTH),
        ("Chỗ ở hiện nay", PupilField.CURRENT_ADDRESS),
        ("Địa chỉ thường trú", PupilField.CURRENT_ADDRESS),
        ("Họ tên cha", PupilField.FATHER_NAME),
        ("Họ và tên bố", PupilField.FATHER_NAME),
        ("Họ và tên (Mẹ)", PupilField.MOTHER_NAME),
        ("Người giám hộ", PupilField.GUARDIAN_NAME),
        ("Nghề nghiệp của cha", PupilField.FATHER_OCCUPATION),
        ("Nghề nghiệp mẹ", PupilField.MOTHER_OCCUPATION),
        ("Nghề nghiệp người đỡ đầu", PupilField.GUARDIAN_OCCUPATION),
        ("Đối tượng chính sách", PupilField.POLICY_GROUP),
        ("Số đăng bộ", PupilField.REGISTER_NO),
        ("Quốc tịch", PupilField.NATIONALITY),
    ],
)
def test_what_the_national_record_needs_is_taken_over(heading: str, field: PupilField) -> None:
    book = with_heading("", heading, "Trà Vinh")
    assert book.problems == ()
    assert book.pupils[0].text(field) == "Trà Vinh"


def test_codes_of_places_may_have_lost_their_zeros() -> None:
    assert with_heading("", "Mã xã nơi sinh", 123).pupils[0].birth_commune_code == "00123"
    assert with_heading("", "Mã tỉnh/TP quê quán", "1").pupils[0].native_province_code == "01"
    assert "phải có 2 chữ số" in with_heading("", "Mã tỉnh nơi ở hiện nay", "HCM").problems[0].message


def test_family_and_given_name_may_stand_apart() -> None:
    row: list[Cell] = ["7923000001", "079317000042", "Nguyễn Thị Bảo", "Ngọc", "03/05/2017", "Nữ", "Kinh"]
    rest: list[Cell] = ["Ngày sinh", "Giới tính", "Dân tộc"]
    for family, given in (("Họ đệm", "Tên"), ("Họ và tên đệm", "Tên"), ("Họ", "Tên"), ("Họ và chữ lót", "TÊN")):
        book = read(["Mã HS", "Số ĐDCN", family, given, *rest], row)
        assert (book.problems, book.pupils[0].full_name) == ((), "Nguyễn Thị Bảo Ngọc")
    book = read(["Mã HS", "Số ĐDCN", "Họ và tên", "", *rest], row, merges=("C3:D3",))
    assert (book.problems, book.pupils[0].full_name) == ((), "Nguyễn Thị Bảo Ngọc")


def test_a_given_name_that_is_said_twice_is_not_added_twice() -> None:
    book = with_heading("", "Tên", "Ngọc")
    assert book.pupils[0].full_name == "Nguyễn Thị Bảo Ngọc"


@pytest.mark.parametrize(
    ("columns", "values", "sex"),
    [
        (["Nữ"], ["x"], Sex.FEMALE),
        (["Nữ"], ["X"], Sex.FEMALE),
        (["Nữ"], ["Nữ"], Sex.FEMALE),
        (["Nữ"], [""], Sex.MALE),
        (["Nam", "Nữ"], ["x", ""], Sex.MALE),
        (["Nam", "Nữ"], ["", "1"], Sex.FEMALE),
        (["Nam", "Nữ"], ["", ""], None),
        (["Nam", "Nữ"], ["x", "x"], None),
        (["Nữ"], ["?"], None),
    ],
)
def test_the_sex_may_be_a_tick(columns: list[Cell], values: list[Cell], sex: Sex | None) -> None:
    row = {name: text for name, text in USUAL.items() if name not in {"Giới tính", "Số định danh cá nhân"}}
    book = read([*row, "Số ĐDCN", *columns], [*row.values(), "", *values])
    assert [pupil.sex for pupil in book.pupils] == ([sex] if sex else [])
    assert book.has_errors is (sex is None)


def test_two_rows_of_headings_with_merged_cells() -> None:
    upper: list[Cell] = ["STT", "Mã HS", "Số ĐDCN", "Họ và tên", "", "Ngày sinh", "Giới tính", "", "Dân tộc"]
    upper += ["Cha", "", "Mẹ", "", "Liên hệ", ""]
    lower: list[Cell] = ["", "", "", "Họ đệm", "Tên", "", "Nam", "Nữ", ""]
    lower += ["Họ và tên", "Nghề nghiệp", "Họ và tên", "Nghề nghiệp", "Họ và tên", "Điện thoại"]
    numbers: list[Cell] = [f"({number})" for number in range(1, 16)]
    row: list[Cell] = [1, "7923000001", "079317000042", "Nguyễn Thị Bảo", "Ngọc", "03/05/2017", "", "x", "Kinh"]
    row += ["Nguyễn Văn A", "Lái xe", "Lê Thị B", "Thợ may", "Bà ngoại", "0900"]
    merges = ("A3:A4", "B3:B4", "C3:C4", "D3:E3", "F3:F4", "G3:H3", "I3:I4", "J3:K3", "L3:M3", "N3:O3")
    for used in (merges, ()):
        book = read(upper, lower, numbers, row, merges=used)
        assert book.problems == ()
        pupil = book.pupils[0]
        assert (pupil.full_name, pupil.sex) == ("Nguyễn Thị Bảo Ngọc", Sex.FEMALE)
        assert (pupil.father_name, pupil.father_occupation) == ("Nguyễn Văn A", "Lái xe")
        assert (pupil.mother_name, pupil.mother_occupation) == ("Lê Thị B", "Thợ may")
        assert [each.heading for each in book.aside] == ["Liên hệ – Họ và tên", "Liên hệ – Điện thoại"]


def test_an_upper_heading_over_all_of_them_changes_nothing() -> None:
    book = read(["SƠ YẾU LÝ LỊCH", "", "", "Học sinh"], list(USUAL), list(USUAL.values()), merges=("A3:C3", "D3:F3"))
    assert (book.problems, len(book.pupils)) == ((), 1)


def test_what_stands_below_somebody_else_is_not_the_pupil_s() -> None:
    upper: list[Cell] = [*USUAL, "Người liên hệ", ""]
    lower: list[Cell] = ["", "", "", "", "", "", "Địa chỉ", "Nghề nghiệp"]
    book = read(upper, lower, [*USUAL.values(), "12 Âu Cơ", "Thợ may"], merges=("G3:H3",))
    assert (book.problems, book.pupils[0].current_address) == ((), "")
    assert [each.heading for each in book.aside] == ["Người liên hệ – Địa chỉ", "Người liên hệ – Nghề nghiệp"]


def test_columns_may_stand_in_any_order_and_others_are_left_aside_by_name() -> None:
    row = USUAL | {"Số điện thoại": "0900", "Ghi chú": "", "Địa chỉ": "12 Âu Cơ", "Hộ khẩu": "Nơi khác"}
    names = list(row)
    Random(5).shuffle(names)  # noqa: S311
    book = read(list(names), [row[name] for name in names])
    assert (book.problems, book.pupils[0].current_address) == ((), "12 Âu Cơ")
    assert {each.heading for each in book.aside} == {"Số điện thoại", "Ghi chú", "Hộ khẩu"}


def test_of_two_columns_with_one_meaning_the_surer_is_taken() -> None:
    book = with_heading("", "Mã định danh Bộ GD&ĐT", "7923000009")
    assert book.pupils[0].pupil_code == "7923000009"
    assert [(each.cell, each.heading) for each in book.aside] == [("A3", "Mã học sinh")]
    book = with_heading("", "Nơi ở hiện nay", "12 Âu Cơ")
    assert book.pupils[0].current_address == "12 Âu Cơ"


def test_no_word_means_two_things() -> None:
    meant: dict[str, str] = {}
    for heading, words in SYNONYMS.items():
        for word in (heading, *words):
            assert meant.setdefault(plain(word), heading) == heading
    assert VOCABULARY.find("Năm") is None
    assert VOCABULARY.find("Nam") is not None
