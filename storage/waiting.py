"""What waits for whom at a moment: SQL over the projection; people follow the assignments of that moment."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, case, func, or_, select, union_all
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.slot_marks import slot_name
from domain.stages import Stage
from domain.waiting import OF_STAGE, Place, Step, Waiting
from storage.among import among
from storage.entries import curriculum_of
from storage.staffing import ROLE_OF_SLOT, in_force
from storage.tables import ClassGroup, ClassTermRow, Position, RecordSlot, TeachingAssignment, TermRecord

_SLOT_OF_ROLE = case({role: slot for slot, role in ROLE_OF_SLOT.items()}, value=Position.role)
_Found = tuple[UUID, str, Step, int, int]  # class-term, slot, step, pupils, round


def waiting(
    session: Session, which: ColumnElement[bool], at: datetime, staff_ids: Collection[UUID] | None = None
) -> list[Waiting]:
    """Every step of the open class-terms that `which` picks, for each who fills its slot at `at`; soonest due first.

    `which` speaks of `class_terms` and `class_groups`; with `staff_ids` only what waits for these people.
    """
    rows = _open_class_terms(session, which)
    holders = _holders(session, {group.id for _, group in rows.values()}, at)
    if staff_ids is not None:
        mine = {key: [each for each in people if each in staff_ids] for key, people in holders.items()}
        holders = {key: people for key, people in mine.items() if people}
    classes = {class_id for class_id, _ in holders}
    taught = {class_id for class_id, slot in holders if slot not in ROLE_OF_SLOT}
    grouped: dict[tuple[UUID, UUID, Step], list[_Found]] = {}
    of_slots = _of_slots(session, [each for each, (_, group) in rows.items() if group.id in taught])
    of_records = _of_records(session, [each for each, (_, group) in rows.items() if group.id in classes])
    for each in (*of_slots, *of_records):
        for staff_id in holders.get((rows[each[0]][1].id, each[1]), ()):
            grouped.setdefault((staff_id, each[0], each[2]), []).append(each)
    found = [
        _together(staff_id, *rows[class_term_id], step, parts)
        for (staff_id, class_term_id, step), parts in grouped.items()
    ]
    return sorted(found, key=lambda task: (task.place.due_at, task.place.class_name, task.step, task.staff_id))


def of_people(session: Session, staff_ids: Collection[UUID], at: datetime) -> list[Waiting]:
    """Every step that waits for one of these people."""
    taught = select(TeachingAssignment.class_id).where(
        TeachingAssignment.staff_id.in_(staff_ids), TeachingAssignment.is_signer, in_force(TeachingAssignment, at)
    )
    schools = select(Position.school_id).where(
        Position.staff_id.in_(staff_ids), Position.role.in_(ROLE_OF_SLOT.values()), in_force(Position, at)
    )
    theirs = or_(ClassGroup.id.in_(taught), ClassGroup.school_id.in_(schools))
    return waiting(session, theirs, at, staff_ids)


def _open_class_terms(session: Session, which: ColumnElement[bool]) -> Mapping[UUID, tuple[ClassTermRow, ClassGroup]]:
    held = select(TermRecord.class_term_id).where(TermRecord.held)  # a held record stays behind its class
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(which, or_(ClassTermRow.stage != Stage.ISSUED, ClassTermRow.id.in_(held)))
    )
    return {row[0].id: (row[0], row[1]) for row in session.execute(query)}


def _of_slots(session: Session, ids: Collection[UUID]) -> Iterator[_Found]:
    """Parts that were not handed in yet, sheets that are not signed."""
    is_open = (TermRecord.stage == Stage.ENTRY) & (RecordSlot.state == "open")
    is_unsigned = (TermRecord.stage == Stage.REVIEWED) & ~RecordSlot.is_signed & (RecordSlot.slot != HOMEROOM)
    step = case((is_open, Step.ENTER.value), else_=Step.SIGN.value)
    query = (
        select(TermRecord.class_term_id, RecordSlot.slot, step, func.count(), func.max(RecordSlot.revision))
        .join(RecordSlot, RecordSlot.record_id == TermRecord.id)
        .where(among(TermRecord.class_term_id, ids), ~TermRecord.held, or_(is_open, is_unsigned))
        .group_by(TermRecord.class_term_id, RecordSlot.slot, step)
    )
    for class_term_id, slot, code, pupils, revision in session.execute(query):
        yield class_term_id, slot, Step(code), pupils, revision


def _of_records(session: Session, ids: Collection[UUID]) -> Iterator[_Found]:
    query = (
        select(TermRecord.class_term_id, TermRecord.stage, TermRecord.held, func.count(), func.max(TermRecord.revision))
        .where(among(TermRecord.class_term_id, ids), or_(TermRecord.stage.in_(OF_STAGE), TermRecord.held))
        .group_by(TermRecord.class_term_id, TermRecord.stage, TermRecord.held)
    )
    for class_term_id, stage, is_held, pupils, revision in session.execute(query):
        slot, step = (PRINCIPAL, Step.RELEASE) if is_held else OF_STAGE[Stage(stage)]
        yield class_term_id, slot, step, pupils, revision


def _holders(session: Session, class_ids: Collection[UUID], at: datetime) -> dict[tuple[UUID, str], list[UUID]]:
    """By class and slot, who fills it at `at`; a school may have several clerks."""
    taught = select(TeachingAssignment.class_id, TeachingAssignment.slot, TeachingAssignment.staff_id).where(
        among(TeachingAssignment.class_id, class_ids), TeachingAssignment.is_signer, in_force(TeachingAssignment, at)
    )
    held = (
        select(ClassGroup.id, _SLOT_OF_ROLE, Position.staff_id)
        .join(ClassGroup, ClassGroup.school_id == Position.school_id)
        .where(ClassGroup.id.in_(class_ids), Position.role.in_(ROLE_OF_SLOT.values()), in_force(Position, at))
    )
    found: dict[tuple[UUID, str], list[UUID]] = {}
    for class_id, slot, staff_id in session.execute(union_all(taught, held)):
        found.setdefault((class_id, slot), []).append(staff_id)
    return found


def _together(staff_id: UUID, row: ClassTermRow, group: ClassGroup, step: Step, parts: Collection[_Found]) -> Waiting:
    """The slots of one person and step; in the order of the form."""
    term = Term(row.term)
    place = Place(row.id, group.id, group.school_id, group.name, term, row.due_at)
    slots = {slot for _, slot, *_ in parts}
    pupils, newest = max(each[3] for each in parts), max(each[4] for each in parts)
    if step not in {Step.ENTER, Step.SIGN}:
        # A class that is held at several stages waits for one decision all the same.
        pupils = sum(each[3] for each in parts)
        return Waiting(staff_id, place, step, tuple(sorted(slots)), (), pupils, newest)
    curriculum = curriculum_of(group, term)
    ordered = [slot for slot in curriculum.slots if slot in slots]
    names = tuple(slot_name(curriculum, slot) for slot in ordered)
    return Waiting(staff_id, place, step, tuple(ordered), names, pupils, newest)
