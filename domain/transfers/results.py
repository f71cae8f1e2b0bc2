"""What a moving pupil has so far in the running year, as the paper says it that the former school signs and seals.

Only what was entered stands in it, and averages of terms that can be computed; nobody judges an unfinished year here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from domain.assessment import AssessmentPoint, Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject, Trait
from domain.documents import SheetColumn
from domain.entry import CONDUCT, Cell, CellKey, Values, cells_of, comment_of, missing_cells
from domain.matter_papers import OpenItem, ResultLine, ResultTable, SubjectGroup
from domain.scales import CellKind
from domain.secondary.paper import shown as mark_text
from domain.secondary.reading import term_mark

TERMS: Final = {Term.HK1: "Học kì I", Term.YEAR_END: "Học kì II"}
_PRIMARY_LEGEND: Final = (
    "T – Hoàn thành tốt; H – Hoàn thành; C – Chưa hoàn thành; M – Được miễn. KTĐK: kiểm tra định kì."
)
_SECONDARY_LEGEND: Final = "ĐTB – điểm trung bình môn học kì; Đ – Đạt; CĐ – Chưa đạt; M – được miễn."
_TRAITS_LEGEND: Final = "T – Tốt; Đ – Đạt; C – Cần cố gắng."
_LONGEST_MISSING: Final = 900
_SHORT: Final = {AssessmentPoint.SUMMER: "Sau hè", AssessmentPoint.TOPIC: "CĐ"}


@dataclass(frozen=True)
class EnteredTerm:
    """A term of the running year, by the rules of the class in which it was entered."""

    term: Term
    curriculum: Curriculum
    slots: Mapping[str, Values] = field(repr=False)
    is_issued: bool = False
    assessment_waived: bool = False


@dataclass(frozen=True)
class _Column:
    """A column, and how it is filled: a point and kind of cell, or (without) the average of a term."""

    of: EnteredTerm
    shown: SheetColumn
    point: AssessmentPoint | None
    kind: CellKind | None = None


def tables(terms: Sequence[EnteredTerm]) -> tuple[ResultTable, ...]:
    """Subjects, then qualities and competencies or the conduct; empty where no term has begun."""
    if not terms:
        return ()
    curriculum = terms[-1].curriculum
    found = [_subjects(curriculum, terms)]
    if curriculum.is_primary:
        found += [
            _traits("Phẩm chất chủ yếu", curriculum.qualities, CommentField.QUALITIES, terms),
            _traits("Năng lực chung", curriculum.general_competencies, CommentField.GENERAL, terms),
            _traits("Năng lực đặc thù", curriculum.specific_competencies, CommentField.SPECIFIC, terms),
        ]
    else:
        found.append(_conduct(terms))
    return tuple(table for table in found if table.lines)


def open_items(terms: Iterable[EnteredTerm]) -> tuple[OpenItem, ...]:
    """What is still missing of the terms that are not issued."""
    return tuple(item for term in terms if not term.is_issued for item in _missing(term))


def subject_groups(curriculum: Curriculum) -> tuple[SubjectGroup, ...]:
    chosen = [each for each in curriculum.subjects if each.optional or each.elective]
    groups = (
        SubjectGroup("Bắt buộc", tuple(each.name for each in curriculum.subjects if each not in chosen)),
        SubjectGroup("Lựa chọn", tuple(each.name for each in chosen)),
        SubjectGroup("Chuyên đề học tập", tuple(each.name for each in curriculum.subjects if each.has_topic)),
    )
    return tuple(group for group in groups if group.subjects)


def _subjects(curriculum: Curriculum, terms: Sequence[EnteredTerm]) -> ResultTable:
    columns = list(_subject_columns(curriculum, terms))
    lines = tuple(
        ResultLine(each.code, each.name, tuple(_value(column, each) for column in columns), _comment(each, terms))
        for each in _taught(terms)
    )
    legend = _PRIMARY_LEGEND if curriculum.is_primary else _SECONDARY_LEGEND
    return ResultTable("Môn học và hoạt động giáo dục", tuple(each.shown for each in columns), lines, "", legend)


def _taught(terms: Sequence[EnteredTerm]) -> Iterator[Subject]:
    """Subjects of the newest class in the order of the form, then those of an earlier one alone."""
    found: dict[str, Subject] = {}
    for term in reversed(terms):
        for subject in term.curriculum.subjects:
            found.setdefault(subject.code, subject)
    yield from found.values()


def _subject_columns(curriculum: Curriculum, terms: Sequence[EnteredTerm]) -> Iterator[_Column]:
    for term in terms:
        for point, kind in _asked(term):
            name = _heading(curriculum, term.term, point, kind)
            code = f"{term.term}/{point}/{kind}"
            yield _Column(term, SheetColumn(code, name, TERMS[term.term]), point, kind)
        if not curriculum.is_primary:
            shown = SheetColumn(f"{term.term}/average", "ĐTB", TERMS[term.term], is_result=True)
            yield _Column(term, shown, None)


def _asked(term: EnteredTerm) -> Iterator[tuple[AssessmentPoint, CellKind]]:
    """What some subject asks for or has; in secondary school marks and levels share a column.

    Of many possible regular assessments only those that somebody has.
    """
    used = {key.point for values in term.slots.values() for key, text in values.items() if text}
    seen: dict[tuple[AssessmentPoint, CellKind], None] = {}
    for subject in term.curriculum.subjects:
        for cell in cells_of(term.curriculum, term.term, subject.code):
            point, kind = cell.key.point, cell.kind
            is_periodic = point in points_of(term.term)
            if kind is not CellKind.COMMENT and (is_periodic or point in used):
                seen.setdefault((point, kind if term.curriculum.is_primary else CellKind.SCORE), None)
    order = [*AssessmentPoint][4:] if not term.curriculum.is_primary else [*AssessmentPoint]
    yield from sorted(seen, key=lambda each: _place(each, order, points_of(term.term)))


def _place(
    column: tuple[AssessmentPoint, CellKind],
    order: Sequence[AssessmentPoint],
    periodic: tuple[AssessmentPoint, AssessmentPoint],
) -> tuple[int, int, str]:
    """Regular assessments come before those in the middle and at the end; what is assessed in summer is last."""
    point, kind = column
    if point is AssessmentPoint.SUMMER:
        return 2, 0, kind
    return (1, periodic.index(point), kind) if point in periodic else (0, order.index(point), kind)


def _heading(curriculum: Curriculum, term: Term, point: AssessmentPoint, kind: CellKind) -> str:
    mid, end = points_of(term)
    when = {mid: "Giữa kì", end: "Cuối kì"}.get(point) or _SHORT.get(point) or f"TX {point.rpartition('_')[2]}"
    return f"KTĐK {when.lower()}" if curriculum.is_primary and kind is CellKind.SCORE else when


def _value(column: _Column, subject: Subject) -> str:
    values = column.of.slots.get(subject.code, {})
    if column.point is None:
        is_known = subject in column.of.curriculum.subjects
        return mark_text(term_mark(column.of.curriculum, subject, column.of.term, values)) if is_known else ""
    kinds = (column.kind,) if column.of.curriculum.is_primary else (CellKind.SCORE, CellKind.LEVEL)
    texts = (values.get(CellKey(subject.code, column.point, kind), "") for kind in kinds if kind)
    return next((text for text in texts if text), "")


def _comment(subject: Subject, terms: Sequence[EnteredTerm]) -> str:
    """The newest."""
    texts = (comment_of(term.slots.get(subject.code, {}), subject.code, term.term) for term in reversed(terms))
    return next((text for text in texts if text), "")


def _traits(name: str, traits: tuple[Trait, ...], where: CommentField, terms: Sequence[EnteredTerm]) -> ResultTable:
    columns = tuple((term, point) for term in terms for point in _trait_points(term))
    shown = tuple(
        SheetColumn(
            f"{term.term}/{point}", _heading(term.curriculum, term.term, point, CellKind.LEVEL), TERMS[term.term]
        )
        for term, point in columns
    )
    lines = tuple(
        ResultLine(each.code, each.name, tuple(_level(term, each.code, point) for term, point in columns), "")
        for each in traits
    )
    said = (comment_of(term.slots.get(HOMEROOM, {}), where.value, term.term) for term in reversed(terms))
    return ResultTable(name, shown, lines, next((text for text in said if text), ""), _TRAITS_LEGEND)


def _trait_points(term: EnteredTerm) -> tuple[AssessmentPoint, ...]:
    used = {key.point for key, text in term.slots.get(HOMEROOM, {}).items() if text and key.kind is CellKind.LEVEL}
    summer = (AssessmentPoint.SUMMER,) if AssessmentPoint.SUMMER in used else ()
    return (*points_of(term.term), *summer)


def _conduct(terms: Sequence[EnteredTerm]) -> ResultTable:
    columns = tuple(
        (term, point)
        for term in terms
        for point in (points_of(term.term)[1], AssessmentPoint.SUMMER)
        if point is not AssessmentPoint.SUMMER or _level(term, CONDUCT, point)
    )
    shown = tuple(SheetColumn(f"{term.term}/{point}", _SHORT.get(point, TERMS[term.term])) for term, point in columns)
    values = tuple(_level(term, CONDUCT, point) for term, point in columns)
    said = (
        comment_of(term.slots.get(HOMEROOM, {}), CommentField.HOMEROOM.value, term.term) for term in reversed(terms)
    )
    line = ResultLine(CONDUCT, "Kết quả rèn luyện", values, "")
    comment = next((text for text in said if text), "")
    return ResultTable("Kết quả rèn luyện", shown, (line,), comment, "T – Tốt; K – Khá; Đ – Đạt; CĐ – Chưa đạt.")


def _level(term: EnteredTerm, item: str, point: AssessmentPoint) -> str:
    return term.slots.get(HOMEROOM, {}).get(CellKey(item, point, CellKind.LEVEL), "")


def _missing(term: EnteredTerm) -> Iterator[OpenItem]:
    names = {each.code: each.name for each in term.curriculum.subjects} | {HOMEROOM: "Phần của giáo viên chủ nhiệm"}
    for slot in term.curriculum.slots:
        cells = cells_of(term.curriculum, term.term, slot)
        empty = missing_cells(cells, term.slots.get(slot, {}), assessment_waived=term.assessment_waived)
        if empty:
            yield OpenItem(f"{names[slot]} ({TERMS[term.term].lower()})", _named(empty))


def _named(cells: Sequence[Cell]) -> str:
    text = "; ".join(cell.heading for cell in cells)
    return text if len(text) <= _LONGEST_MISSING else f"{len(cells)} mục"
