"""Generated content of the class summary and the subject sheet of a class of grades 6-12."""

import random
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
from tests.documents.samples import person, sheets, signers
from tests.documents.secondary_samples import COMMENTS, GRADE_6, LOWER_SCHOOL, Subjects

LEGEND: Final = "ĐTB – điểm trung bình môn; CN – cả năm; KTL – kiểm tra, đánh giá lại; M – được miễn."
SUMMARY_LEGEND: Final = (
    "Môn có điểm số: điểm trung bình môn; môn đánh giá bằng nhận xét: Đ – Đạt, CĐ – Chưa đạt; M – được miễn. "
    "Kết quả học tập, rèn luyện: T – Tốt; K – Khá; Đ – Đạt; CĐ – Chưa đạt."
)
OF_YEAR: Final = (SheetColumn("hk2", "ĐTB HKII"), SheetColumn("year", "ĐTB CN"), SheetColumn("retest", "Sau KTL"))
LEVELS: Final = {"Tốt": "T", "Khá": "K", "Đạt": "Đ", "Chưa đạt": "CĐ"}


def sheet_columns(regular: int = 4, *, year_end: bool = False) -> tuple[SheetColumn, ...]:
    """So many regular marks, the two of the term, and what comes of them."""
    return (
        *(SheetColumn(f"regular_{at}", str(at), "Đánh giá thường xuyên") for at in range(1, regular + 1)),
        SheetColumn("middle", "Giữa kì"),
        SheetColumn("end", "Cuối kì"),
        SheetColumn("hk1", "ĐTB HKI", is_result=True),
        *(OF_YEAR if year_end else ()),
    )


def secondary_sheet(
    pupils: int = 45, columns: tuple[SheetColumn, ...] = sheet_columns(), comment: str | None = None
) -> SubjectSheetContent:
    return SubjectSheetContent(
        document_id="8c1d9f14-5a7b-4d2e-b3c6-1f0e2a9d4b77",
        part=1,
        lookup_code="6HXD-2TQK-W9MA-7PCF-4RNB-8VEY",
        circular="22/2021/TT-BGDĐT",
        rule_version="tt22-2021.1",
        school_year="2025-2026",
        term="hk1",
        term_name="Học kì I",
        grade=6,
        class_name="6A1",
        school=LOWER_SCHOOL,
        subject="toan",
        subject_name="Toán",
        columns=columns,
        legend=LEGEND,
        counts=tuple((f"Từ {low}", pupils) for low in ("8,0", "6,5", "5,0", "3,5")),
        pupils=tuple(_sheet_line(number, len(columns), comment) for number in range(1, pupils + 1)),
        signers=signers(DocumentKind.SUBJECT_SHEET),
        date="2026-01-12",
    )


def _sheet_line(number: int, columns: int, comment: str | None) -> SheetPupilLine:
    chance = random.Random(number)  # noqa: S311 - marks, not secrets
    values = tuple(f"{chance.randint(40, 100) / 10}".replace(".", ",") for _ in range(columns))
    said = COMMENTS[number % len(COMMENTS)] if comment is None else comment
    birth = f"2014-{number % 12 + 1:02d}-{number % 27 + 1:02d}"
    return SheetPupilLine(number, f"79{number:08d}", person(number), birth, 1, values, said)


def secondary_summary(pupils: int = 45, subjects: Subjects = GRADE_6) -> ClassSummaryContent:
    """A class at year-end."""
    groups = (
        ColumnGroup("Môn học và hoạt động giáo dục", tuple(SummaryColumn(*subject[:3]) for subject in subjects)),
        ColumnGroup("Kết quả", (SummaryColumn("learning", "", "Học tập"), SummaryColumn("conduct", "", "Rèn luyện"))),
        ColumnGroup("", (SummaryColumn("absent", "Số buổi nghỉ", "Số buổi nghỉ"),)),
    )
    lines = tuple(_summary_line(number, subjects) for number in range(1, pupils + 1))
    return ClassSummaryContent(
        document_id="2b9e4c70-6d1f-4a83-9c05-7e8d3f2a1b66",
        part=1,
        lookup_code="5GHC-9ZKP-W2DM-8QXA-3TNE-6BRV",
        circular="22/2021/TT-BGDĐT",
        rule_version="tt22-2021.1",
        school_year="2025-2026",
        term="year_end",
        term_name="Cuối năm học",
        grade=6,
        class_name="6A1",
        school=LOWER_SCHOOL,
        groups=groups,
        verdicts=("Danh hiệu", "Lên lớp"),
        pupils=lines,
        totals=tuple(_total(name, level, lines) for name, level in LEVELS.items()),
        counts=(("Được lên lớp", pupils - 2), ("Kiểm tra, đánh giá lại trong kì nghỉ hè", 2)),
        legend=SUMMARY_LEGEND,
        sheets=sheets(subjects),
        signers=signers(DocumentKind.CLASS_SUMMARY),
        date="2026-05-27",
    )


def _summary_line(number: int, subjects: Subjects) -> SummaryPupilLine:
    chance = random.Random(number)  # noqa: S311 - marks, not secrets
    marks = (f"{chance.randint(60, 100) / 10}".replace(".", ",") if scored else "Đ" for *_, scored in subjects)
    title = chance.choice(("Học sinh Xuất sắc", "Học sinh Giỏi", "", ""))
    promoted = "Kiểm tra, đánh giá lại trong kì nghỉ hè" if number < 3 else "Được lên lớp 7"
    return SummaryPupilLine(
        order_no=number,
        pupil_code=f"79{number:08d}",
        full_name=person(number),
        revision=1,
        values=(*marks, chance.choice("TKĐ"), "T", str(chance.randint(0, 20))),
        verdicts=(title, promoted),
    )


def _total(name: str, level: str, lines: tuple[SummaryPupilLine, ...]) -> TotalLine:
    by_column = list(zip(*(line.values for line in lines), strict=True))
    of_subjects, of_results = by_column[:-3], by_column[-3:-1]
    values = (*("" for _ in of_subjects), *(str(values.count(level)) for values in of_results), "")
    return TotalLine(f"Số học sinh đạt mức {name}", values)
