"""Whatever people decide in whatever order, the invariants of a class's term hold (guide: domain, section 9)."""

from copy import deepcopy
from dataclasses import replace
from itertools import product
from random import Random

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.errors import DomainError
from domain.lifecycle import apply, open_class_term, plan, waiting_slots
from domain.record_states import CLOSED, IN_PART, ClassTerm, RecordState
from domain.stages import Stage

SUBJECTS = ("toan", "am_nhac", "mi_thuat")
PUPILS = ("a", "b", "c", "d")
# What people decide; what matters do to records has a machine of its own (test_moving.py).
OF_PEOPLE = tuple(Action)[: list(Action).index(Action.UNLOCK)]
NEXT = {
    Stage.ENTRY: Action.SUBMIT,
    Stage.SUBMITTED: Action.REVIEW,
    Stage.REVIEWED: Action.SIGN,
    Stage.SUBJECT_SIGNED: Action.SIGN,
    Stage.HOMEROOM_SIGNED: Action.APPROVE,
    Stage.APPROVED: Action.SEAL,
}
PERSONS = (*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL, "van_hoc")
GROUPS = (PUPILS, *((pupil,) for pupil in PUPILS), PUPILS[:2], PUPILS[1:])
STEPS_TO_THE_END = 12
decisions = st.builds(
    Decision,
    st.sampled_from(OF_PEOPLE),
    st.sampled_from(PERSONS),
    st.sampled_from([*GROUPS, ()]),
    to_slot=st.sampled_from(PERSONS),
    reason_id=st.sampled_from(["r1", ""]),
    more_slots=st.one_of(st.just(()), st.lists(st.sampled_from(PERSONS), min_size=1, max_size=2).map(tuple)),
)


class ClassTermMachine(RuleBasedStateMachine):
    """Keeps its own account of who has confirmed what, and compares."""

    @initialize(steps=st.integers(0, STEPS_TO_THE_END))
    def open(self, steps: int) -> None:
        """A class anywhere on its way."""
        self.term = open_class_term(SUBJECTS, PUPILS)
        self.confirmed: dict[str, set[str]] = {pupil: set() for pupil in PUPILS}
        self.signed_together: dict[int, set[str]] = {}
        for _ in range(steps):
            self.do_what_is_waited_for(PUPILS[0])

    @rule(decision=decisions)
    def decide_anything(self, decision: Decision) -> None:
        before = deepcopy(self.term)
        error = refusal(self.term, decision)
        if error is not None:
            assert set(error.record_ids) >= refused_alone(self.term, decision)
            assert set(error.record_ids) <= set(PUPILS)
            assert self.term == before
            return
        changes = plan(self.term, decision)
        assert list(plan(before, decision).items()) == list(changes.items())
        assert self.term == before
        self.take(decision, changes)

    @rule(action=st.sampled_from(OF_PEOPLE), pupils=st.sampled_from(GROUPS), choice=st.randoms(use_true_random=False))
    def decide_something_allowed(self, action: Action, pupils: tuple[str, ...], choice: Random) -> None:
        """Whatever `plan` accepts, not only what people do on an ordinary day."""
        to_slots = PERSONS if action is Action.RETURN else ("",)
        tried = [Decision(action, who, pupils, to_slot=to, reason_id="r1") for who, to in product(PERSONS, to_slots)]
        allowed = [decision for decision in tried if not is_refused(self.term, decision)]
        if allowed:
            decision = choice.choice(allowed)
            self.take(decision, plan(self.term, decision))

    @rule(pupil=st.sampled_from(PUPILS))
    def do_what_is_waited_for(self, pupil: str) -> None:
        """The next step of unheld records is always open, whatever became of the others."""
        record = self.term.records[pupil]
        if record.held or record.stage in CLOSED:
            return
        alike = {each for each in PUPILS if self.term.records[each] == record}
        together = self.term.in_part(record.part) or alike
        decision = Decision(NEXT[record.stage], waiting_slots(record)[0], tuple(sorted(together)))
        self.take(decision, plan(self.term, decision))

    @rule(pupil=st.sampled_from(PUPILS), count=st.integers(2, len(SUBJECTS)))
    def sign_several_subjects(self, pupil: str, count: int) -> None:
        """What one teacher may sign subject by subject may be signed at once, with the same result."""
        record = self.term.records[pupil]
        slot, *more = waiting_slots(record)[:count] or [""]
        if record.stage is not Stage.REVIEWED or record.held or not more:
            return
        together = Decision(Action.SIGN, slot, (pupil,), more_slots=tuple(more))
        one_by_one = self.term
        for each in together.slots:
            alone = Decision(Action.SIGN, each, (pupil,))
            one_by_one = apply(one_by_one, alone, plan(one_by_one, alone))
        self.take_alone(together)
        assert self.term == one_by_one

    @rule(pupil=st.sampled_from(PUPILS))
    def release_or_issue(self, pupil: str) -> None:
        record = self.term.records[pupil]
        if record.held:
            self.take_alone(Decision(Action.RELEASE, PRINCIPAL, (pupil,)))
        elif record.stage is Stage.SEALED:
            self.take_alone(Decision(Action.ISSUE, SEAL, (pupil,)))

    def take_alone(self, decision: Decision) -> None:
        changes = plan(self.term, decision)
        assert set(changes) == set(decision.record_ids)
        self.take(decision, changes)

    def take(self, decision: Decision, changes: dict[str, RecordState]) -> None:
        before, self.term = self.term, apply(self.term, decision, changes)
        assert set(decision.record_ids) <= set(changes)
        if self.term.parts > before.parts:
            self.signed_together[self.term.parts] = set(decision.record_ids)
        for pupil, record in self.term.records.items():
            returned = decision.action is Action.RETURN and pupil in decision.record_ids
            assert record.revision == before.records[pupil].revision + returned
            if before.records[pupil].stage in CLOSED and decision.action is not Action.ISSUE:
                assert record == before.records[pupil]
            self.note(pupil, decision, before.records[pupil].part and not record.part)

    def note(self, pupil: str, decision: Decision, left_its_part: object) -> None:
        named = pupil in decision.record_ids
        if named and decision.action in {Action.SIGN, Action.APPROVE, Action.SEAL}:
            self.confirmed[pupil].update(decision.slots)
        if named and decision.action is Action.RETURN:
            self.confirmed[pupil] -= {decision.to_slot, HOMEROOM, PRINCIPAL}
        if left_its_part:
            self.confirmed[pupil] -= {HOMEROOM, PRINCIPAL}

    @invariant()
    def nobody_signs_before_those_who_come_first(self) -> None:
        needed = {
            Stage.SUBJECT_SIGNED: set(SUBJECTS),
            Stage.HOMEROOM_SIGNED: {*SUBJECTS, HOMEROOM},
            Stage.APPROVED: {*SUBJECTS, HOMEROOM, PRINCIPAL},
            Stage.SEALED: {*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL},
            Stage.ISSUED: {*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL},
        }
        for pupil, record in self.term.records.items():
            assert self.confirmed[pupil] >= needed.get(record.stage, set())
            assert set(record.unsigned_slots) == set(SUBJECTS) - self.confirmed[pupil]

    @invariant()
    def only_records_in_entry_are_open(self) -> None:
        for record in self.term.records.values():
            assert bool(record.open_slots) == (record.stage is Stage.ENTRY)
            assert len(set(record.open_slots)) == len(record.open_slots)

    @invariant()
    def a_part_is_whole(self) -> None:
        for part, pupils in self.signed_together.items():
            assert self.term.in_part(part) in (pupils, set())
        for record in self.term.records.values():
            assert (record.part > 0) == (record.stage in IN_PART | CLOSED)
            assert record.part <= self.term.parts
            together = {self.term.records[pupil].stage for pupil in self.term.in_part(record.part)}
            assert len({Stage.SEALED if stage is Stage.ISSUED else stage for stage in together}) <= 1

    @invariant()
    def a_held_record_is_in_no_part(self) -> None:
        assert not any(record.held and record.stage in IN_PART | CLOSED for record in self.term.records.values())


def refused_alone(term: ClassTerm, decision: Decision) -> set[str]:
    """Those records for which the same decision would be refused by itself, and not for tearing a class summary."""
    moves_parts = decision.action in {Action.APPROVE, Action.SEAL}
    return {
        pupil
        for pupil in decision.record_ids
        if is_refused(term, replace(decision, record_ids=(pupil,)))
        and not (moves_parts and len(term.in_part(term.records[pupil].part)) > 1)
    }


def is_refused(term: ClassTerm, decision: Decision) -> bool:
    return refusal(term, decision) is not None


def refusal(term: ClassTerm, decision: Decision) -> DomainError | None:
    try:
        plan(term, decision)
    except DomainError as error:
        return error
    return None


TestClassTerm = ClassTermMachine.TestCase
TestClassTerm.settings = settings(max_examples=250, stateful_step_count=20, deadline=None)
