"""Hand-written activities with the names of the real ones: they remember what they were asked and fail on demand."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from temporalio import activity

from activities.decisions import DeadlineNote
from activities.orders import OrderResult, PreparedOrder
from activities.refusals import refusals_are_final
from domain.deadlines import Hook
from domain.decisions import Decision, Failure
from domain.errors import DomainError
from storage.projection import Projection


class Broken(Exception):
    """A fault that a retry cures."""


@dataclass
class FakeDatabase:
    """Keeps each number once, as the projection does."""

    written: dict[int, Projection] = field(default_factory=dict)
    notes: list[DeadlineNote] = field(default_factory=list)
    attempts: Counter[str] = field(default_factory=Counter)
    breaks: int = 0
    note_breaks: int = 0
    refuses: DomainError | None = None

    @activity.defn
    def record_decision(self, work: Projection) -> None:
        self.attempts["record_decision"] += 1
        if self.breaks:
            self.breaks -= 1
            raise Broken
        with refusals_are_final():
            if self.refuses:
                raise self.refuses
        self.written.setdefault(work.seq, work)

    @activity.defn
    def note_deadline(self, note: DeadlineNote) -> None:
        if self.note_breaks:
            self.note_breaks -= 1
            raise Broken
        self.notes.append(note)

    @property
    def hooks(self) -> list[Hook | None]:
        return [note.hook for note in self.notes]

    @property
    def actions(self) -> list[str]:
        return [f"{work.decision.action}:{work.decision.slot}" for _, work in sorted(self.written.items())]

    def activities(self) -> Sequence[Callable[..., object]]:
        return [self.record_decision, self.note_deadline]


@dataclass
class FakePapers:
    """Signs every record and sheet but those it was told to fail; what is whole goes into the database with it."""

    database: FakeDatabase
    fails: dict[str, str] = field(default_factory=dict)
    fails_sheets: dict[str, str] = field(default_factory=dict)
    refuses: DomainError | None = None
    completed: list[Projection] = field(default_factory=list)
    prepared: list[str] = field(default_factory=list)
    breaks: int = 0

    @activity.defn
    def prepare_order(self, order_id: str) -> PreparedOrder:
        self.prepared.append(order_id)
        with refusals_are_final():
            if self.refuses:
                raise self.refuses
        return PreparedOrder(order_id, 1, ("r01",))

    @activity.defn
    def complete_order(self, work: Projection, issue: Projection | None = None) -> OrderResult:
        self.completed.append(work)
        if self.breaks:
            self.breaks -= 1
            raise Broken
        with refusals_are_final():
            if self.refuses:
                raise self.refuses
        result = self._result(work.decision)
        if not result.recorded:
            return result
        for step in (work, issue):
            if step is not None:
                self.database.written.setdefault(step.seq, step)
        return replace(result, issued=issue is not None)

    def _result(self, decision: Decision) -> OrderResult:
        asked = decision.record_ids
        failed = [Failure(record_id, self.fails[record_id]) for record_id in asked if record_id in self.fails]
        failed += [Failure(each, code, slot) for slot, code in self.fails_sheets.items() for each in asked]
        slots = tuple(slot for slot in decision.slots if slot not in self.fails_sheets)
        done = tuple(record_id for record_id in asked if slots and record_id not in self.fails)
        return OrderResult(done, tuple(failed), slots, recorded=not failed)

    def activities(self) -> Sequence[Callable[..., object]]:
        return [self.prepare_order, self.complete_order]
