"""The parts that a teacher enters, in all classes: how far each is, and why one came back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, cast, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.curriculum import Curriculum
from domain.decisions import REOPENING_ACTIONS
from domain.entry import Cell, Values, cells_of, missing_cells
from domain.parts import PartState, PupilPart, Returned, part_state
from domain.scales import CellKind
from domain.slot_marks import slot_name
from domain.stages import Stage
from storage import staffing
from storage.among import among
from storage.entries import curriculum_of, values_of, waived_of
from storage.tables import (
    AuditEntry,
    ClassGroup,
    ClassTermRow,
    Enrolment,
    Reason,
    RecordSlot,
    Staff,
    TeachingAssignment,
    TermRecord,
)
from storage.work import NEWEST_FIRST


@dataclass(frozen=True)
class Part:
    """One part of one class and term. `missing` are required cells that are empty, of `required` in all."""

    class_term_id: UUID
    class_name: str
    school_year: str
    term: Term
    slot: str
    name: str
    due_at: datetime
    pupils: tuple[PupilPart, ...]
    required: int
    missing: int
    incomplete: int

    @cached_property
    def state(self) -> PartState:
        return part_state(self.pupils)

    @cached_property
    def open_pupils(self) -> int:
        return sum(pupil.is_open for pupil in self.pupils)

    @cached_property
    def to_send(self) -> tuple[UUID, ...]:
        return tuple(pupil.record_id for pupil in self.pupils if pupil.can_be_sent)

    @property
    def to_sign(self) -> int:
        return sum(pupil.waits_for_signature for pupil in self.pupils)

    @property
    def held(self) -> int:
        return sum(pupil.held for pupil in self.pupils)

    @property
    def filled(self) -> int:
        return self.required - self.missing

    @property
    def returns(self) -> tuple[Returned, ...]:
        """Why pupils came back: each reason once."""
        return tuple(dict.fromkeys(pupil.returned for pupil in self.pupils if pupil.is_open and pupil.returned))

    def is_late(self, at: datetime) -> bool:
        return self.open_pupils > 0 and at >= self.due_at


def parts_of(session: Session, staff_id: UUID, at: datetime) -> list[Part]:
    """Every part that a person fills at `at`, newest term first, classes in order."""
    slots = staffing.own_slots(session, staff_id, at)
    query = (
        select(ClassTermRow, ClassGroup)
        .join(ClassGroup, ClassGroup.id == ClassTermRow.class_id)
        .where(ClassGroup.id.in_(slots))
        .order_by(*NEWEST_FIRST)
    )
    books = [(row, group) for row, group in session.execute(query)]
    return _parts(session, books, slots)


def comment_places(session: Session, staff_id: UUID, at: datetime) -> list[tuple[str, str]]:
    """The subject and item of every comment that a person may have to write."""
    query = (
        select(ClassGroup, TeachingAssignment.slot)
        .join(TeachingAssignment, TeachingAssignment.class_id == ClassGroup.id)
        .where(TeachingAssignment.staff_id == staff_id, staffing.designated(at))
        .order_by(ClassGroup.grade, TeachingAssignment.slot)
    )
    places = [
        (slot, cell.key.item)
        for group, slot in session.execute(query)
        for cell in cells_of(curriculum_of(group, Term.YEAR_END), Term.YEAR_END, slot)
        if cell.kind is CellKind.COMMENT
    ]
    return list(dict.fromkeys(places))


def _parts(
    session: Session, books: Sequence[tuple[ClassTermRow, ClassGroup]], slots: Mapping[UUID, set[str]]
) -> list[Part]:
    wanted = [(row.id, slot) for row, group in books for slot in slots[group.id]]
    pupils = pupil_parts(session, wanted)
    opened = {pupil.record_id for each in pupils.values() for pupil in each if pupil.is_open}
    entered = _Entered(values_of(session, {slot for _, slot in wanted}, opened), waived_of(session, opened))
    found = []
    for row, group in books:
        curriculum = curriculum_of(group, Term(row.term))
        mine = [slot for slot in curriculum.slots if slot in slots[group.id]]
        found += [_part(row, group, curriculum, pupils[row.id, slot], entered) for slot in mine if pupils[row.id, slot]]
    return found


@dataclass(frozen=True)
class _Entered:
    values: Mapping[UUID, Mapping[str, Values]]
    waived: Collection[UUID]

    def lacking(self, cells: tuple[Cell, ...], pupil: PupilPart) -> int:
        values = self.values.get(pupil.record_id, {}).get(pupil.slot, {})
        return len(missing_cells(cells, values, assessment_waived=pupil.record_id in self.waived))


def _part(
    row: ClassTermRow, group: ClassGroup, curriculum: Curriculum, pupils: Sequence[PupilPart], entered: _Entered
) -> Part:
    term, slot = Term(row.term), pupils[0].slot
    cells = cells_of(curriculum, term, slot)
    lacking = [entered.lacking(cells, pupil) for pupil in pupils if pupil.is_open]
    return Part(
        class_term_id=row.id,
        class_name=group.name,
        school_year=group.school_year,
        term=term,
        slot=slot,
        name=slot_name(curriculum, slot),
        due_at=row.due_at,
        pupils=tuple(pupils),
        required=len(pupils) * sum(cell.is_required for cell in cells),
        missing=sum(lacking),
        incomplete=sum(count > 0 for count in lacking),
    )


def pupil_parts(session: Session, wanted: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[PupilPart]]:
    """Of each class-term and slot that is asked for, its pupils in the order of the class."""
    query = (
        select(
            TermRecord.class_term_id,
            TermRecord.id,
            RecordSlot.slot,
            TermRecord.stage,
            TermRecord.held,
            RecordSlot.state == "open",
            RecordSlot.is_signed,
            RecordSlot.revision,
        )
        .join(RecordSlot, RecordSlot.record_id == TermRecord.id)
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .where(among(TermRecord.class_term_id, {each for each, _ in wanted}))
        .where(among(RecordSlot.slot, {slot for _, slot in wanted}))
        .order_by(Enrolment.order_no, TermRecord.id)
    )
    found: dict[tuple[UUID, str], list[PupilPart]] = {each: [] for each in wanted}
    for class_term_id, record_id, slot, stage, held, is_open, is_signed, revision in session.execute(query):
        if (class_term_id, slot) in found:
            part = PupilPart(record_id, slot, Stage(stage), held, is_open, is_signed, revision)
            found[class_term_id, slot].append(part)
    came_back = {where for where, pupils in found.items() if any(each.is_open and each.revision > 1 for each in pupils)}
    reasons = _reasons(session, came_back)
    return {where: [_told(pupil, reasons.get(where, [])) for pupil in pupils] for where, pupils in found.items()}


_Return = tuple[Returned, frozenset[str]]  # with the records that it is about


def _told(pupil: PupilPart, reasons: Sequence[_Return]) -> PupilPart:
    if not pupil.is_open or pupil.revision == 1:
        return pupil
    newest = next((told for told, records in reasons if str(pupil.record_id) in records), None)
    return replace(pupil, returned=newest)


def _reasons(session: Session, where: Collection[tuple[UUID, str]]) -> dict[tuple[UUID, str], list[_Return]]:
    """Every return of these parts, and whatever else opened them again, newest first."""
    if not where:
        return {}
    detail = AuditEntry.detail
    query = (
        select(AuditEntry.class_term_id, detail, Reason.text, Staff.full_name, Reason.created_at)
        .join(Reason, Reason.id == cast(func.nullif(detail["reason"].astext, ""), Uuid))
        .join(Staff, Staff.id == Reason.staff_id)
        .where(
            detail["action"].astext.in_(REOPENING_ACTIONS), AuditEntry.class_term_id.in_({each for each, _ in where})
        )
        .order_by(AuditEntry.wf_seq.desc())
    )
    found: dict[tuple[UUID, str], list[_Return]] = {each: [] for each in where}
    for class_term_id, entry, text, by, at in session.execute(query):
        said: dict[str, Any] = entry
        back = frozenset(record_id for record_id, state in said["records"].items() if state[0] == Stage.ENTRY)
        for slot in (said["to_slot"], *said.get("to_slots", ())):
            if (class_term_id, slot) in found:
                found[class_term_id, slot].append((Returned(text, by, at), back))
    return found
