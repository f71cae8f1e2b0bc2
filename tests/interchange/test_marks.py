"""Mark workbooks: a round trip, and every bad cell left empty and named."""

from pathlib import Path

import pytest

from domain.assessment import EXEMPT, QualityLevel, SubjectLevel, Term
from domain.calendar import SchoolYear
from domain.curriculum import curriculum_for
from domain.entry import HOMEROOM_COMMENTS, CommentField, HomeroomEntry, SubjectEntry
from domain.errors import Invalid
from interchange.marks import MarkBook, MarksHeader, read_marks, write_marks
from tests.interchange.workbooks import Cell, workbook

GRADE_1 = curriculum_for(1)
CODES = ("7923000001", "7923000002")
TITLE = ["Mã trường: 79766999", "Năm học: 2023-2024", "Lớp: 1A1", "Học kì: Học kì I"]


def book(term: Term) -> MarkBook:
    """Return the marks of two pupils: one complete, one exempt and mostly empty."""
    levels = {trait.code: QualityLevel.D for trait in GRADE_1.traits}
    entries = {
        subject.code: {
            CODES[0]: SubjectEntry(SubjectLevel.H, SubjectLevel.T, 10 if subject.tested_at else None, "=Em đọc tốt."),
            CODES[1]: SubjectEntry(None, SubjectLevel.M, EXEMPT if subject.tested_at else None),
        }
        for subject in GRADE_1.subjects
    }
    full = HomeroomEntry(levels, levels, dict.fromkeys(HOMEROOM_COMMENTS, "Em ngoan."), 3, 1, recognised=True)
    return MarkBook(
        MarksHeader("79766999", SchoolYear(2023), "1A1", term),
        dict(zip(CODES, ("Nguyễn Gia Bảo", "Thạch Thị Ý"), strict=True)),
        entries,
        {CODES[0]: full, CODES[1]: HomeroomEntry()},
    )


def sheets(**changes: list[list[Cell]]) -> bytes:
    """Return a workbook of all sheets with headings only, but for the rows given by subject code or `homeroom`."""
    levels = [f"{trait.name} ({when})" for trait in GRADE_1.traits for when in ("giữa kì", "cuối kì")]
    comments = [field.label for field in HOMEROOM_COMMENTS]
    absences = ["Nghỉ có phép (buổi)", "Nghỉ không phép (buổi)"]
    homeroom: list[Cell] = ["Mã học sinh", "Họ và tên", *levels, *comments, *absences]
    subject: list[Cell] = ["Mã học sinh", "Họ và tên", "Mức giữa kì", "Mức cuối kì", "Điểm KTĐK", "Nhận xét"]
    title: list[list[Cell]] = [[line] for line in TITLE]
    written = {each.name: [*title, subject, *changes.get(each.code, [])] for each in GRADE_1.subjects}
    return workbook({**written, "Chủ nhiệm": [*title, homeroom, *changes.get("homeroom", [])]})


@pytest.mark.parametrize("term", Term)
def test_a_written_book_is_read_back_unchanged(term: Term, tmp_path: Path) -> None:
    path = tmp_path / "diem.xlsx"
    write_marks(path, book(term), GRADE_1)
    read = read_marks(path, GRADE_1)
    assert read == book(term)
    assert read.problems == ()


@pytest.mark.parametrize(
    ("subject", "row", "cell", "message"),
    [
        ("toan", ["X", "T", 9, "Tốt"], "C6", "chỉ nhận T (Hoàn thành tốt)"),
        ("toan", ["T", "Đ", 9, "Tốt"], "D6", "“Đ” không phải"),
        ("toan", ["T", "T", 8.5, "Tốt"], "E6", "số nguyên từ 0 đến 10"),
        ("toan", ["T", "T", 11, "Tốt"], "E6", "vượt quá thang điểm"),
        ("toan", ["T", "T", 9, "a" * 301], "F6", "quá giới hạn 300 kí tự là 1 kí tự"),
        ("dao_duc", ["T", "T", 9, "Tốt"], "E6", "không có bài kiểm tra định kì"),
    ],
)
def test_a_bad_subject_cell_stays_empty_and_is_named(subject: str, row: list[Cell], cell: str, message: str) -> None:
    read = read_marks(sheets(**{subject: [[CODES[0], "Nguyễn Gia Bảo", *row]]}), GRADE_1)
    assert [problem.cell for problem in read.problems] == [cell]
    assert message in read.problems[0].message
    entry = read.subjects[subject][CODES[0]]
    assert [entry.mid_level, entry.end_level, entry.score, entry.comment].count(None) + (entry.comment == "") == 1


def test_the_alias_d_is_read_as_the_level_met() -> None:
    read = read_marks(sheets(homeroom=[[CODES[0], "Nguyễn Gia Bảo", *(["D"] * 26)]]), GRADE_1)
    assert set(read.homeroom[CODES[0]].end_levels.values()) == {QualityLevel.D}
    assert read.problems == ()


def test_bad_homeroom_cells_stay_empty_and_are_named() -> None:
    row: list[Cell] = [CODES[0], "Nguyễn Gia Bảo", "H", *(["T"] * 25), "a" * 501, "b", "c", "d", -1, 0]
    read = read_marks(sheets(homeroom=[row]), GRADE_1)
    entry = read.homeroom[CODES[0]]
    assert [problem.cell for problem in read.problems] == ["C6", "AC6", "AG6"]
    assert "yeu_nuoc" not in entry.mid_levels
    assert len(entry.end_levels) == 13
    assert CommentField.QUALITIES not in entry.comments
    assert entry.absent_excused == 0


def test_a_pupil_twice_on_a_sheet_or_with_a_bad_code_is_refused() -> None:
    rows: list[list[Cell]] = [[CODES[0], "A", "T", "T", 9, ""], [CODES[0], "A", "H", "H", 5, ""], ["12", "B"]]
    read = read_marks(sheets(toan=rows), GRADE_1)
    assert read.subjects["toan"] == {CODES[0]: SubjectEntry(SubjectLevel.T, SubjectLevel.T, 9)}
    assert [problem.cell for problem in read.problems] == ["A7", "A8"]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "diem.xlsx"
    write_marks(path, book(Term.HK1), GRADE_1)
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
