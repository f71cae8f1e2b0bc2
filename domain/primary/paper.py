"""What the papers of a primary class and term say (Circular 27/2020/TT-BGDĐT, annexes 1 and 2)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from domain.assessment import AssessmentPoint, Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject, Trait
from domain.documents import ColumnGroup, SheetColumn, SummaryColumn, TotalLine
from domain.entered import Entered, SheetForm, SummaryForm
from domain.entry import CellKey, Values, comment_of
from domain.errors import Invalid
from domain.primary.levels import OverallResult, SubjectLevel
from domain.primary.promotion import commendation_title, completion_text, programme_completed, promoted
from domain.primary.reading import latest, without_summer, year_assessment
from domain.primary.year import ResultWithTrace, YearAssessment, overall_result
from domain.scales import CellKind
from domain.year_records import LevelLine, PrimaryRecordContent, RecordPart, SubjectLine

NEEDLESS: Final = (
    "Chỉ đánh giá bổ sung khi kết quả giáo dục cuối năm học là Chưa hoàn thành (Thông tư 27/2020, Điều 11)."
)
PROMOTED, NOT_PROMOTED = "Lên lớp", "Chưa lên lớp"
_LEGEND: Final = (
    "Môn học và hoạt động giáo dục: T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành; M – Được miễn. "
    "Phẩm chất, năng lực: T – Tốt; Đ – Đạt; C – Cần cố gắng."
)
_SHEET_LEGEND: Final = "T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành; M – Được miễn."
_TOTALS: Final = (
    ("Số học sinh đạt mức T", "T", "T"),
    ("Số học sinh đạt mức H / Đ", "H", "Đ"),
    ("Số học sinh ở mức C", "C", "C"),
)
_LEVEL, _SCORE = "Mức", "Điểm"
_SUPPLEMENTARY: Final = {
    CellKind.LEVEL: "Mức sau đánh giá bổ sung",
    CellKind.SCORE: "Điểm KTĐK sau đánh giá bổ sung",
}


@dataclass(frozen=True)
class PrimaryPapers:
    curriculum: Curriculum
    term: Term

    def sheet(self, subject: str, pupils: Sequence[Entered]) -> SheetForm:
        cells = list(self._sheet_cells(subject, pupils))
        lines = [
            (tuple(values.get(key, "") for key, _ in cells), comment_of(values, subject, self.term))
            for values in (pupil.slots.get(subject, {}) for pupil in pupils)
        ]
        result = CellKey(subject, self._end, CellKind.LEVEL)
        columns = tuple(SheetColumn(f"{key.point}/{key.kind}", name, is_result=key == result) for key, name in cells)
        found = Counter(self._level(pupil.slots.get(subject, {}), subject) for pupil in pupils)
        counts = tuple((level.label, found[level]) for level in SubjectLevel if found[level] or level != SubjectLevel.M)
        return SheetForm(columns, _SHEET_LEGEND, tuple(lines), counts)

    def _sheet_cells(self, subject: str, pupils: Sequence[Entered]) -> Iterable[tuple[CellKey, str]]:
        """Levels, then scores; those of a supplementary assessment only where somebody had one."""
        taught = self.curriculum.subject(subject)
        points = points_of(self.term)
        for point in points:
            yield CellKey(subject, point, CellKind.LEVEL), f"{_LEVEL} {point.small}"
        for point in points:
            if taught.has_test(point):
                name = "Điểm KTĐK" if point is self._end else f"Điểm KTĐK {point.small}"
                yield CellKey(subject, point, CellKind.SCORE), name
        used = {key for pupil in pupils for key in pupil.slots.get(subject, {})}
        for kind, name in _SUPPLEMENTARY.items():
            key = CellKey(subject, AssessmentPoint.SUMMER, kind)
            if key in used:
                yield key, name

    def form(self) -> SummaryForm:
        groups = (
            ColumnGroup("Môn học và hoạt động giáo dục", tuple(map(self._subject_column, self.curriculum.subjects))),
            ColumnGroup("Phẩm chất chủ yếu", _columns(self.curriculum.qualities)),
            ColumnGroup("Năng lực cốt lõi", _columns(self.curriculum.competencies)),
            ColumnGroup("", (SummaryColumn("absent", "Số ngày nghỉ", "Số ngày nghỉ"),)),
        )
        verdicts = ("Kết quả giáo dục", "Khen thưởng", "Lên lớp") if self._is_year else ()
        return SummaryForm(groups, verdicts, _LEGEND)

    def _subject_column(self, subject: Subject) -> SummaryColumn:
        parts = (_LEVEL, _SCORE) if subject.has_test(self._end) else ()
        return SummaryColumn(subject.code, subject.name, subject.short, parts)

    def summary_line(self, pupil: Entered) -> tuple[tuple[str, ...], tuple[str, ...]]:
        homeroom = pupil.slots.get(HOMEROOM, {})
        values: list[str] = []
        for subject in self.curriculum.subjects:
            entered = pupil.slots.get(subject.code, {})
            values.append(self._level(entered, subject.code))
            if subject.has_test(self._end):
                values.append(self._text(entered, subject.code, CellKind.SCORE))
        values += [self._level(homeroom, trait.code) for trait in self.curriculum.traits]
        return (*values, str(pupil.absent)), self._verdicts(pupil)

    def _verdicts(self, pupil: Entered) -> tuple[str, ...]:
        if not self._is_year:
            return ()
        result = self.judged(pupil).result
        title = commendation_title(result, recognised=pupil.recognised)
        return result or "", title, PROMOTED if _is_promoted(result, pupil) else NOT_PROMOTED

    def totals(self, lines: Sequence[tuple[str, ...]]) -> tuple[TotalLine, ...]:
        """How many pupils have each level, by column; score columns and absences have none."""
        kinds = self._column_kinds()
        counted = [Counter(column) for column in zip(*lines, strict=True)]
        return tuple(
            TotalLine(
                label,
                tuple(
                    str(counter[{"subject": of_subject, "trait": of_trait}[kind]]) if kind else ""
                    for counter, kind in zip(counted, kinds, strict=True)
                ),
            )
            for label, of_subject, of_trait in _TOTALS
        )

    def _column_kinds(self) -> list[str]:
        kinds: list[str] = []
        for subject in self.curriculum.subjects:
            kinds += ["subject", ""] if subject.has_test(self._end) else ["subject"]
        return [*kinds, *("trait" for _ in self.curriculum.traits), ""]

    def counts(self, pupils: Sequence[Entered]) -> tuple[tuple[str, int], ...]:
        """How many pupils have each result of the year; nothing in the first term."""
        if not self._is_year:
            return ()
        found = Counter(self.judged(pupil).result for pupil in pupils)
        return tuple((f"{result.label} ({result})", found[result]) for result in OverallResult)

    def judged(self, pupil: Entered) -> ResultWithTrace:
        """The year's result and its trace; none for a pupil who is not assessed.

        Raises Incomplete without a level, Invalid for a supplementary assessment that the pupil had no need of.
        """
        if pupil.assessment_waived:
            year = YearAssessment((), (), (), assessment_waived=True)
            return overall_result(self.curriculum.primary_rules, year)
        at_end = without_summer(pupil.slots)
        if at_end is not pupil.slots and programme_completed(self._judged(pupil, at_end).result):
            raise Invalid(NEEDLESS)
        return self._judged(pupil, pupil.slots)

    def _judged(self, pupil: Entered, slots: Mapping[str, Values]) -> ResultWithTrace:
        homeroom = slots.get(HOMEROOM, {})
        year = year_assessment(self.curriculum, slots, homeroom, individual_plan=pupil.individual_plan)
        return overall_result(self.curriculum.primary_rules, year)

    def year_record(self, pupil: Entered, common: RecordPart) -> PrimaryRecordContent:
        judged, homeroom = self.judged(pupil), pupil.slots.get(HOMEROOM, {})
        is_promoted = _is_promoted(judged.result, pupil)
        return PrimaryRecordContent(
            **common,
            height_cm=pupil.height_cm,
            weight_kg=pupil.weight_kg,
            health=pupil.health,
            absent_excused=pupil.absent_excused,
            absent_unexcused=pupil.absent_unexcused,
            assessment_waived=pupil.assessment_waived,
            subjects=tuple(self._subject_line(each, pupil) for each in self.curriculum.subjects),
            qualities=self._levels(homeroom, self.curriculum.qualities),
            qualities_comment=self._comment(homeroom, CommentField.QUALITIES),
            general_competencies=self._levels(homeroom, self.curriculum.general_competencies),
            general_comment=self._comment(homeroom, CommentField.GENERAL),
            specific_competencies=self._levels(homeroom, self.curriculum.specific_competencies),
            specific_comment=self._comment(homeroom, CommentField.SPECIFIC),
            homeroom_comment=self._comment(homeroom, CommentField.HOMEROOM),
            result=judged.result or "",
            result_name=judged.result.label if judged.result else "",
            result_reason=judged.reason,
            commendation=commendation_title(judged.result, recognised=pupil.recognised),
            commendation_in_year=self._comment(homeroom, CommentField.COMMENDED_IN_YEAR),
            programme_completed=programme_completed(judged.result),
            promoted=is_promoted,
            completion_text=completion_text(self.curriculum.grade, judged.result, principal_decides=is_promoted),
        )

    @property
    def _is_year(self) -> bool:
        return self.term is Term.YEAR_END

    @property
    def _end(self) -> AssessmentPoint:
        return points_of(self.term)[1]

    def _level(self, values: Values, item: str) -> str:
        return self._text(values, item, CellKind.LEVEL)

    def _text(self, values: Values, item: str, kind: CellKind) -> str:
        if self._is_year:
            return latest(values, item, kind)
        return values.get(CellKey(item, self._end, kind), "")

    def _comment(self, values: Values, where: CommentField) -> str:
        return comment_of(values, where.value, self.term)

    def _subject_line(self, subject: Subject, pupil: Entered) -> SubjectLine:
        values = pupil.slots.get(subject.code, {})
        return SubjectLine(
            subject=subject.code,
            name=subject.name,
            level=self._level(values, subject.code),
            score=self._text(values, subject.code, CellKind.SCORE),
            comment=comment_of(values, subject.code, self.term),
        )

    def _levels(self, homeroom: Values, traits: tuple[Trait, ...]) -> tuple[LevelLine, ...]:
        return tuple(LevelLine(each.code, each.name, self._level(homeroom, each.code)) for each in traits)


def _is_promoted(result: OverallResult | None, pupil: Entered) -> bool:
    return promoted(result, principal_decides=bool(pupil.promoted))


def _columns(traits: Sequence[Trait]) -> tuple[SummaryColumn, ...]:
    return tuple(SummaryColumn(each.code, each.name, each.short) for each in traits)
