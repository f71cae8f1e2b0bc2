"""What the papers of a secondary class and term say (Circular 22/2021/TT-BGDĐT)."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Final

from domain.assessment import REGULAR_POINTS, AssessmentPoint, SubjectKind, Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.documents import ColumnGroup, SheetColumn, SignerContent, SummaryColumn, TotalLine
from domain.entered import Entered, SheetForm, SummaryForm
from domain.entry import CellKey, comment_of
from domain.scales import CellKind
from domain.secondary.levels import MeritLevel, PassLevel, SubjectMark, average_label, comma, parse_mark
from domain.secondary.promotion import PASSING, Outcome, completion_text
from domain.secondary.reading import YearMarks, subject_year, term_mark
from domain.secondary.retest import RetestResult
from domain.secondary.year import YearResult, term_result, year_result
from domain.year_records import MarkLine, RecordPart, SecondaryRecordContent, TermLevels

_LEGEND: Final = (
    "Môn có điểm số: điểm trung bình môn; môn đánh giá bằng nhận xét: Đ – Đạt, CĐ – Chưa đạt; M – được miễn. "
    "Kết quả học tập, rèn luyện: T – Tốt; K – Khá; Đ – Đạt; CĐ – Chưa đạt."
)
_SCORED_LEGEND: Final = "ĐTB – điểm trung bình môn; CN – cả năm; KTL – kiểm tra, đánh giá lại; M – được miễn."
_COMMENT_LEGEND: Final = "Đ – Đạt; CĐ – Chưa đạt; M – được miễn; CN – cả năm; KTL – kiểm tra, đánh giá lại."
_REGULAR: Final = "Đánh giá thường xuyên"
_BANDS: Final = (Decimal("3.5"), Decimal("5.0"), Decimal("6.5"), Decimal("8.0"))
_BEST: Final = Decimal(11)
_TOTALS: Final = tuple((f"Số học sinh đạt mức {level.label}", level) for level in MeritLevel)


@dataclass(frozen=True)
class SecondaryPapers:
    """`first` is the curriculum by the rules of the first term."""

    curriculum: Curriculum
    first: Curriculum
    term: Term

    def sheet(self, subject: str, pupils: Sequence[Entered]) -> SheetForm:
        taught = self.curriculum.subject(subject)
        regular = self._regular(taught, pupils)
        legend = _SCORED_LEGEND if taught.kind is SubjectKind.SCORED else _COMMENT_LEGEND
        retested = self._is_year and any(self._has_retest(taught, pupil) for pupil in pupils)
        columns = self._sheet_columns(taught, regular, retested=retested)
        lines = tuple(self._sheet_line(taught, regular, pupil, retested=retested) for pupil in pupils)
        at = next(index for index, column in enumerate(columns) if column.is_result)
        return SheetForm(columns, legend, lines, _counts(taught, [values[at] for values, _ in lines]))

    def _has_retest(self, subject: Subject, pupil: Entered) -> bool:
        return any(key.point is AssessmentPoint.SUMMER for key in pupil.slots.get(subject.code, {}))

    def _regular(self, subject: Subject, pupils: Sequence[Entered]) -> tuple[AssessmentPoint, ...]:
        """As many columns as the subject needs at least, or as somebody has marks in; a study topic comes last."""
        used = {key.point for pupil in pupils for key in pupil.slots.get(subject.code, {})}
        last = max((at for at, point in enumerate(REGULAR_POINTS, start=1) if point in used), default=0)
        topic = (AssessmentPoint.TOPIC,) if subject.has_topic else ()
        return (*REGULAR_POINTS[: max(last, subject.min_regular)], *topic)

    def _sheet_columns(
        self, subject: Subject, regular: Sequence[AssessmentPoint], *, retested: bool
    ) -> tuple[SheetColumn, ...]:
        name = "ĐTB" if subject.kind is SubjectKind.SCORED else "Mức"
        numbered = [
            SheetColumn(point.value, "Ch.đề" if point is AssessmentPoint.TOPIC else str(number), _REGULAR)
            for number, point in enumerate(regular, start=1)
        ]
        results = [SheetColumn("hk1", f"{name} HKI", is_result=not self._is_year)]
        if self._is_year:
            results += [SheetColumn("hk2", f"{name} HKII"), SheetColumn("year", f"{name} CN", is_result=True)]
        if retested:
            results += [SheetColumn("retest", "Sau KTL")]
        return (*numbered, SheetColumn("middle", "Giữa kì"), SheetColumn("end", "Cuối kì"), *results)

    def _sheet_line(
        self, subject: Subject, regular: Sequence[AssessmentPoint], pupil: Entered, *, retested: bool
    ) -> tuple[tuple[str, ...], str]:
        values = pupil.slots.get(subject.code, {})
        kind = CellKind.SCORE if subject.kind is SubjectKind.SCORED else CellKind.LEVEL
        marks = [values.get(CellKey(subject.code, point, kind), "") for point in (*regular, *points_of(self.term))]
        comment, results = comment_of(values, subject.code, self.term), self._sheet_results(subject, pupil)
        return (*map(comma, marks), *(results if retested else results[:3])), comment

    def _sheet_results(self, subject: Subject, pupil: Entered) -> tuple[str, ...]:
        if not self._is_year:
            return (shown(term_mark(self.curriculum, subject, self.term, pupil.slots.get(subject.code, {}))),)
        of_year = subject_year(self.curriculum, self.first, subject, pupil)
        return shown(of_year.hk1), shown(of_year.hk2), shown(of_year.year), again(of_year.retest)

    def form(self) -> SummaryForm:
        subjects = tuple(SummaryColumn(each.code, each.name, each.short) for each in self.curriculum.subjects)
        results = [SummaryColumn("learning", "Kết quả học tập", "Học tập")]
        results += [SummaryColumn("conduct", "Kết quả rèn luyện", "Rèn luyện")]
        absent = SummaryColumn("absent", "Số buổi nghỉ", "Số buổi nghỉ")
        groups = (
            ColumnGroup("Môn học và hoạt động giáo dục", subjects),
            ColumnGroup("Kết quả", tuple(results)),
            ColumnGroup("", (absent,)),
        )
        verdicts = ("Danh hiệu", "Lên lớp") if self._is_year else ()
        return SummaryForm(groups, verdicts, _LEGEND)

    def summary_line(self, pupil: Entered) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What a re-test gave takes the place of the year's result (Circular 22/2021 art. 14)."""
        if self._is_year:
            year = self.year_result(pupil)
            marks = [again(each.retest) or shown(each.year) for each in year.subjects]
            learning, conduct = year.promotion.learning, year.promotion.conduct
            verdicts: tuple[str, ...] = (year.title, completion_text(self.curriculum.grade, year.promotion.outcome))
        else:
            term = term_result(self.curriculum, self.term, pupil)
            marks = [shown(each) for each in term.marks]
            learning, conduct, verdicts = term.learning.level, term.conduct, ()
        values = (*marks, learning or "", conduct or "", str(pupil.absent))
        return values, verdicts

    def totals(self, lines: Sequence[tuple[str, ...]]) -> tuple[TotalLine, ...]:
        """How many pupils have each level of learning and conduct."""
        width = len(self.curriculum.subjects)
        counted = [Counter(column) for column in list(zip(*lines, strict=True))[width : width + 2]]
        return tuple(
            TotalLine(label, (*("" for _ in range(width)), *(str(each[level]) for each in counted), ""))
            for label, level in _TOTALS
        )

    def counts(self, pupils: Sequence[Entered]) -> tuple[tuple[str, int], ...]:
        """How many pupils have each outcome of the year; nothing in the first term."""
        if not self._is_year:
            return ()
        found = Counter(self.year_result(pupil).promotion.outcome for pupil in pupils)
        return tuple((outcome.label, found[outcome]) for outcome in Outcome if found[outcome])

    def year_result(self, pupil: Entered) -> YearResult:
        return year_result(self.curriculum, self.first, pupil)

    def year_record(
        self, pupil: Entered, common: RecordPart, teachers: Mapping[str, SignerContent]
    ) -> SecondaryRecordContent:
        found, grade = self.year_result(pupil), self.curriculum.grade
        learning = [each.level for each in found.learning]
        said = completion_text(grade, found.promotion.outcome)
        return SecondaryRecordContent(
            **common,
            assessment_waived=pupil.assessment_waived,
            subjects=tuple(self._mark_line(each, pupil, teachers[each.subject.code]) for each in found.subjects),
            study_topics=tuple(each.name for each in self.curriculum.subjects if each.has_topic),
            learning=_levels(learning, found.retested),
            learning_reason=found.learning[2].reason,
            conduct=_levels(found.conduct, found.trained),
            summer_training=self._comment(pupil, CommentField.SUMMER_TRAINING),
            absent=pupil.absent,
            outcome=found.promotion.outcome.value,
            outcome_text=said,
            outcome_reason=found.promotion.reason,
            promoted=found.promotion.outcome in PASSING,
            completion_text=said if found.promotion.outcome is Outcome.COMPLETED else "",
            commendation=found.title,
            competitions=self._comment(pupil, CommentField.COMPETITIONS),
            certificates=tuple(filter(None, self._comment(pupil, CommentField.CERTIFICATES).splitlines())),
            homeroom_comment=self._comment(pupil, CommentField.HOMEROOM),
        )

    @property
    def _is_year(self) -> bool:
        return self.term is Term.YEAR_END

    def _comment(self, pupil: Entered, where: CommentField) -> str:
        return comment_of(pupil.slots.get(HOMEROOM, {}), where.value, self.term)

    def _mark_line(self, of_year: YearMarks, pupil: Entered, teacher: SignerContent) -> MarkLine:
        code = of_year.subject.code
        return MarkLine(
            subject=code,
            name=of_year.subject.name,
            hk1=shown(of_year.hk1),
            hk2=shown(of_year.hk2),
            year=shown(of_year.year),
            retest=again(of_year.retest),
            comment=comment_of(pupil.slots.get(code, {}), code, self.term),
            teacher=teacher.name,
            teacher_id=teacher.signer_id,
        )


def shown(mark: SubjectMark) -> str:
    """A result as papers print it: "8,5", "Đ", "CĐ", "M", or "" while it is not known."""
    if mark.exempt:
        return "M"
    if mark.average is not None:
        return average_label(mark.average)
    return mark.passed or ""


def _counts(subject: Subject, results: Sequence[str]) -> tuple[tuple[str, int], ...]:
    """How many pupils have each level, or an average in each band of the circular's bars (art. 9)."""
    if subject.kind is SubjectKind.COMMENT:
        return tuple((level.label, results.count(level)) for level in PassLevel if results.count(level))
    averages = [parse_mark(result) for result in results if result]
    known = [average for average in averages if isinstance(average, Decimal)]
    bands = [(f"Từ {average_label(low)}", low, high) for low, high in pairwise((*_BANDS, _BEST))][::-1]
    found = [(name, sum(low <= average < high for average in known)) for name, low, high in bands]
    return (*found, (f"Dưới {average_label(_BANDS[0])}", sum(average < _BANDS[0] for average in known)))


def again(result: RetestResult | None) -> str:
    """What a re-test gave as papers print it, "" without one."""
    if result is None:
        return ""
    return str(result) if isinstance(result, str) else average_label(result)


def _levels(given: Sequence[MeritLevel | None], after: MeritLevel | None) -> TermLevels:
    """The terms, the year, and what the summer led to."""
    return TermLevels(*(level.value if level else "" for level in (*given, after)))
