"""What waits for a person now, and for whom that person waits: SQL over the projection, never the workflow engine."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from uuid import UUID

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM
from domain.identity import name_sort_key
from domain.slot_marks import slot_name
from domain.stages import STAGE_NAMES, Stage
from domain.tasks import Task, Work, work_at
from storage.access import SCHOOL_WIDE
from storage.among import among
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


@dataclass(frozen=True)
class _Open:
    """A class-term that is not finished."""

    row: ClassTermRow
    group: ClassGroup


@dataclass(frozen=True)
class _Slot:
    """Pupils of whom a slot of a class-term waits for its teacher."""

    class_term_id: UUID
    slot: str
    work: Work
    count: int


@dataclass(frozen=True)
class Today:
    """What waits for a person at `at` and for whom that person waits: both from one reading of the school."""

    session: Session
    person: Person
    at: datetime

    @cached_property
    def _assigned(self) -> list[tuple[UUID, str, bool]]:
        """Classes and slots of the person, and whether the person is the one who signs."""
        query = select(TeachingAssignment.class_id, TeachingAssignment.slot, TeachingAssignment.is_signer).where(
            TeachingAssignment.staff_id == self.person.staff_id, in_force(TeachingAssignment, self.at)
        )
        return [(class_id, slot, is_signer) for class_id, slot, is_signer in self.session.execute(query)]

    @cached_property
    def _mine(self) -> dict[UUID, set[str]]:
        """The slots that the person fills as a teacher, by class."""
        found: dict[UUID, set[str]] = defaultdict(set)
        for class_id, slot, is_signer in self._assigned:
            if is_signer:
                found[class_id].add(slot)
        return found

    @cached_property
    def _terms(self) -> list[_Open]:
        """The open class-terms that the person sees."""
        sees_all = self.person.roles & SCHOOL_WIDE
        return _open_terms(self.session, self.person, None if sees_all else {each for each, *_ in self._assigned})

    @cached_property
    def _ids(self) -> list[UUID]:
        return [each.row.id for each in self._terms]

    @cached_property
    def _counts(self) -> dict[UUID, dict[Stage, int]]:
        return _stage_counts(self.session, self._ids)

    @cached_property
    def _slots(self) -> list[_Slot]:
        return _slot_counts(self.session, self._ids)

    def tasks(self) -> list[Task]:
        """Everything that waits for the person, the first to be due first; held records wait for nobody's hurry."""
        found = [*self._staged(), *self._of_subjects()]
        order = list(Work)
        return sorted(found, key=lambda task: (task.due_at, order.index(task.work), task.class_name, task.name))

    def waits(self) -> list[Wait]:
        """Where the person's classes stand while it is somebody else's turn, the longest wait first."""
        if not self._terms:
            return []
        teachers = _teachers(self.session, {each.group.id for each in self._terms}, self.at)
        offices = _office_holders(self.session, self.person.school_id, self.at)
        behind = self._behind()
        found = []
        for each in self._terms:
            own, names = self._mine.get(each.group.id, set()), teachers[each.group.id]
            for stage, count in self._counts[each.row.id].items():
                who = _holders(stage, names, offices, behind[each.row.id, stage])
                if count and who and not _is_mine(stage, own, self.person):
                    wait = (each.row.id, each.group.name, Term(each.row.term), STAGE_NAMES[stage], who, count)
                    found.append(Wait(*wait, each.row.changed_at))
        return sorted(found, key=lambda wait: (wait.since, wait.class_name))

    def _staged(self) -> Iterable[Task]:
        """What waits for homeroom, principal and seal: whole records, by their stage."""
        offices = {slot for slot, role in ROLE_OF_SLOT.items() if role in self.person.roles}
        for each in self._terms:
            slots = self._mine.get(each.group.id, set()) | offices
            for stage, count in self._counts[each.row.id].items():
                work = work_at(stage)
                if work is not None and work[1] in slots:
                    yield _task(each, work[0], work[1], count)

    def _of_subjects(self) -> Iterable[Task]:
        """What a teacher's own slots have to enter, to correct, or to sign."""
        terms = {each.row.id: each for each in self._terms if each.group.id in self._mine}
        for each in self._slots if terms else ():
            place = terms.get(each.class_term_id)
            if place is not None and each.slot in self._mine[place.group.id]:
                yield _task(place, each.work, each.slot, each.count)

    def _behind(self) -> dict[tuple[UUID, Stage], set[str]]:
        """The slots of others that have something to enter, or to sign, by class-term and stage."""
        classes = {each.row.id: each.group.id for each in self._terms}
        found: dict[tuple[UUID, Stage], set[str]] = defaultdict(set)
        for each in self._slots:
            if each.slot not in self._mine.get(classes[each.class_term_id], set()):
                stage = Stage.REVIEWED if each.work is Work.SIGN else Stage.ENTRY
                found[each.class_term_id, stage].add(each.slot)
        return found


def tasks_of(session: Session, person: Person, at: datetime) -> list[Task]:
    return Today(session, person, at).tasks()


def waits_of(session: Session, person: Person, at: datetime) -> list[Wait]:
    return Today(session, person, at).waits()


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


def _open_terms(session: Session, person: Person, class_ids: Collection[UUID] | None) -> list[_Open]:
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.school_id == person.school_id, ClassTermRow.stage != Stage.ISSUED.value)
        .order_by(ClassTermRow.due_at, ClassGroup.grade, ClassGroup.name)
    )
    if class_ids is not None:
        query = query.where(among(ClassGroup.id, class_ids))
    return [_Open(row, group) for row, group in session.execute(query)]


def _stage_counts(session: Session, ids: Iterable[UUID]) -> dict[UUID, dict[Stage, int]]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, func.count())
        .where(among(TermRecord.class_term_id, ids), ~TermRecord.held, TermRecord.stage.not_in(_DONE))
        .group_by(TermRecord.class_term_id, TermRecord.stage)
    )
    found: dict[UUID, dict[Stage, int]] = defaultdict(dict)
    for class_term_id, stage, count in session.execute(query):
        found[class_term_id][Stage(stage)] = count
    return found


def _slot_counts(session: Session, ids: Iterable[UUID]) -> list[_Slot]:
    is_open = (TermRecord.stage == Stage.ENTRY.value) & (RecordSlot.state == "open")
    to_sign = (TermRecord.stage == Stage.REVIEWED.value) & ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    work = case(
        (is_open & (RecordSlot.revision > 1), Work.CORRECT.value),
        (is_open, Work.ENTER.value),
        (to_sign, Work.SIGN.value),
    )
    query = (
        select(TermRecord.class_term_id, RecordSlot.slot, work, func.count())
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(among(TermRecord.class_term_id, ids), ~TermRecord.held, is_open | to_sign)
        .group_by(TermRecord.class_term_id, RecordSlot.slot, work)
    )
    return [_Slot(each, slot, Work(code), count) for each, slot, code, count in session.execute(query)]


def _task(each: _Open, work: Work, slot: str, count: int) -> Task:
    term = Term(each.row.term)
    name = slot_name(curriculum_of(each.group, term), slot) if slot not in ROLE_OF_SLOT else ""
    facts = (each.row.id, each.group.name, term, each.group.school_year, slot, name, count, each.row.due_at)
    return Task(work, *facts)


def _teachers(session: Session, class_ids: Collection[UUID], at: datetime) -> dict[UUID, dict[str, str]]:
    query = (
        select(TeachingAssignment.class_id, TeachingAssignment.slot, Staff.full_name)
        .join(Staff, Staff.id == TeachingAssignment.staff_id)
        .where(
            among(TeachingAssignment.class_id, class_ids),
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
