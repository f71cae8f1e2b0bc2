"""One slot of a class-term as a whole: its pupils in order and every cell with its version."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.entry import cells_of
from domain.errors import NotAllowed
from domain.slot_marks import SlotMarks, SlotPupil, slot_name
from storage import staffing
from storage.entries import curriculum_of, known_cells
from storage.tables import ClassGroup, ClassTermRow, Enrolment, PupilRow, RecordSlot, School, TermRecord


def slot_marks(session: Session, class_term_id: UUID, slot: str, at: datetime, *, drafts: bool) -> SlotMarks:
    """Read a slot; without `drafts`, only the pupils whose part was submitted. Raises NotFound for an unknown slot."""
    row = session.get_one(ClassTermRow, class_term_id)
    group, term = session.get_one(ClassGroup, row.class_id), Term(row.term)
    curriculum = curriculum_of(group, term)
    pupils = tuple(each for each in _pupils(session, class_term_id, slot) if drafts or not each.is_open)
    return SlotMarks(
        class_term_id=class_term_id,
        school_name=session.get_one(School, group.school_id).name,
        school_year=group.school_year,
        class_name=group.name,
        term=term,
        slot=slot,
        name=slot_name(curriculum, slot),
        teacher=_teacher(session, group.id, slot, at),
        cells=cells_of(curriculum, term, slot),
        pupils=pupils,
        known=known_cells(session, slot, [pupil.record_id for pupil in pupils]),
    )


def _teacher(session: Session, class_id: UUID, slot: str, at: datetime) -> str:
    try:
        return staffing.signer_of(session, class_id, slot, at).full_name
    except NotAllowed:
        return ""


def _pupils(session: Session, class_term_id: UUID, slot: str) -> list[SlotPupil]:
    query = (
        select(
            TermRecord.id,
            Enrolment.order_no,
            PupilRow.pupil_code,
            PupilRow.full_name,
            PupilRow.birth_date,
            RecordSlot.state == "open",
        )
        .join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
        .join(PupilRow, PupilRow.id == Enrolment.pupil_id)
        .join(RecordSlot, (RecordSlot.record_id == TermRecord.id) & (RecordSlot.slot == slot))
        .where(TermRecord.class_term_id == class_term_id)
        .order_by(Enrolment.order_no)
    )
    return [SlotPupil(*row) for row in session.execute(query)]
