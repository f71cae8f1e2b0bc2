"""What a slot fills in for one pupil and term, what of it is missing before it may submit, and what is doubtful."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final, NamedTuple, TypeAlias

from domain import scales
from domain.assessment import (
    COUNTED_AS_REGULAR,
    EXEMPT,
    REGULAR_POINTS,
    AssessmentPoint,
    SubjectKind,
    Term,
    points_of,
)
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject, Trait
from domain.primary.levels import SubjectLevel
from domain.scales import CellKind, Scale

CONDUCT: Final = "conduct"  # item of the secondary homeroom slot: kết quả rèn luyện (Circular 22/2021 art. 8)
PRIMARY_COMMENTS: Final = (
    CommentField.QUALITIES,
    CommentField.GENERAL,
    CommentField.SPECIFIC,
    CommentField.HOMEROOM,
)
END: Final = frozenset({AssessmentPoint.END_HK1, AssessmentPoint.YEAR_END})


class CellKey(NamedTuple):
    """Which cell of a slot: `item` is a subject, quality or competency code, CONDUCT, or a CommentField."""

    item: str
    point: AssessmentPoint
    kind: CellKind


Values: TypeAlias = Mapping[CellKey, str]  # stored texts of one pupil and slot; what is not there is empty


def comment_of(values: Values, item: str, term: Term) -> str:
    """What is written of an item at the term's end; "" if nothing is."""
    return values.get(CellKey(item, points_of(term)[1], CellKind.COMMENT), "")


@dataclass(frozen=True)
class Cell:
    """One thing to fill in. `heading` is short and unique in its slot; `label` says it in full."""

    slot: str
    key: CellKey
    scale: Scale
    heading: str
    label: str
    is_required: bool = True

    @property
    def kind(self) -> CellKind:
        return self.scale.kind

    def read(self, text: str) -> str:
        """The value as it is stored; empty clears the cell. Raises Invalid in the user's words."""
        return self.scale.read(text) if text.strip() else ""


def cells_of(curriculum: Curriculum, term: Term, slot: str) -> tuple[Cell, ...]:
    """Return the cells of a slot for each pupil, in the order people fill them; NotFound for an unknown slot."""
    if slot == HOMEROOM:
        found = _primary_homeroom(curriculum, term) if curriculum.is_primary else _secondary_homeroom(term)
    else:
        found = _SUBJECT_CELLS[curriculum.subject(slot).kind](curriculum, curriculum.subject(slot), term)
    return tuple(found)


def required_cells(curriculum: Curriculum, term: Term, slot: str) -> tuple[Cell, ...]:
    """Return the cells without which a slot may not submit (Circular 27/2020 art. 7, Circular 22/2021 art. 6, 7)."""
    return tuple(cell for cell in cells_of(curriculum, term, slot) if cell.is_required)


def _levelled(_: Curriculum, subject: Subject, term: Term) -> Iterator[Cell]:
    """Circular 27/2020 art. 7; after a supplementary assessment (art. 11), its level and score."""
    end = points_of(term)[1]
    for point, name in _primary_points(term).items():
        yield from _at(point, term, _cell(subject.code, subject, point, scales.SUBJECT_LEVEL, f"Mức {name}"))
        # The year's test is repeated in a supplementary assessment.
        if subject.has_test(end if point is AssessmentPoint.SUMMER else point):
            heading = "Điểm KTĐK" if point is end else f"Điểm KTĐK {name}"
            yield from _at(point, term, _cell(subject.code, subject, point, scales.WHOLE_SCORE, heading))
    yield _cell(subject.code, subject, end, scales.COMMENTS[CommentField.SUBJECT], "Nhận xét")


def _primary_points(term: Term) -> dict[AssessmentPoint, str]:
    """When levels are given in primary school, as headings name it."""
    mid, end = points_of(term)
    return {mid: "giữa kì", end: "cuối kì", AssessmentPoint.SUMMER: "sau đánh giá bổ sung"}


def _scored(curriculum: Curriculum, subject: Subject, term: Term) -> Iterator[Cell]:
    """Circular 22/2021 art. 6, 7: regular marks, one in the middle and one at the end; art. 14 after re-assessment."""
    yield from _secondary(curriculum, subject, term, scales.MARK, "ĐĐG")


def _commented(curriculum: Curriculum, subject: Subject, term: Term) -> Iterator[Cell]:
    yield from _secondary(curriculum, subject, term, scales.PASS_LEVEL, "ĐG")


_SUBJECT_CELLS: Final = {
    SubjectKind.LEVELLED: _levelled,
    SubjectKind.SCORED: _scored,
    SubjectKind.COMMENT: _commented,
}


def _secondary(curriculum: Curriculum, subject: Subject, term: Term, scale: Scale, prefix: str) -> Iterator[Cell]:
    for cell in _secondary_cells(curriculum, subject, term, scale, prefix):
        yield replace(cell, label=f"{subject.name}: {cell.heading}")


def _secondary_cells(curriculum: Curriculum, subject: Subject, term: Term, scale: Scale, prefix: str) -> Iterator[Cell]:
    mid, end = points_of(term)
    most = curriculum.secondary_rules.regular.most
    for number, point in enumerate(REGULAR_POINTS[:most], start=1):
        cell = _cell(subject.code, subject, point, scale, f"{prefix}tx {number}")
        yield replace(cell, is_required=number <= subject.min_regular)
    if subject.has_topic:
        topic = _cell(subject.code, subject, AssessmentPoint.TOPIC, scale, f"{prefix}tx chuyên đề")
        yield replace(topic, is_required=False)  # once a year, in the term in which the topic ends
    yield _cell(subject.code, subject, mid, scale, f"{prefix}gk")
    yield _cell(subject.code, subject, end, scale, f"{prefix}ck")
    retest = _cell(subject.code, subject, AssessmentPoint.SUMMER, scale, "Sau KTL")
    yield from _at(AssessmentPoint.SUMMER, term, retest)
    comment = _cell(subject.code, subject, end, scales.COMMENTS[CommentField.SUBJECT], "Nhận xét")
    yield replace(comment, is_required=term is Term.YEAR_END)


def _primary_homeroom(curriculum: Curriculum, term: Term) -> Iterator[Cell]:
    _, end = points_of(term)
    for trait in curriculum.traits:
        for point, name in _primary_points(term).items():
            cell = _cell(trait.code, trait, point, scales.QUALITY_LEVEL, f"{trait.name} ({name})")
            yield from _at(point, term, cell)
    for where in PRIMARY_COMMENTS:
        yield _words(where, end)
    if term is Term.YEAR_END:
        yield replace(_words(CommentField.COMMENDED_IN_YEAR, end), is_required=False)


def _secondary_homeroom(term: Term) -> Iterator[Cell]:
    """Conduct by the homeroom teacher (Circular 22/2021 art. 8), again after summer training (art. 13)."""
    _, end = points_of(term)
    for point, heading in ((end, "Kết quả rèn luyện"), (AssessmentPoint.SUMMER, "Kết quả rèn luyện sau hè")):
        key = CellKey(CONDUCT, point, CellKind.LEVEL)
        yield from _at(point, term, Cell(HOMEROOM, key, scales.MERIT_LEVEL, heading, f"{heading} ({point.small})"))
    yield replace(_words(CommentField.HOMEROOM, end), is_required=term is Term.YEAR_END)
    if term is Term.YEAR_END:
        for where in (CommentField.SUMMER_TRAINING, CommentField.COMPETITIONS, CommentField.CERTIFICATES):
            yield replace(_words(where, end), is_required=False)


def _at(point: AssessmentPoint, term: Term, cell: Cell) -> Iterator[Cell]:
    """What is assessed again in summer belongs to the year's end, and nobody has to fill it in."""
    if point is not AssessmentPoint.SUMMER:
        yield cell
    elif term is Term.YEAR_END:
        yield replace(cell, scale=scales.without_exemption(cell.scale), is_required=False)


def _cell(item: str, of: Subject | Trait, point: AssessmentPoint, scale: Scale, heading: str) -> Cell:
    slot = of.code if isinstance(of, Subject) else HOMEROOM
    label = f"{of.name}: {scale.kind.label} ({point.small})"
    return Cell(slot, CellKey(item, point, scale.kind), scale, heading, label)


def _words(where: CommentField, end: AssessmentPoint) -> Cell:
    key = CellKey(where.value, end, CellKind.COMMENT)
    return Cell(HOMEROOM, key, scales.COMMENTS[where], where.label, f"{where.label} ({end.small})")


def missing_cells(cells: tuple[Cell, ...], values: Values, *, assessment_waived: bool = False) -> tuple[Cell, ...]:
    """Return the required cells still empty for one pupil.

    An exempt subject needs nothing but the exemption itself. A disabled pupil who is not assessed has no levels and
    scores; conduct and the homeroom comments stay required (national record: both competency comments and the
    secondary conduct are mandatory). Regular assessments count, wherever in their row they stand, and so does the study
    topic.
    """
    if _is_exempt(cells, values):
        return ()
    empty = [cell for cell in cells if cell.is_required and not _is_given(cell, values)]
    if assessment_waived:
        return tuple(cell for cell in empty if _is_of_everybody(cell))
    spare = sum(1 for cell in cells if _is_spare_regular(cell) and _is_given(cell, values))
    return tuple(_without_spare(empty, spare))


def _is_of_everybody(cell: Cell) -> bool:
    """What is filled in for pupils who are not assessed, too."""
    return cell.slot == HOMEROOM and (cell.kind is CellKind.COMMENT or cell.key.item == CONDUCT)


def _is_exempt(cells: tuple[Cell, ...], values: Values) -> bool:
    """A level at the end of the term comes before its score: who is exempt from the test alone still has a level."""
    ends = (cell.key for cell in cells if cell.key.point in END and cell.kind is not CellKind.COMMENT)
    result = next(ends, None)
    return result is not None and values.get(result) == EXEMPT


def _is_given(cell: Cell, values: Values) -> bool:
    """In secondary school M exempts from the whole subject, at the end of the term; elsewhere it is no mark."""
    text = values.get(cell.key, "")
    return bool(text) and not (text == EXEMPT and cell.scale in {scales.MARK, scales.PASS_LEVEL})


def _is_spare_regular(cell: Cell) -> bool:
    return cell.key.point in COUNTED_AS_REGULAR and not cell.is_required


def _without_spare(empty: list[Cell], spare: int) -> Iterator[Cell]:
    for cell in empty:
        if cell.key.point in REGULAR_POINTS and spare:
            spare -= 1
        else:
            yield cell


# Warnings only, never refusals: the circular ties levels and scores together for the year's result alone (art. 9).
_LOWEST_FOR_T: Final = 7
_LOWEST_FOR_H: Final = 5
_UNUSUAL_FOR_H: Final = 9


def warnings(values: Values) -> tuple[str, ...]:
    """Return what a homeroom teacher should look at: a level and a score that do not fit each other."""
    at_end = {key.kind: text for key, text in values.items() if key.point in END}
    level, score = at_end.get(CellKind.LEVEL, ""), at_end.get(CellKind.SCORE, "")
    if not level or not score:
        return ()
    if EXEMPT.value in {level, score}:
        return () if level == score else ("Mức đạt được và điểm kiểm tra không cùng là “Miễn”.",)
    doubtful = {
        SubjectLevel.T: Decimal(score) < _LOWEST_FOR_T,
        SubjectLevel.H: not _LOWEST_FOR_H <= Decimal(score) < _UNUSUAL_FOR_H,
        SubjectLevel.C: Decimal(score) >= _LOWEST_FOR_H,
    }
    if not doubtful[SubjectLevel(level)]:
        return ()
    return (f"Mức {SubjectLevel(level).label} nhưng điểm kiểm tra là {score}: cần xem lại.",)
