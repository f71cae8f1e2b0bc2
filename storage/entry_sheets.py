"""One part of a class's book as its sheet of entry shows it: cells, where each pupil stands, what is missing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from domain.entry import CellKey
from domain.errors import NotFound
from domain.parts import PartState, PupilPart, Returned, part_state
from domain.slot_marks import Known, SlotMarks, SlotPupil
from storage.parts import pupil_parts
from storage.problems import RecordProblems, problems
from storage.slot_marks import slot_marks


@dataclass(frozen=True)
class EntrySheet:
    """`marks.pupils` and `parts` speak of the same pupils, in the order of the class."""

    marks: SlotMarks
    parts: Mapping[UUID, PupilPart]
    problems: Sequence[RecordProblems]

    @property
    def state(self) -> PartState:
        return part_state(self.parts.values())

    @property
    def to_send(self) -> tuple[UUID, ...]:
        return tuple(each.record_id for each in self.parts.values() if each.can_be_sent)

    @property
    def to_sign(self) -> int:
        return sum(each.waits_for_signature for each in self.parts.values())

    @property
    def held(self) -> int:
        return sum(each.held for each in self.parts.values())

    @property
    def missing(self) -> int:
        """Required cells that keep the part from being sent."""
        return sum(len(each.missing) for each in self.problems if self.parts[each.record_id].is_open)

    @property
    def returns(self) -> tuple[tuple[Returned, tuple[SlotPupil, ...]], ...]:
        """Each reason for which pupils came back, with those pupils."""
        found: dict[Returned, list[SlotPupil]] = {}
        for pupil in self.marks.pupils:
            told = self.parts[pupil.record_id].returned
            if told is not None:
                found.setdefault(told, []).append(pupil)
        return tuple((told, tuple(pupils)) for told, pupils in found.items())

    def known(self, record_id: UUID, key: CellKey) -> Known:
        return self.marks.known.get((record_id, key), Known())


def entry_sheet(session: Session, class_term_id: UUID, slot: str, at: datetime, *, drafts: bool) -> EntrySheet:
    """Read a part; without `drafts` only the pupils whose part was sent. Raises NotFound where there is none."""
    marks = slot_marks(session, class_term_id, slot, at, drafts=drafts)
    if not marks.pupils:
        raise NotFound("Phần này chưa gửi nên chưa xem được.")
    shown = {pupil.record_id for pupil in marks.pupils}
    parts = pupil_parts(session, [(class_term_id, slot)])[class_term_id, slot]
    return EntrySheet(
        marks,
        {each.record_id: each for each in parts if each.record_id in shown},
        problems(session, class_term_id, slot, drafts=drafts),
    )
