"""Which classes of a year have an open book for a term, and which do not."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from storage.tables import ClassGroup, ClassTermRow, Enrolment


@dataclass(frozen=True)
class BookLine:
    """A class and its book of a term; `class_term_id` is None while it is not open.

    `is_untouched`: nobody has done anything in it, so starting it again is harmless.
    """

    class_id: UUID
    class_name: str
    grade: int
    pupils: int
    class_term_id: UUID | None
    opened_at: datetime | None
    due_at: datetime | None
    is_untouched: bool


def books_of(session: Session, school_id: UUID, school_year: str, term: Term) -> list[BookLine]:
    """Every class of a year, in order."""
    return _lines(session, term, ClassGroup.school_id == school_id, ClassGroup.school_year == school_year)


def book_of(session: Session, class_id: UUID, term: Term) -> BookLine:
    return _lines(session, term, ClassGroup.id == class_id)[0]


def _lines(session: Session, term: Term, *which: ColumnElement[bool]) -> list[BookLine]:
    pupils = (
        select(func.count())
        .where(Enrolment.class_id == ClassGroup.id, Enrolment.left_on.is_(None))
        .correlate(ClassGroup)
        .scalar_subquery()
    )
    query = (
        select(ClassGroup, ClassTermRow, pupils)
        .outerjoin(ClassTermRow, (ClassTermRow.class_id == ClassGroup.id) & (ClassTermRow.term == term.value))
        .where(*which)
        .order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    return [
        BookLine(
            group.id,
            group.name,
            group.grade,
            count,
            row.id if row else None,
            row.created_at if row else None,
            row.due_at if row else None,
            bool(row and row.wf_seq == 0),
        )
        for group, row, count in session.execute(query)
    ]
