"""A class and term as reports see it: what was submitted, never a teacher's draft."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, Curriculum
from domain.entered import Entered
from domain.entry import Values
from domain.errors import DomainError, Incomplete, Invalid
from domain.primary.paper import PrimaryPapers
from domain.pupil_results import PupilResult
from domain.secondary.paper import SecondaryPapers
from domain.slot_marks import slot_name
from storage import pupil_results, results
from storage.among import among
from storage.contents import term_papers
from storage.paper_facts import ClassFacts, Member, facts_on, members
from storage.tables import Enrolment, RecordSlot, TermRecord


@dataclass(frozen=True)
class PupilRead:
    """A pupil of the class now, what submitted slots entered, and which slots are still open.

    At the end of a secondary year, which counts both terms, `open_before` are those of the first.
    """

    member: Member
    entered: Entered
    open_slots: tuple[str, ...]
    open_before: tuple[str, ...] = ()

    @property
    def is_handed_in(self) -> bool:
        return not (self.open_slots or self.open_before)

    @property
    def has_absences(self) -> bool:
        """Whether those who count absences handed them in."""
        return HOMEROOM not in {*self.open_slots, *self.open_before}


@dataclass(frozen=True)
class ClassRead:
    """Pupils stand in the order of the class list."""

    facts: ClassFacts
    papers: PrimaryPapers | SecondaryPapers
    pupils: tuple[PupilRead, ...]
    _results: dict[UUID, PupilResult | Incomplete | Invalid] = field(default_factory=dict, compare=False, repr=False)

    def judged(self, pupil: PupilRead) -> PupilResult:
        """By the rules, once for each pupil. Raises Incomplete and Invalid as `storage.pupil_results.judged` does."""
        record_id = pupil.member.record.id
        if record_id not in self._results:
            self._results[record_id] = self._judge(pupil)
        found = self._results[record_id]
        if isinstance(found, DomainError):
            raise found
        return found

    def _judge(self, pupil: PupilRead) -> PupilResult | Incomplete | Invalid:
        try:
            return pupil_results.judged(self.papers, pupil.entered)
        except (Incomplete, Invalid) as reason:
            return reason

    def not_submitted(self, pupil: PupilRead) -> str:
        """Which slots have not submitted for the pupil, as a sentence; "" if all have."""
        names = [slot_name(self.facts.curriculum, slot) for slot in pupil.open_slots]
        names += [f"{slot_name(self.facts.curriculum, slot)} (học kì I)" for slot in pupil.open_before]
        return f"Chưa gửi: {', '.join(names)}." if names else ""


def read_class(session: Session, class_term_id: UUID, day: date) -> ClassRead:
    facts = facts_on(session, class_term_id, day)
    records = present_records(session, class_term_id)
    entered = results.entered(session, facts, records)
    first = {} if facts.curriculum.is_primary else results.first_terms(session, [record.id for record in records])
    still_open = _open_slots(session, facts.curriculum, {*(record.id for record in records), *first.values()})
    pupils = [
        _pupil(member, entered[member.record.id], still_open, first.get(member.record.id))
        for member in members(session, records)
    ]
    return ClassRead(facts, term_papers(facts), tuple(pupils))


def _pupil(
    member: Member, entered: Entered, still_open: Mapping[UUID, tuple[str, ...]], first: UUID | None
) -> PupilRead:
    waiting = still_open.get(member.record.id, ())
    before = still_open.get(first, ()) if first and first != member.record.id else ()
    slots, earlier = _without(entered.slots, waiting), _without(entered.earlier, before)
    return PupilRead(member, replace(entered, slots=slots, earlier=earlier), waiting, before)


def _without(slots: Mapping[str, Values], waiting: tuple[str, ...]) -> dict[str, Values]:
    return {slot: values for slot, values in slots.items() if slot not in waiting}


def present_records(session: Session, class_term_id: UUID) -> list[TermRecord]:
    """The records of pupils who have not left the class."""
    query = select(TermRecord).join(Enrolment, Enrolment.id == TermRecord.enrolment_id)
    present = query.where(TermRecord.class_term_id == class_term_id, Enrolment.left_on.is_(None))
    return list(session.scalars(present.order_by(Enrolment.order_no, Enrolment.id)))


def _open_slots(session: Session, curriculum: Curriculum, record_ids: Collection[UUID]) -> dict[UUID, tuple[str, ...]]:
    """By record, in the order of the form."""
    query = select(RecordSlot.record_id, RecordSlot.slot).where(
        among(RecordSlot.record_id, record_ids), RecordSlot.state == "open"
    )
    found: dict[UUID, set[str]] = defaultdict(set)
    for record_id, slot in session.execute(query):
        found[record_id].add(slot)
    return {
        record_id: tuple(slot for slot in curriculum.slots if slot in waiting) for record_id, waiting in found.items()
    }
