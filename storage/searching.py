"""Finds pupils, classes, people and papers of a school by name or code, with accents or without, where one may look."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import Session

from domain.duties import Duty
from storage.access import SCHOOL_WIDE, visible_classes
from storage.staffing import Person
from storage.tables import ClassGroup, ClassTermRow, Document, Enrolment, PupilRow, Staff, TermRecord

LIMIT = 8
SHORTEST = 2
_LEADERS = frozenset({Duty.PRINCIPAL.value, Duty.VICE_PRINCIPAL.value, Duty.ADMIN.value})


@dataclass(frozen=True)
class Hit:
    """Something that was found, and the id of what to open: a record, a class-term, a person or a document."""

    kind: str
    id: UUID
    title: str
    more: str


def search(session: Session, person: Person, words: str, at: datetime) -> list[Hit]:
    """At most a few of each kind, in the order of classes and names; nothing for a single letter."""
    wanted = " ".join(words.split())
    if len(wanted) < SHORTEST:
        return []
    classes = visible_classes(session, person, at)
    found = [*_classes(session, person, wanted, classes), *_pupils(session, person, wanted, classes)]
    if person.roles & _LEADERS:
        found += _people(session, person, wanted)
    if person.roles & SCHOOL_WIDE:
        found += _papers(session, person, wanted)
    return found


def _like(column: ColumnElement[str] | Any, words: str) -> ColumnElement[bool]:  # noqa: ANN401 - mapped columns too
    """Without accents and capitals on both sides; what the person types is text, never a pattern."""
    typed = words.lower().replace("/", "//").replace("%", "/%").replace("_", "/_")
    pattern = select(func.unaccent(f"%{typed}%")).scalar_subquery()  # once, not for every row
    return func.unaccent(func.lower(column)).like(pattern, escape="/")


def _within(classes: Sequence[UUID] | None) -> ColumnElement[bool]:
    return true() if classes is None else ClassGroup.id.in_(classes)


def _classes(session: Session, person: Person, words: str, classes: Sequence[UUID] | None) -> list[Hit]:
    query = (
        select(ClassTermRow.id, ClassGroup.name, ClassGroup.school_year, ClassTermRow.term)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == person.school_id, _like(ClassGroup.name, words), _within(classes))
        .order_by(ClassGroup.school_year.desc(), ClassGroup.name, ClassTermRow.term.desc())
        .limit(LIMIT)
    )
    return [Hit("class", each, name, f"{year} {term}") for each, name, year, term in session.execute(query)]


def _pupils(session: Session, person: Person, words: str, classes: Sequence[UUID] | None) -> list[Hit]:
    named = or_(_like(PupilRow.full_name, words), PupilRow.pupil_code.startswith(words, autoescape=True))
    # Pupils first, then their records of both terms: looking into a name takes longer than finding its records.
    matching = (
        select(PupilRow.id)
        .join(Enrolment, Enrolment.pupil_id == PupilRow.id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .where(ClassGroup.school_id == person.school_id, _within(classes), named)
        .cte("matching")
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    newest = (
        select(TermRecord.id, PupilRow.full_name, PupilRow.pupil_code, ClassGroup.name, ClassGroup.school_year)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(ClassGroup, ClassGroup.id == Enrolment.class_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .where(ClassGroup.school_id == person.school_id, _within(classes))
        .where(PupilRow.id.in_(select(matching.c.id)))
        .ext(distinct_on(ClassGroup.school_year, ClassGroup.name, Enrolment.order_no))
        .order_by(ClassGroup.school_year.desc(), ClassGroup.name, Enrolment.order_no, ClassTermRow.term.desc())
        .limit(LIMIT)
    )
    rows = session.execute(newest)
    return [Hit("pupil", each, name, f"{code} · {group} · {year}") for each, name, code, group, year in rows]


def _people(session: Session, person: Person, words: str) -> list[Hit]:
    query = select(Staff.id, Staff.full_name).where(Staff.school_id == person.school_id, _like(Staff.full_name, words))
    rows = session.execute(query.order_by(Staff.full_name).limit(LIMIT))
    return [Hit("person", each, name, "") for each, name in rows]


def _papers(session: Session, person: Person, words: str) -> list[Hit]:
    code = words.replace("-", "").replace(" ", "").upper()
    query = (
        select(Document.id, Document.lookup_code, func.coalesce(ClassGroup.name, ""))
        .outerjoin(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .outerjoin(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(Document.school_id == person.school_id, Document.lookup_code.startswith(code, autoescape=True))
        .limit(LIMIT)
    )
    return [Hit("paper", each, found, name) for each, found, name in session.execute(query)]
