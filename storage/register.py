"""The register of what a school sealed: each document, how it stands, and whether its time is proven."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.calendar import TIMEZONE, end_of_day
from domain.documents import DocumentKind
from storage import evidence
from storage.looking_up import as_printed
from storage.tables import ClassGroup, ClassTermRow, Document, Enrolment, LogEvent, PupilRow

IN_FORCE, RECALLED, SUPERSEDED = "in_force", "recalled", "superseded"
_KINDS = ("issued", "transferred", RECALLED, SUPERSEDED)  # of events
_STANDINGS = {"issued": IN_FORCE, "transferred": IN_FORCE}
_NEWEST = (
    select(LogEvent.kind)
    .where(LogEvent.document_id == Document.id)
    .order_by(LogEvent.id.desc())
    .limit(1)
    .correlate(Document)
    .scalar_subquery()
)


@dataclass(frozen=True)
class Asked:
    """What of the register is asked for; empty means all."""

    code: str = ""
    class_id: UUID | None = None
    kind: str = ""
    standing: str = ""
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Entry:
    """One line; `full_name` is empty for papers of a whole class, `standing` until the document was issued.

    The paper of a matter is of no class-term; class and year are those of the pupil that it is about, if it is.
    """

    document_id: UUID
    class_term_id: UUID | None
    kind: DocumentKind
    class_name: str
    school_year: str
    term: Term | None
    order_no: int | None
    full_name: str
    pupil_code: str
    part: int
    version: int
    lookup_code: str
    sha256: str
    size: int
    sealed_at: datetime
    standing: str
    is_proven: bool


@dataclass(frozen=True)
class RegisterClass:
    class_id: UUID
    name: str
    school_year: str


def count(session: Session, school_id: UUID, asked: Asked) -> int:
    return session.scalar(_of(select(func.count(Document.id)), school_id, asked)) or 0


def entries(session: Session, school_id: UUID, asked: Asked, limit: int | None = None, skip: int = 0) -> list[Entry]:
    """The newest seal first, within a class in its own order."""
    query = _lines(school_id, asked).order_by(
        Document.sealed_at.desc(),
        ClassGroup.grade,
        func.length(ClassGroup.name),
        ClassGroup.name,
        Document.kind,
        Enrolment.order_no,
        Document.part,
    )
    return [_entry(*row) for row in session.execute(query.limit(limit).offset(skip))]


def entry(session: Session, school_id: UUID, document_id: UUID) -> Entry | None:
    """One document of this school's register."""
    query = _lines(school_id, Asked()).where(Document.id == document_id)
    row = session.execute(query).first()
    return _entry(*row) if row else None


def of_class_term(session: Session, school_id: UUID, class_term_id: UUID, kind: DocumentKind) -> list[Entry]:
    """The sealed papers in force of one class and term, in the order of the class."""
    in_force = (Document.class_term_id == class_term_id, Document.kind == kind, Document.state == "live")
    query = _lines(school_id, Asked()).where(*in_force).order_by(Enrolment.order_no, Document.part)
    found = [_entry(*row) for row in session.execute(query)]
    return [each for each in found if each.standing not in {RECALLED, SUPERSEDED}]


def classes(session: Session, school_id: UUID) -> list[RegisterClass]:
    """Classes that have something in the register, newest year first."""
    query = (
        select(ClassGroup.id, ClassGroup.name, ClassGroup.school_year)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .join(Document, Document.class_term_id == ClassTermRow.id)
        .where(ClassGroup.school_id == school_id, Document.sealed_at.is_not(None))
        .group_by(ClassGroup.id, ClassGroup.name, ClassGroup.school_year, ClassGroup.grade)
        .order_by(ClassGroup.school_year.desc(), ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    return [RegisterClass(*row) for row in session.execute(query)]


def _lines(school_id: UUID, asked: Asked) -> Select[Any]:
    pupil = (Enrolment.order_no, PupilRow.full_name, PupilRow.pupil_code)
    columns = (Document, ClassGroup.name, ClassGroup.school_year, ClassTermRow.term, *pupil)
    return _of(select(*columns, _NEWEST, evidence.is_proven()), school_id, asked)


def _of(query: Select[Any], school_id: UUID, asked: Asked) -> Select[Any]:
    return (
        query.select_from(Document)
        .outerjoin(ClassTermRow, ClassTermRow.id == Document.class_term_id)
        .outerjoin(Enrolment, Enrolment.id == Document.enrolment_id)
        .outerjoin(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .outerjoin(ClassGroup, ClassGroup.id == func.coalesce(ClassTermRow.class_id, Enrolment.class_id))
        .where(Document.school_id == school_id, Document.sealed_at.is_not(None), _wanted(asked))
    )


def _wanted(asked: Asked) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [Document.id.is_not(None)]
    if code := as_printed(asked.code):
        conditions.append(Document.lookup_code.startswith(code))
    if asked.class_id is not None:
        conditions.append(ClassGroup.id == asked.class_id)
    if asked.kind:
        conditions.append(Document.kind == asked.kind)
    if asked.standing:
        conditions.append(_NEWEST.in_([kind for kind in _KINDS if standing_of(kind) == asked.standing]))
    if asked.first is not None:
        conditions.append(Document.sealed_at >= datetime.combine(asked.first, time(), TIMEZONE))
    if asked.last is not None:
        conditions.append(Document.sealed_at < end_of_day(asked.last))
    return and_(*conditions)


def standing_of(newest: str | None) -> str:
    """How a document stands by its newest event; "" before it was issued."""
    return _STANDINGS.get(newest, newest) if newest else ""


def _entry(document: Document, *facts: Any) -> Entry:  # noqa: ANN401 - the further columns of `_lines`
    class_name, school_year, term, order_no, full_name, pupil_code, newest, is_proven = facts
    assert document.sealed_at is not None  # noqa: S101 - what the register is about
    return Entry(
        document_id=document.id,
        class_term_id=document.class_term_id,
        kind=DocumentKind(document.kind),
        class_name=class_name or "",
        school_year=school_year or "",
        term=Term(term) if term else None,
        order_no=order_no,
        full_name=full_name or "",
        pupil_code=pupil_code or "",
        part=document.part,
        version=document.version,
        lookup_code=document.lookup_code,
        sha256=document.sha256,
        size=document.size,
        sealed_at=document.sealed_at,
        standing=standing_of(newest),
        is_proven=is_proven,
    )
