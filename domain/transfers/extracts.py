"""What is taken over of a past year that came on paper or as a file nobody can verify (trích lục).

A school that never issued the original answers only for having copied it: two people check it, and the receiving
school signs as extractor (guide/domain.md 5.4, 7.2).
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from domain.calendar import SchoolYear
from domain.errors import Invalid
from domain.labelled import Labelled
from domain.rules.school_levels import SchoolLevel, level_of

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_PERSONAL_ID: Final = re.compile(r"[0-9]{12}")
_LONGEST: Final = {"class_name": 10, "school": 250, "province": 150, "result": 50, "conduct": 50}  # national record
_GRADES: Final = range(1, 13)
_CHECKERS: Final = 2


class ExtractSource(Labelled):
    PAPER = "paper", "Học bạ giấy"
    FOREIGN_PDF = "foreign_pdf", "Tệp PDF không kiểm tra được"


@dataclass(frozen=True)
class ExtractedSubject:
    """A row as it stands in the original, in its own words: "Toán", "8,5" or "Hoàn thành tốt"."""

    name: str
    result: str
    comment: str = ""


@dataclass(frozen=True)
class Checker:
    """Somebody who held the extract against the original: his name, 12-digit id, and what he is at the school."""

    name: str
    personal_id: str
    position: str


@dataclass(frozen=True)
class PaperExtract:
    """One past year in the words of its original; `school`, `province` and `class_name` are those of that year.

    `conduct` is asked for in grades 6 to 12. `sha256` (64 hex digits) is of the file that came, or of a scan; a paper
    original may have none.
    """

    school_year: str
    grade: int
    class_name: str
    school: str
    province: str
    result: str
    promoted: bool
    subjects: tuple[ExtractedSubject, ...]
    source: ExtractSource
    checked_by: tuple[Checker, ...]
    conduct: str = ""
    sha256: str = ""
    note: str = ""


@dataclass(frozen=True)
class ExtractProblem:
    """`field` names the attribute of the extract; the message is a sentence for people."""

    field: str
    message: str


def extract_problems(extract: PaperExtract) -> tuple[ExtractProblem, ...]:
    """Everything that is wrong with an extract, not only the first."""
    return tuple(_problems(extract))


def sound_extracts(extracts: Sequence[PaperExtract], sealed_years: Collection[str] = ()) -> tuple[PaperExtract, ...]:
    """The extracts of one pupil, oldest first; `sealed_years` are those of which he has a sealed record.

    Raises Invalid with all that is wrong: in one of them, or a year that is told twice.
    """
    found = [problem.message for extract in extracts for problem in extract_problems(extract)]
    found += _repeated([extract.school_year for extract in extracts], sealed_years)
    if found:
        raise Invalid(" ".join(found))
    return tuple(sorted(extracts, key=lambda extract: extract.school_year))


def _problems(extract: PaperExtract) -> Iterator[ExtractProblem]:
    yield from _of_year(extract)
    yield from _of_texts(extract)
    yield from _of_subjects(extract.subjects)
    yield from _of_source(extract)
    yield from _of_checkers(extract.checked_by)


def _of_year(extract: PaperExtract) -> Iterator[ExtractProblem]:
    try:
        SchoolYear.parse(extract.school_year)
    except Invalid as error:
        yield ExtractProblem("school_year", error.message)
    if extract.grade not in _GRADES:
        yield ExtractProblem("grade", f"Lớp phải từ 1 đến 12, nhận được {extract.grade}.")
    elif level_of(extract.grade) is not SchoolLevel.PRIMARY and not extract.conduct.strip():
        yield ExtractProblem("conduct", "Phải ghi kết quả rèn luyện của năm học (từ lớp 6).")


def _of_texts(extract: PaperExtract) -> Iterator[ExtractProblem]:
    asked = {
        "class_name": ("Tên lớp", extract.class_name),
        "school": ("Tên trường", extract.school),
        "province": ("Tên tỉnh, thành phố", extract.province),
        "result": ("Kết quả của năm học", extract.result),
    }
    for field, (name, text) in asked.items():
        if not text.strip():
            yield ExtractProblem(field, f"{name} không được để trống.")
    for field, (name, text) in {**asked, "conduct": ("Kết quả rèn luyện", extract.conduct)}.items():
        if len(text) > _LONGEST[field]:
            yield ExtractProblem(field, f"{name} dài quá {_LONGEST[field]} ký tự.")


def _of_subjects(subjects: tuple[ExtractedSubject, ...]) -> Iterator[ExtractProblem]:
    if not subjects:
        yield ExtractProblem("subjects", "Phải chép kết quả của ít nhất một môn học.")
    names = [subject.name.strip() for subject in subjects]
    for number, subject in enumerate(subjects, start=1):
        if not subject.name.strip() or not subject.result.strip():
            yield ExtractProblem("subjects", f"Môn học thứ {number} thiếu tên hoặc kết quả.")
    for name in sorted({name for name in names if name and names.count(name) > 1}):
        yield ExtractProblem("subjects", f"Môn {name} được chép hai lần.")


def _of_source(extract: PaperExtract) -> Iterator[ExtractProblem]:
    if extract.sha256 and not _SHA256.fullmatch(extract.sha256):
        yield ExtractProblem("sha256", "Mã băm SHA-256 của bản gốc phải gồm 64 chữ số thập lục phân viết thường.")
    if extract.source is ExtractSource.FOREIGN_PDF and not extract.sha256:
        yield ExtractProblem("sha256", "Bản gốc là tệp PDF thì phải lưu tệp và ghi mã băm SHA-256 của tệp.")


def _of_checkers(checkers: tuple[Checker, ...]) -> Iterator[ExtractProblem]:
    if len({checker.personal_id for checker in checkers}) < _CHECKERS:
        yield ExtractProblem(
            "checked_by", "Phải có hai người khác nhau đối chiếu với bản gốc: người nhập và người đối chiếu."
        )
    for checker in checkers:
        if not checker.name.strip() or not _PERSONAL_ID.fullmatch(checker.personal_id):
            yield ExtractProblem("checked_by", "Người đối chiếu phải có họ tên và số định danh cá nhân 12 chữ số.")


def _repeated(years: Sequence[str], sealed_years: Collection[str]) -> Iterator[str]:
    for year in sorted(set(years)):
        if years.count(year) > 1:
            yield f"Năm học {year} được chép hai lần."
        if year in sealed_years:
            yield f"Năm học {year} đã có học bạ số được đóng dấu nên không chép từ bản giấy."
