"""What was entered about the pupils of a class-term, gathered for their papers."""

from collections.abc import Sequence
from typing import Final, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from domain.assessment import Term
from domain.entered import Entered
from domain.entry import Values
from domain.stages import Stage
from storage import entries
from storage.among import among
from storage.corrections.on_the_way import is_recalled
from storage.paper_facts import ClassFacts
from storage.tables import ClassTermRow, Enrolment, PromotionDecision, PupilTerm, TermRecord

_NOTHING = PupilTerm(
    height_cm="", weight_kg="", health="", is_recognised=False, assessment_waived=False, individual_plan=False
)

# A record, and another one of the same pupil and year. Made once: each alias of its own is compiled anew.
_ASKED, _OTHER = aliased(TermRecord), aliased(TermRecord)
_OF_ASKED, _OF_OTHER = aliased(Enrolment), aliased(Enrolment)
# Of a pupil who came from another school its issued terms count, and what it corrects of them as it stands there; what
# was under way there goes on here.
_COUNTS: Final = or_(_OF_OTHER.left_on.is_(None), _OTHER.stage == Stage.ISSUED.value, is_recalled(_OTHER))


def entered(session: Session, facts: ClassFacts, records: Sequence[TermRecord]) -> dict[UUID, Entered]:
    """Everything that the papers of these records say, by record."""
    record_ids = [record.id for record in records]
    slots = entries.values_of(session, facts.curriculum.slots, record_ids)
    earlier = _earlier(session, facts, record_ids)
    kept = {row.record_id: row for row in session.scalars(_of(PupilTerm, record_ids))}
    decided = {row.record_id: row.is_promoted for row in session.scalars(_of(PromotionDecision, record_ids))}
    absences = _absences(session, facts, record_ids)
    return {
        record_id: _entered(
            kept.get(record_id, _NOTHING),
            absences.get(record_id, (0, 0)),
            slots.get(record_id, {}),
            earlier.get(record_id, {}),
            promoted=decided.get(record_id),
        )
        for record_id in record_ids
    }


_Row = TypeVar("_Row", PupilTerm, PromotionDecision)


def _of(table: type[_Row], record_ids: list[UUID]) -> Select[_Row]:
    return select(table).where(among(table.record_id, record_ids))


def _entered(
    kept: PupilTerm,
    absent: tuple[int, int],
    slots: dict[str, Values],
    earlier: dict[str, Values],
    *,
    promoted: bool | None,
) -> Entered:
    return Entered(
        slots=slots,
        earlier=earlier,
        absent_excused=absent[0],
        absent_unexcused=absent[1],
        recognised=kept.is_recognised,
        height_cm=kept.height_cm,
        weight_kg=kept.weight_kg,
        health=kept.health,
        assessment_waived=kept.assessment_waived,
        individual_plan=kept.individual_plan,
        promoted=promoted,
    )


def _earlier(session: Session, facts: ClassFacts, record_ids: list[UUID]) -> dict[UUID, dict[str, Values]]:
    """What was entered in the first term, by the year-end record of the same year; no primary paper asks."""
    if facts.term is not Term.YEAR_END or facts.curriculum.is_primary:
        return {}
    pairs = first_terms(session, record_ids)
    found = entries.values_of(session, facts.curriculum.slots, pairs.values())
    return {record_id: found.get(first_id, {}) for record_id, first_id in pairs.items()}


def first_terms(session: Session, record_ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The record of the first term of the same pupil and year, by record; none without such."""
    query = (
        select(_ASKED.id, _OTHER.id)
        .join(_OF_ASKED, _OF_ASKED.id == _ASKED.enrolment_id)
        .join(_OF_OTHER, _OF_OTHER.record_uid == _OF_ASKED.record_uid)
        .join(_OTHER, _OTHER.enrolment_id == _OF_OTHER.id)
        .join(ClassTermRow, ClassTermRow.id == _OTHER.class_term_id)
        .where(among(_ASKED.id, record_ids), ClassTermRow.term == Term.HK1, _COUNTS)
    )
    return dict(session.execute(query).all())


def _absences(session: Session, facts: ClassFacts, record_ids: list[UUID]) -> dict[UUID, tuple[int, int]]:
    """Half-day absences by record: excused and not; at the year's end those of all terms of the year."""
    same = _OTHER.enrolment_id == _OF_OTHER.id if facts.term is Term.YEAR_END else _OTHER.id == _ASKED.id
    query = (
        select(_ASKED.id, func.sum(PupilTerm.absent_excused), func.sum(PupilTerm.absent_unexcused))
        .join(_OF_ASKED, _OF_ASKED.id == _ASKED.enrolment_id)
        .join(_OF_OTHER, _OF_OTHER.record_uid == _OF_ASKED.record_uid)
        .join(_OTHER, and_(same, _OTHER.enrolment_id == _OF_OTHER.id, _OTHER.class_term_id.is_not(None)))
        .join(PupilTerm, PupilTerm.record_id == _OTHER.id)
        .where(among(_ASKED.id, record_ids), _COUNTS)
        .group_by(_ASKED.id)
    )
    return {record_id: (excused, unexcused) for record_id, excused, unexcused in session.execute(query)}
