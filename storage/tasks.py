"""What waits for a person now, and for whom that person waits: SQL over the projection, never the workflow engine."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.identity import name_sort_key
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from domain.tasks import Task, Work, work_at
from storage.access import visible_classes
from storage.entries import curriculum_of
from storage.staffing import ROLE_OF_SLOT, Person, in_force
from storage.tables import ClassGroup, ClassTermRow, Position, RecordSlot, Staff, TeachingAssignment, TermRecord

_DONE = (Stage.SEALED.value, Stage.ISSUED.value)


@dataclass(frozen=True)
class Wait:
    """Records of a class at a step of somebody else: who that is, and since when the class has not moved."""

    class_term_id: UUID
    class_name: str
    term: Term
    step: str
    names: tuple[str, ...]
    count: int
    since: datetime
    due_at: datetime

    def is_late(self, at: datetime) -> bool:
        return self.due_at <= at


@dataclass(frozen=True)
class _Open:
    """A class-term that is not finished."""

    row: ClassTermRow
    group: ClassGroup


def tasks_of(session: Session, person: Person, at: datetime) -> list[Task]:
    """Everything that waits for the person, the first to be due first; held records wait for nobody's hurry."""
    slots = _slots(session, person, at)
    offices = {slot for slot, role in ROLE_OF_SLOT.items() if role in person.roles}
    terms = _open_terms(session, person, None if offices else list(slots))
    found = [
        *_staged(session, {each.row.id: slots.get(each.group.id, set()) | offices for each in terms}, terms),
        *_of_subjects(session, slots, terms),
    ]
    order = list(Work)
    return sorted(
        found, key=lambda task: (task.due_at, order.index(task.work), len(task.class_name), task.class_name, task.name)
    )


def waits_of(session: Session, person: Person, at: datetime) -> list[Wait]:
    """Where the person's classes stand while it is somebody else's turn: what is late first, then the longest wait."""
    mine = _slots(session, person, at)
    terms = _open_terms(session, person, visible_classes(session, person, at))
    teachers = _teachers(session, [each.group.id for each in terms], at)
    offices = _office_holders(session, person.school_id, at)
    counts = _stage_counts(session, [each.row.id for each in terms])
    behind = _behind(session, [each.row.id for each in terms], mine)
    found = []
    for each in terms:
        own = mine.get(each.group.id, set())
        names = teachers[each.group.id]
        for stage, count in counts[each.row.id].items():
            who = _holders(stage, names, offices, behind[each.row.id, stage])
            if count and who and not _is_mine(stage, own, person):
                wait = (each.row.id, each.group.name, Term(each.row.term), STAGE_NAMES[stage], who, count)
                found.append(Wait(*wait, each.row.changed_at, each.row.due_at))
    return sorted(found, key=lambda wait: (not wait.is_late(at), wait.since, len(wait.class_name), wait.class_name))


def _is_mine(stage: Stage, own: set[str], person: Person) -> bool:
    work = work_at(stage)
    if work is None:
        return False
    slot = work[1]
    return slot in own or ROLE_OF_SLOT.get(slot, "") in person.roles


def _holders(
    stage: Stage, teachers: Mapping[str, str], offices: Mapping[str, tuple[str, ...]], behind: set[str]
) -> tuple[str, ...]:
    """Who has to act at a stage; at entry and for signatures the teachers of the slots that are behind."""
    work = work_at(stage)
    if work is None:
        names = {teachers[slot] for slot in behind if slot in teachers}
        return tuple(sorted(names, key=name_sort_key))
    slot = work[1]
    return offices.get(slot, ()) or tuple(name for name in (teachers.get(slot),) if name)


def _slots(session: Session, person: Person, at: datetime) -> dict[UUID, set[str]]:
    """The slots that a person fills as a teacher, by class."""
    query = select(TeachingAssignment.class_id, TeachingAssignment.slot).where(
        TeachingAssignment.staff_id == person.staff_id,
        TeachingAssignment.is_signer,
        in_force(TeachingAssignment, at),
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for class_id, slot in session.execute(query):
        found[class_id].add(slot)
    return found


def _open_terms(session: Session, person: Person, class_ids: Sequence[UUID] | None) -> list[_Open]:
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == person.school_id, ClassTermRow.stage != Stage.ISSUED.value)
        .order_by(ClassTermRow.due_at, ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    if class_ids is not None:
        query = query.where(ClassGroup.id.in_(class_ids))
    return [_Open(row, group) for row, group in session.execute(query)]


def _stage_counts(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[Stage, int]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, func.count())
        .where(TermRecord.class_term_id.in_(list(ids)), ~TermRecord.held, TermRecord.stage.not_in(_DONE))
        .group_by(TermRecord.class_term_id, TermRecord.stage)
    )
    found: dict[UUID, dict[Stage, int]] = defaultdict(dict)
    for class_term_id, stage, count in session.execute(query):
        found[class_term_id][Stage(stage)] = count
    return found


def _staged(session: Session, slots: Mapping[UUID, set[str]], terms: Sequence[_Open]) -> Iterable[Task]:
    """What waits for homeroom, principal and seal: whole records, by their stage."""
    counts = _stage_counts(session, [each.row.id for each in terms])
    for each in terms:
        for stage, count in counts[each.row.id].items():
            work = work_at(stage)
            if work is not None and work[1] in slots[each.row.id]:
                yield _task(each, work[0], work[1], count)


def _of_subjects(session: Session, slots: Mapping[UUID, set[str]], terms: Sequence[_Open]) -> Iterable[Task]:
    """What a teacher's own slots have to enter, to correct, or to sign."""
    mine = {each.row.id: each for each in terms if each.group.id in slots}
    own = [
        and_(TermRecord.class_term_id == each.row.id, RecordSlot.slot.in_(slots[each.group.id]))
        for each in mine.values()
    ]
    if not own:
        return
    for class_term_id, slot, work, count in _slot_counts(session, or_(*own)):
        yield _task(mine[class_term_id], Work(work), slot, count)


def _slot_counts(session: Session, which: ColumnElement[bool]) -> Sequence[tuple[UUID, str, str, int]]:
    is_open = RecordSlot.state == "open"
    to_sign = (TermRecord.stage == Stage.REVIEWED.value) & ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    work = case(
        (is_open & (RecordSlot.revision > 1), Work.CORRECT.value),
        (is_open, Work.ENTER.value),
        (to_sign, Work.SIGN.value),
    )
    query = (
        select(TermRecord.class_term_id, RecordSlot.slot, work, func.count())
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(which, ~TermRecord.held, is_open | to_sign)
        .group_by(TermRecord.class_term_id, RecordSlot.slot, work)
    )
    return [tuple(row) for row in session.execute(query)]


def _task(each: _Open, work: Work, slot: str, count: int) -> Task:
    term = Term(each.row.term)
    name = slot_name(curriculum_of(each.group, term), slot) if slot not in ROLE_OF_SLOT else ""
    facts = (each.row.id, each.group.name, term, each.group.school_year, slot, name, count, each.row.due_at)
    return Task(work, *facts)


def _behind(session: Session, ids: Sequence[UUID], mine: Mapping[UUID, set[str]]) -> dict[tuple[UUID, Stage], set[str]]:
    """The slots of others that have something to enter, or to sign, by class-term and stage."""
    query = select(ClassTermRow.id, ClassTermRow.class_id).where(ClassTermRow.id.in_(ids))
    classes = {row.id: row.class_id for row in session.execute(query)}
    found: dict[tuple[UUID, Stage], set[str]] = defaultdict(set)
    for class_term_id, slot, work, _ in _slot_counts(session, TermRecord.class_term_id.in_(ids)):
        if slot not in mine.get(classes[class_term_id], set()):
            found[class_term_id, Stage.REVIEWED if work == Work.SIGN else Stage.ENTRY].add(slot)
    return found


def _teachers(session: Session, class_ids: Sequence[UUID], at: datetime) -> dict[UUID, dict[str, str]]:
    query = (
        select(TeachingAssignment.class_id, TeachingAssignment.slot, Staff.full_name)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .where(
            TeachingAssignment.class_id.in_(class_ids),
            TeachingAssignment.is_signer,
            in_force(TeachingAssignment, at),
        )
    )
    found: dict[UUID, dict[str, str]] = defaultdict(dict)
    for class_id, slot, name in session.execute(query):
        found[class_id][slot] = name
    return found


def _office_holders(session: Session, school_id: UUID, at: datetime) -> dict[str, tuple[str, ...]]:
    query = (
        select(Position.role, Staff.full_name)
        .join(Staff, Staff.id == Position.staff_id)
        .where(Position.school_id == school_id, in_force(Position, at))
    )
    slots = {role: slot for slot, role in ROLE_OF_SLOT.items()}
    found: dict[str, tuple[str, ...]] = {}
    for role, name in session.execute(query):
        if role in slots:
            found[slots[role]] = (*found.get(slots[role], ()), name)
    return found
