"""A class and term as reports see it: what was submitted, never a teacher's draft."""

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, Curriculum
from domain.entered import Entered
from domain.primary.paper import PrimaryPapers
from domain.secondary.paper import SecondaryPapers
from storage import results
from storage.contents import term_papers
from storage.paper_facts import ClassFacts, Member, facts_on, members
from storage.tables import Enrolment, RecordSlot, TermRecord


@dataclass(frozen=True)
class PupilRead:
    """A pupil of the class now, what submitted slots entered, and which slots are still open."""

    member: Member
    entered: Entered
    open_slots: tuple[str, ...]


@dataclass(frozen=True)
class ClassRead:
    """Pupils stand in the order of the class list."""

    facts: ClassFacts
    papers: PrimaryPapers | SecondaryPapers
    pupils: tuple[PupilRead, ...]

    def not_submitted(self, pupil: PupilRead) -> str:
        """Which slots have not submitted for the pupil, as a sentence; "" if all have."""
        names = [slot_name(self.facts.curriculum, slot) for slot in pupil.open_slots]
        return f"Chưa nộp: {', '.join(names)}." if names else ""


def slot_name(curriculum: Curriculum, slot: str) -> str:
    return "Chủ nhiệm" if slot == HOMEROOM else curriculum.subject(slot).name


def read_class(session: Session, class_term_id: UUID, day: date) -> ClassRead:
    facts = facts_on(session, class_term_id, day)
    records = present_records(session, class_term_id)
    entered = results.entered(session, facts, records)
    still_open = _open_slots(session, facts.curriculum, class_term_id)
    pupils = [
        PupilRead(member, _submitted(entered[member.record.id], waiting), waiting)
        for member in members(session, records)
        for waiting in [still_open.get(member.record.id, ())]
    ]
    return ClassRead(facts, term_papers(facts), tuple(pupils))


def present_records(session: Session, class_term_id: UUID) -> list[TermRecord]:
    """The records of pupils who have not left the class."""
    query = select(TermRecord).join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
    present = query.where(TermRecord.class_term_id == class_term_id, Enrolment.left_on.is_(None))
    return list(session.scalars(present.order_by(Enrolment.order_no, Enrolment.id)))


def _open_slots(session: Session, curriculum: Curriculum, class_term_id: UUID) -> dict[UUID, tuple[str, ...]]:
    """By record, in the order of the form."""
    query = (
        select(RecordSlot.record_id, RecordSlot.slot)
        .join(TermRecord, TermRecord.id == RecordSlot.record_id)
        .where(TermRecord.class_term_id == class_term_id, RecordSlot.state == "open")
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for record_id, slot in session.execute(query):
        found[record_id].add(slot)
    return {
        record_id: tuple(slot for slot in curriculum.slots if slot in waiting) for record_id, waiting in found.items()
    }


def _submitted(entered: Entered, waiting: tuple[str, ...]) -> Entered:
    return replace(entered, slots={slot: values for slot, values in entered.slots.items() if slot not in waiting})
