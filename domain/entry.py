"""What a slot must fill in for one pupil and term before it may submit, and what is refused or doubted."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from domain.assessment import (
    EXEMPT,
    AssessmentPoint,
    QualityLevel,
    Score,
    SubjectLevel,
    SubjectResult,
    Term,
    TraitResult,
    YearAssessment,
    points_of,
)
from domain.curriculum import HOMEROOM, Curriculum, Trait
from domain.errors import Incomplete, Invalid
from domain.labelled import Labelled


class CellKind(Labelled):
    LEVEL = "level", "mức đạt được"
    SCORE = "score", "điểm kiểm tra định kì"
    COMMENT = "comment", "nhận xét"


class CommentField(Labelled):
    """The comments of a record; the codes are also the `item` of the homeroom slot's comment cells."""

    SUBJECT = "subject", "Nhận xét môn học"
    QUALITIES = "qualities", "Nhận xét phẩm chất"
    GENERAL = "general_competencies", "Nhận xét năng lực chung"
    SPECIFIC = "specific_competencies", "Nhận xét năng lực đặc thù"
    HOMEROOM = "homeroom", "Nhận xét của giáo viên chủ nhiệm"


# Characters, after NFC. The national record's own limits, but for the subject comment: that one is not exchanged and
# is ours, so that a pupil's year fits the form's two pages.
COMMENT_LIMITS: Final[Mapping[CommentField, int]] = {
    CommentField.SUBJECT: 300,
    CommentField.QUALITIES: 500,
    CommentField.GENERAL: 500,
    CommentField.SPECIFIC: 500,
    CommentField.HOMEROOM: 2000,
}
# What the documents' typeface holds: Latin with its accents, punctuation, and the signs people type in comments.
# Checked at entry, because after the freeze it would be too late.
_UNPRINTABLE: Final = re.compile(r"[^\n -~\u00a0-\u024f\u0300-\u0323\u1e00-\u1eff\u2010-\u2026\u2030-\u203a\u20ab]")
HOMEROOM_COMMENTS: Final = (
    CommentField.QUALITIES,
    CommentField.GENERAL,
    CommentField.SPECIFIC,
    CommentField.HOMEROOM,
)


@dataclass(frozen=True)
class Cell:
    """One thing to fill in: `item` is a subject, quality or competency code, or a CommentField of the homeroom slot."""

    slot: str
    item: str
    name: str
    kind: CellKind
    point: AssessmentPoint

    @property
    def label(self) -> str:
        kind = "" if self.item in HOMEROOM_COMMENTS else f": {self.kind.label}"
        return f"{self.name}{kind} ({self.point.label})"


@dataclass(frozen=True)
class SubjectEntry:
    """One pupil, one subject, one term."""

    mid_level: SubjectLevel | None = None
    end_level: SubjectLevel | None = None
    score: Score | None = None
    comment: str = ""

    def value(self, cell: Cell) -> SubjectLevel | Score | str | None:
        if cell.kind is CellKind.SCORE:
            return self.score
        if cell.kind is CellKind.COMMENT:
            return self.comment.strip()
        return self.mid_level if _is_mid(cell.point) else self.end_level

    @property
    def exempt(self) -> bool:
        return self.end_level == SubjectLevel.M


@dataclass(frozen=True)
class HomeroomEntry:
    """One pupil, one term: levels by quality or competency code, comments by field, half-day absences of the term."""

    mid_levels: dict[str, QualityLevel] = field(default_factory=dict)
    end_levels: dict[str, QualityLevel] = field(default_factory=dict)
    comments: dict[CommentField, str] = field(default_factory=dict)
    absent_excused: int = 0
    absent_unexcused: int = 0
    recognised: bool = False  # the class recognised outstanding work or clear progress (Circular 27/2020 art. 13)

    def value(self, cell: Cell) -> QualityLevel | str | None:
        if cell.kind is CellKind.COMMENT:
            return self.comments.get(CommentField(cell.item), "").strip()
        levels = self.mid_levels if _is_mid(cell.point) else self.end_levels
        return levels.get(cell.item)


def _is_mid(point: AssessmentPoint) -> bool:
    return point in {AssessmentPoint.MID_HK1, AssessmentPoint.MID_HK2}


def required_cells(curriculum: Curriculum, term: Term, slot: str) -> tuple[Cell, ...]:
    """Return the cells a slot fills in for each pupil (Circular 27/2020 art. 7); NotFound for an unknown slot."""
    if slot == HOMEROOM:
        return _homeroom_cells(curriculum, term)
    subject = curriculum.subject(slot)
    mid, end = points_of(term)
    wanted = [(CellKind.LEVEL, mid), (CellKind.LEVEL, end)]
    wanted += [(CellKind.SCORE, point) for point in (mid, end) if subject.has_test(point)]
    wanted += [(CellKind.COMMENT, end)]
    return tuple(Cell(slot, slot, subject.name, kind, point) for kind, point in wanted)


def _homeroom_cells(curriculum: Curriculum, term: Term) -> tuple[Cell, ...]:
    points = points_of(term)
    levels = [
        Cell(HOMEROOM, trait.code, trait.name, CellKind.LEVEL, point) for trait in curriculum.traits for point in points
    ]
    comments = [Cell(HOMEROOM, each, each.label, CellKind.COMMENT, points[1]) for each in HOMEROOM_COMMENTS]
    return (*levels, *comments)


def missing_cells(
    curriculum: Curriculum,
    term: Term,
    slot: str,
    entry: SubjectEntry | HomeroomEntry,
    *,
    assessment_waived: bool = False,
) -> tuple[Cell, ...]:
    """Return the cells still empty for one pupil.

    An exempt subject needs no score and no comment. A disabled pupil who is not assessed has no levels and scores;
    the homeroom comments stay required (national record: both competency comments are mandatory).
    """
    empty = [cell for cell in required_cells(curriculum, term, slot) if entry.value(cell) in {None, ""}]
    if assessment_waived:
        return tuple(cell for cell in empty if slot == HOMEROOM and cell.kind is CellKind.COMMENT)
    if isinstance(entry, SubjectEntry) and entry.exempt:
        return tuple(cell for cell in empty if cell.kind is CellKind.LEVEL)
    return tuple(empty)


def year_assessment(
    curriculum: Curriculum, subjects: Mapping[str, SubjectEntry], homeroom: HomeroomEntry
) -> YearAssessment:
    """Gather what the year-end rule looks at from the entries of the year-end term, in the order of the form.

    Raises Incomplete naming every subject, quality and competency that has no level at the end of the year.
    A pupil whose assessment is waived has none of these: make `YearAssessment((), (), (), assessment_waived=True)`.
    """
    levels = {each.code: subjects.get(each.code, SubjectEntry()).end_level for each in curriculum.subjects}
    missing = [each.name for each in curriculum.subjects if levels[each.code] is None]
    missing += [trait.name for trait in curriculum.traits if trait.code not in homeroom.end_levels]
    if missing:
        raise Incomplete(f"Chưa có mức cuối năm học: {', '.join(missing)}.")
    rows = tuple(
        SubjectResult(each.name, level, each.has_test(AssessmentPoint.YEAR_END), subjects[each.code].score)
        for each in curriculum.subjects
        if (level := levels[each.code]) is not None
    )
    return YearAssessment(rows, _given(curriculum.qualities, homeroom), _given(curriculum.competencies, homeroom))


def _given(traits: tuple[Trait, ...], homeroom: HomeroomEntry) -> tuple[TraitResult, ...]:
    return tuple(TraitResult(trait.name, homeroom.end_levels[trait.code]) for trait in traits)


def check_comment(where: CommentField, text: str) -> str:
    """Return the comment in NFC without outer space.

    Raises Invalid saying how many characters are too many, or which character no document can print.
    """
    comment = unicodedata.normalize("NFC", text).strip()
    unprintable = _UNPRINTABLE.search(comment)
    if unprintable:
        raise Invalid(f"Kí tự “{unprintable[0]}” không in được trên học bạ; hãy bỏ kí tự này.")
    limit = COMMENT_LIMITS[where]
    if len(comment) > limit:
        raise Invalid(
            f"{where.label} dài {len(comment)} kí tự, quá giới hạn {limit} kí tự là {len(comment) - limit} kí tự."
        )
    return comment


# Warnings only, never refusals: the circular ties levels and scores together for the year's result alone (art. 9).
_LOWEST_FOR_T: Final = 7
_LOWEST_FOR_H: Final = 5
_UNUSUAL_FOR_H: Final = 9


def subject_warnings(entry: SubjectEntry) -> tuple[str, ...]:
    """Return what a homeroom teacher should look at: a level and a score that do not fit each other."""
    if (entry.score == EXEMPT) != (entry.end_level == SubjectLevel.M) and entry.score is not None:
        return ("Mức đạt được và điểm kiểm tra không cùng là “Miễn”.",)
    if entry.end_level is None or not isinstance(entry.score, int):
        return ()
    doubtful = {
        SubjectLevel.T: entry.score < _LOWEST_FOR_T,
        SubjectLevel.H: not _LOWEST_FOR_H <= entry.score < _UNUSUAL_FOR_H,
        SubjectLevel.C: entry.score >= _LOWEST_FOR_H,
    }
    if not doubtful[entry.end_level]:
        return ()
    return (f"Mức {entry.end_level.label} nhưng điểm kiểm tra là {entry.score}: cần xem lại.",)
