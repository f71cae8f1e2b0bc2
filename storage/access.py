"""What a person may see: the scoped reads behind every guard."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM
from domain.stages import Stage
from storage import staffing
from storage.matters import seeing
from storage.staffing import Person
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Document,
    Enrolment,
    ManagingAuthority,
    Matter,
    PupilRow,
    TeachingAssignment,
    TermRecord,
)

# Offices that see every class of their school; teachers see the classes they are assigned to.
SCHOOL_WIDE = frozenset({"principal", "vice_principal", "seal_clerk", "system_admin"})
CITY_DEPARTMENT = "city_department"


@dataclass(frozen=True)
class ClassTermHead:
    """A class-term that the asking person may see, with the slots that person fills in it now."""

    id: UUID
    class_id: UUID
    school_id: UUID
    school_year: str
    term: str
    class_name: str
    stage: str
    due_at: datetime
    policy_version: int
    my_slots: frozenset[str]


@dataclass(frozen=True)
class RecordHead:
    """One pupil's record of a class-term that the asking person may see."""

    id: UUID
    class_term: ClassTermHead
    enrolment_id: UUID
    order_no: int
    full_name: str
    pupil_code: str
    stage: Stage
    revision: int
    held: bool
    pupil_id: UUID
    moving: bool = False


@dataclass(frozen=True)
class DocumentHead:
    """A paper: of one pupil, of a class-term, or of a matter without either."""

    id: UUID
    sha256: str
    kind: str
    school_id: UUID
    class_term_id: UUID | None
    pupil_id: UUID | None


def class_term(session: Session, class_term_id: UUID, person: Person, at: datetime) -> ClassTermHead | None:
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassTermRow.id == class_term_id, ClassGroup.school_id == person.school_id)
    )
    row = session.execute(query).first()
    if row is None:
        return None
    found, group = row
    slots = staffing.slots_of(session, person.staff_id, group.id, at)
    if not slots and not person.roles & SCHOOL_WIDE:
        return None
    return ClassTermHead(
        found.id,
        group.id,
        group.school_id,
        group.school_year,
        found.term,
        group.name,
        found.stage,
        found.due_at,
        found.policy_version,
        slots,
    )


def record(session: Session, record_id: UUID, person: Person, at: datetime) -> RecordHead | None:
    """A record of a class-term that the person may see; which slots of it he may read is another question."""
    query = (
        select(TermRecord, Enrolment.order_no, PupilRow)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.id == record_id)
    )
    row = session.execute(query).first()
    head = class_term(session, row[0].class_term_id, person, at) if row else None
    if row is None or head is None:
        return None
    found, order_no, pupil = row
    return RecordHead(
        found.id,
        head,
        found.enrolment_id,
        order_no,
        pupil.full_name,
        pupil.pupil_code,
        Stage(found.stage),
        found.revision,
        found.held,
        pupil.id,
        found.moving,
    )


def document(session: Session, document_id: UUID, person: Person, at: datetime) -> DocumentHead | None:
    row = session.get(Document, document_id)
    if row is None:
        return None
    if row.matter_id is not None:
        return _of_matter(session, row, person, at)
    head = class_term(session, row.class_term_id, person, at)
    if head is None or not may_read_paper(person, head, row.slot):
        return None
    return _head_of(session, row)


def _head_of(session: Session, row: Document) -> DocumentHead:
    pupil_id = session.scalar(select(Enrolment.pupil_id).where(Enrolment.id == row.enrolment_id))
    return DocumentHead(row.id, row.sha256, row.kind, row.school_id, row.class_term_id, pupil_id)


def _of_matter(session: Session, row: Document, person: Person, at: datetime) -> DocumentHead | None:
    sees = seeing.may_see(session, session.get_one(Matter, row.matter_id), person, at)
    return _head_of(session, row) if sees else None


def matter_document(session: Session, matter_id: UUID, person: Person, at: datetime) -> DocumentHead | None:
    """The paper of a matter that the person may see, as far as it is signed; a void one is none."""
    query = select(Document).where(Document.matter_id == matter_id, Document.state != "void")
    row = session.scalars(query.order_by(Document.created_at.desc(), Document.id).limit(1)).first()
    return None if row is None else _of_matter(session, row, person, at)


def may_read_slot(person: Person, head: ClassTermHead, slot: str) -> bool:
    """A subject's cells and sheets are for its teacher, the homeroom teacher and the school's offices."""
    return bool(person.roles & SCHOOL_WIDE) or bool({slot, HOMEROOM} & head.my_slots)


def may_read_paper(person: Person, head: ClassTermHead, slot: str) -> bool:
    """Year records and summaries speak of every subject: for the homeroom teacher and the school's offices."""
    return may_read_slot(person, head, slot or HOMEROOM)


def visible_classes(session: Session, person: Person, at: datetime) -> list[UUID] | None:
    """The classes a teacher is assigned to at `at`; None for an office that sees the whole school."""
    if person.roles & SCHOOL_WIDE:
        return None
    assigned = select(TeachingAssignment.class_id).where(
        TeachingAssignment.staff_id == person.staff_id, staffing.in_force(TeachingAssignment, at)
    )
    return list(session.scalars(assigned.distinct()))


def leads_the_city(session: Session, person: Person) -> bool:
    """Whether the person works at the department of the city, which runs the installation."""
    query = select(ManagingAuthority.id).where(
        ManagingAuthority.id == person.authority_id, ManagingAuthority.kind == CITY_DEPARTMENT
    )
    return session.scalars(query).first() is not None
