"""Sample marks of primary classes: each pupil gets a planned year result, and what leads to it."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from domain.assessment import Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.entry import CellKey, Values
from domain.primary.levels import OverallResult, QualityLevel, SubjectLevel
from domain.scales import CellKind
from interchange.marks import MarkBook, MarksHeader, TermFacts
from interchange.roster import RosterHeader, RosterRow
from interchange.sample_school import comments

_SHARES: Final = {OverallResult.HTXS: 0.25, OverallResult.HTT: 0.35, OverallResult.CHT: 0.03}
_RECOGNISED: Final = 0.7  # of those who completed well
_LEVEL_BEHIND: Final = 0.2  # how often the level at mid-term is still one lower

# Scores from which a tested subject draws, by level.
_SCORES: Final = {SubjectLevel.T: (7, 10), SubjectLevel.H: (5, 8), SubjectLevel.C: (2, 4)}
_TOP_SCORES: Final = (9, 10)
_GOOD_SCORE: Final = 8  # a pupil who completed well has one score at or below this, else it would be excellent


def plan_results(random: Random, size: int) -> list[OverallResult]:
    """Return one planned result per pupil: about 25% HTXS, 35% HTT, 3% CHT, the rest HT, in random order."""
    plan = [result for result, share in _SHARES.items() for _ in range(round(share * size))]
    plan += [OverallResult.HT] * (size - len(plan))
    random.shuffle(plan)
    return plan


@dataclass(frozen=True)
class PrimaryMarks:
    """Draws the mark book of one class and term; the plan is the same in both terms."""

    random: Random
    curriculum: Curriculum
    header: RosterHeader
    pupils: tuple[RosterRow, ...]
    plan: list[OverallResult]

    def draw(self, term: Term) -> MarkBook:
        planned = dict(zip((pupil.pupil_code for pupil in self.pupils), self.plan, strict=True))
        marks = {code: self._subjects(result, term) for code, result in planned.items()}
        slots: dict[str, dict[str, Values]] = {
            subject.code: {code: marks[code][subject.code] for code in planned} for subject in self.curriculum.subjects
        }
        slots[HOMEROOM] = {code: self._homeroom(result, term) for code, result in planned.items()}
        return MarkBook(
            header=MarksHeader(self.header.school_code, self.header.school_year, self.header.class_name, term),
            names={pupil.pupil_code: pupil.full_name for pupil in self.pupils},
            slots=slots,
            facts={code: self._facts(result, term) for code, result in planned.items()},
        )

    def _subjects(self, result: OverallResult, term: Term) -> dict[str, Values]:
        levels = self._subject_levels(result)
        tested = [each for each in self.curriculum.subjects if each.has_test(points_of(term)[1])]
        scores = self._scores(result, levels, tested)
        return {
            each.code: self._values(each, levels[each.code], scores.get(each.code), term)
            for each in self.curriculum.subjects
        }

    def _values(self, subject: Subject, level: SubjectLevel, score: int | None, term: Term) -> Values:
        mid, end = points_of(term)
        values = {
            (mid, CellKind.LEVEL): self._earlier(level).value,
            (end, CellKind.LEVEL): level.value,
            (end, CellKind.COMMENT): self._comment(subject.code, term, level),
        }
        if score is not None:
            values[end, CellKind.SCORE] = str(score)
        if subject.has_test(mid):
            values[mid, CellKind.SCORE] = str(self.random.randint(*_SCORES[level]))
        return {CellKey(subject.code, point, kind): text for (point, kind), text in values.items()}

    def _subject_levels(self, result: OverallResult) -> dict[str, SubjectLevel]:
        codes = [subject.code for subject in self.curriculum.subjects]
        if result in {OverallResult.HTXS, OverallResult.HTT}:
            return dict.fromkeys(codes, SubjectLevel.T)
        if result is OverallResult.CHT:
            weakest = self.random.choice([subject.code for subject in self.curriculum.subjects if subject.tested_at])
            return {**dict.fromkeys(codes, SubjectLevel.H), weakest: SubjectLevel.C}
        drawn = {code: self.random.choice([SubjectLevel.T, SubjectLevel.H]) for code in codes}
        return {**drawn, self.random.choice(codes): SubjectLevel.H}

    def _scores(self, result: OverallResult, levels: dict[str, SubjectLevel], tested: list[Subject]) -> dict[str, int]:
        ranges = {s.code: _TOP_SCORES if result is OverallResult.HTXS else _SCORES[levels[s.code]] for s in tested}
        scores = {code: self.random.randint(*bounds) for code, bounds in ranges.items()}
        if result is OverallResult.HTT and min(scores.values()) > _GOOD_SCORE:
            scores[self.random.choice(list(scores))] = _GOOD_SCORE
        return scores

    def _earlier(self, level: SubjectLevel) -> SubjectLevel:
        """Return the level at mid-term: the same, or sometimes one lower."""
        lower = {SubjectLevel.T: SubjectLevel.H}.get(level, level)
        return lower if self.random.random() < _LEVEL_BEHIND else level

    def _homeroom(self, result: OverallResult, term: Term) -> Values:
        mid, end = points_of(term)
        levels = self._trait_levels(result)
        values: dict[CellKey, str] = {}
        for code, level in levels.items():
            lower = {QualityLevel.T: QualityLevel.D}.get(level, level)
            earlier = lower if self.random.random() < _LEVEL_BEHIND else level
            values[CellKey(code, mid, CellKind.LEVEL)] = earlier.value
            values[CellKey(code, end, CellKind.LEVEL)] = level.value
        return values | self._comments(result, levels, term)

    def _facts(self, result: OverallResult, term: Term) -> TermFacts:
        return TermFacts(
            absent_excused=self.random.choice([0, 0, 0, 1, 2, 2, 4]),
            absent_unexcused=self.random.choice([0] * 9 + [1]),
            recognised=term is Term.YEAR_END and result is OverallResult.HTT and self.random.random() < _RECOGNISED,
        )

    def _trait_levels(self, result: OverallResult) -> dict[str, QualityLevel]:
        codes = [trait.code for trait in self.curriculum.traits]
        if result in {OverallResult.HTXS, OverallResult.HTT}:
            return dict.fromkeys(codes, QualityLevel.T)
        if result is OverallResult.CHT:
            return {**dict.fromkeys(codes, QualityLevel.D), self.random.choice(codes): QualityLevel.C}
        return {code: self.random.choice([QualityLevel.T, QualityLevel.D]) for code in codes}

    def _comments(self, result: OverallResult, levels: dict[str, QualityLevel], term: Term) -> dict[CellKey, str]:
        groups = (
            (CommentField.QUALITIES, self.curriculum.qualities),
            (CommentField.GENERAL, self.curriculum.general_competencies),
            (CommentField.SPECIFIC, self.curriculum.specific_competencies),
        )
        order, end = list(QualityLevel), points_of(term)[1]
        lowest = {where: max((levels[trait.code] for trait in traits), key=order.index) for where, traits in groups}
        written = {where: self._comment(HOMEROOM, term, level, where) for where, level in lowest.items()}
        written[CommentField.HOMEROOM] = self._comment(HOMEROOM, term, result, CommentField.HOMEROOM)
        return {CellKey(where.value, end, CellKind.COMMENT): text for where, text in written.items()}

    def _comment(self, slot: str, term: Term, level: str, item: str = "") -> str:
        return self.random.choice(comments.choices(self.curriculum.grade, slot, term, level, item))


def with_slip(book: MarkBook) -> MarkBook:
    """Return the book with the sample's one wrong comment, at the first pupil whose subject is completed well."""
    subject = comments.REWORK_SUBJECT
    end = points_of(book.header.term)[1]
    level, comment = (CellKey(subject, end, kind) for kind in (CellKind.LEVEL, CellKind.COMMENT))
    entries = book.slots[subject]
    code = next(code for code, values in entries.items() if values[level] == SubjectLevel.T)
    changed = {**entries, code: {**entries[code], comment: comments.WRONG_COMMENT}}
    return replace(book, slots={**book.slots, subject: changed})
