"""What of a slot's cells somebody should look at before it is handed in: facts about them, never a refusal."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeVar

from domain.assessment import COUNTED_AS_REGULAR, EXEMPT, AssessmentPoint, SubjectKind, Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.entry import PRIMARY_COMMENTS, Cell, CellKey, Values, cells_of, warnings
from domain.errors import Invalid
from domain.scales import CellKind
from domain.secondary.levels import PassLevel

MOST_ALIKE: Final = 5  # pupils of a class; what more of them have in common says little about each
# Comments that do not speak of the pupil alone: several pupils may well have the same certificate.
_SHARED_WORDS: Final = frozenset(CommentField) - frozenset(PRIMARY_COMMENTS)

Pupil = TypeVar("Pupil")


class Doubt(NamedTuple):
    """Something to look at, and in which cell."""

    key: CellKey
    message: str


def doubts(curriculum: Curriculum, term: Term, slot: str, values: Values) -> tuple[Doubt, ...]:
    """What is doubtful in one slot of one pupil, by itself."""
    cells = cells_of(curriculum, term, slot)
    found = [*_unreadable(cells, values)]
    if slot != HOMEROOM:
        subject = curriculum.subject(slot)
        found += _BY_KIND[subject.kind](curriculum, subject, term, values)
        found += _marked_though_exempt(subject, term, values)
    return tuple(found)


def alike(entered: Mapping[Pupil, Values]) -> dict[Pupil, tuple[Doubt, ...]]:
    """Comments that more than five pupils of the class have word for word; pupils without such are left out."""
    said = {
        pupil: {key: " ".join(text.split()).casefold() for key, text in values.items() if _is_about_pupil(key)}
        for pupil, values in entered.items()
    }
    times = Counter((key, words) for texts in said.values() for key, words in texts.items())
    found = {
        pupil: tuple(
            Doubt(key, f"{times[key, words]} học sinh có cùng nhận xét này.")
            for key, words in texts.items()
            if times[key, words] > MOST_ALIKE
        )
        for pupil, texts in said.items()
    }
    return {pupil: each for pupil, each in found.items() if each}


def _is_about_pupil(key: CellKey) -> bool:
    return key.kind is CellKind.COMMENT and key.item not in _SHARED_WORDS


def _unreadable(cells: tuple[Cell, ...], values: Values) -> Iterator[Doubt]:
    """What could not be entered today: written under other rules, or put there by other hands."""
    for cell in cells:
        try:
            cell.read(values.get(cell.key, ""))
        except Invalid as refusal:
            yield Doubt(cell.key, refusal.message)


def _levelled(_: Curriculum, subject: Subject, term: Term, values: Values) -> Iterator[Doubt]:
    yield from (Doubt(_result(subject, term), message) for message in warnings(values))


def _commented(curriculum: Curriculum, subject: Subject, term: Term, values: Values) -> Iterator[Doubt]:
    """One assessment at Chưa đạt decides the term (Circular 22/2021 art. 9), which a teacher may overlook."""
    yield from _few_regular(curriculum, subject, term, values)
    levels = {key: text for key, text in values.items() if _counts_in_term(key)}
    failed = [key for key, text in levels.items() if text == PassLevel.CD]
    if failed and PassLevel.D in levels.values():
        article = f"Thông tư {curriculum.rules.circular}, Điều 9"
        yield Doubt(failed[0], f"Có lần đánh giá Chưa đạt nên cả học kì xếp mức Chưa đạt ({article}).")


def _counts_in_term(key: CellKey) -> bool:
    return key.kind is CellKind.LEVEL and key.point is not AssessmentPoint.SUMMER


def _few_regular(curriculum: Curriculum, subject: Subject, term: Term, values: Values) -> Iterator[Doubt]:
    """Once the term's last mark is there, the regular ones should be, too (Circular 22/2021 art. 6)."""
    last = _result(subject, term)
    texts = [values.get(CellKey(subject.code, point, last.kind), "") for point in COUNTED_AS_REGULAR]
    given = sum(text not in {"", EXEMPT} for text in texts)
    if values.get(last, "") not in {"", EXEMPT} and given < subject.min_regular:
        rules = curriculum.secondary_rules
        yield Doubt(
            last,
            f"Mới có {given} lần đánh giá thường xuyên, cần ít nhất {subject.min_regular}"
            f" (Thông tư {rules.circular}, {rules.regular.source}).",
        )


def _result(subject: Subject, term: Term) -> CellKey:
    """The cell that M exempts in: the level at the end of the term, or the mark where there are no levels."""
    kind = CellKind.SCORE if subject.kind is SubjectKind.SCORED else CellKind.LEVEL
    return CellKey(subject.code, points_of(term)[1], kind)


_BY_KIND: Final = {
    SubjectKind.LEVELLED: _levelled,
    SubjectKind.SCORED: _few_regular,
    SubjectKind.COMMENT: _commented,
}


def _marked_though_exempt(subject: Subject, term: Term, values: Values) -> Iterator[Doubt]:
    result = _result(subject, term)
    if values.get(result) != EXEMPT:
        return
    marks = {key: text for key, text in values.items() if key.kind is not CellKind.COMMENT}
    others = [key for key, text in marks.items() if key.point is not result.point and text != EXEMPT]
    if others:
        yield Doubt(others[0], "Học sinh được miễn môn này nhưng vẫn còn điểm hoặc mức ở lần đánh giá khác.")
