"""Who is assigned to what at a school: the matrix of a year, the history of a slot, offices, and what is amiss."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import DUTY_NAMES, Duty
from domain.identity import name_sort_key
from domain.outstanding import Holding
from domain.slot_marks import slot_name
from storage.entries import curriculum_of
from storage.staffing import in_force, on_leave, stood_in_by
from storage.tables import ClassGroup, Handover, Position, Reason, School, Staff, TeachingAssignment


@dataclass(frozen=True)
class Member:
    """Somebody of the school, as people are chosen from a list."""

    staff_id: UUID
    full_name: str


@dataclass(frozen=True)
class ClassRow:
    """A class of the matrix: the slots of its curriculum in order with names, and who fills each now and later."""

    class_id: UUID
    name: str
    grade: int
    names: Mapping[str, str]
    now: Mapping[str, Holding]
    later: Mapping[str, Holding]

    @property
    def slots(self) -> tuple[str, ...]:
        return tuple(self.names)

    @property
    def unfilled(self) -> tuple[str, ...]:
        return tuple(slot for slot in self.slots if slot not in self.now)


@dataclass(frozen=True)
class Office:
    position_id: UUID
    staff_id: UUID
    full_name: str
    role: Duty
    title: str
    valid_from: datetime
    valid_to: datetime | None
    reason: str
    end_reason: str = ""


def staff_of(session: Session, school_id: UUID) -> list[Member]:
    """Everybody of a school, by given name."""
    rows = session.execute(select(Staff.id, Staff.full_name).where(Staff.school_id == school_id))
    return sorted((Member(*row) for row in rows), key=lambda each: name_sort_key(each.full_name))


def years_of(session: Session, school_id: UUID) -> list[str]:
    """The school years in which the school has classes, newest first."""
    query = select(ClassGroup.school_year).where(ClassGroup.school_id == school_id).distinct()
    return sorted(session.scalars(query), reverse=True)


def classes_of(session: Session, school_id: UUID, school_year: str) -> list[ClassGroup]:
    """The classes of a year, in order."""
    query = select(ClassGroup).where(ClassGroup.school_id == school_id, ClassGroup.school_year == school_year)
    return list(session.scalars(query.order_by(ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)))


def matrix(session: Session, school_id: UUID, school_year: str, at: datetime) -> list[ClassRow]:
    """Every class of a year with who fills its slots; classes in order."""
    groups = classes_of(session, school_id, school_year)
    not_over = or_(TeachingAssignment.valid_to.is_(None), TeachingAssignment.valid_to > at)
    held = holdings(
        session, TeachingAssignment.class_id.in_([each.id for each in groups]), not_over, TeachingAssignment.is_signer
    )
    now: dict[UUID, dict[str, Holding]] = defaultdict(dict)
    later: dict[UUID, dict[str, Holding]] = defaultdict(dict)
    away = people_away(session, school_id, at)
    for each in held:
        if each.valid_from > at:
            later[each.class_id].setdefault(each.slot, each)
        elif each.staff_id not in away:
            now[each.class_id].setdefault(each.slot, each)
    return [ClassRow(each.id, each.name, each.grade, _names(each), now[each.id], later[each.id]) for each in groups]


def people_away(session: Session, school_id: UUID, at: datetime) -> set[UUID]:
    """Who of a school is on leave: nobody fills what was not taken over."""
    return set(session.scalars(select(Staff.id).where(Staff.school_id == school_id, on_leave(Staff.id, at))))


def _names(group: ClassGroup) -> dict[str, str]:
    curriculum = curriculum_of(group, Term.YEAR_END)
    return {slot: slot_name(curriculum, slot) for slot in curriculum.slots}


def name_of_slot(group: ClassGroup, slot: str) -> str:
    """What people call a slot of a class by its whole year."""
    return slot_name(curriculum_of(group, Term.YEAR_END), slot)


def held_by(session: Session, staff_id: UUID, at: datetime) -> list[Holding]:
    """What a person fills at a moment or later, classes in order and homeroom first."""
    not_over = or_(TeachingAssignment.valid_to.is_(None), TeachingAssignment.valid_to > at)
    return holdings(session, TeachingAssignment.staff_id == staff_id, not_over, TeachingAssignment.is_signer)


def history_of(session: Session, class_id: UUID, slot: str) -> list[Holding]:
    """Everybody who ever filled a slot of a class, the newest first."""
    found = holdings(session, TeachingAssignment.class_id == class_id, TeachingAssignment.slot == slot)
    return sorted(found, key=lambda each: each.valid_from, reverse=True)


def holdings(session: Session, *which: ColumnElement[bool] | InstrumentedAttribute[bool]) -> list[Holding]:
    maker, absent = aliased(Staff), aliased(Staff)
    query = (
        select(TeachingAssignment, ClassGroup, Staff.full_name, Reason.text, maker.full_name, absent.full_name)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .outerjoin(Reason, Reason.id == TeachingAssignment.reason_id)
        .outerjoin(maker, maker.id == TeachingAssignment.made_by)
        .outerjoin(Handover, stood_in_by(TeachingAssignment))
        .outerjoin(absent, absent.id == Handover.staff_id)
        .where(*which, _lasts())
        .order_by(
            ClassGroup.school_year.desc(), ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name,
            TeachingAssignment.slot != HOMEROOM,
            TeachingAssignment.slot, TeachingAssignment.valid_from,
        )
    )  # fmt: skip
    return [
        Holding(
            group.id, group.name, row.slot, name_of_slot(group, row.slot), row.staff_id, name,
            row.valid_from, row.valid_to, reason or "", by or "", for_whom or "",
        )
        for row, group, name, reason, by, for_whom in session.execute(query)
    ]  # fmt: skip


def _lasts() -> ColumnElement[bool]:
    """What was to begin after its holder left never was."""
    return or_(TeachingAssignment.valid_to.is_(None), TeachingAssignment.valid_to > TeachingAssignment.valid_from)


def offices(session: Session, school_id: UUID) -> list[Office]:
    """Every office of a school, those of now and later first, then those that ended."""
    ending = aliased(Reason)
    query = (
        select(Position, Staff.full_name, Reason.text, ending.text)
        .join(Staff, Staff.id == Position.staff_id)
        .outerjoin(Reason, Reason.id == Position.reason_id)
        .outerjoin(ending, ending.id == Position.end_reason_id)
        .where(Position.school_id == school_id)
        .order_by(Position.valid_from.desc())
    )
    found = [
        Office(
            row.id, row.staff_id, name, Duty(row.role), row.title, row.valid_from, row.valid_to, reason or "", end or ""
        )
        for row, name, reason, end in session.execute(query)
    ]  # fmt: skip
    rank = list(DUTY_NAMES)
    return sorted(found, key=lambda each: (each.valid_to is not None, rank.index(each.role)))


def duties_by_person(session: Session, school_id: UUID, at: datetime) -> dict[UUID, tuple[str, ...]]:
    """What each person of a school is now, in words: offices, the class of one's own, subjects."""
    found: dict[UUID, dict[str, None]] = defaultdict(dict)
    titles = select(Position.staff_id, Position.title).where(Position.school_id == school_id, in_force(Position, at))
    for staff_id, title in session.execute(titles.order_by(Position.valid_from)):
        found[staff_id][title] = None
    classes: dict[tuple[UUID, bool], list[str]] = defaultdict(list)
    own_class = TeachingAssignment.slot == HOMEROOM
    taught = (
        select(TeachingAssignment.staff_id, own_class, ClassGroup.name)
        .join(ClassGroup, ClassGroup.id == TeachingAssignment.class_id)
        .where(ClassGroup.school_id == school_id, in_force(TeachingAssignment, at))
        .group_by(TeachingAssignment.staff_id, own_class, ClassGroup.grade, ClassGroup.name)
        .order_by(own_class.desc(), ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    for staff_id, is_homeroom, name in session.execute(taught):
        classes[staff_id, is_homeroom].append(name)
    for (staff_id, is_homeroom), names in classes.items():
        found[staff_id][_taught(is_homeroom, names)] = None
    return {staff_id: tuple(words) for staff_id, words in found.items()}


def _taught(is_homeroom: bool, names: Sequence[str]) -> str:  # noqa: FBT001 - as the query says it
    return f"GVCN {', '.join(names)}" if is_homeroom else f"GVBM {', '.join(names)}"


def school_of(session: Session, school_id: UUID) -> School:
    return session.get_one(School, school_id)
