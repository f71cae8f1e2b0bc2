"""Whatever people decide in whatever order, the invariants of a class's term hold (guide: domain, section 9)."""

from copy import deepcopy

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.errors import DomainError
from domain.lifecycle import (
    CLOSED,
    IN_PART,
    Action,
    ClassTerm,
    Decision,
    RecordState,
    Stage,
    apply,
    open_class_term,
    plan,
    waiting_slots,
)

SUBJECTS = ("toan", "am_nhac", "mi_thuat")
PUPILS = ("a", "b", "c", "d")
NEXT = {
    Stage.ENTRY: Action.SUBMIT,
    Stage.SUBMITTED: Action.REVIEW,
    Stage.REVIEWED: Action.SIGN,
    Stage.SUBJECT_SIGNED: Action.SIGN,
    Stage.HOMEROOM_SIGNED: Action.APPROVE,
    Stage.APPROVED: Action.SEAL,
}
PERSONS = (*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL, "van_hoc")
# Mostly the person whose business an action is, so that what is refused is refused for the record's stage.
USUAL = {
    Action.SUBMIT: (*SUBJECTS, HOMEROOM),
    Action.REVIEW: (HOMEROOM,),
    Action.RETURN: (*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL),
    Action.SIGN: (*SUBJECTS, HOMEROOM),
    Action.APPROVE: (PRINCIPAL,),
    Action.SEAL: (SEAL,),
    Action.HOLD: (HOMEROOM, PRINCIPAL),
    Action.RELEASE: (HOMEROOM, PRINCIPAL),
    Action.ISSUE: (SEAL,),
}
STEPS_TO_THE_END = 12


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    action = draw(st.sampled_from(Action))
    slot = draw(st.sampled_from(USUAL[action] * 3 + PERSONS))
    pupils = draw(st.sampled_from([PUPILS, *((pupil,) for pupil in PUPILS), PUPILS[:2], PUPILS[1:], ()]))
    to_slot = slot if slot in SUBJECTS and draw(st.booleans()) else draw(st.sampled_from(PERSONS))
    return Decision(action, slot, pupils, to_slot=to_slot, reason_id=draw(st.sampled_from(["r1", "r1", "r1", ""])))


class ClassTermMachine(RuleBasedStateMachine):
    """Keeps its own account of who has confirmed what, and compares."""

    @initialize(steps=st.integers(0, STEPS_TO_THE_END))
    def open(self, steps: int) -> None:
        """A class anywhere on its way."""
        self.term = open_class_term(SUBJECTS, PUPILS)
        self.confirmed: dict[str, set[str]] = {pupil: set() for pupil in PUPILS}
        for _ in range(steps):
            self.do_what_is_waited_for(PUPILS[0])

    @rule(decision=decisions())
    def decide_anything(self, decision: Decision) -> None:
        before = deepcopy(self.term)
        try:
            changes = plan(self.term, decision)
        except DomainError as error:
            assert set(error.record_ids) >= refused_alone(self.term, decision) or not decision.record_ids
            assert set(error.record_ids) <= set(PUPILS)
            assert self.term == before
            return
        assert list(plan(before, decision).items()) == list(changes.items())
        assert self.term == before
        self.take(decision, changes)

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
        for pupil, record in self.term.records.items():
            returned = decision.action is Action.RETURN and pupil in decision.record_ids
            assert record.revision == before.records[pupil].revision + returned
            if before.records[pupil].stage in CLOSED and decision.action is not Action.ISSUE:
                assert record == before.records[pupil]
            self.note(pupil, decision, before.records[pupil].part and not record.part)

    def note(self, pupil: str, decision: Decision, left_its_part: object) -> None:
        named = pupil in decision.record_ids
        if named and decision.action in {Action.SIGN, Action.APPROVE, Action.SEAL}:
            self.confirmed[pupil].add(decision.slot)
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
        for record in self.term.records.values():
            assert (record.part > 0) == (record.stage in IN_PART | CLOSED)
            assert record.part <= self.term.parts
            together = {self.term.records[pupil].stage for pupil in self.term.in_part(record.part)}
            assert len({Stage.SEALED if stage is Stage.ISSUED else stage for stage in together}) <= 1

    @invariant()
    def a_held_record_is_in_no_part(self) -> None:
        assert not any(record.held and record.stage in IN_PART | CLOSED for record in self.term.records.values())


def refused_alone(term: ClassTerm, decision: Decision) -> set[str]:
    """Those records for which the same decision would be refused by itself."""
    return {pupil for pupil in decision.record_ids if is_refused(term, decision, pupil)} - in_broken_parts(term, decision)


def is_refused(term: ClassTerm, decision: Decision, pupil: str) -> bool:
    alone = Decision(decision.action, decision.slot, (pupil,), to_slot=decision.to_slot, reason_id=decision.reason_id)
    try:
        plan(term, alone)
    except DomainError:
        return True
    return False


def in_broken_parts(term: ClassTerm, decision: Decision) -> set[str]:
    """Records that could not move on alone because their class summary would be torn."""
    if decision.action not in {Action.APPROVE, Action.SEAL}:
        return set()
    return {pupil for pupil in decision.record_ids if is_alone_refused_for_its_part(term, pupil)}


def is_alone_refused_for_its_part(term: ClassTerm, pupil: str) -> bool:
    return len(term.in_part(term.records[pupil].part)) > 1


TestClassTerm = ClassTermMachine.TestCase
TestClassTerm.settings = settings(max_examples=200, stateful_step_count=25, deadline=None)
