"""Who fills a slot at a moment: effective-dated assignments and positions. Workflows know slots, never people."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.duties import Duty
from domain.errors import NotAllowed
from domain.signature_plans import SignaturePlan
from storage.tables import ClassGroup, Position, Staff, TeachingAssignment

Moment: TypeAlias = datetime | BindParameter[datetime]
ROLE_OF_SLOT: Mapping[str, str] = {PRINCIPAL: "principal", SEAL: "seal_clerk"}
_SLOT_OF_ROLE = case({role: slot for slot, role in ROLE_OF_SLOT.items()}, value=Position.role)


@dataclass(frozen=True)
class Signer:
    """The person who fills a slot, and the words printed under the signature."""

    staff_id: UUID
    full_name: str
    personal_id: str
    title: str


@dataclass(frozen=True)
class Person:
    """A member of staff with the offices held now, and whether the person teaches subjects or a class of one's own."""

    staff_id: UUID
    school_id: UUID
    full_name: str
    roles: frozenset[str]
    teaches: frozenset[str] = frozenset()

    @property
    def duties(self) -> frozenset[Duty]:
        return frozenset(Duty(each) for each in self.roles | self.teaches)


def signs_records(group: ClassGroup, term: Term) -> bool:
    """Whether the class's subject teachers sign each record of this term, not only their sheet of the class."""
    return term is Term.YEAR_END and group.signature_plan == SignaturePlan.RECORD


def signer_of(session: Session, class_id: UUID, slot: str, at: datetime) -> Signer:
    """The designated signer of `slot` at `at`; raises NotAllowed when nobody is assigned."""
    return signers_of(session, class_id, (slot,), at)[slot]


def signers_of(session: Session, class_id: UUID, slots: tuple[str, ...], at: datetime) -> dict[str, Signer]:
    """The same of several slots."""
    filling = union_all(_assignments(class_id, slots, at), _offices(class_id, slots, at))
    found = {row[0]: Signer(*row[1:]) for row in session.execute(filling)}
    if not found.keys() >= set(slots):
        raise NotAllowed("Chưa phân công người phụ trách bước này.")
    return {slot: found[slot] for slot in slots}


def holders_of(session: Session, class_id: UUID, slot: str, at: datetime) -> frozenset[UUID]:
    """Whoever fills a slot at `at`; nobody where nobody is assigned."""
    filling = union_all(_assignments(class_id, (slot,), at), _offices(class_id, (slot,), at))
    return frozenset(row[1] for row in session.execute(filling))


@dataclass(frozen=True)
class Teacher:
    """Who fills in a slot of a class."""

    staff_id: UUID
    full_name: str


def teachers_of(session: Session, class_id: UUID, at: datetime) -> dict[str, Teacher]:
    """The designated teacher of each slot of a class at `at`; slots that nobody has are left out."""
    query = (
        select(TeachingAssignment.slot, Staff.id, Staff.full_name)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .where(TeachingAssignment.class_id == class_id, TeachingAssignment.is_signer, in_force(TeachingAssignment, at))
    )
    return {slot: Teacher(staff_id, name) for slot, staff_id, name in session.execute(query)}


def person(session: Session, at: datetime, who: ColumnElement[bool]) -> Person | None:
    """The member of staff that `who` picks, with the duties at `at` in that school."""
    row = session.execute(select(*person_columns(at)).where(who)).first()
    return person_of(row) if row else None


def person_columns(at: Moment) -> tuple[Any, ...]:
    """What `person_of` reads, for queries over `staff`."""
    roles = select(Position.role).where(
        Position.staff_id == Staff.id, Position.school_id == Staff.school_id, in_force(Position, at)
    )
    kind = case((TeachingAssignment.slot == HOMEROOM, Duty.HOMEROOM.value), else_=Duty.SUBJECT_TEACHER.value)
    teaches = select(kind).where(TeachingAssignment.staff_id == Staff.id, in_force(TeachingAssignment, at)).distinct()
    return (
        Staff.id,
        Staff.school_id,
        Staff.full_name,
        func.array(roles.correlate(Staff).scalar_subquery()),
        func.array(teaches.correlate(Staff).scalar_subquery()),
    )


def person_of(row: Sequence[Any]) -> Person:
    return Person(row[0], row[1], row[2], frozenset(row[3]), frozenset(row[4]))


def slots_of(session: Session, staff_id: UUID, class_id: UUID, at: datetime) -> frozenset[str]:
    """Every slot of a class that this person fills at `at`; a school may have several clerks."""
    taught = select(TeachingAssignment.slot).where(
        TeachingAssignment.class_id == class_id,
        TeachingAssignment.staff_id == staff_id,
        TeachingAssignment.is_signer,
        in_force(TeachingAssignment, at),
    )
    held = (
        select(_SLOT_OF_ROLE)
        .join(ClassGroup, ClassGroup.school_id == Position.school_id)
        .where(ClassGroup.id == class_id, Position.staff_id == staff_id, in_force(Position, at))
        .where(Position.role.in_(ROLE_OF_SLOT.values()))
    )
    return frozenset(session.scalars(union_all(taught, held)))


def in_force(table: type[Position] | type[TeachingAssignment], at: Moment) -> ColumnElement[bool]:
    return (table.valid_from <= at) & or_(table.valid_to.is_(None), table.valid_to > at)


def _assignments(class_id: UUID, slots: tuple[str, ...], at: datetime) -> Select[str, UUID, str, str, str]:
    title = case((TeachingAssignment.slot == HOMEROOM, "Giáo viên chủ nhiệm"), else_="Giáo viên bộ môn")
    query = select(TeachingAssignment.slot, Staff.id, Staff.full_name, Staff.personal_id, title).join(
        Staff, TeachingAssignment.staff_id == Staff.id
    )
    return query.where(
        TeachingAssignment.class_id == class_id,
        TeachingAssignment.slot.in_(slots),
        TeachingAssignment.is_signer,
        in_force(TeachingAssignment, at),
    )


def _offices(class_id: UUID, slots: tuple[str, ...], at: datetime) -> Select[str, UUID, str, str, str]:
    query = (
        select(_SLOT_OF_ROLE, Staff.id, Staff.full_name, Staff.personal_id, Position.title)
        .join_from(Position, Staff, Position.staff_id == Staff.id)
        .join(ClassGroup, ClassGroup.school_id == Position.school_id)
    )
    roles = [role for slot, role in ROLE_OF_SLOT.items() if slot in slots]
    return query.where(ClassGroup.id == class_id, Position.role.in_(roles), in_force(Position, at))
