"""Generated content of the class summary and the subject sheet."""

import random
from dataclasses import replace

from domain.documents import (
    ClassSummaryContent,
    DocumentKind,
    SheetPupilLine,
    SubjectSheetContent,
    SummaryColumn,
    SummaryPupilLine,
)
from tests.documents.samples import COMMENTS, GENERAL, QUALITIES, SCHOOL, SPECIFIC, SUBJECTS, person, sheets, signers


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
        has_score=True,
        mid_name="Giữa học kì II",
        end_name="Cuối năm học",
        pupils=tuple(_sheet_line(number, comment) for number in range(1, pupils + 1)),
        signers=signers(DocumentKind.SUBJECT_SHEET),
        date="2026-05-22",
    )


def _sheet_line(number: int, comment: str | None) -> SheetPupilLine:
    said = COMMENTS[number % len(COMMENTS)] if comment is None else comment
    birth = f"2019-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
    return SheetPupilLine(number, f"79{number:08d}", person(number), birth, 1, "H", "T", str(5 + number % 6), said)


def class_summary(
    pupils: int = 35,
    subjects: tuple[tuple[str, str, str, bool], ...] = SUBJECTS,
    competencies: tuple[tuple[str, str], ...] = GENERAL + SPECIFIC,
) -> ClassSummaryContent:
    """A class at year-end."""
    columns = tuple(SummaryColumn(code, name, short) for code, name, short, _ in subjects)
    third = pupils // 3
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
        subjects=columns,
        qualities=tuple(SummaryColumn(code, name, name) for code, name in QUALITIES),
        competencies=tuple(SummaryColumn(code, name, name) for code, name in competencies),
        pupils=tuple(_summary_line(number, subjects, len(competencies)) for number in range(1, pupils + 1)),
        result_counts=(
            ("Hoàn thành xuất sắc", third),
            ("Hoàn thành tốt", third),
            ("Hoàn thành", pupils - 2 * third),
            ("Chưa hoàn thành", 0),
        ),
        sheets=sheets(subjects),
        signers=signers(DocumentKind.CLASS_SUMMARY),
        date="2026-05-27",
    )


def _summary_line(number: int, subjects: tuple[tuple[str, str, str, bool], ...], competencies: int) -> SummaryPupilLine:
    chance = random.Random(number)  # noqa: S311 - marks, not secrets
    result = chance.choice(("Hoàn thành xuất sắc", "Hoàn thành tốt", "Hoàn thành"))
    best = {
        "Hoàn thành xuất sắc": "Học sinh Xuất sắc",
        "Hoàn thành tốt": "Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện",
    }
    return SummaryPupilLine(
        order_no=number,
        pupil_code=f"79{number:08d}",
        full_name=person(number),
        revision=1,
        levels=tuple(chance.choice("TTTH") for _ in subjects),
        scores=tuple(str(chance.randint(6, 10)) if scored else "" for *_, scored in subjects),
        qualities=tuple(chance.choice("TTTĐ") for _ in QUALITIES),
        competencies=tuple(chance.choice("TTTĐ") for _ in range(competencies)),
        absent=chance.randint(0, 6),
        result=result,
        commendation=best.get(result, ""),
        promoted="Lên lớp",
    )


def first_term(content: ClassSummaryContent) -> ClassSummaryContent:
    """The same class at the end of the first term, where there is no overall result yet."""
    plain = tuple(replace(row, result="", commendation="", promoted="") for row in content.pupils)
    return replace(content, term="hk1", term_name="Học kì I", pupils=plain, result_counts=())
