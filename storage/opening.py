"""Opens the book of a class and term: one record per enrolled pupil, every slot open for entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from domain.assessment import Term
from domain.deadlines import Deadline
from domain.errors import Conflict
from storage import moving
from storage.campaigns import progress
from storage.entries import curriculum_of
from storage.registration import lock_school
from storage.staffing import signs_records
from storage.tables import ClassGroup, ClassTermRow, Enrolment, PupilTerm, RecordSlot, TermRecord


@dataclass(frozen=True)
class OpenedTerm:
    """What the class-term's workflow starts from."""

    class_term_id: UUID
    school_id: UUID
    class_id: UUID
    class_name: str
    school_year: str
    term: Term
    subject_slots: tuple[str, ...]
    record_ids: tuple[UUID, ...]
    due_at: datetime
    policy_version: int
    signs_records: bool = False


def open_under(session: Session, class_id: UUID, term: Term, held: Mapping[UUID, Deadline]) -> OpenedTerm | None:
    """Open a class-term under its school's deadline; None where no deadline is set, or nobody is in the class."""
    deadline = held.get(session.get_one(ClassGroup, class_id).school_id)
    if deadline is None:
        return None
    try:
        return open_term(session, class_id, term, deadline.due_at, deadline.policy_version)
    except Conflict:
        return None


def open_term(session: Session, class_id: UUID, term: Term, due_at: datetime, policy_version: int = 1) -> OpenedTerm:
    """Open a class-term, or give the one that is open. Raises Conflict for a class without pupils.

    A class list that is being entered is waited for, and whoever enters the next one finds the book open.
    """
    group = session.get_one(ClassGroup, class_id)
    lock_school(session, group.school_id)
    new = insert(ClassTermRow).values(
        id=uuid4(), class_id=class_id, term=term.value, due_at=due_at, policy_version=policy_version
    )
    created = session.scalars(new.on_conflict_do_nothing().returning(ClassTermRow.id)).first()
    row = session.scalars(
        select(ClassTermRow).where(ClassTermRow.class_id == class_id, ClassTermRow.term == term.value)
    ).one()
    slots = curriculum_of(group, term).slots
    if created is not None:
        _add_records(session, row, slots)
        progress.refresh(session, [row.id])
    query = select(TermRecord.id).join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
    record_ids = session.scalars(query.where(TermRecord.class_term_id == row.id).order_by(Enrolment.order_no)).all()
    return OpenedTerm(
        row.id,
        group.school_id,
        class_id,
        group.name,
        group.school_year,
        term,
        slots[:-1],
        tuple(record_ids),
        row.due_at,
        row.policy_version,
        signs_records(group, term),
    )


def _add_records(session: Session, row: ClassTermRow, slots: tuple[str, ...]) -> None:
    """Who came from another school brings along what was entered there; a term that it issued is not done again."""
    enrolled = session.scalars(select(Enrolment).where(Enrolment.class_id == row.class_id, Enrolment.left_on.is_(None)))
    staying, brought = moving.with_what_they_bring(session, row, enrolled)
    records = [(TermRecord(class_term_id=row.id, enrolment_id=each.id), each) for each in staying]
    if not records:
        raise Conflict("Lớp chưa có học sinh nào nên chưa mở sổ được.")
    session.add_all(record for record, _ in records)
    session.flush()
    session.execute(insert(RecordSlot), [{"record_id": r.id, "slot": slot} for r, _ in records for slot in slots])
    session.add_all(
        PupilTerm(record_id=record.id, assessment_waived=pupil.assessment_waived, individual_plan=pupil.individual_plan)
        for record, pupil in records
        if pupil.assessment_waived or pupil.individual_plan
    )
    session.flush()
    moving.copy_entered(session, {record.id: brought[each.id] for record, each in records if each.id in brought})
