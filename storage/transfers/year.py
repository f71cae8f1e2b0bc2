"""The running year of a pupil who moves: its terms as far as they were entered, wherever that was."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.documents import DocumentKind
from domain.matter_papers import RecordReference
from domain.stages import Stage
from domain.transfers.results import EnteredTerm
from storage import entries
from storage.tables import ClassGroup, ClassTermRow, Document, Enrolment, PupilTerm, School, TermRecord


@dataclass(frozen=True)
class TermSoFar:
    """A term's record with what it holds, and the half-day sessions that the pupil was absent."""

    record_id: UUID
    entered: EnteredTerm
    absent_excused: int
    absent_unexcused: int


@dataclass(frozen=True)
class SealedYear:
    """A past year's record as it was sealed."""

    document_id: UUID
    school_year: str
    school: str
    lookup_code: str
    sha256: str

    @property
    def reference(self) -> RecordReference:
        return RecordReference(self.school_year, self.school, self.lookup_code, self.sha256)


def terms_so_far(session: Session, enrolment: Enrolment) -> list[TermSoFar]:
    """The first term before the second; none of a year that is sealed as a whole."""
    if _is_whole(session, enrolment):
        return []
    query = (
        select(TermRecord, ClassTermRow.term, ClassGroup)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(
            Enrolment.record_uid == enrolment.record_uid,
            or_(TermRecord.enrolment_id == enrolment.id, TermRecord.stage == Stage.ISSUED.value),
        )
    )
    found = [_term(session, record, Term(term), group) for record, term, group in session.execute(query)]
    return sorted(found, key=lambda each: list(Term).index(each.entered.term))


def sealed_years(session: Session, pupil_id: UUID) -> list[SealedYear]:
    """Every year record in force that bears a school's seal, oldest first."""
    query = (
        select(Document.id, Enrolment.school_year, School.name, Document.lookup_code, Document.sha256)
        .join(Enrolment, Enrolment.id == Document.enrolment_id)
        .join(School, School.id == Document.school_id)
        .where(
            Enrolment.pupil_id == pupil_id, Document.kind == DocumentKind.YEAR_RECORD, Document.state == "live",
            Document.sealed_at.is_not(None),
        )
        .order_by(Enrolment.school_year, Document.sealed_at)
    )  # fmt: skip
    return list({row[1]: SealedYear(*row) for row in session.execute(query)}.values())


def _is_whole(session: Session, enrolment: Enrolment) -> bool:
    query = select(Document.id).where(
        Document.record_uid == enrolment.record_uid, Document.state == "live", Document.sealed_at.is_not(None)
    )
    return session.scalars(query).first() is not None


def _term(session: Session, record: TermRecord, term: Term, group: ClassGroup) -> TermSoFar:
    curriculum = entries.curriculum_of(group, term)
    slots = entries.values_of(session, curriculum.slots, [record.id]).get(record.id, {})
    kept = session.get(PupilTerm, record.id)
    is_waived = kept is not None and kept.assessment_waived
    entered = EnteredTerm(term, curriculum, slots, record.stage == Stage.ISSUED, is_waived)
    return TermSoFar(record.id, entered, kept.absent_excused if kept else 0, kept.absent_unexcused if kept else 0)
