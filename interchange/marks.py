"""Mark workbooks of a class and term: one sheet per subject and one of the homeroom teacher, read and written."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from domain.assessment import (
    QualityLevel,
    Score,
    SubjectLevel,
    Term,
    parse_quality_level,
    parse_score,
    parse_subject_level,
    points_of,
    score_text,
)
from domain.calendar import SchoolYear
from domain.curriculum import Curriculum, Subject
from domain.entry import HOMEROOM_COMMENTS, CommentField, HomeroomEntry, SubjectEntry, check_comment
from domain.errors import Invalid
from domain.identity import parse_pupil_code, parse_school_code
from interchange.layout import Column, SheetContent, Value, write_workbook
from interchange.roster import FULL_NAME, PUPIL_CODE, ticked
from interchange.sheets import Problem, Row, Sheet, fold, open_workbook, read_sheet
from interchange.spreadsheet.workbook import Workbook

HOMEROOM_SHEET: Final = "Chủ nhiệm"
MID_LEVEL: Final = "Mức giữa kì"
END_LEVEL: Final = "Mức cuối kì"
SCORE: Final = "Điểm KTĐK"
COMMENT: Final = "Nhận xét"
MID: Final = "giữa kì"  # second part of a level heading of the homeroom sheet
END: Final = "cuối kì"
EXCUSED: Final = "Nghỉ có phép (buổi)"
UNEXCUSED: Final = "Nghỉ không phép (buổi)"
RECOGNISED: Final = "Được lớp công nhận"
MAX_ABSENCES: Final = 400  # half-days; more than a term has

LABELS: Final = {
    "school_code": "Mã trường",
    "school_year": "Năm học",
    "class_name": "Lớp",
    "term": "Học kì",
}


@dataclass(frozen=True)
class MarksHeader:
    school_code: str
    school_year: SchoolYear
    class_name: str
    term: Term


@dataclass(frozen=True)
class MarkBook:
    """Entries by subject code and pupil code, and of the homeroom teacher by pupil code.

    `names` (pupil code to full name, in class order) is for people; the codes decide.
    """

    header: MarksHeader
    names: Mapping[str, str]
    subjects: Mapping[str, Mapping[str, SubjectEntry]]
    homeroom: Mapping[str, HomeroomEntry]
    problems: tuple[Problem, ...] = field(default=(), compare=False)


def read_marks(source: Path | bytes, curriculum: Curriculum) -> MarkBook:
    """Read a mark workbook; a bad cell stays empty and becomes a problem.

    Raises Invalid if the file is no workbook, a sheet is missing, or the title rows do not say whose marks they are.
    """
    workbook = open_workbook(source)
    sheets = {
        subject.code: _open(workbook, subject.name, _subject_headings(subject)) for subject in curriculum.subjects
    }
    homeroom = _open(workbook, HOMEROOM_SHEET, _homeroom_headings(curriculum))
    header = _read_header(homeroom)
    for sheet in sheets.values():
        if _read_header(sheet) != header:
            raise Invalid(
                f"Trang “{sheet.name}” ghi trường, năm học, lớp hoặc học kì khác với trang “{HOMEROOM_SHEET}”."
            )
    names: dict[str, str] = {}
    by_subject = {
        subject.code: {
            code: _read_subject(row, subject, header.term) for code, row in _pupils(sheets[subject.code], names).items()
        }
        for subject in curriculum.subjects
    }
    by_homeroom = {code: _read_homeroom(row, curriculum) for code, row in _pupils(homeroom, names).items()}
    problems = [problem for sheet in (*sheets.values(), homeroom) for problem in sheet.problems]
    return MarkBook(header, names, by_subject, by_homeroom, tuple(problems))


def _open(workbook: Workbook, name: str, headings: Collection[str]) -> Sheet:
    for candidate in workbook.sheet_names:
        if fold(candidate) == fold(name):
            return read_sheet(workbook, candidate, key=PUPIL_CODE, required=headings, labels=LABELS)
    raise Invalid(f"Tệp điểm thiếu trang “{name}”.")


def _subject_headings(subject: Subject) -> tuple[str, ...]:
    return (FULL_NAME, MID_LEVEL, END_LEVEL, *([SCORE] if subject.tested_at else []), COMMENT)


def _homeroom_headings(curriculum: Curriculum) -> tuple[str, ...]:
    levels = [f"{trait.name} ({when})" for trait in curriculum.traits for when in (MID, END)]
    return (FULL_NAME, *levels, *(where.label for where in HOMEROOM_COMMENTS))


def _read_header(sheet: Sheet) -> MarksHeader:
    missing = [label for key, label in LABELS.items() if not sheet.title.get(key)]
    if missing:
        raise Invalid(f"Phần đầu trang “{sheet.name}” thiếu: {', '.join(missing)}.")
    title = sheet.title
    return MarksHeader(
        parse_school_code(title["school_code"]),
        SchoolYear.parse(title["school_year"]),
        title["class_name"],
        parse_term(title["term"]),
    )


def parse_term(text: str) -> Term:
    """Read "Học kì I" or "Cuối năm học"; raise Invalid otherwise."""
    for term in Term:
        if fold(term.label) == fold(text):
            return term
    raise Invalid(f"Học kì phải là “{Term.HK1.label}” hoặc “{Term.YEAR_END.label}”, nhận được “{text}”.")


def _pupils(sheet: Sheet, names: dict[str, str]) -> dict[str, Row]:
    """Return the sheet's rows by pupil code, noting each pupil's name; a repeated or malformed code is a problem."""
    rows: dict[str, Row] = {}
    for row in sheet.body():
        with row.refusals(PUPIL_CODE):
            code = parse_pupil_code(row.required(PUPIL_CODE))
            if code in rows:
                raise Invalid(f"Mã học sinh {code} đã có ở dòng {rows[code].number}.")
            rows[code] = row
            names.setdefault(code, row.text(FULL_NAME))
    return rows


def _read_subject(row: Row, subject: Subject, term: Term) -> SubjectEntry:
    score = _score(row)
    if score is not None and not any(subject.has_test(point) for point in points_of(term)):
        row.blame(SCORE, f"{subject.name} không có bài kiểm tra định kì, điểm này không được nhận.")
        score = None
    return SubjectEntry(
        mid_level=_subject_level(row, MID_LEVEL),
        end_level=_subject_level(row, END_LEVEL),
        score=score,
        comment=_comment(row, COMMENT, CommentField.SUBJECT),
    )


def _subject_level(row: Row, heading: str) -> SubjectLevel | None:
    with row.refusals(heading):
        return parse_subject_level(text) if (text := row.text(heading)) else None
    return None


def _score(row: Row) -> Score | None:
    with row.refusals(SCORE):
        return parse_score(text) if (text := row.text(SCORE)) else None
    return None


def _comment(row: Row, heading: str, where: CommentField) -> str:
    with row.refusals(heading):
        return check_comment(where, row.text(heading))
    return ""


def _read_homeroom(row: Row, curriculum: Curriculum) -> HomeroomEntry:
    traits = curriculum.traits
    mid = {trait.code: _quality_level(row, f"{trait.name} ({MID})") for trait in traits}
    end = {trait.code: _quality_level(row, f"{trait.name} ({END})") for trait in traits}
    return HomeroomEntry(
        mid_levels={code: level for code, level in mid.items() if level},
        end_levels={code: level for code, level in end.items() if level},
        comments={where: text for where in HOMEROOM_COMMENTS if (text := _comment(row, where.label, where))},
        absent_excused=_absences(row, EXCUSED),
        absent_unexcused=_absences(row, UNEXCUSED),
        recognised=ticked(row.text(RECOGNISED)),
    )


def _quality_level(row: Row, heading: str) -> QualityLevel | None:
    with row.refusals(heading):
        return parse_quality_level(text) if (text := row.text(heading)) else None
    return None


def _absences(row: Row, heading: str) -> int:
    with row.refusals(heading):
        text = row.text(heading) or "0"
        if not (text.isascii() and text.isdigit()) or int(text) > MAX_ABSENCES:
            raise Invalid(f"“{text}” không phải là số buổi nghỉ hợp lệ.")
        return int(text)
    return 0


def write_marks(path: Path, book: MarkBook, curriculum: Curriculum) -> None:
    """Write a mark workbook in the layout that `read_marks` reads."""
    sheets = [_subject_sheet(book, subject) for subject in curriculum.subjects]
    write_workbook(path, [*sheets, _homeroom_sheet(book, curriculum)])


_PEOPLE: Final = (Column("STT", 5), Column(PUPIL_CODE, 13), Column(FULL_NAME, 28))


def _subject_sheet(book: MarkBook, subject: Subject) -> SheetContent:
    tested = any(subject.has_test(point) for point in points_of(book.header.term))
    columns = [
        *_PEOPLE,
        Column(MID_LEVEL),
        Column(END_LEVEL),
        *([Column(SCORE)] if tested else []),
        Column(COMMENT, 70),
    ]
    rows: list[list[Value]] = []
    for number, (code, name) in enumerate(book.names.items(), start=1):
        entry = book.subjects[subject.code].get(code, SubjectEntry())
        score: Value = entry.score if type(entry.score) is int else score_text(entry.score)
        marks = [entry.mid_level or "", entry.end_level or "", *([score] if tested else []), entry.comment]
        rows.append([number, code, name, *marks])
    title = f"BẢNG ĐÁNH GIÁ MÔN {subject.name.upper()}"
    return SheetContent(subject.name, title, _labels(book.header), columns, rows)


def _homeroom_sheet(book: MarkBook, curriculum: Curriculum) -> SheetContent:
    levels = [Column(f"{trait.name} ({when})", 11) for trait in curriculum.traits for when in (MID, END)]
    comments = [Column(where.label, 60) for where in HOMEROOM_COMMENTS]
    columns = [*_PEOPLE, *levels, *comments, Column(EXCUSED), Column(UNEXCUSED), Column(RECOGNISED)]
    rows: list[list[Value]] = []
    for number, (code, name) in enumerate(book.names.items(), start=1):
        entry = book.homeroom.get(code, HomeroomEntry())
        pairs = [(entry.mid_levels.get(t.code), entry.end_levels.get(t.code)) for t in curriculum.traits]
        given = [level or "" for pair in pairs for level in pair]
        texts = [entry.comments.get(where, "") for where in HOMEROOM_COMMENTS]
        end = [entry.absent_excused, entry.absent_unexcused, "x" if entry.recognised else ""]
        rows.append([number, code, name, *given, *texts, *end])
    title = "BẢNG ĐÁNH GIÁ PHẨM CHẤT, NĂNG LỰC"
    return SheetContent(HOMEROOM_SHEET, title, _labels(book.header), columns, rows)


def _labels(header: MarksHeader) -> dict[str, str]:
    values = (header.school_code, str(header.school_year), header.class_name, header.term.label)
    return dict(zip(LABELS.values(), values, strict=True))
