"""What one person does when sitting down: whatever waits for that person and is wished for today."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Final

from domain.curriculum import HOMEROOM, PRINCIPAL
from domain.decisions import Action
from domain.stages import Stage
from simulation.acts import Act, Kind
from simulation.books import Book, is_ready
from simulation.cast import School
from simulation.people import Person, Role
from simulation.plan import Step

STEP_OF: Final = {
    Stage.ENTRY: Step.ENTRY,
    Stage.SUBMITTED: Step.APPROVE,
    Stage.REVIEWED: Step.APPROVE,
    Stage.SUBJECT_SIGNED: Step.APPROVE,
    Stage.HOMEROOM_SIGNED: Step.APPROVE,
    Stage.APPROVED: Step.ISSUE,
}
_PLAIN: Final = {Stage.APPROVED: Action.SEAL, Stage.REVIEWED: Action.SIGN}
_REVIEW_RETURNS, _PRINCIPAL_RETURNS = 0.3, 0.08  # chances that a class is sent back for some pupils, once each


class SchoolState:
    """How far a school is in its season."""

    def __init__(self, school: School) -> None:
        self.school = school
        self.books = [Book(klass) for klass in school.classes]
        gaps = [pupil for klass in school.classes for pupil in klass.pupils if pupil.gap_until is not None]
        self.gaps = {pupil.number: pupil.gap_until for pupil in gaps if pupil.gap_until is not None}
        self.lacking = len(gaps)
        self.is_confirmed = False


@dataclass
class Session:
    """One person at work. `wished` are the steps that this person cares for today; `is_pressed`: it is the last day."""

    state: SchoolState
    person: Person
    now: datetime
    wished: frozenset[Step]
    chance: Random
    is_pressed: bool
    acts: list[Act] = field(default_factory=list)

    @property
    def day(self) -> date:
        return self.now.date()

    def work(self) -> list[Act]:
        """Data first, then as many classes as this person does in a day."""
        if Step.DATA_REVIEW in self.wished:
            self._work_on_data()
        done = 0
        for book in self.state.books:
            before = len(self.acts)
            self._work_on(book)
            done += len(self.acts) > before
            if done == self.person.stamina:
                break
        return self.acts

    def _work_on_data(self) -> None:
        if self.person.role is Role.CLERK:
            closed = tuple(number for number, until in self.state.gaps.items() if until <= self.day)
            for number in closed:
                del self.state.gaps[number]
            if closed:
                self._note(None, Kind.CLOSE_GAP, "", closed)
        elif self.person.role is Role.PRINCIPAL and not self.state.gaps and not self.state.is_confirmed:
            self.state.is_confirmed = True
            self._note(None, Kind.CONFIRM_DATA, "", ())

    def _work_on(self, book: Book) -> None:
        for slot, holder in book.klass.holders.items():
            if holder == self.person.number:
                if slot == HOMEROOM:
                    self._release(book)
                for stage, pupils in list(book.waiting.get(slot, {}).items()):
                    if pupils and STEP_OF[stage] in self.wished:
                        self._move_on(book, slot, stage, pupils)

    def _move_on(self, book: Book, slot: str, stage: Stage, pupils: list[int]) -> None:
        if stage is Stage.ENTRY:
            self._note(book, Kind.ENTER, slot, tuple(pupils))
            self._do(book, Action.SUBMIT, slot, pupils)
        elif stage is Stage.SUBMITTED:
            self._review(book, pupils)
        elif stage is Stage.SUBJECT_SIGNED:
            # A class is signed as one paper, but on the last day without those who are not so far.
            if self.is_pressed or book.is_together(stage):
                self._do(book, Action.SIGN, slot, pupils)
        elif stage is Stage.HOMEROOM_SIGNED:
            self._approve(book, pupils)
        else:
            self._do(book, _PLAIN[stage], slot, pupils)

    def _review(self, book: Book, pupils: list[int]) -> None:
        held = [each for each in pupils if not is_ready(book.pupils[each], self.state.gaps, self.day)]
        if held:
            self._do(book, Action.HOLD, HOMEROOM, held)
        rest = [each for each in pupils if each not in held]
        back = self._sent_back(book, HOMEROOM, rest, _REVIEW_RETURNS)
        if back:
            self._do(book, Action.RETURN, HOMEROOM, back, self.chance.choice(book.klass.subjects))
        if reviewed := [each for each in rest if each not in back]:
            self._do(book, Action.REVIEW, HOMEROOM, reviewed)

    def _approve(self, book: Book, pupils: list[int]) -> None:
        if back := self._sent_back(book, PRINCIPAL, pupils, _PRINCIPAL_RETURNS):
            self._do(book, Action.RETURN, PRINCIPAL, back, HOMEROOM)
        else:
            self._do(book, Action.APPROVE, PRINCIPAL, pupils)

    def _sent_back(self, book: Book, slot: str, pupils: list[int], share: float) -> list[int]:
        if not pupils or slot in book.returned_by:
            return []
        book.returned_by.add(slot)
        if self.chance.random() >= share:
            return []
        return sorted(self.chance.sample(pupils, min(len(pupils), self.chance.randint(1, 4))))

    def _release(self, book: Book) -> None:
        ready = [pupil.number for pupil in book.held() if is_ready(pupil, self.state.gaps, self.day)]
        if ready and Step.APPROVE in self.wished:
            self._do(book, Action.RELEASE, HOMEROOM, ready)

    def _do(self, book: Book, action: Action, slot: str, pupils: list[int], to_slot: str = "") -> None:
        book.do(action, slot, pupils, to_slot)
        self._note(book, Kind(action.value), slot, tuple(pupils), to_slot)

    def _note(self, book: Book | None, kind: Kind, slot: str, pupils: tuple[int, ...], to_slot: str = "") -> None:
        klass = book.klass.number if book else None
        act = Act(self.now, self.state.school.number, klass, kind, slot, pupils, self.person.number, to_slot)
        self.acts.append(act)
        self.now += timedelta(seconds=self.chance.randint(20, 100))


def pending(state: SchoolState, person: Person) -> Iterator[Step]:
    """The steps with something that waits for this person."""
    if person.role is Role.CLERK and state.gaps:
        yield Step.DATA_REVIEW
    if person.role is Role.PRINCIPAL and not state.gaps and not state.is_confirmed:
        yield Step.DATA_REVIEW
    for book in state.books:
        for slot, holder in book.klass.holders.items():
            if holder == person.number:
                yield from (STEP_OF[stage] for stage in book.waiting.get(slot, ()))
                if slot == HOMEROOM and book.held():
                    yield Step.APPROVE
