"""Who fills a slot at a moment: effective-dated assignments and positions. Workflows know slots, never people."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    DateTime,
    Select,
    String,
    Uuid,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.duties import Duty
from domain.errors import NotAllowed
from domain.matters.standing_in import Absence, title_of
from domain.signature_plans import SignaturePlan
from storage.tables import ClassGroup, Handover, HandoverItem, Matter, Position, Staff, StaffLeave, TeachingAssignment

Moment: TypeAlias = datetime | BindParameter[datetime]
NOBODY: Final = "Chưa phân công người phụ trách bước này."
NO_SCHOOL: Final = UUID(int=0)
ROLE_OF_SLOT: Mapping[str, str] = {PRINCIPAL: "principal", SEAL: "seal_clerk"}
SLOT_OF_ROLE = case({role: slot for slot, role in ROLE_OF_SLOT.items()}, value=Position.role)


@dataclass(frozen=True)
class Signer:
    """The person who fills a slot, and the words printed under the signature."""

    staff_id: UUID
    full_name: str
    personal_id: str
    title: str


@dataclass(frozen=True)
class Person:
    """A member of staff with the offices held now, and whether the person teaches subjects or a class of one's own.

    Who works at an authority has `authority_id`, and as `school_id` the one that is no school's.
    """

    staff_id: UUID
    school_id: UUID
    full_name: str
    roles: frozenset[str]
    teaches: frozenset[str] = frozenset()
    authority_id: UUID | None = None

    @property
    def duties(self) -> frozenset[Duty]:
        return frozenset(Duty(each) for each in self.roles | self.teaches)

    @property
    def office_slots(self) -> frozenset[str]:
        """The slots that this person fills in every class of the school."""
        return frozenset(slot for slot, role in ROLE_OF_SLOT.items() if role in self.roles)


def signs_records(group: ClassGroup, term: Term) -> bool:
    """Whether the class's subject teachers sign each record of this term, not only their sheet of the class."""
    return term is Term.YEAR_END and group.signature_plan == SignaturePlan.RECORD


def signer_of(session: Session, class_id: UUID, slot: str, at: datetime) -> Signer:
    """The designated signer of `slot` at `at`; raises NotAllowed when nobody is assigned."""
    return signers_of(session, class_id, (slot,), at)[slot]


def signers_of(session: Session, class_id: UUID, slots: tuple[str, ...], at: datetime) -> dict[str, Signer]:
    """The same of several slots."""
    found = known_signers(session, class_id, slots, at)
    if not found.keys() >= set(slots):
        raise NotAllowed(NOBODY)
    return found


def known_signers(session: Session, class_id: UUID, slots: tuple[str, ...], at: datetime) -> dict[str, Signer]:
    """The same, without those that nobody fills."""
    filling = union_all(_assignments(class_id, slots, at), _offices(class_id, slots, at))
    found = {row[0]: _signer(row) for row in session.execute(filling)}
    return {slot: found[slot] for slot in slots if slot in found}


def _signer(row: Sequence[Any]) -> Signer:
    slot, staff_id, full_name, personal_id, title, absent, since, until = row
    absence = Absence(absent, since, until) if absent else None
    return Signer(staff_id, full_name, personal_id, title_of(title, slot, absence))


@dataclass(frozen=True)
class Holder:
    """Somebody who fills a slot of a class, since when."""

    class_id: UUID
    slot: str
    staff_id: UUID
    full_name: str
    since: datetime


def holders(session: Session, at: datetime, which: ColumnElement[bool]) -> list[Holder]:
    """Who fills the slots of the classes that `which` picks of `class_groups`; the longest in charge first.

    A subject has one designated teacher; a school may have several clerks, each of whom fills the slot in every class.
    """
    taught = (
        select(ClassGroup.id, TeachingAssignment.slot, Staff.id, Staff.full_name, TeachingAssignment.valid_from)
        .join(TeachingAssignment, TeachingAssignment.class_id == ClassGroup.id)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .where(which, designated(at))
    )
    held = (
        select(ClassGroup.id, SLOT_OF_ROLE, Staff.id, Staff.full_name, Position.valid_from)
        .join(Position, Position.school_id == ClassGroup.school_id)
        .join(Staff, Staff.id == Position.staff_id)
        .where(which, Position.role.in_(ROLE_OF_SLOT.values()), in_force(Position, at))
    )
    found = [Holder(*row) for row in session.execute(union_all(taught, held))]
    return sorted(found, key=lambda each: each.since)


def by_class_and_slot(found: Iterable[Holder]) -> dict[tuple[UUID, str], list[Holder]]:
    """Slots that nobody fills are left out."""
    grouped: dict[tuple[UUID, str], list[Holder]] = {}
    for each in found:
        grouped.setdefault((each.class_id, each.slot), []).append(each)
    return grouped


def by_slot(session: Session, class_id: UUID, at: datetime) -> dict[str, list[Holder]]:
    """Who fills each slot of one class at `at`; slots that nobody has are left out."""
    found = by_class_and_slot(holders(session, at, ClassGroup.id == class_id))
    return {slot: people for (_, slot), people in found.items()}


def in_charge(session: Session, class_id: UUID, at: datetime) -> dict[str, Holder]:
    """The one of them who has been there longest."""
    return {slot: people[0] for slot, people in by_slot(session, class_id, at).items()}


def own_slots(session: Session, staff_id: UUID, at: datetime) -> dict[UUID, set[str]]:
    """The slots that a person fills as a teacher, by class."""
    query = select(TeachingAssignment.class_id, TeachingAssignment.slot).where(
        TeachingAssignment.staff_id == staff_id, designated(at)
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for class_id, slot in session.execute(query):
        found[class_id].add(slot)
    return found


def person(session: Session, at: datetime, who: ColumnElement[bool]) -> Person | None:
    """The member of staff that `who` picks, with the duties at `at` in that school."""
    row = session.execute(select(*person_columns(at)).where(who)).first()
    return person_of(row) if row else None


def person_columns(at: Moment) -> tuple[Any, ...]:
    """What `person_of` reads, for queries over `staff`."""
    roles = select(Position.role).where(
        Position.staff_id == Staff.id,
        or_(Position.school_id == Staff.school_id, Position.authority_id == Staff.authority_id),
        in_force(Position, at),
    )
    kind = case((TeachingAssignment.slot == HOMEROOM, Duty.HOMEROOM.value), else_=Duty.SUBJECT_TEACHER.value)
    teaches = select(kind).where(TeachingAssignment.staff_id == Staff.id, in_force(TeachingAssignment, at)).distinct()
    named = select(HandoverItem.id).join(Matter, Matter.id == HandoverItem.matter_id)
    named = named.where(HandoverItem.successor_id == Staff.id, Matter.settled_at.is_(None))
    return (
        Staff.id,
        Staff.school_id,
        Staff.full_name,
        func.array(roles.correlate(Staff).scalar_subquery()),
        func.array(teaches.correlate(Staff).scalar_subquery()),
        Staff.authority_id,
        named.correlate(Staff).exists(),
    )


def person_of(row: Sequence[Any]) -> Person:
    """Somebody new who is to take work over has a desk before the first of it is assigned, and nothing on it."""
    teaches = frozenset(row[4]) or frozenset({Duty.SUBJECT_TEACHER.value} if row[6] and not row[3] else ())
    return Person(row[0], row[1] or NO_SCHOOL, row[2], frozenset(row[3]), teaches, row[5])


def slots_of(session: Session, staff_id: UUID, class_id: UUID, at: datetime) -> frozenset[str]:
    """Every slot of a class that this person fills at `at`; a school may have several clerks."""
    [filled] = slots_at(session, staff_id, class_id, at)
    return filled


def slots_at(session: Session, staff_id: UUID, class_id: UUID, *moments: datetime) -> list[frozenset[str]]:
    """The same for each of several moments."""
    filled: list[set[str]] = [set() for _ in moments]
    asked = {"staff": staff_id, "class": class_id, **{f"at_{number}": at for number, at in enumerate(moments)}}
    for number, slot in session.execute(_all_filled(len(moments)), asked):
        filled[number].add(slot)
    return [frozenset(each) for each in filled]


@cache
def _all_filled(moments: int) -> CompoundSelect[int, str]:
    """Made once: it is asked for each order twice, and takes longer to write than to answer."""
    return union_all(*(part for number in range(moments) for part in _filled(number)))


def _filled(number: int) -> tuple[Select[int, str], Select[int, str]]:
    staff_id, class_id = (bindparam(name, type_=Uuid()) for name in ("staff", "class"))
    at = bindparam(f"at_{number}", type_=DateTime(timezone=True))
    taught = select(literal(number), TeachingAssignment.slot).where(
        TeachingAssignment.class_id == class_id, TeachingAssignment.staff_id == staff_id, designated(at)
    )
    held = (
        select(literal(number), SLOT_OF_ROLE)
        .join(ClassGroup, ClassGroup.school_id == Position.school_id)
        .where(ClassGroup.id == class_id, Position.staff_id == staff_id, in_force(Position, at))
        .where(Position.role.in_(ROLE_OF_SLOT.values()))
    )
    return taught, held


def in_office(school_id: UUID, role: str, at: Moment) -> ColumnElement[bool]:
    """Of `Position`: that somebody holds this office of the school."""
    return and_(Position.school_id == school_id, Position.role == role, in_force(Position, at))


def in_force(table: type[Position] | type[TeachingAssignment], at: Moment) -> ColumnElement[bool]:
    """What somebody fills at a moment; who is on leave fills nothing, by whatever the authority is asked for."""
    return within(table, at) & ~on_leave(table.staff_id, at)


def within(table: type[Position] | type[TeachingAssignment], at: Moment) -> ColumnElement[bool]:
    """The same whether or not its holder is on leave."""
    return (table.valid_from <= at) & or_(table.valid_to.is_(None), table.valid_to > at)


def on_leave(staff_id: InstrumentedAttribute[UUID] | ColumnElement[UUID], at: Moment) -> ColumnElement[bool]:
    away = (StaffLeave.starts_at <= at) & or_(StaffLeave.ends_at.is_(None), StaffLeave.ends_at > at)
    return select(StaffLeave.id).where(StaffLeave.staff_id == staff_id, away).exists()


def designated(at: Moment) -> ColumnElement[bool]:
    """The assignments of `at` whose teacher enters and signs; helpers only read."""
    return TeachingAssignment.is_signer & in_force(TeachingAssignment, at)


_ABSENT: Final = aliased(Staff)
_Row = Select[str, UUID, str, str, str, str | None, datetime, datetime | None]


def _assignments(class_id: UUID, slots: tuple[str, ...], at: datetime) -> _Row:
    title = case((TeachingAssignment.slot == HOMEROOM, "Giáo viên chủ nhiệm"), else_="Giáo viên bộ môn")
    period = (TeachingAssignment.valid_from, TeachingAssignment.valid_to)
    who = (Staff.id, Staff.full_name, Staff.personal_id, title, _ABSENT.full_name, *period)
    query = select(TeachingAssignment.slot, *who).join(Staff, TeachingAssignment.staff_id == Staff.id)
    return (
        query.outerjoin(Handover, stood_in_by(TeachingAssignment))
        .outerjoin(_ABSENT, _ABSENT.id == Handover.staff_id)
        .where(TeachingAssignment.class_id == class_id, TeachingAssignment.slot.in_(slots), designated(at))
    )


def stood_in_by(table: type[Position] | type[TeachingAssignment]) -> ColumnElement[bool]:
    """Joins the handover under which somebody stands in for a while; not what goes back to who was stood in for."""
    return (Handover.matter_id == table.matter_id) & Handover.until.is_not(None) & (Handover.staff_id != table.staff_id)


def _offices(class_id: UUID, slots: tuple[str, ...], at: datetime) -> _Row:
    """The title of an office says by itself that somebody signs for its holder (KT.)."""
    nobody = literal(None, String)
    query = (
        select(
            SLOT_OF_ROLE, Staff.id, Staff.full_name, Staff.personal_id, Position.title, nobody, Position.valid_from,
            Position.valid_to,
        )
        .join_from(Position, Staff, Position.staff_id == Staff.id)
        .join(ClassGroup, ClassGroup.school_id == Position.school_id)
    )  # fmt: skip
    roles = [role for slot, role in ROLE_OF_SLOT.items() if slot in slots]
    return query.where(ClassGroup.id == class_id, Position.role.in_(roles), in_force(Position, at))
