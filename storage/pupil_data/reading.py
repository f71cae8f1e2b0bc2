"""Which rows are a pupil's at one school, and how a query becomes a section."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Executable, Select, func, select
from sqlalchemy.orm import Session

from domain.labelled import Labelled
from domain.pupil_data import Cell, Section
from storage.tables import ClassGroup, ClassTermRow, Enrolment, TermRecord

OWN_TERM = func.coalesce(TermRecord.class_term_id, TermRecord.detached_from) == ClassTermRow.id


def enrolments(pupil_id: UUID, school_id: UUID) -> Select[UUID]:
    own = select(Enrolment.id).join(ClassGroup, ClassGroup.id == Enrolment.class_id)
    return own.where(Enrolment.pupil_id == pupil_id, ClassGroup.school_id == school_id)


def records(pupil_id: UUID, school_id: UUID) -> Select[UUID]:
    return select(TermRecord.id).where(TermRecord.enrolment_id.in_(enrolments(pupil_id, school_id)))


def section(
    session: Session, code: str, title: str, columns: Mapping[str, str], query: Executable, **words: type[Labelled]
) -> Section:
    """The query selects the columns in their order; `words` are those of columns that hold codes."""
    named = [words.get(name) for name in columns]
    rows = [tuple(map(_cell, row, named)) for row in session.execute(query)]
    return Section(code, title, columns, rows)


def _cell(value: Cell | UUID, words: type[Labelled] | None) -> Cell:
    if isinstance(value, UUID):
        return str(value)
    return words(value) if words is not None and isinstance(value, str) else value
