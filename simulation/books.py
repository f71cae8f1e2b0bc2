"""The book of one class in a season: the real lifecycle, and what waits for whom."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from domain.decisions import Action, Decision
from domain.lifecycle import apply, open_class_term, plan, waiting_slots
from domain.stages import STAGES, Stage
from simulation.cast import Klass, Pupil

_REASON = "simulated"


class Book:
    """Refuses, as the product does, what somebody may not do yet."""

    def __init__(self, klass: Klass) -> None:
        self.klass = klass
        self.pupils = {pupil.number: pupil for pupil in klass.pupils}
        self.term = open_class_term(klass.subjects, map(str, self.pupils))
        self.returned_by: set[str] = set()
        self.waiting = self._waiting()

    def do(self, action: Action, slot: str, pupils: Iterable[int], to_slot: str = "") -> None:
        decision = Decision(action, slot, tuple(map(str, pupils)), to_slot=to_slot, reason_id=_REASON)
        self.term = apply(self.term, decision, plan(self.term, decision))
        self.waiting = self._waiting()

    def held(self) -> list[Pupil]:
        return [self.pupils[int(name)] for name, record in self.term.records.items() if record.held]

    def is_together(self, stage: Stage) -> bool:
        """Whether no record that is not held is behind this stage."""
        at = STAGES.index(stage)
        return all(record.held or STAGES.index(record.stage) >= at for record in self.term.records.values())

    def count(self, stages: Collection[Stage]) -> int:
        return sum(record.stage in stages for record in self.term.records.values())

    def _waiting(self) -> Mapping[str, Mapping[Stage, list[int]]]:
        found: dict[str, dict[Stage, list[int]]] = defaultdict(lambda: defaultdict(list))
        for name, record in self.term.records.items():
            for slot in () if record.held else waiting_slots(record):
                found[slot][record.stage].append(int(name))
        return found


def is_ready(pupil: Pupil, open_gaps: Collection[int], day: date) -> bool:
    """Whether nothing of the pupil's own keeps the record back: no missing personal id, no work in summer."""
    lacks_id = not pupil.has_id and pupil.number in open_gaps
    return not lacks_id and (pupil.ready_on is None or pupil.ready_on <= day)
