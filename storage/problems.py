"""What is missing and what is doubtful in one slot, pupil by pupil, before it is handed in and while it is reviewed."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from domain.doubts import Doubt, alike, doubts
from domain.entry import Cell, cells_of, missing_cells
from storage.entries import curriculum_in, records_in, values_of, waived_of


@dataclass(frozen=True)
class RecordProblems:
    record_id: UUID
    missing: tuple[Cell, ...]
    doubts: tuple[Doubt, ...]


def problems(session: Session, class_term_id: UUID, slot: str, *, drafts: bool) -> list[RecordProblems]:
    """Records with something missing or doubtful, in the order of the class; without `drafts`, of what was submitted.

    Raises NotFound for a slot that the class does not have.
    """
    curriculum, term = curriculum_in(session, class_term_id)
    cells = cells_of(curriculum, term, slot)
    record_ids = records_in(session, class_term_id, slot, drafts=drafts)
    entered = values_of(session, [slot], record_ids)
    of_slot = {record_id: entered.get(record_id, {}).get(slot, {}) for record_id in record_ids}
    waived, repeated = waived_of(session, record_ids), alike(of_slot)
    found = [
        RecordProblems(
            record_id,
            missing_cells(cells, values, assessment_waived=record_id in waived),
            (*doubts(curriculum, term, slot, values), *repeated.get(record_id, ())),
        )
        for record_id, values in of_slot.items()
    ]
    return [each for each in found if each.missing or each.doubts]
