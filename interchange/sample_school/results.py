"""Sample marks: each pupil gets a planned year result, and levels, scores and comments that lead to it."""

from dataclasses import dataclass, replace
from random import Random
from typing import Final

from domain.assessment import OverallResult, QualityLevel, SubjectLevel, Term, points_of
from domain.curriculum import Curriculum, Subject
from domain.entry import CommentField, HomeroomEntry, SubjectEntry
from interchange.marks import MarkBook, MarksHeader
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
class ClassMarks:
    """Draws the mark book of one class and term; the plan is the same in both terms."""

    random: Random
    curriculum: Curriculum
    header: RosterHeader
    pupils: tuple[RosterRow, ...]
    plan: list[OverallResult]

    def draw(self, term: Term) -> MarkBook:
        planned = dict(zip((pupil.pupil_code for pupil in self.pupils), self.plan, strict=True))
        marks = {code: self._subjects(result, term) for code, result in planned.items()}
        return MarkBook(
            header=MarksHeader(self.header.school_code, self.header.school_year, self.header.class_name, term),
            names={pupil.pupil_code: pupil.full_name for pupil in self.pupils},
            subjects={
                subject.code: {code: marks[code][subject.code] for code in planned}
                for subject in self.curriculum.subjects
            },
            homeroom={code: self._homeroom(result, term) for code, result in planned.items()},
        )

    def _subjects(self, result: OverallResult, term: Term) -> dict[str, SubjectEntry]:
        levels = self._subject_levels(result)
        scores = self._scores(result, levels, [s for s in self.curriculum.subjects if s.has_test(points_of(term)[1])])
        return {
            code: SubjectEntry(
                mid_level=self._earlier(level),
                end_level=level,
                score=scores.get(code),
                comment=self.random.choice(comments.subject_comments(code, term, level)),
            )
            for code, level in levels.items()
        }

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

    def _homeroom(self, result: OverallResult, term: Term) -> HomeroomEntry:
        end = self._trait_levels(result)
        lower = {QualityLevel.T: QualityLevel.D}
        mid = {
            code: lower.get(level, level) if self.random.random() < _LEVEL_BEHIND else level
            for code, level in end.items()
        }
        return HomeroomEntry(
            mid_levels=mid,
            end_levels=end,
            comments=self._comments(result, end),
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

    def _comments(self, result: OverallResult, levels: dict[str, QualityLevel]) -> dict[CommentField, str]:
        groups = (
            (CommentField.QUALITIES, comments.QUALITIES, self.curriculum.qualities),
            (CommentField.GENERAL, comments.GENERAL, self.curriculum.general_competencies),
            (CommentField.SPECIFIC, comments.SPECIFIC, self.curriculum.specific_competencies),
        )
        order = list(QualityLevel)
        written = {
            where: self.random.choice(choices[max((levels[trait.code] for trait in traits), key=order.index)])
            for where, choices, traits in groups
        }
        return {**written, CommentField.HOMEROOM: self.random.choice(comments.HOMEROOM[result])}


def with_slip(book: MarkBook) -> MarkBook:
    """Return the book with the sample's one wrong comment, at the first pupil whose subject is completed well."""
    entries = book.subjects[comments.REWORK_SUBJECT]
    code = next(code for code, entry in entries.items() if entry.end_level is SubjectLevel.T)
    changed = {**entries, code: replace(entries[code], comment=comments.WRONG_COMMENT)}
    return replace(book, subjects={**book.subjects, comments.REWORK_SUBJECT: changed})
