"""The workbook of a slot as a spreadsheet program sees it: what is locked, checked, frozen and printed."""

import io
from collections.abc import Iterator
from dataclasses import replace

import pytest
from lxml import etree  # type: ignore[import-untyped]
from python_calamine import CalamineWorkbook, SheetVisibleEnum

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.slot_marks import SlotMarks
from interchange.slot_workbook.writing import write_slot
from tests.interchange.editing import FIRST
from tests.interchange.slot_samples import CURRICULA, entered, make_marks, make_pupil
from tests.interchange.workbooks import parts_of

SLOTS = [(1, "toan"), (1, "dao_duc"), (1, HOMEROOM), (4, "toan"), (6, "toan"), (6, "giao_duc_the_chat"), (6, HOMEROOM),
         (10, "vat_li"), (10, HOMEROOM)]  # fmt: skip


def sheet_of(marks: SlotMarks) -> etree._Element:
    return etree.fromstring(parts_of(write_slot(marks))[FIRST])


def checks_of(marks: SlotMarks) -> dict[str, etree._Element]:
    """The data validations by the area they check."""
    return {each.get("sqref"): each for each in sheet_of(marks).iterfind(".//{*}dataValidation")}


def unlocked(marks: SlotMarks) -> Iterator[str]:
    """Addresses of the cells that a protected sheet lets people change."""
    parts = parts_of(write_slot(marks))
    looks = list(etree.fromstring(parts["xl/styles.xml"]).iterfind("{*}cellXfs/{*}xf"))
    open_looks = {number for number, look in enumerate(looks) if look.find("{*}protection[@locked='0']") is not None}
    for cell in etree.fromstring(parts[FIRST]).iterfind(".//{*}c"):
        if int(cell.get("s", "0")) in open_looks:
            yield cell.get("r")


@pytest.mark.parametrize(("grade", "slot"), SLOTS)
@pytest.mark.parametrize("term", Term)
def test_every_part_is_well_formed_and_the_table_can_be_read(grade: int, slot: str, term: Term) -> None:
    marks = entered(make_marks(grade, slot, term=term))
    data = write_slot(marks)
    for name, part in parts_of(data).items():
        assert etree.fromstring(part) is not None, name
    workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
    seen, hidden = workbook.sheets_metadata
    assert (seen.name, seen.visible) == (marks.name, SheetVisibleEnum.Visible)
    assert (hidden.name, hidden.visible) == ("hocba", SheetVisibleEnum.VeryHidden)
    rows = workbook.get_sheet_by_name(marks.name).to_python(skip_empty_area=False)
    required = [cell.heading + " *" * cell.is_required for cell in marks.cells]
    assert rows[6] == ["STT", "Mã học sinh", "Họ và tên", "Ngày sinh", *required]
    assert len(rows) == 7 + len(marks.pupils)


def test_the_same_marks_give_the_same_bytes() -> None:
    assert write_slot(entered(make_marks())) == write_slot(entered(make_marks()))


def test_the_head_says_whose_marks_they_are_and_when_they_were_saved() -> None:
    head = " | ".join(sheet_texts(entered(make_marks(6))))
    for text in ("Trường: Trường Mẫu số 1", "Lớp: 6A1", "Học kì: Học kì I", "Môn học: Toán", "Năm học: 2026-2027",
                 "Giáo viên: Giáo viên Mẫu 7", "Lưu lần cuối: 09:05 10/01/2027"):  # fmt: skip
        assert text in head
    bare = " | ".join(sheet_texts(make_marks(6, teacher="")))
    assert "Lưu lần cuối: chưa có" in bare
    assert "Giáo viên: chưa phân công" in bare


def sheet_texts(marks: SlotMarks) -> list[str]:
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(write_slot(marks))).get_sheet_by_name(marks.name)
    return [str(value) for row in sheet.to_python()[:6] for value in row if value]


def test_only_the_cells_to_fill_in_are_unlocked_and_no_password_is_set() -> None:
    marks = make_marks()
    protection = sheet_of(marks).find("{*}sheetProtection")
    assert protection.get("sheet") == "1"
    assert protection.get("password") is protection.get("hashValue") is None
    assert set(unlocked(marks)) == {f"{column}{row}" for column in "EFGH" for row in (8, 9, 10)}


def test_what_was_submitted_is_locked_and_says_so() -> None:
    part = make_marks(pupils=(make_pupil(1), make_pupil(2, is_open=False)))
    assert set(unlocked(part)) == {f"{column}8" for column in "EFGH"}
    assert any("Dòng nền xám đã gửi" in text for text in sheet_texts(part))
    whole = replace(part, pupils=part.pupils[1:])
    assert list(unlocked(whole)) == []
    assert any(text.startswith("ĐÃ GỬI, CHỈ ĐỂ ĐỌC") for text in sheet_texts(whole))


def test_heading_and_identity_stay_in_view_and_pages_print_in_landscape() -> None:
    sheet = sheet_of(make_marks())
    assert dict(sheet.find(".//{*}pane").attrib) | {"activePane": ""} == {
        "xSplit": "4", "ySplit": "7", "topLeftCell": "E8", "activePane": "", "state": "frozen"
    }  # fmt: skip
    setup = sheet.find("{*}pageSetup")
    assert (setup.get("paperSize"), setup.get("orientation"), setup.get("fitToHeight")) == ("9", "landscape", "0")
    names = etree.fromstring(parts_of(write_slot(make_marks()))["xl/workbook.xml"]).iterfind(".//{*}definedName")
    assert [(name.get("name"), name.text) for name in names] == [("_xlnm.Print_Titles", "Toán!$7:$7")]


@pytest.mark.parametrize(
    ("grade", "slot", "area", "codes", "first"),
    [
        (1, "toan", "E8:E10", '"T,H,C,M"', "T: Hoàn thành tốt"),
        (1, HOMEROOM, "E8:E10", '"T,Đ,C"', "T: Tốt"),
        (6, "giao_duc_the_chat", "E8:E10", '"Đ,CĐ,M"', "Đ: Đạt"),
        (10, HOMEROOM, "E8:E10", '"T,K,Đ,CĐ"', "T: Tốt"),
    ],
)
def test_levels_are_chosen_from_a_list_that_explains_them(
    grade: int, slot: str, area: str, codes: str, first: str
) -> None:
    check = checks_of(make_marks(grade, slot))[area]
    assert (check.get("type"), check.findtext("{*}formula1")) == ("list", codes)
    assert check.get("prompt").split("\n")[0] == first
    assert check.get("error").startswith("Chỉ nhận ")


@pytest.mark.parametrize(
    ("grade", "area", "decimals", "words"),
    [
        (1, "G8:G10", 0, "Điểm là số nguyên từ 0 đến 10"),
        (6, "E8:E10", 1, "Điểm từ 0 đến 10, nhiều nhất một chữ số thập phân (ví dụ 8,5)"),
    ],
)
def test_scores_are_checked_as_numbers_on_the_scale_or_m(grade: int, area: str, decimals: int, words: str) -> None:
    check, first = checks_of(make_marks(grade))[area], area.split(":", maxsplit=1)[0]
    rule = f'IF(ISNUMBER({first}),AND({first}>=0,{first}<=10,ROUND({first},{decimals})={first}),{first}="M")'
    assert (check.get("type"), check.findtext("{*}formula1")) == ("custom", rule)
    assert check.get("error") == f"{words}; ghi M nếu được miễn."


def test_comments_are_no_longer_than_the_form_takes() -> None:
    check = checks_of(make_marks())["H8:H10"]
    assert (check.get("type"), check.get("operator")) == ("textLength", "lessThanOrEqual")
    assert check.findtext("{*}formula1") == "300"
    assert check.get("error") == "Nhận xét dài quá 300 ký tự; hãy viết ngắn lại."
    longest = checks_of(make_marks(6, HOMEROOM))["F8:F10"]
    assert longest.findtext("{*}formula1") == "2000"


@pytest.mark.parametrize("grade", CURRICULA)
def test_every_cell_of_every_slot_is_checked(grade: int) -> None:
    for slot in CURRICULA[grade].slots:
        marks = make_marks(grade, slot, term=Term.YEAR_END)
        assert len(checks_of(marks)) == len(marks.cells)


def test_there_are_no_formulas_and_no_macros() -> None:
    data = write_slot(entered(make_marks()))
    assert sheet_of(entered(make_marks())).find(".//{*}f") is None
    assert not any("vba" in name or "external" in name for name in parts_of(data))
