"""Handovers as they are shown: whose they are, what goes to whom, whose turn it is, what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.duties import OFFICES
from domain.identity import name_sort_key
from domain.matters.handovers import HandoverKind, HandoverState
from domain.slot_marks import slot_name
from storage import certificate_list
from storage.among import among
from storage.assignments import Member, staff_of
from storage.entries import curriculum_of
from storage.handovers.applying import is_free
from storage.handovers.deciding import Case, case_of
from storage.matters import waits
from storage.staffing import Person
from storage.tables import (
    ClassGroup,
    Handover,
    HandoverItem,
    Matter,
    MatterEvent,
    Reason,
    School,
    Staff,
)


@dataclass(frozen=True)
class HandoverLine:
    """One handover in a list; `open` parts wait for somebody to accept, `parts` are all of them."""

    matter_id: UUID
    kind: HandoverKind
    who: str
    state: HandoverState
    effective_at: datetime
    until: datetime | None
    parts: int
    open: int


@dataclass(frozen=True)
class ItemLine:
    """One part of the work, and how it stands; one that is not free was given to somebody else meanwhile."""

    item: HandoverItem
    class_name: str
    name: str
    successor: str
    declined: str
    decline_reason: str
    is_free: bool


@dataclass(frozen=True)
class StepLine:
    """A step of the diary; without `who` it happened by itself."""

    deed: str
    who: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class HandoverView:
    """Everything about one handover; `names` of all people in it."""

    case: Case
    who: str
    to_school: str
    reason: str
    items: Sequence[ItemLine]
    steps: Sequence[StepLine]
    turns: Sequence[tuple[str, tuple[str, ...]]]
    names: Mapping[UUID, str]


def of_school(session: Session, person: Person) -> list[HandoverLine]:
    """The school's handovers, those that go on first; without an office, only those that one has a part in."""
    waiting = HandoverItem.accepted_at.is_(None) & HandoverItem.successor_id.is_not(None)
    counts = (
        select(HandoverItem.matter_id, func.count().label("parts"), func.count().filter(waiting).label("open"))
        .group_by(HandoverItem.matter_id)
        .subquery()
    )
    query = (
        select(Handover, Matter.state, Staff.full_name, School.name, counts.c.parts, counts.c.open)
        .join(Matter, Matter.id == Handover.matter_id)
        .outerjoin(Staff, Staff.id == Handover.staff_id)
        .outerjoin(School, School.id == Handover.from_school_id)
        .outerjoin(counts, counts.c.matter_id == Handover.matter_id)
        .where(Matter.school_id == person.school_id, _seen_by(person))
        .order_by(Matter.settled_at.is_not(None), Handover.effective_at.desc(), Handover.matter_id)
    )
    return [
        HandoverLine(
            row.matter_id, HandoverKind(row.kind), name or school or "", HandoverState(state), row.effective_at,
            row.until, parts or 0, left or 0,
        )
        for row, state, name, school, parts, left in session.execute(query)
    ]  # fmt: skip


def _seen_by(person: Person) -> ColumnElement[bool]:
    if person.roles & OFFICES:
        return Matter.id.is_not(None)
    me = person.staff_id
    named = exists().where(
        HandoverItem.matter_id == Matter.id, or_(HandoverItem.successor_id == me, HandoverItem.declined_by == me)
    )
    return or_(Handover.staff_id == me, Matter.opened_by == me, named)


def is_part(session: Session, matter: Matter, person: Person, at: datetime) -> bool:
    """Whether somebody without an office has a part in a handover."""
    del at
    query = select(Matter.id).join(Handover, Handover.matter_id == Matter.id)
    mine = query.where(Matter.id == matter.id, Matter.school_id == person.school_id, _seen_by(person))
    return session.scalars(mine).first() is not None


def view_of(session: Session, matter_id: UUID, person: Person, at: datetime) -> HandoverView | None:
    """None for another school's handover, and for one in which the person has no part."""
    matter = session.get(Matter, matter_id)
    if matter is None or session.get(Handover, matter_id) is None or matter.school_id != person.school_id:
        return None
    if not is_part(session, matter, person, at):
        return None
    case = case_of(session, matter_id)
    names = _names(session, case, at)
    destination = session.get(School, case.row.to_school_id) if case.row.to_school_id else None
    return HandoverView(
        case=case,
        who=names.get(case.row.staff_id, "") if case.row.staff_id else "",
        to_school=destination.name if destination else "",
        reason=_reason(session, case.row.reason_id),
        items=_items(session, case, names, at),
        steps=_steps(session, matter_id),
        turns=_turns(session, case, names, at),
        names=names,
    )


def _names(session: Session, case: Case, at: datetime) -> dict[UUID, str]:
    ids = {case.row.staff_id, case.row.overridden_by, case.matter.opened_by}
    ids |= {each.successor_id for each in case.items} | {each.declined_by for each in case.items}
    for wait in waits.of_matter(session, case.matter.id):
        ids |= waits.people(session, wait, at)
    query = select(Staff.id, Staff.full_name).where(among(Staff.id, {each for each in ids if each}))
    return dict(session.execute(query).all())


def _reason(session: Session, reason_id: UUID | None) -> str:
    return session.get_one(Reason, reason_id).text if reason_id else ""


def _items(session: Session, case: Case, names: Mapping[UUID, str], at: datetime) -> list[ItemLine]:
    class_ids = {each.class_id for each in case.items if each.class_id}
    groups = {each.id: each for each in session.scalars(select(ClassGroup).where(among(ClassGroup.id, class_ids)))}
    lines = [
        ItemLine(
            each,
            groups[each.class_id].name if each.class_id else "",
            name_of(groups[each.class_id], each.slot) if each.class_id else each.title,
            names.get(each.successor_id, "") if each.successor_id else "",
            names.get(each.declined_by, "") if each.declined_by else "",
            _reason(session, each.decline_reason_id),
            case.row.applied_at is None or is_free(session, case, each, at),
        )
        for each in case.items
    ]
    return sorted(
        lines, key=lambda line: (bool(line.class_name), len(line.class_name), line.class_name, _place(line), line.name)
    )


def _place(line: ItemLine) -> bool:
    return line.item.slot != HOMEROOM


def name_of(group: ClassGroup, slot: str) -> str:
    return slot_name(curriculum_of(group, Term.YEAR_END), slot)


def _steps(session: Session, matter_id: UUID) -> list[StepLine]:
    actor = aliased(Staff)
    query = (
        select(MatterEvent.deed, actor.full_name, MatterEvent.happened_at, Reason.text)
        .outerjoin(actor, actor.id == MatterEvent.staff_id)
        .outerjoin(Reason, Reason.id == MatterEvent.reason_id)
        .where(MatterEvent.matter_id == matter_id)
        .order_by(MatterEvent.seq)
    )
    return [StepLine(deed, who or "", at, text or "") for deed, who, at, text in session.execute(query)]


def _turns(session: Session, case: Case, names: Mapping[UUID, str], at: datetime) -> list[tuple[str, tuple[str, ...]]]:
    """What is waited for, and whose turn it is."""
    found: dict[str, set[str]] = {}
    for wait in waits.of_matter(session, case.matter.id):
        people = {names.get(each, "") for each in waits.people(session, wait, at)}
        found.setdefault(wait.what, set()).update(people)
    return [(what, tuple(sorted(people, key=name_sort_key))) for what, people in found.items()]


@dataclass(frozen=True)
class Colleagues:
    """Who may be chosen, and who of them can sign at the moment."""

    members: Sequence[Member]
    equipped: frozenset[UUID]


def colleagues(session: Session, school_id: UUID, but: UUID | None, at: datetime) -> Colleagues:
    members = [each for each in staff_of(session, school_id) if each.staff_id != but]
    return Colleagues(members, frozenset(certificate_list.people_who_can_sign(session, school_id, at)))
