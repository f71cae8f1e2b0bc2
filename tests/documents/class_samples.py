"""Generated content of the class summary and the subject sheet of a primary class."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from domain.documents import (
    ClassSummaryContent,
    ColumnGroup,
    DocumentKind,
    SheetColumn,
    SheetPupilLine,
    SubjectSheetContent,
    SummaryColumn,
    SummaryPupilLine,
    TotalLine,
)
from tests.documents.samples import COMMENTS, GENERAL, QUALITIES, SCHOOL, SPECIFIC, SUBJECTS, person, sheets, signers

LEGEND: Final = (
    "Môn học và hoạt động giáo dục: T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành; M – Được miễn. "
    "Phẩm chất, năng lực: T – Tốt; Đ – Đạt; C – Cần cố gắng."
)
PRIMARY_COLUMNS: Final = (
    SheetColumn("mid", "Mức giữa kì"),
    SheetColumn("end", "Mức cuối kì", is_result=True),
    SheetColumn("score", "Điểm KTĐK"),
)


def subject_sheet(pupils: int = 35, comment: str | None = None) -> SubjectSheetContent:
    return SubjectSheetContent(
        document_id="5d0a7c52-1b8e-4f0e-a1a1-7f4f7c3b9b02",
        part=1,
        lookup_code="9XWD-4TQK-M2HA-7PCF-5RNB-3VEY",
        circular="27/2020/TT-BGDĐT",
        rule_version="tt27-2020.1",
        school_year="2025-2026",
        term="year_end",
        term_name="Cuối năm học",
        grade=1,
        class_name="1A",
        school=SCHOOL,
        subject="tieng_viet",
        subject_name="Tiếng Việt",
        columns=PRIMARY_COLUMNS,
        legend="T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành; M – Được miễn. KTĐK: kiểm tra định kì.",
        counts=(("Hoàn thành tốt", pupils), ("Hoàn thành", 0), ("Chưa hoàn thành", 0), ("Miễn", 0)),
        pupils=tuple(_sheet_line(number, comment) for number in range(1, pupils + 1)),
        signers=signers(DocumentKind.SUBJECT_SHEET),
        date="2026-05-22",
    )


def _sheet_line(number: int, comment: str | None) -> SheetPupilLine:
    said = COMMENTS[number % len(COMMENTS)] if comment is None else comment
    birth = f"2019-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
    return SheetPupilLine(number, f"79{number:08d}", person(number), birth, 1, ("H", "T", str(5 + number % 6)), said)


def class_summary(
    pupils: int = 35,
    subjects: tuple[tuple[str, str, str, bool], ...] = SUBJECTS,
    competencies: tuple[tuple[str, str], ...] = GENERAL + SPECIFIC,
) -> ClassSummaryContent:
    """A class at year-end."""
    groups = (
        ColumnGroup("Môn học và hoạt động giáo dục", tuple(_subject(*subject) for subject in subjects)),
        ColumnGroup("Phẩm chất chủ yếu", tuple(SummaryColumn(code, name, name) for code, name in QUALITIES)),
        ColumnGroup("Năng lực cốt lõi", tuple(SummaryColumn(code, name, name) for code, name in competencies)),
        ColumnGroup("", (SummaryColumn("absent", "Số ngày nghỉ", "Số ngày nghỉ"),)),
    )
    columns = [part for group in groups for column in group.columns for part in column.parts or ("",)]
    traits = len(QUALITIES) + len(competencies)
    third = pupils // 3
    lines = tuple(_summary_line(number, columns, traits) for number in range(1, pupils + 1))
    return ClassSummaryContent(
        document_id="c7c1f0f8-31c5-4f6f-8f0b-3a0f6ad1a003",
        part=1,
        lookup_code="4FHC-8ZKP-W7DM-3QXA-6TNE-9BRV",
        circular="27/2020/TT-BGDĐT",
        rule_version="tt27-2020.1",
        school_year="2025-2026",
        term="year_end",
        term_name="Cuối năm học",
        grade=1,
        class_name="1A",
        school=SCHOOL,
        groups=groups,
        verdicts=("Kết quả giáo dục", "Khen thưởng", "Lên lớp"),
        pupils=lines,
        totals=(
            _total("Số học sinh đạt mức T", "T", lines, columns),
            _total("Số học sinh đạt mức H / Đ", "HĐ", lines, columns),
            _total("Số học sinh ở mức C", "C", lines, columns),
        ),
        counts=(
            ("Hoàn thành xuất sắc", third),
            ("Hoàn thành tốt", third),
            ("Hoàn thành", pupils - 2 * third),
            ("Chưa hoàn thành", 0),
        ),
        legend=LEGEND,
        sheets=sheets(subjects),
        signers=signers(DocumentKind.CLASS_SUMMARY),
        date="2026-05-27",
    )


def _subject(code: str, name: str, short: str, has_test: bool) -> SummaryColumn:  # noqa: FBT001 - a row of a table
    return SummaryColumn(code, name, short, ("Mức", "Điểm") if has_test else ())


def _summary_line(number: int, columns: Sequence[str], traits: int) -> SummaryPupilLine:
    chance = random.Random(number)  # noqa: S311 - marks, not secrets
    result = chance.choice(("Hoàn thành xuất sắc", "Hoàn thành tốt", "Hoàn thành"))
    best = {
        "Hoàn thành xuất sắc": "Học sinh Xuất sắc",
        "Hoàn thành tốt": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
    }
    of_subjects = [
        str(chance.randint(6, 10)) if part == "Điểm" else chance.choice("TTTH") for part in columns[: -traits - 1]
    ]
    of_traits = [chance.choice("TTTĐ") for _ in range(traits)]
    return SummaryPupilLine(
        order_no=number,
        pupil_code=f"79{number:08d}",
        full_name=person(number),
        revision=1,
        values=(*of_subjects, *of_traits, str(chance.randint(0, 6))),
        verdicts=(result, best.get(result, ""), "Lên lớp"),
    )


def _total(label: str, levels: str, lines: Sequence[SummaryPupilLine], columns: Sequence[str]) -> TotalLine:
    by_column = zip(*(line.values for line in lines), strict=True)
    counts = [str(sum(value in levels for value in values)) for values in by_column]
    has_levels = [part != "Điểm" for part in columns[:-1]] + [False]
    return TotalLine(label, tuple(count if has else "" for count, has in zip(counts, has_levels, strict=True)))


def first_term(content: ClassSummaryContent) -> ClassSummaryContent:
    """The same class at the end of the first term, where there is no overall result yet."""
    plain = tuple(replace(row, verdicts=()) for row in content.pupils)
    return replace(content, term="hk1", term_name="Học kì I", verdicts=(), pupils=plain, counts=())
