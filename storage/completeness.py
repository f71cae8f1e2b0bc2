"""How complete the books of a class are, and who was reminded of what when: reads of the homeroom room."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import String, cast, func, select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.completeness import Completeness, Part, PupilParts, SlotFacts, completeness, may_return, part_state
from domain.curriculum import HOMEROOM, Curriculum
from domain.entry import cells_of, missing_cells
from domain.notices import Kind
from domain.progress import BoardLine
from domain.slot_marks import HOMEROOM_NAME
from domain.stages import Stage
from storage import entries, journal, problems, staffing
from storage.board import school_board
from storage.tables import (
    AuditEntry,
    ClassTermRow,
    Enrolment,
    Notice,
    PupilRow,
    PupilTerm,
    Reason,
    RecordSlot,
    TermRecord,
)


def homeroom_lines(session: Session, school_id: UUID, staff_id: UUID, at: datetime) -> list[BoardLine]:
    """The class-terms whose homeroom teacher this person is now, newest first."""
    mine = [class_id for class_id, slots in staffing.own_slots(session, staff_id, at).items() if HOMEROOM in slots]
    return school_board(session, school_id, mine)


def of_class_term(session: Session, class_term_id: UUID, at: datetime) -> Completeness:
    """Every pupil's part of every slot; empty cells are counted, nobody's drafts are shown."""
    curriculum, term = entries.curriculum_in(session, class_term_id)
    slots = _slots(session, class_term_id)
    missing = _missing(session, curriculum, term, slots)
    query = (
        select(
            TermRecord.id, Enrolment.order_no, PupilRow.full_name, TermRecord.stage, TermRecord.held, TermRecord.moving
        )
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no, TermRecord.id)
    )
    pupils = [
        PupilParts(
            record_id,
            order_no,
            name,
            Stage(stage),
            held,
            tuple(
                _part(slots[record_id, slot], Stage(stage), missing.get((record_id, slot), 0), held=held)
                for slot in curriculum.slots
                if (record_id, slot) in slots
            ),
            moving,
        )
        for record_id, order_no, name, stage, held, moving in session.execute(query)
    ]
    return completeness(_facts(session, class_term_id, curriculum, at), pupils)


@dataclass(frozen=True)
class _Slot:
    slot: str
    is_open: bool
    is_signed: bool
    was_returned: bool


def _slots(session: Session, class_term_id: UUID) -> dict[tuple[UUID, str], _Slot]:
    query = (
        select(RecordSlot.record_id, RecordSlot.slot, RecordSlot.state, RecordSlot.is_signed, RecordSlot.revision)
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id)
    )
    return {
        (record_id, slot): _Slot(slot, state == "open", is_signed, revision > 1)
        for record_id, slot, state, is_signed, revision in session.execute(query)
    }


def _part(slot: _Slot, stage: Stage, missing: int, *, held: bool) -> Part:
    state = part_state(
        stage,
        slot.slot,
        is_open=slot.is_open,
        is_signed=slot.is_signed,
        was_returned=slot.was_returned,
        missing=missing,
    )
    return Part(slot.slot, state, missing, may_return(stage, held=held, is_open=slot.is_open))


def _missing(
    session: Session, curriculum: Curriculum, term: Term, slots: Mapping[tuple[UUID, str], _Slot]
) -> dict[tuple[UUID, str], int]:
    """How many required cells are empty; asked of open slots only, others were handed in complete."""
    places = [place for place, slot in slots.items() if slot.is_open]
    record_ids = {record_id for record_id, _ in places}
    entered = entries.values_of(session, {slot for _, slot in places}, record_ids)
    waived = entries.waived_of(session, record_ids)
    cells = {slot: cells_of(curriculum, term, slot) for slot in {slot for _, slot in places}}
    return {
        (record_id, slot): len(
            missing_cells(cells[slot], entered.get(record_id, {}).get(slot, {}), assessment_waived=record_id in waived)
        )
        for record_id, slot in places
    }


def _facts(session: Session, class_term_id: UUID, curriculum: Curriculum, at: datetime) -> Iterable[SlotFacts]:
    class_id = session.get_one(ClassTermRow, class_term_id).class_id
    teachers = staffing.in_charge(session, class_id, at)
    names = {subject.code: (subject.name, subject.short) for subject in curriculum.subjects}
    names[HOMEROOM] = (HOMEROOM_NAME, HOMEROOM_NAME)
    for slot in curriculum.slots:
        teacher = teachers.get(slot)
        yield SlotFacts(slot, *names[slot], *((teacher.staff_id, teacher.full_name) if teacher else ()))


def doubtful(session: Session, class_term_id: UUID, slot: str) -> dict[UUID, list[str]]:
    """What of a handed-in slot the homeroom teacher should look at before reviewing, by record."""
    found = problems.problems(session, class_term_id, slot, drafts=False)
    return {each.record_id: [doubt.message for doubt in each.doubts] for each in found if each.doubts}


def attendance_kept(session: Session, class_term_id: UUID) -> int:
    """For how many pupils something of absences or health was entered."""
    query = (
        select(func.count())
        .select_from(PupilTerm)
        .join(TermRecord, TermRecord.id == PupilTerm.record_id)
        .where(TermRecord.class_term_id == class_term_id, PupilTerm.version > 0)
    )
    return session.scalar(query) or 0


def hold_reasons(session: Session, class_term_id: UUID) -> dict[UUID, str]:
    """Why each record that is held was held, by the newest hold."""
    held = select(TermRecord.id).where(TermRecord.class_term_id == class_term_id, TermRecord.held)
    ids = set(session.scalars(held))
    if not ids:
        return {}
    query = (
        select(AuditEntry.detail, Reason.text)
        .join(Reason, cast(Reason.id, String) == AuditEntry.detail["reason"].astext)
        .where(AuditEntry.class_term_id == class_term_id, AuditEntry.detail["action"].astext == "hold")
        .order_by(AuditEntry.wf_seq)
    )
    found: dict[UUID, str] = {}
    for detail, text in session.execute(query):
        records = detail["records"]
        named = records if isinstance(records, dict) else {}
        found.update({record_id: text for record_id in ids if str(record_id) in named})
    return found


def reminded_at(session: Session, class_term_id: UUID) -> dict[str, datetime]:
    """When each slot's teacher was last reminded, by slot; whoever filled it then."""
    query = select(Notice.subject_ref, Notice.created_at).where(
        Notice.class_term_id == class_term_id, Notice.kind == Kind.NUDGE
    )
    found: dict[str, datetime] = {}
    for ref, at in session.execute(query.order_by(Notice.created_at)):
        found[ref.partition("/")[0]] = at
    return found


def remind(session: Session, class_term_id: UUID, told: Mapping[str, UUID], day: date) -> int:
    """Remind the teacher of each slot, once a day; returns how many were not yet told today."""
    notices = {(staff_id, f"{slot}/{class_term_id}/{day.isoformat()}") for slot, staff_id in told.items()}
    refs = [ref for _, ref in notices]
    said = select(func.count()).where(Notice.kind == Kind.NUDGE, Notice.subject_ref.in_(refs))
    before = session.scalar(said) or 0
    journal.add_notices(session, class_term_id, Kind.NUDGE, notices, None)
    return (session.scalar(said) or 0) - before
