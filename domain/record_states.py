"""Where the records of a class's term stand: the state that a class-term's workflow holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.curriculum import HOMEROOM
from domain.decisions import Decision
from domain.errors import Conflict, NotAllowed
from domain.stages import STAGE_NAMES, Stage

# What a matter's workflow decides (a transfer, a recall, an unlock): nobody at a desk fills this slot.
MATTER: Final = "matter"
NOT_YOURS: Final = "Việc này không thuộc vai trò của người thực hiện."
IN_PART: Final = frozenset({Stage.HOMEROOM_SIGNED, Stage.APPROVED})
CLOSED: Final = frozenset({Stage.SEALED, Stage.ISSUED})


@dataclass(frozen=True)
class RecordState:
    """Where one pupil's term stands. `part` is the class summary that carries it (0 = none).

    `moving`: its pupil is about to leave for another school, so nothing is done with it until that is settled.
    """

    stage: Stage
    revision: int
    open_slots: tuple[str, ...]
    unsigned_slots: tuple[str, ...]
    part: int = 0
    held: bool = False
    moving: bool = False


@dataclass(frozen=True)
class ClassTerm:
    """All records of one class and term, and the subject slots that fill them.

    Where subject teachers sign each record (`signs_records`), a returned one needs all of their signatures again.
    """

    subject_slots: tuple[str, ...]
    records: Mapping[str, RecordState]
    parts: int = 0
    signs_records: bool = False

    def slots(self) -> tuple[str, ...]:
        return (*self.subject_slots, HOMEROOM)

    def in_part(self, part: int) -> frozenset[str]:
        return frozenset(rid for rid, record in self.records.items() if part and record.part == part)

    def fresh(self) -> RecordState:
        """Every part is open for entry."""
        return RecordState(Stage.ENTRY, 1, self.slots(), self.subject_slots)

    def reopened(self, record: RecordState, slots: tuple[str, ...]) -> RecordState:
        """Back in entry with these parts open; what speaks of them has to be signed again."""
        void = self.subject_slots if self.signs_records else slots
        unsigned = tuple(slot for slot in self.subject_slots if slot in {*record.unsigned_slots, *void})
        return RecordState(Stage.ENTRY, record.revision + 1, (*record.open_slots, *slots), unsigned)


def expect(record: RecordState, *stages: Stage) -> None:
    """Raises Conflict unless a record that nobody keeps back is at one of these stages."""
    if record.moving:
        raise Conflict("Học sinh đang chuyển trường; chưa làm được gì với hồ sơ này.")
    if record.held:
        raise Conflict("Hồ sơ đang được tạm giữ.")
    if record.stage not in stages:
        raise Conflict(f"Hồ sơ đang ở bước “{STAGE_NAMES[record.stage]}”, chưa làm được việc này.")


def only(decision: Decision, *slots: str) -> None:
    """Raises NotAllowed unless one of these slots decides."""
    if decision.slot not in slots:
        raise NotAllowed(NOT_YOURS)
