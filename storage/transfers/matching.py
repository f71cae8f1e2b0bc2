"""Whether a class fits a pupil who comes: year, grade, and in grades 10 to 12 what it teaches."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.errors import Conflict, Invalid
from domain.rules.school_levels import SchoolLevel
from domain.stages import Stage
from domain.transfers.phases import Deed
from domain.transfers.subjects import SubjectMatch, learned, match_subjects
from storage import pupil_results, results
from storage.contents import term_papers
from storage.entries import curriculum_of
from storage.paper_facts import facts_on
from storage.tables import ClassGroup, ClassTermRow, Enrolment, MatterEvent, TermRecord, Transfer


def classes(session: Session, row: Transfer) -> Sequence[ClassGroup]:
    """Classes of the receiving school that the pupil could enter, by name."""
    query = select(ClassGroup).where(ClassGroup.school_id == row.to_school_id)
    former = _former(session, row)
    if former is None:
        newest = select(func.max(ClassGroup.school_year)).where(ClassGroup.school_id == row.to_school_id)
        query = query.where(ClassGroup.grade == row.grade, ClassGroup.school_year == newest.scalar_subquery())
    else:
        same = (ClassGroup.school_year == former.school_year) & (ClassGroup.grade == row.grade)
        later = (ClassGroup.school_year > former.school_year) & ClassGroup.grade.in_((row.grade, row.grade + 1))
        query = query.where(same | later)
    return session.scalars(query.order_by(ClassGroup.school_year, func.length(ClassGroup.name), ClassGroup.name)).all()


def match(session: Session, row: Transfer, group: ClassGroup) -> SubjectMatch | None:
    """What differs from the class that he leaves, or from what his papers say he has learned.

    None for who comes from outside to grades 1 to 9. Raises Invalid for a class of another level.
    """
    enters, former = curriculum_of(group, Term.YEAR_END), _former(session, row)
    if former is not None:
        return match_subjects(curriculum_of(session.get_one(ClassGroup, former.class_id), Term.YEAR_END), enters)
    if not row.learned or enters.level is not SchoolLevel.UPPER_SECONDARY:
        return None
    return match_subjects(learned(enters, row.learned["optional"], row.learned["topics"]), enters)


def refuse_unfit(session: Session, row: Transfer, group: ClassGroup) -> SubjectMatch | None:
    """The same. Raises Invalid for a class that the pupil cannot enter, Conflict while a former year is not issued."""
    if group.id not in {each.id for each in classes(session, row)}:
        raise Invalid("Lớp này không cùng khối hoặc không đúng năm học của học sinh.")
    former = _former(session, row)
    if former is not None and former.school_year < group.school_year:
        _refuse_unfinished(session, former, group)
    return match(session, row, group)


def _refuse_unfinished(session: Session, former: Enrolment, group: ClassGroup) -> None:
    year, before = former.school_year, session.get_one(ClassGroup, former.class_id).grade
    if _has_open(session, former.id):
        raise Conflict(f"Học bạ năm học {year} của học sinh chưa phát hành; hãy chờ trường nơi đi phát hành xong.")
    if group.grade > before and not is_promoted(session, former):
        raise Invalid(f"Năm học {year} học sinh chưa được lên lớp nên không vào khối {group.grade}.")


def is_promoted(session: Session, former: Enrolment) -> bool:
    """Whether the year's issued record promotes the pupil; of a year without books here nobody knows, and it may be."""
    query = (
        select(TermRecord)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(Enrolment.record_uid == former.record_uid, ClassTermRow.term == Term.YEAR_END)
    )
    record = session.scalars(query.order_by(TermRecord.stage == Stage.ISSUED.value)).all()[-1:]
    if not record:
        return True
    facts = facts_on(session, record[0].class_term_id, former.joined_on)
    entered = results.entered(session, facts, record)[record[0].id]
    return pupil_results.judged(term_papers(facts), entered).is_promoted is True


def gaps_of(match: SubjectMatch | None) -> list[str]:
    """Codes of what is to be made up; below grade 10 nothing keeps anybody away."""
    if match is None or not match.must_be_settled:
        return []
    return [each.code for each in match.new] + [f"{each.code}/topics" for each in match.new_topics]


def new_gaps(session: Session, row: Transfer) -> list[str]:
    """Codes of what is to be made up that the school did not know of when it accepted the pupil."""
    accepted = select(MatterEvent.detail).where(
        MatterEvent.matter_id == row.matter_id, MatterEvent.deed == Deed.ACCEPT.value
    )
    known = (session.scalars(accepted.order_by(MatterEvent.seq.desc()).limit(1)).first() or {}).get("gaps", [])
    return [each for each in row.subject_gaps if each not in cast("list[str]", known)]


def _former(session: Session, row: Transfer) -> Enrolment | None:
    return session.get(Enrolment, row.from_enrolment_id) if row.from_enrolment_id else None


def _has_open(session: Session, enrolment_id: UUID) -> bool:
    query = select(TermRecord.id).where(
        TermRecord.enrolment_id == enrolment_id, TermRecord.class_term_id.is_not(None), TermRecord.stage != "issued"
    )
    return session.scalars(query).first() is not None
