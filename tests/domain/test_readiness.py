"""What can be signed now is exactly what the rules would let through."""

from itertools import product

import pytest

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Decision
from domain.errors import DomainError
from domain.lifecycle import plan
from domain.readiness import Sheaf, Turn, action_of, sheaves, turn
from domain.record_states import ClassTerm, RecordState
from domain.stages import STAGES, Stage

SUBJECTS = ("toan", "am_nhac")
SLOTS = (*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL)
AT_TEACHERS = RecordState(Stage.REVIEWED, 1, (), SUBJECTS)
SIGNED = RecordState(Stage.HOMEROOM_SIGNED, 1, (), (), part=1)


def is_accepted(record: RecordState, slot: str) -> bool:
    term = ClassTerm(SUBJECTS, {"a": record}, parts=record.part)
    try:
        plan(term, Decision(action_of(slot), slot, ("a",)))
    except DomainError:
        return False
    return True


@pytest.mark.parametrize("slot", SLOTS)
def test_a_turn_has_come_exactly_where_the_rules_accept_the_signature(slot: str) -> None:
    for stage, held, unsigned in product(STAGES, (True, False), ((), SUBJECTS[:1], SUBJECTS[1:], SUBJECTS)):
        left = unsigned if stage in {Stage.ENTRY, Stage.SUBMITTED, Stage.REVIEWED} else ()
        record = RecordState(stage, 1, (), left, held=held)
        assert (turn(record, slot) is Turn.NOW) is is_accepted(record, slot), record


def test_what_was_signed_is_behind_and_what_comes_later_is_later() -> None:
    assert turn(RecordState(Stage.ENTRY, 2, ("toan",), ("toan",)), "am_nhac") is Turn.BEHIND
    assert turn(RecordState(Stage.ENTRY, 2, ("toan",), ("toan",)), "toan") is Turn.LATER
    assert turn(AT_TEACHERS, HOMEROOM) is Turn.LATER
    assert turn(SIGNED, HOMEROOM) is Turn.BEHIND


def test_sheets_of_several_subjects_go_together_for_the_same_pupils() -> None:
    one_left = RecordState(Stage.REVIEWED, 2, (), ("toan",))
    found = sheaves({"a": AT_TEACHERS, "b": one_left, "c": AT_TEACHERS}, SUBJECTS)
    assert found == [Sheaf(SUBJECTS, ("a", "c")), Sheaf(("toan",), ("b",))]


def test_where_each_record_is_signed_only_one_subject_is_taken() -> None:
    one_left = RecordState(Stage.REVIEWED, 2, (), ("am_nhac",))
    found = sheaves({"a": AT_TEACHERS, "b": one_left}, SUBJECTS, one_subject=True)
    assert found == [Sheaf(("toan",), ("a",))]
    assert sheaves({"b": one_left}, SUBJECTS, one_subject=True) == [Sheaf(("am_nhac",), ("b",))]


def test_a_class_summary_is_signed_whole_or_not_at_all() -> None:
    records = {"a": SIGNED, "b": SIGNED, "c": RecordState(Stage.HOMEROOM_SIGNED, 1, (), (), part=2)}
    assert sheaves(records, (PRINCIPAL,), {"a", "c"}) == [Sheaf((PRINCIPAL,), ("c",))]
    assert sheaves(records, (PRINCIPAL,)) == [Sheaf((PRINCIPAL,), ("a", "b", "c"))]
