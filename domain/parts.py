"""How far a teacher is with one part of a class's book: a subject, or what belongs to the homeroom teacher."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.curriculum import HOMEROOM
from domain.labelled import Labelled
from domain.stages import Stage


class PartState(Labelled):
    """What the part waits for, the most urgent first."""

    RETURNED = "returned", "Trả lại"
    OPEN = "open", "Đang nhập"
    TO_SIGN = "to_sign", "Chờ thầy/cô ký"
    SENT = "sent", "Đã gửi"
    SIGNED = "signed", "Đã ký"


@dataclass(frozen=True)
class Returned:
    """Why a record came back to its teacher, from whom and when."""

    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class PupilPart:
    """One pupil's part: where the record stands, and whether its teacher may write."""

    record_id: UUID
    slot: str
    stage: Stage
    held: bool
    is_open: bool
    is_signed: bool
    revision: int
    returned: Returned | None = None

    @property
    def can_be_sent(self) -> bool:
        return self.is_open and not self.held and self.stage is Stage.ENTRY

    @property
    def waits_for_signature(self) -> bool:
        """Subject teachers sign what was reviewed, the homeroom teacher what all of them signed."""
        asked = Stage.SUBJECT_SIGNED if self.slot == HOMEROOM else Stage.REVIEWED
        return not self.held and self.stage is asked and not self.is_signed


_ORDER: Final = tuple(PartState)


def part_state(pupils: Iterable[PupilPart]) -> PartState:
    """A part stands where the pupil stands who needs its teacher most."""
    return min((_state(each) for each in pupils), key=_ORDER.index, default=PartState.SENT)


def _state(pupil: PupilPart) -> PartState:
    if pupil.is_open:
        return PartState.RETURNED if pupil.returned else PartState.OPEN
    if pupil.waits_for_signature:
        return PartState.TO_SIGN
    return PartState.SIGNED if _is_signed(pupil) else PartState.SENT


def _is_signed(pupil: PupilPart) -> bool:
    if pupil.slot == HOMEROOM:
        return pupil.stage in {Stage.HOMEROOM_SIGNED, Stage.APPROVED, Stage.SEALED, Stage.ISSUED}
    return pupil.is_signed
