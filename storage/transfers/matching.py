"""Whether a class fits a pupil who comes: year, grade, and in grades 10 to 12 what it teaches."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.errors import Conflict, Invalid
from domain.transfers.subjects import SubjectMatch, match_subjects
from storage.entries import curriculum_of
from storage.tables import ClassGroup, Enrolment, TermRecord, Transfer


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
    """What differs from the class that he leaves; None for who comes from outside, whose class nobody knows here.

    Raises Invalid for a class of another level.
    """
    former = _former(session, row)
    if former is None:
        return None
    leaves = session.get_one(ClassGroup, former.class_id)
    return match_subjects(curriculum_of(leaves, Term.YEAR_END), curriculum_of(group, Term.YEAR_END))


def refuse_unfit(session: Session, row: Transfer, group: ClassGroup) -> SubjectMatch | None:
    """The same. Raises Invalid for a class that the pupil cannot enter, Conflict while a former year is not issued."""
    if group.id not in {each.id for each in classes(session, row)}:
        raise Invalid("Lớp này không cùng khối hoặc không đúng năm học của học sinh.")
    former = _former(session, row)
    if former is not None and former.school_year < group.school_year and _has_open(session, former.id):
        raise Conflict(
            f"Học bạ năm học {former.school_year} của học sinh chưa phát hành; hãy chờ trường nơi đi phát hành xong."
        )
    return match(session, row, group)


def gaps_of(match: SubjectMatch | None) -> list[str]:
    """Codes of what is to be made up; below grade 10 nothing keeps anybody away."""
    if match is None or not match.must_be_settled:
        return []
    return [each.code for each in match.new] + [f"{each.code}/topics" for each in match.new_topics]


def _former(session: Session, row: Transfer) -> Enrolment | None:
    return session.get(Enrolment, row.from_enrolment_id) if row.from_enrolment_id else None


def _has_open(session: Session, enrolment_id: UUID) -> bool:
    query = select(TermRecord.id).where(
        TermRecord.enrolment_id == enrolment_id, TermRecord.class_term_id.is_not(None), TermRecord.stage != "issued"
    )
    return session.scalars(query).first() is not None
