"""What waits for one person's signatures, class by class: set-based reads over the projection.

A principal's desk is a whole school; records come grouped by where they stand, so that a class is a few rows.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, Uuid, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL, Curriculum
from domain.readiness import Turn, is_subject, turn_of
from domain.record_states import RecordState
from domain.slot_marks import slot_name
from domain.stages import Stage
from storage import staffing
from storage.among import among
from storage.entries import curriculum_of
from storage.staffing import Holder, Person
from storage.tables import (
    ClassGroup,
    ClassTermRow,
    Enrolment,
    RecordSlot,
    TeachingAssignment,
    TermRecord,
)

# Afterwards no subject teacher's signature is missing, and nothing is open.
_EARLY = (Stage.ENTRY.value, Stage.SUBMITTED.value, Stage.REVIEWED.value)


@dataclass(frozen=True)
class Standing:
    """Records of a class-term that stand alike; their ids in the order of the class."""

    state: RecordState
    record_ids: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """A class-term in which a person signs: the slots that are the person's there, in the order of the form."""

    class_term_id: UUID
    class_id: UUID
    class_name: str
    school_year: str
    term: Term
    due_at: datetime
    curriculum: Curriculum = field(repr=False)
    slots: tuple[str, ...]
    signs_records: bool

    def name_of(self, slot: str) -> str:
        return slot_name(self.curriculum, slot)

    def lines(self) -> list[tuple[str, ...]]:
        """Slots that are signed together: a teacher's sheets of one class, unless each record is signed, too."""
        subjects = tuple(slot for slot in self.slots if is_subject(slot))
        together = [(slot,) for slot in subjects] if self.signs_records else [subjects] if subjects else []
        return [*together, *((slot,) for slot in self.slots if not is_subject(slot))]


@dataclass(frozen=True)
class Line:
    """One thing to sign in one class-term; `standings` are those of all its records."""

    task: Task
    slots: tuple[str, ...]
    standings: tuple[Standing, ...]

    def _of(self, turn: Turn) -> list[Standing]:
        return [each for each in self.standings if turn_of(each.state, self.slots) is turn]

    @property
    def ready(self) -> int:
        return sum(len(each.record_ids) for each in self._of(Turn.NOW))

    @property
    def later(self) -> list[Standing]:
        return self._of(Turn.LATER)

    @property
    def ready_slots(self) -> tuple[str, ...]:
        """Those of the line's slots that are ready for at least one record."""
        return self._slots(Turn.NOW)

    @property
    def later_slots(self) -> tuple[str, ...]:
        return self._slots(Turn.LATER)

    def _slots(self, turn: Turn) -> tuple[str, ...]:
        states = [each.state for each in self.standings]
        return tuple(slot for slot in self.slots if any(turn_of(state, (slot,)) is turn for state in states))

    @property
    def is_subject(self) -> bool:
        return is_subject(self.slots[0])

    def is_late(self, now: datetime) -> bool:
        return now >= self.task.due_at


def tasks(session: Session, person: Person, at: datetime, only: Collection[UUID] | None = None) -> list[Task]:
    """The class-terms of the person's school in which the person signs at `at`, the first due first.

    `only` leaves it at these class-terms.
    """
    taught = select(TeachingAssignment.class_id, TeachingAssignment.slot).where(
        TeachingAssignment.staff_id == person.staff_id, staffing.designated(at)
    )
    every = [
        select(ClassGroup.id, literal(slot, String)).where(ClassGroup.school_id == person.school_id)
        for slot in person.office_slots
    ]
    mine = union_all(taught, *every).subquery("mine")
    query = (
        select(ClassTermRow, ClassGroup, func.array_agg(mine.c.slot))
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .join(mine, mine.c.class_id == ClassGroup.id)
        .where(ClassGroup.school_id == person.school_id, *_among(only))
        .group_by(ClassTermRow.id, ClassGroup.id)
        .order_by(ClassTermRow.due_at, ClassGroup.grade, func.length(ClassGroup.name), ClassGroup.name)
    )
    return [_task(row, group, slots) for row, group, slots in session.execute(query)]


def _among(only: Collection[UUID] | None) -> tuple[ColumnElement[bool], ...]:
    """Without a choice: what is not over yet."""
    if only is None:
        return (ClassTermRow.stage != Stage.ISSUED.value,)
    return (ClassTermRow.id.in_(only),)


def _task(row: ClassTermRow, group: ClassGroup, slots: Collection[str]) -> Task:
    term = Term(row.term)
    curriculum = curriculum_of(group, term)
    return Task(
        class_term_id=row.id,
        class_id=group.id,
        class_name=group.name,
        school_year=group.school_year,
        term=term,
        due_at=row.due_at,
        curriculum=curriculum,
        slots=tuple(slot for slot in (*curriculum.slots, PRINCIPAL, SEAL) if slot in slots),
        signs_records=staffing.signs_records(group, term),
    )


def standings(session: Session, class_term_ids: Collection[UUID]) -> dict[UUID, tuple[Standing, ...]]:
    """Where the records of class-terms stand, those that stand alike together."""
    is_open = RecordSlot.state == "open"
    unsigned = ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    slots = (
        select(
            RecordSlot.record_id.label("record_id"),
            func.array_agg(aggregate_order_by(RecordSlot.slot, RecordSlot.slot)).filter(is_open).label("open"),
            func.array_agg(aggregate_order_by(RecordSlot.slot, RecordSlot.slot)).filter(unsigned).label("unsigned"),
        )
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(among(TermRecord.class_term_id, class_term_ids), TermRecord.stage.in_(_EARLY))
        .group_by(RecordSlot.record_id)
        .subquery("slots")
    )
    alike = (
        TermRecord.class_term_id,
        TermRecord.stage,
        TermRecord.held,
        TermRecord.part,
        slots.c.open,
        slots.c.unsigned,
    )
    ids = func.array_agg(aggregate_order_by(TermRecord.id, Enrolment.order_no), type_=ARRAY(Uuid))
    query = (
        select(*alike, ids)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .outerjoin(slots, slots.c.record_id == TermRecord.id)
        .where(among(TermRecord.class_term_id, class_term_ids))
        .group_by(*alike)
        .order_by(func.min(Enrolment.order_no))
    )
    found: dict[UUID, list[Standing]] = defaultdict(list)
    for class_term_id, stage, held, part, open_slots, unsigned_slots, record_ids in session.execute(query):
        state = RecordState(Stage(stage), 1, tuple(open_slots or ()), tuple(unsigned_slots or ()), part, held)
        found[class_term_id].append(Standing(state, tuple(map(str, record_ids))))
    return {class_term_id: tuple(each) for class_term_id, each in found.items()}


def records_of(alike: Collection[Standing]) -> dict[str, RecordState]:
    """The state of each record, for the rules."""
    return {record_id: each.state for each in alike for record_id in each.record_ids}


def lines(session: Session, person: Person, at: datetime, only: Collection[UUID] | None = None) -> list[Line]:
    """Everything that a person signs, or will have to: what is over or behind is left out."""
    mine = tasks(session, person, at, only)
    found = standings(session, [task.class_term_id for task in mine])
    every = [Line(task, slots, found.get(task.class_term_id, ())) for task in mine for slots in task.lines()]
    return [line for line in every if line.ready or line.later]


def people(session: Session, class_ids: Collection[UUID], at: datetime) -> dict[tuple[UUID, str], Holder]:
    """Who fills the slots of classes at `at`, by class and slot."""
    found = staffing.holders(session, at, ClassGroup.id.in_(class_ids))
    return {(each.class_id, each.slot): each for each in found}
