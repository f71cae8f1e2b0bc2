"""Corrections as pages show them: lists for a person, and one matter with its steps. Nothing is written here."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES
from domain.matters import MatterKind
from domain.slot_marks import slot_name
from storage import staffing
from storage.access import ClassTermHead
from storage.entries import curriculum_of
from storage.extracts import seeing as extracts
from storage.matters import waits
from storage.staffing import Person
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    CorrectedRecord,
    Enrolment,
    IdentityPage,
    Matter,
    MatterEvent,
    MatterWait,
    PupilRow,
    Reason,
    School,
    Staff,
    TermRecord,
)

LONGEST_LIST = 200


@dataclass(frozen=True)
class Line:
    """A matter in a list; `names` of pupils only for those who may see them."""

    id: UUID
    state: str
    school: str
    class_name: str
    term: Term | None
    pupils: tuple[str, ...]
    parts: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class StepLine:
    """A step of the diary: the system did what nobody did."""

    deed: str
    by: str
    reason: str
    at: datetime


@dataclass(frozen=True)
class Pupil:
    record_id: UUID
    class_term_id: UUID
    term: Term
    order_no: int
    full_name: str
    pupil_code: str
    slots: tuple[str, ...]
    stage: str
    is_settled: bool


def lines(session: Session, person: Person, kind: MatterKind, at: datetime) -> list[Line]:
    """What the person may see of a kind, what is under way first, then the newest."""
    query = (
        select(Matter, School.name, Staff.full_name)
        .join(School, School.id == Matter.school_id)
        .join(Staff, Staff.id == Matter.opened_by)
        .where(Matter.kind == kind.value, seen_by(session, person, at))
        .order_by(Matter.settled_at.is_not(None), Matter.opened_at.desc())
        .limit(LONGEST_LIST)
    )
    found = []
    for matter, school, opener in session.execute(query):
        pupils = pupils_of(session, matter.id)
        class_name, term = class_of(session, matter)
        names = tuple(dict.fromkeys(each.full_name for each in pupils)) or _pupil_of_page(session, matter.id)
        parts = tuple(dict.fromkeys(name for each in pupils for name in part_names(session, each)))
        found.append(
            Line(
                matter.id, matter.state, school, class_name, term, names, parts, opener, matter.opened_at,
                matter.settled_at,
            )
        )  # fmt: skip
    return found


def seen_by(session: Session, person: Person, at: datetime) -> ColumnElement[bool]:
    """Offices see their school's; teachers what they opened, what waits for them, and what is about their classes."""
    asked = Matter.id.in_(select(MatterWait.matter_id).where(waits.is_for(person)))
    if person.authority_id is not None:
        done = select(MatterEvent.matter_id).where(MatterEvent.staff_id == person.staff_id)
        return or_(asked, Matter.id.in_(done))
    mine = Matter.school_id == person.school_id
    if person.roles & OFFICES:
        return mine
    own = staffing.own_slots(session, person.staff_id, at)
    classes, led = list(own), [class_id for class_id, slots in own.items() if HOMEROOM in slots]
    of_classes = (
        select(CorrectedRecord.matter_id)
        .join(TermRecord, TermRecord.id == CorrectedRecord.record_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(Enrolment.class_id.in_(classes))
    )
    theirs = or_(Matter.id.in_(of_classes), Matter.id.in_(extracts.of_classes(led))) if classes else false()
    return mine & or_(Matter.opened_by == person.staff_id, asked, theirs)


def matter_of(session: Session, matter_id: UUID, person: Person, kind: MatterKind, at: datetime) -> Matter | None:
    """One of the kind that the person may see."""
    query = select(Matter).where(Matter.id == matter_id, Matter.kind == kind.value, seen_by(session, person, at))
    return session.scalars(query).first()


def steps_of(session: Session, matter_id: UUID) -> list[StepLine]:
    query = (
        select(MatterEvent.deed, Staff.full_name, Reason.text, MatterEvent.happened_at)
        .outerjoin(Staff, Staff.id == MatterEvent.staff_id)
        .outerjoin(Reason, Reason.id == MatterEvent.reason_id)
        .where(MatterEvent.matter_id == matter_id)
        .order_by(MatterEvent.seq)
    )
    return [StepLine(deed, by or "", reason or "", at) for deed, by, reason, at in session.execute(query)]


def pupils_of(session: Session, matter_id: UUID) -> list[Pupil]:
    query = (
        select(CorrectedRecord, TermRecord, ClassTermRow.term, Enrolment.order_no, PupilRow)
        .join(TermRecord, TermRecord.id == CorrectedRecord.record_id)
        .join(ClassTermRow, ClassTermRow.id == TermRecord.class_term_id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(CorrectedRecord.matter_id == matter_id)
        .order_by(ClassTermRow.term, Enrolment.order_no)
    )
    return [
        Pupil(
            record.id, record.class_term_id, Term(term), order_no, pupil.full_name, pupil.pupil_code,
            tuple(row.slots), record.stage, row.settled_at is not None,
        )
        for row, record, term, order_no, pupil in session.execute(query)
    ]  # fmt: skip


def part_names(session: Session, pupil: Pupil) -> tuple[str, ...]:
    return names_of(session, pupil.class_term_id, pupil.slots)


def names_of(session: Session, class_term_id: UUID, slots: Collection[str]) -> tuple[str, ...]:
    """Parts as people know them, in the order of the curriculum."""
    return tuple(name for slot, name in all_parts(session, class_term_id) if slot in slots)


def all_parts(session: Session, class_term_id: UUID) -> Sequence[tuple[str, str]]:
    """Every part of a class-term with its name; the homeroom teacher's is the last."""
    row = session.get_one(ClassTermRow, class_term_id)
    curriculum = curriculum_of(session.get_one(ClassGroup, row.class_id), Term(row.term))
    return [(slot, slot_name(curriculum, slot)) for slot in curriculum.slots]


def class_of(session: Session, matter: Matter) -> tuple[str, Term | None]:
    query = (
        select(ClassGroup.name, ClassTermRow.term)
        .join(ClassTermRow, ClassTermRow.class_id == ClassGroup.id)
        .join(TermRecord, TermRecord.class_term_id == ClassTermRow.id)
        .join(CorrectedRecord, CorrectedRecord.record_id == TermRecord.id)
        .where(CorrectedRecord.matter_id == matter.id)
        .order_by(ClassTermRow.term.desc())
    )
    row = session.execute(query.limit(1)).first()
    return (row[0], Term(row[1])) if row else ("", None)


def _pupil_of_page(session: Session, matter_id: UUID) -> tuple[str, ...]:
    query = select(PupilRow.full_name).join(IdentityPage, IdentityPage.pupil_id == PupilRow.id)
    return tuple(session.scalars(query.where(IdentityPage.matter_id == matter_id)))


def readable_slots(session: Session, person: Person, class_id: UUID, at: datetime) -> frozenset[str] | None:
    """Whose cells the person may see: None for all of them."""
    if person.roles & OFFICES:
        return None
    mine = staffing.slots_of(session, person.staff_id, class_id, at)
    return None if HOMEROOM in mine else mine


def may_ask_unlock(head: ClassTermHead, slot: str) -> bool:
    return bool({slot, HOMEROOM} & head.my_slots)
