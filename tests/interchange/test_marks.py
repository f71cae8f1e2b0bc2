"""Mark workbooks of a whole class: a round trip, and every bad cell left empty and named."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from domain.assessment import AssessmentPoint, Term
from domain.calendar import SchoolYear
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, curriculum_for
from domain.entry import PRIMARY_COMMENTS, CellKey, Values, cells_of
from domain.errors import Invalid
from domain.scales import CellKind
from interchange.marks import MarkBook, MarksHeader, TermFacts, read_marks, write_marks
from tests.interchange.editing import filled_in, with_formula, with_merged
from tests.interchange.slot_samples import CURRICULA, typical
from tests.interchange.workbooks import Cell, workbook

GRADE_1 = curriculum_for(1)
CODES = ("7923000001", "7923000002")
NAMES = dict(zip(CODES, ("Nguyễn Gia Bảo", "Thạch Thị Ý"), strict=True))
TITLE = ["Mã trường: 79766999", "Năm học: 2023-2024", "Lớp: 1A1", "Học kì: Học kì I"]


def book(curriculum: Curriculum, term: Term) -> MarkBook:
    """Return the marks of two pupils: one complete, one exempt from all subjects."""
    slots: dict[str, dict[str, Values]] = {}
    for slot in curriculum.slots:
        cells = cells_of(curriculum, term, slot)
        exempt = {c.key: "M" for c in cells if c.is_required and c.kind is not CellKind.COMMENT and slot != HOMEROOM}
        slots[slot] = {CODES[0]: {cell.key: typical(cell) for cell in cells}, CODES[1]: exempt}
    header = MarksHeader("79766999", SchoolYear(2023), f"{curriculum.grade}A1", term)
    return MarkBook(header, NAMES, slots, {CODES[0]: TermFacts(3, 1, recognised=True), CODES[1]: TermFacts()})


def sheets(**changes: list[list[Cell]]) -> bytes:
    """Return a workbook of all sheets with headings only, but for the rows given by subject code or `homeroom`."""
    levels = [f"{trait.name} ({when})" for trait in GRADE_1.traits for when in ("giữa kì", "cuối kì")]
    comments = [field.label for field in PRIMARY_COMMENTS]
    absences = ["Nghỉ có phép (buổi)", "Nghỉ không phép (buổi)"]
    homeroom: list[Cell] = ["Mã học sinh", "Họ và tên", *levels, *comments, *absences]
    subject: list[Cell] = ["Mã học sinh", "Họ và tên", "Mức giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét"]
    title: list[list[Cell]] = [[line] for line in TITLE]
    written = {each.name: [*title, subject, *changes.get(each.code, [])] for each in GRADE_1.subjects}
    return workbook({**written, "Chủ nhiệm": [*title, homeroom, *changes.get("homeroom", [])]})


def values(read: MarkBook, slot: str) -> dict[tuple[str, str], str]:
    """What the first pupil has, by point and kind."""
    return {(key.point.value, key.kind.value): text for key, text in read.slots[slot][CODES[0]].items()}


@pytest.mark.parametrize("grade", CURRICULA)
@pytest.mark.parametrize("term", Term)
def test_a_written_book_is_read_back_unchanged(grade: int, term: Term, tmp_path: Path) -> None:
    path, written = tmp_path / "diem.xlsx", book(CURRICULA[grade], term)
    write_marks(path, written, CURRICULA[grade])
    read = read_marks(path, CURRICULA[grade])
    assert read == written
    assert read.problems == ()


@pytest.mark.parametrize(
    ("subject", "row", "cell", "message"),
    [
        ("toan", ["X", "T", 9, "Tốt"], "C6", "chỉ nhận T (Hoàn thành tốt)"),
        ("toan", ["T", "Đ", 9, "Tốt"], "D6", "“Đ” không phải"),
        ("toan", ["T", "T", 8.5, "Tốt"], "E6", "số nguyên từ 0 đến 10"),
        ("toan", ["T", "T", 11, "Tốt"], "E6", "vượt quá thang điểm"),
        ("toan", ["T", "T", date(2026, 5, 8), "Tốt"], "E6", "Ô này đang chứa ngày 08/05/2026, không phải điểm"),
        ("toan", ["T", "T", 9, "a" * 301], "F6", "quá giới hạn 300 ký tự là 1 ký tự"),
        ("dao_duc", ["T", "T", 9, "Tốt"], "E6", "Phần này không có cột “Điểm KTĐK”"),
    ],
)
def test_a_bad_subject_cell_stays_empty_and_is_named(subject: str, row: list[Cell], cell: str, message: str) -> None:
    read = read_marks(sheets(**{subject: [[CODES[0], "Nguyễn Gia Bảo", *row]]}), GRADE_1)
    assert [problem.cell for problem in read.problems] == [cell]
    assert message in read.problems[0].message
    assert len(values(read, subject)) == 3


def test_marks_are_read_however_they_were_typed() -> None:
    name, comment = (unicodedata.normalize("NFD", text) for text in ("Nguyễn Gia Bảo", "Em tiến bộ rõ rệt."))
    row: list[Cell] = [f" {CODES[0]} ", name, " t ", unicodedata.normalize("NFD", "Hoàn thành"), "9,0", f"  {comment} "]
    read = read_marks(sheets(toan=[row]), GRADE_1)
    assert read.problems == ()
    assert values(read, "toan") == {
        ("mid_hk1", "level"): "T", ("end_hk1", "level"): "H", ("end_hk1", "score"): "9",
        ("end_hk1", "comment"): "Em tiến bộ rõ rệt.",
    }  # fmt: skip


def test_secondary_marks_may_have_a_comma_and_more_digits_than_are_shown(tmp_path: Path) -> None:
    curriculum = CURRICULA[6]
    write_marks(tmp_path / "diem.xlsx", book(curriculum, Term.HK1), curriculum)
    data = filled_in((tmp_path / "diem.xlsx").read_bytes(), {"D8": "8,5", "E8": 7.300000000000001, "F8": "9.0"})
    read = read_marks(data, curriculum)
    first = [text for key, text in read.slots["ngu_van"][CODES[0]].items() if key.point.value.startswith("regular")]
    assert (first[:3], read.problems) == (["8.5", "7.3", "9"], ())


def test_errors_formulas_without_result_and_merged_cells_are_named_not_taken_for_empty(tmp_path: Path) -> None:
    write_marks(tmp_path / "diem.xlsx", book(CURRICULA[6], Term.HK1), CURRICULA[6])
    data = (tmp_path / "diem.xlsx").read_bytes()
    data = with_formula(with_formula(with_formula(data, "D8", "#N/A", "e"), "E8", None), "F8", "6.5")
    read = read_marks(with_merged(data, "G8:G9"), CURRICULA[6])
    said = [(problem.cell, problem.message.split(";")[0]) for problem in read.problems]
    assert said == [
        ("D8", "Ô báo lỗi #N/A"),
        ("E8", "Ô có công thức chưa được tính"),
        ("G9", "Ô bị gộp với ô khác (G8:G9)"),
    ]
    assert "6.5" in read.slots["ngu_van"][CODES[0]].values()


def test_an_error_in_a_column_that_nobody_reads_does_not_matter(tmp_path: Path) -> None:
    write_marks(tmp_path / "diem.xlsx", book(CURRICULA[6], Term.HK1), CURRICULA[6])
    data = with_formula((tmp_path / "diem.xlsx").read_bytes(), "A8", "#N/A", "e")
    assert read_marks(data, CURRICULA[6]).problems == ()


def test_the_alias_d_is_read_as_the_level_met() -> None:
    read = read_marks(sheets(homeroom=[[CODES[0], "Nguyễn Gia Bảo", *(["D"] * 26)]]), GRADE_1)
    assert set(read.slots[HOMEROOM][CODES[0]].values()) == {"Đ"}
    assert read.problems == ()


def test_bad_homeroom_cells_stay_empty_and_are_named() -> None:
    row: list[Cell] = [CODES[0], "Nguyễn Gia Bảo", "H", *(["T"] * 25), "a" * 501, "b", "c", "d", -1, 0]
    read = read_marks(sheets(homeroom=[row]), GRADE_1)
    assert [problem.cell for problem in read.problems] == ["C6", "AC6", "AG6"]
    found = read.slots[HOMEROOM][CODES[0]]
    assert len(found) == 25 + 3
    assert CellKey(CommentField.QUALITIES, AssessmentPoint.END_HK1, CellKind.COMMENT) not in found
    assert read.facts[CODES[0]].absent_excused == 0


@pytest.mark.parametrize("text", ["-1", "1.5", "401", "9" * 5000, "٣"])
def test_what_is_no_number_of_absences_is_named(text: str) -> None:
    row: list[Cell] = [CODES[0], "Nguyễn Gia Bảo", *(["T"] * 26), "a", "b", "c", "d", 2, text]
    read = read_marks(sheets(homeroom=[row]), GRADE_1)
    assert [problem.cell for problem in read.problems] == ["AH6"]
    assert read.facts[CODES[0]] == TermFacts(2)


def test_absences_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    curriculum = CURRICULA[6]
    write_marks(tmp_path / "diem.xlsx", book(curriculum, Term.HK1), curriculum)
    last = f"xl/worksheets/sheet{len(curriculum.slots)}.xml"
    data = (tmp_path / "diem.xlsx").read_bytes()
    for cell in ("F8", "H8"):
        data = with_formula(data, cell, "#REF!", "e", last)
    read = read_marks(data, curriculum)
    assert [(each.sheet, each.cell) for each in read.problems] == [("Chủ nhiệm", "F8"), ("Chủ nhiệm", "H8")]
    assert read.facts[CODES[0]] == TermFacts(0, 1, recognised=False)


def test_a_pupil_twice_on_a_sheet_or_with_a_bad_code_is_refused() -> None:
    rows: list[list[Cell]] = [[CODES[0], "A", "T", "T", 9, ""], [CODES[0], "A", "H", "H", 5, ""], ["12", "B"]]
    read = read_marks(sheets(toan=rows), GRADE_1)
    assert sorted(values(read, "toan").values()) == ["9", "T", "T"]
    assert [problem.cell for problem in read.problems] == ["A7", "A8"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "diem.xlsx"
    write_marks(path, book(GRADE_1, Term.HK1), GRADE_1)
    foreign = curriculum_for(1, optional=["ngoai_ngu_1"])
    with pytest.raises(Invalid, match="thiếu trang “Ngoại ngữ 1”"):
        read_marks(path, foreign)
    bare: list[list[Cell]] = [[line] for line in (*TITLE, "Mã học sinh")]
    read = read_marks(workbook({**{each.name: bare for each in GRADE_1.subjects}, "Chủ nhiệm": bare}), GRADE_1)
    assert "Thiếu cột “Điểm KTĐK”." in [problem.message for problem in read.problems]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("Học kì: Học kì I", "Học kì: Hè", "Học kì phải là “Học kì I” hoặc “Cuối năm học”"),
        ("Lớp: 1A1", "", "thiếu: Lớp"),
        ("Năm học: 2023-2024", "Năm học: 23", "dạng 2023-2024"),
    ],
)
def test_marks_of_nobody_knows_whom_are_refused(
    old: str, new: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{__name__}.TITLE", [line.replace(old, new) for line in TITLE])
    with pytest.raises(Invalid, match=message):
        read_marks(sheets(), GRADE_1)


def test_sheets_of_different_classes_are_refused() -> None:
    rows: dict[str, list[list[Cell]]] = {
        each.name: [[line.replace("1A1", "1A2" if each.code == "toan" else "1A1")] for line in TITLE]
        for each in GRADE_1.subjects
    }
    rows["Chủ nhiệm"] = [[line] for line in TITLE]
    with pytest.raises(Invalid, match="Trang “Toán” ghi trường, năm học, lớp hoặc học kì khác"):
        read_marks(workbook({name: [*lines, ["Mã học sinh"]] for name, lines in rows.items()}), GRADE_1)
