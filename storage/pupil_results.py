"""The computed results of a class-term, pupil by pupil, for those who answer for all of its subjects."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from domain.curriculum import HOMEROOM, Curriculum
from domain.entered import Entered
from domain.errors import Incomplete, Invalid
from domain.primary import pupil_result as primary
from domain.primary.paper import PrimaryPapers
from domain.pupil_results import PupilResult
from domain.secondary import pupil_result as secondary
from domain.secondary.paper import SecondaryPapers
from storage import results
from storage.among import among
from storage.contents import term_papers
from storage.paper_facts import facts_on, members
from storage.tables import RecordSlot, TermRecord

_NAMED = 3


@dataclass(frozen=True)
class RecordResult:
    """A pupil's result, or why there is none yet."""

    record_id: UUID
    result: PupilResult | None
    pending: str = ""


def results_in(session: Session, class_term_id: UUID, own: Collection[str], today: date) -> list[RecordResult]:
    """Every pupil in the order of the class. Drafts count only for those whose slots (`own`) they are."""
    facts = facts_on(session, class_term_id, today)
    own_records = select(TermRecord).where(TermRecord.class_term_id == class_term_id)
    records = [member.record for member in members(session, list(session.scalars(own_records)))]
    record_ids = [record.id for record in records]
    entered, writing = results.entered(session, facts, records), term_papers(facts)
    waiting = unsent(session, facts.curriculum, record_ids, own)
    return [
        RecordResult(record_id, None, waits_for(waiting[record_id]))
        if record_id in waiting
        else _judged(record_id, writing, entered[record_id])
        for record_id in record_ids
    ]


def judged(writing: PrimaryPapers | SecondaryPapers, pupil: Entered) -> PupilResult:
    """Raises Incomplete naming what is missing, Invalid where the rules cannot judge."""
    if isinstance(writing, PrimaryPapers):
        return primary.pupil_result(writing, pupil)
    return secondary.pupil_result(writing, pupil)


def _judged(record_id: UUID, writing: PrimaryPapers | SecondaryPapers, pupil: Entered) -> RecordResult:
    try:
        return RecordResult(record_id, judged(writing, pupil))
    except (Incomplete, Invalid) as reason:
        return RecordResult(record_id, None, reason.message)


def unsent(
    session: Session, curriculum: Curriculum, record_ids: list[UUID], own: Collection[str]
) -> Mapping[UUID, list[str]]:
    """What other people have not handed in yet, by record, as people call it; records without such are left out.

    A secondary year counts both terms.
    """
    first = {} if curriculum.is_primary else results.first_terms(session, record_ids)
    asked = {first_id: (record_id, " (học kì I)") for record_id, first_id in first.items()}
    asked |= {record_id: (record_id, "") for record_id in record_ids}
    others = set(curriculum.slots) - set(own)
    query = select(RecordSlot.record_id, RecordSlot.slot).where(
        among(RecordSlot.record_id, asked), RecordSlot.state == "open", RecordSlot.slot.in_(others)
    )
    names = {**{subject.code: subject.name for subject in curriculum.subjects}, HOMEROOM: "phần chủ nhiệm"}
    waits = {(*asked[open_id], slot) for open_id, slot in session.execute(query)}
    found: dict[UUID, list[str]] = {}
    for record_id, term, slot in sorted(waits, key=lambda each: (each[1] == "", curriculum.slots.index(each[2]))):
        found.setdefault(record_id, []).append(names[slot] + term)
    return found


def waits_for(slots: list[str]) -> str:
    """Say which parts are not handed in."""
    count, named = len(slots) - _NAMED, ", ".join(slots[:_NAMED])
    return f"Chưa gửi: {named} và {count} phần khác." if count > 0 else f"Chưa gửi: {named}."
