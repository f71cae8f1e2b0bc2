"""A class's entered results as documents show them, judged by the rules of the circular."""

from collections import Counter
from dataclasses import dataclass, field
from typing import TypedDict
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from domain.assessment import (
    OverallResult,
    ResultWithTrace,
    SubjectLevel,
    SubjectResult,
    Term,
    TraitResult,
    YearAssessment,
    commendation_title,
    completion_text,
    overall_result,
    points_of,
    programme_completed,
    promoted,
    score_text,
)
from domain.curriculum import Trait
from domain.documents import LevelLine, SubjectLine, SummaryPupilLine
from domain.entry import CommentField, HomeroomEntry, SubjectEntry
from domain.errors import Incomplete
from storage import entries
from storage.paper_facts import ClassFacts, Member
from storage.tables import PupilTerm, TermRecord

PROMOTED, NOT_PROMOTED = "Lên lớp", "Chưa lên lớp"


class YearPart(TypedDict):
    """The part of a year record that comes from what was entered."""

    height_cm: str
    weight_kg: str
    health: str
    absent_excused: int
    absent_unexcused: int
    subjects: tuple[SubjectLine, ...]
    qualities: tuple[LevelLine, ...]
    qualities_comment: str
    general_competencies: tuple[LevelLine, ...]
    general_comment: str
    specific_competencies: tuple[LevelLine, ...]
    specific_comment: str
    homeroom_comment: str
    result: str
    result_name: str
    result_reason: str
    commendation: str
    programme_completed: bool
    promoted: bool
    completion_text: str


@dataclass(frozen=True)
class Results:
    """Entries of the records of one class-term; `absences` are those of the whole year at the year's end."""

    facts: ClassFacts
    subjects: dict[UUID, dict[str, SubjectEntry]]
    homeroom: dict[UUID, HomeroomEntry]
    pupils: dict[UUID, PupilTerm]
    absences: dict[UUID, tuple[int, int]]
    judgements: dict[UUID, ResultWithTrace] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session, facts: ClassFacts, records: list[TermRecord]) -> "Results":
        record_ids = [record.id for record in records]
        slots = [subject.code for subject in facts.curriculum.subjects]
        kept = select(PupilTerm).where(PupilTerm.record_id.in_(record_ids))
        return cls(
            facts=facts,
            subjects=entries.subject_entries(session, facts.term, slots, record_ids),
            homeroom=entries.homeroom_entries(session, facts.term, record_ids),
            pupils={row.record_id: row for row in session.scalars(kept)},
            absences=_absences(session, facts, record_ids),
        )

    def judged(self, record_id: UUID) -> ResultWithTrace:
        """The year's result and its trace; none for a pupil who is not assessed. Raises Incomplete without a level."""
        if record_id not in self.judgements:
            self.judgements[record_id] = self._judge(record_id)
        return self.judgements[record_id]

    def _judge(self, record_id: UUID) -> ResultWithTrace:
        if record_id in self.pupils and self.pupils[record_id].assessment_waived:
            return overall_result(YearAssessment((), (), (), assessment_waived=True))
        _, end = points_of(self.facts.term)
        rows = self.subjects[record_id]
        homeroom = self.homeroom[record_id]
        subjects = tuple(
            SubjectResult(each.name, _level(rows.get(each.code)), each.has_test(end), rows[each.code].score)
            for each in self.facts.curriculum.subjects
        )
        curriculum = self.facts.curriculum
        qualities, competencies = (_traits(homeroom, each) for each in (curriculum.qualities, curriculum.competencies))
        return overall_result(YearAssessment(subjects, qualities, competencies))

    def of_year(self, record_id: UUID) -> YearPart:
        homeroom, kept = self.homeroom[record_id], self.pupils.get(record_id)
        curriculum, judged = self.facts.curriculum, self.judged(record_id)
        excused, unexcused = self.absences[record_id]
        return YearPart(
            height_cm=kept.height_cm if kept else "",
            weight_kg=kept.weight_kg if kept else "",
            health=kept.health if kept else "",
            absent_excused=excused,
            absent_unexcused=unexcused,
            subjects=self._subject_lines(record_id),
            qualities=_level_lines(homeroom, curriculum.qualities),
            qualities_comment=homeroom.comments.get(CommentField.QUALITIES, ""),
            general_competencies=_level_lines(homeroom, curriculum.general_competencies),
            general_comment=homeroom.comments.get(CommentField.GENERAL, ""),
            specific_competencies=_level_lines(homeroom, curriculum.specific_competencies),
            specific_comment=homeroom.comments.get(CommentField.SPECIFIC, ""),
            homeroom_comment=homeroom.comments.get(CommentField.HOMEROOM, ""),
            result=judged.result or "",
            result_name=judged.result.label if judged.result else "",
            result_reason=judged.reason,
            commendation=commendation_title(judged.result, recognised=homeroom.recognised),
            programme_completed=programme_completed(judged.result),
            promoted=promoted(judged.result),
            completion_text=completion_text(self.facts.group.grade, judged.result),
        )

    def summary_line(self, member: Member) -> SummaryPupilLine:
        record_id = member.record.id
        rows, homeroom = self.subjects[record_id], self.homeroom[record_id]
        curriculum = self.facts.curriculum
        judged = self.judged(record_id) if self._is_year() else None
        result = judged.result if judged else None
        return SummaryPupilLine(
            order_no=member.enrolment.order_no,
            pupil_code=member.pupil.pupil_code,
            full_name=member.pupil.full_name,
            revision=member.record.revision,
            levels=tuple(_code(rows.get(each.code, SubjectEntry()).end_level) for each in curriculum.subjects),
            scores=tuple(score_text(rows.get(each.code, SubjectEntry()).score) for each in curriculum.subjects),
            qualities=tuple(_code(homeroom.end_levels.get(each.code)) for each in curriculum.qualities),
            competencies=tuple(_code(homeroom.end_levels.get(each.code)) for each in curriculum.competencies),
            absent=sum(self.absences[record_id]),
            result=result or "",
            commendation=commendation_title(result, recognised=homeroom.recognised) if judged else "",
            promoted=(PROMOTED if promoted(result) else NOT_PROMOTED) if judged else "",
        )

    def counts(self) -> tuple[tuple[str, int], ...]:
        """How many pupils have each result of the year; nothing in the first term."""
        if not self._is_year():
            return ()
        found = Counter(self.judged(record_id).result for record_id in self.homeroom)
        return tuple((f"{result.label} ({result})", found[result]) for result in OverallResult)

    def _is_year(self) -> bool:
        return self.facts.term is Term.YEAR_END

    def _subject_lines(self, record_id: UUID) -> tuple[SubjectLine, ...]:
        rows = self.subjects[record_id]
        return tuple(
            SubjectLine(each.code, each.name, _code(row.end_level), score_text(row.score), row.comment)
            for each in self.facts.curriculum.subjects
            for row in [rows.get(each.code, SubjectEntry())]
        )


def _level(entry: SubjectEntry | None) -> SubjectLevel:
    if entry is None or entry.end_level is None:
        raise Incomplete("Còn môn học chưa có mức đạt được.")
    return entry.end_level


def _traits(homeroom: HomeroomEntry, traits: tuple[Trait, ...]) -> tuple[TraitResult, ...]:
    return tuple(
        TraitResult(each.name, homeroom.end_levels[each.code]) for each in traits if each.code in homeroom.end_levels
    )


def _level_lines(homeroom: HomeroomEntry, traits: tuple[Trait, ...]) -> tuple[LevelLine, ...]:
    return tuple(LevelLine(each.code, each.name, _code(homeroom.end_levels.get(each.code))) for each in traits)


def _code(level: str | None) -> str:
    return str(level) if level else ""


def _absences(session: Session, facts: ClassFacts, record_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Half-day absences by record: excused and not; at the year's end those of all terms of the enrolment."""
    asked, counted = aliased(TermRecord), aliased(TermRecord)
    join = counted.enrolment_id == asked.enrolment_id if facts.term is Term.YEAR_END else counted.id == asked.id
    query = (
        select(asked.id, func.sum(PupilTerm.absent_excused), func.sum(PupilTerm.absent_unexcused))
        .join(counted, join)
        .join(PupilTerm, PupilTerm.record_id == counted.id)
        .where(asked.id.in_(record_ids))
        .group_by(asked.id)
    )
    found = {record_id: (excused, unexcused) for record_id, excused, unexcused in session.execute(query)}
    return {record_id: found.get(record_id, (0, 0)) for record_id in record_ids}
