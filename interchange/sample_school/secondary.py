"""Sample marks of secondary classes: each pupil gets a planned level, and marks that lead to it."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Final

from domain.assessment import REGULAR_POINTS, AssessmentPoint, SubjectKind, Term, points_of
from domain.comments import CommentField
from domain.curriculum import HOMEROOM, Curriculum, Subject
from domain.entry import CONDUCT, CellKey, Values
from domain.scales import CellKind
from domain.secondary.levels import MeritLevel, PassLevel, mark_text
from interchange.marks import MarkBook, MarksHeader, TermFacts
from interchange.roster import RosterHeader, RosterRow
from interchange.sample_school import comments

_SHARES: Final = {MeritLevel.T: 0.25, MeritLevel.K: 0.45}
# Marks in tenths from which a pupil's subjects draw, by level.
_MARKS: Final = {MeritLevel.T: (82, 100), MeritLevel.K: (67, 88), MeritLevel.D: (52, 70)}


def plan_levels(random: Random, size: int) -> list[MeritLevel]:
    """Return one planned level per pupil: about 25% Tốt, 45% Khá, the rest Đạt, in random order."""
    plan = [level for level, share in _SHARES.items() for _ in range(round(share * size))]
    plan += [MeritLevel.D] * (size - len(plan))
    random.shuffle(plan)
    return plan


@dataclass(frozen=True)
class SecondaryMarks:
    """Draws the mark book of one class and term; the plan is the same in both terms."""

    random: Random
    curriculum: Curriculum
    header: RosterHeader
    pupils: tuple[RosterRow, ...]
    plan: list[MeritLevel]

    def draw(self, term: Term) -> MarkBook:
        planned = dict(zip((pupil.pupil_code for pupil in self.pupils), self.plan, strict=True))
        slots: dict[str, dict[str, Values]] = {
            subject.code: {code: self._values(subject, level, term) for code, level in planned.items()}
            for subject in self.curriculum.subjects
        }
        slots[HOMEROOM] = {code: self._homeroom(level, term) for code, level in planned.items()}
        return MarkBook(
            header=MarksHeader(self.header.school_code, self.header.school_year, self.header.class_name, term),
            names={pupil.pupil_code: pupil.full_name for pupil in self.pupils},
            slots=slots,
            facts={code: TermFacts(self.random.choice([0, 0, 1, 1, 2, 3])) for code in planned},
        )

    def _values(self, subject: Subject, level: MeritLevel, term: Term) -> Values:
        topic = (AssessmentPoint.TOPIC,) if subject.has_topic else ()
        points = (*REGULAR_POINTS[: subject.min_regular], *topic, *points_of(term))
        if subject.kind is SubjectKind.COMMENT:
            values = {CellKey(subject.code, point, CellKind.LEVEL): PassLevel.D.value for point in points}
        else:
            values = {CellKey(subject.code, point, CellKind.SCORE): self._mark(level) for point in points}
        said = PassLevel.D if subject.kind is SubjectKind.COMMENT else level
        comment = CellKey(subject.code, points_of(term)[1], CellKind.COMMENT)
        return values | {comment: self._comment(subject.code, term, said)}

    def _comment(self, slot: str, term: Term, level: str) -> str:
        return self.random.choice(comments.choices(self.curriculum.grade, slot, term, level))

    def _mark(self, level: MeritLevel) -> str:
        return mark_text(Decimal(self.random.randint(*_MARKS[level])) / 10)

    def _homeroom(self, level: MeritLevel, term: Term) -> Values:
        end = points_of(term)[1]
        conduct = self.random.choice([MeritLevel.T, MeritLevel.T, MeritLevel.K] if level is MeritLevel.D else [level])
        return {
            CellKey(CONDUCT, end, CellKind.LEVEL): conduct.value,
            CellKey(CommentField.HOMEROOM.value, end, CellKind.COMMENT): self._comment(HOMEROOM, term, level),
        }
