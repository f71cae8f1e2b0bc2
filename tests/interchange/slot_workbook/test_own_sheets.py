"""A teacher's own sheet: accepted when it says whose marks it holds, and then nothing of it is taken for granted."""

from dataclasses import replace
from pathlib import Path
from unicodedata import normalize

import pytest

from domain.assessment import Term
from domain.calendar import SchoolYear
from domain.curriculum import HOMEROOM
from domain.errors import Invalid
from domain.slot_marks import Doubt, differences
from interchange.marks import MarkBook, MarksHeader, TermFacts, write_marks
from interchange.slot_workbook.reading import read_slot
from tests.interchange.editing import with_merged
from tests.interchange.slot_samples import CURRICULA, entered, make_marks
from tests.interchange.workbooks import Cell, workbook

GRADE_6 = make_marks(6)
TITLE = ("Lớp: 6A1", "Môn: Toán", "Học kỳ: Học kỳ I")
HEADINGS: list[Cell] = ["Họ và tên", "Mã học sinh", "ĐĐGgk", "Điểm cộng"]


def own_sheet(*rows: list[Cell], title: tuple[str, ...] = TITLE, name: str = "Sheet1") -> dict[str, list[list[Cell]]]:
    head: list[list[Cell]] = [[line] for line in ("SỔ ĐIỂM CÁ NHÂN", *title)]
    return {name: [*head, [], HEADINGS, *rows]}


def row(pupil: int, mark: Cell) -> list[Cell]:
    return [GRADE_6.pupils[pupil].full_name.upper(), GRADE_6.pupils[pupil].pupil_code, mark, 0.5]


def test_every_difference_of_a_sheet_without_versions_is_in_doubt() -> None:
    saved = entered(GRADE_6)  # 8.5 everywhere
    reading = read_slot(workbook(own_sheet(row(0, "9,5"), row(1, 8.5), row(2, None))), saved)
    assert not reading.has_versions
    found = list(differences(saved, reading.filled))
    assert [(each.value, each.doubt, each.change) for each in found] == [
        ("9.5", Doubt.UNKNOWN_VERSION, "changed"),
        ("", Doubt.UNKNOWN_VERSION, "cleared"),
    ]
    assert [found[0].doubt.label if found[0].doubt else ""] == [
        "Không biết phiên bản: tệp không cho biết ô này được xuất khi nào."
    ]


def test_what_else_is_on_the_sheet_is_passed_over_and_named() -> None:
    footer: list[Cell] = ["Tổng số: 3 học sinh"]
    reading = read_slot(workbook(own_sheet(*(row(each, 7) for each in range(3)), [], footer)), GRADE_6)
    said = [problem.message for problem in reading.problems]
    assert said[0] == "Cột “Điểm cộng” không thuộc phần này nên bị bỏ qua."
    assert [each for each in said if "Thiếu Mã" in each] == []
    assert "Thiếu cột “ĐĐGck”; các ô của cột này giữ nguyên." in said
    assert len(reading.filled) == 3


def test_decomposed_letters_in_title_and_headings_are_the_same_letters() -> None:
    sheets = own_sheet(row(0, "8,5"))
    decomposed = [
        [normalize("NFD", cell) if isinstance(cell, str) else cell for cell in line] for line in sheets["Sheet1"]
    ]
    assert [each.value for each in read_slot(workbook({"Sheet1": decomposed}), GRADE_6).filled.values()] == ["8.5"]


def test_a_merged_line_below_the_table_is_passed_over() -> None:
    data = workbook(own_sheet(*(row(each, 7) for each in range(3)), ["Người lập bảng"]))
    reading = read_slot(with_merged(data, "A10:D10"), GRADE_6)
    assert {problem.cell for problem in reading.problems} == {""}
    assert len(reading.filled) == 3


def test_a_mark_beside_no_code_is_named() -> None:
    reading = read_slot(workbook(own_sheet(["Ai đó", "", 7, ""])), GRADE_6)
    assert ("B7", "Thiếu Mã học sinh; dòng này bị bỏ qua.") in [
        (problem.cell, problem.message) for problem in reading.problems
    ]


@pytest.mark.parametrize(
    ("title", "said"),
    [
        (TITLE[1:], "Phần đầu bảng thiếu “Lớp: …” nên không biết tệp là của lớp nào."),
        (("Lớp: 6A1",), "thiếu “Môn học: …”, “Học kì: …”"),
        (("Lớp: 6A2", *TITLE[1:]), "Tệp này là của lớp 6A2, môn Toán, học kỳ I; thầy/cô đang mở lớp 6A1."),
        ((*TITLE, "Năm học: 2025-2026"), "năm học 2025-2026; thầy/cô đang mở năm học 2026-2027."),
        ((*TITLE[:2], "Học kì: Hè"), "Học kì phải là “Học kì I” hoặc “Cuối năm học”"),
        ((*TITLE[:2], "Học kì: Cuối năm học"), "môn Toán, cuối năm học; thầy/cô đang mở học kì I."),
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(title: tuple[str, ...], said: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_slot(workbook(own_sheet(row(0, 7), title=title)), GRADE_6)
    assert said in refused.value.message


def test_the_name_of_a_sheet_says_its_subject_too() -> None:
    sheets = own_sheet(row(0, 7), title=TITLE[:1] + TITLE[2:], name="Toán") | {"Ghi chép": [["Khác"]]}
    assert len(read_slot(workbook(sheets), GRADE_6).filled) == 1
    with pytest.raises(Invalid, match="Tệp có 2 trang nhưng không có trang “Toán”"):
        read_slot(workbook(own_sheet(row(0, 7)) | {"Ghi chép": [["Khác"]]}), GRADE_6)


@pytest.mark.parametrize("slot", ["toan", "giao_duc_the_chat", HOMEROOM])
def test_a_workbook_of_the_whole_class_serves_for_each_slot(slot: str, tmp_path: Path) -> None:
    marks = entered(make_marks(6, slot))
    values = {each.pupil_code: {key: known.value for (record, key), known in marks.known.items()
                                if record == each.record_id} for each in marks.pupils}  # fmt: skip
    header = MarksHeader("79766999", SchoolYear(2026), "6A1", Term.HK1)
    names = {pupil.pupil_code: pupil.full_name for pupil in marks.pupils}
    slots = {each: values if each == slot else {} for each in CURRICULA[6].slots}
    write_marks(tmp_path / "lop.xlsx", MarkBook(header, names, slots, dict.fromkeys(names, TermFacts())), CURRICULA[6])
    data = (tmp_path / "lop.xlsx").read_bytes()
    assert list(differences(marks, read_slot(data, marks).filled)) == []
    assert len(list(differences(replace(marks, known={}), read_slot(data, marks).filled))) == 3 * len(marks.cells)
