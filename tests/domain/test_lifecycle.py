"""The stages of a class's term: every stage, slot and action, allowed or refused."""

from dataclasses import replace
from itertools import product

import pytest

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.errors import Conflict, DomainError, NotAllowed, NotFound
from domain.lifecycle import apply, class_stage, finished, open_class_term, plan, to_issue, waiting_slots
from domain.record_states import MATTER, ClassTerm
from domain.stages import STAGE_NAMES, Stage

SUBJECTS = ("toan", "am_nhac")
SLOTS = (*SUBJECTS, HOMEROOM, PRINCIPAL, SEAL, MATTER)
PUPILS = ("a", "b", "c")
UNSEALED = [stage for stage in Stage if stage not in {Stage.SEALED, Stage.ISSUED}]

# The decisions that carry a whole class from one stage to the next.
WAY = {
    Stage.ENTRY: [(Action.SUBMIT, "toan"), (Action.SUBMIT, HOMEROOM), (Action.SUBMIT, "am_nhac")],
    Stage.SUBMITTED: [(Action.REVIEW, HOMEROOM)],
    Stage.REVIEWED: [(Action.SIGN, "toan"), (Action.SIGN, "am_nhac")],
    Stage.SUBJECT_SIGNED: [(Action.SIGN, HOMEROOM)],
    Stage.HOMEROOM_SIGNED: [(Action.APPROVE, PRINCIPAL)],
    Stage.APPROVED: [(Action.SEAL, SEAL)],
    Stage.SEALED: [(Action.ISSUE, SEAL)],
}
# Who may do what at which stage; at `entry` the music teacher has submitted already. All the rest is refused.
ALLOWED: dict[tuple[Action, Stage], set[str]] = {
    (Action.SUBMIT, Stage.ENTRY): {"toan", HOMEROOM},
    (Action.REVIEW, Stage.SUBMITTED): {HOMEROOM},
    (Action.RETURN, Stage.ENTRY): {HOMEROOM},
    (Action.RETURN, Stage.SUBMITTED): {HOMEROOM},
    (Action.RETURN, Stage.REVIEWED): {"toan", "am_nhac", HOMEROOM},
    (Action.RETURN, Stage.SUBJECT_SIGNED): {HOMEROOM},
    (Action.RETURN, Stage.HOMEROOM_SIGNED): {PRINCIPAL},
    (Action.RETURN, Stage.APPROVED): {PRINCIPAL, SEAL},
    (Action.SIGN, Stage.REVIEWED): {"toan", "am_nhac"},
    (Action.SIGN, Stage.SUBJECT_SIGNED): {HOMEROOM},
    (Action.APPROVE, Stage.HOMEROOM_SIGNED): {PRINCIPAL},
    (Action.SEAL, Stage.APPROVED): {SEAL},
    (Action.ISSUE, Stage.SEALED): {SEAL},
    (Action.RECALL, Stage.ISSUED): {MATTER},
    **{(Action.HOLD, stage): {HOMEROOM, PRINCIPAL} for stage in UNSEALED},
    **{(Action.UNLOCK, stage): {MATTER} for stage in UNSEALED},
    **{(Action.DETACH_BEGIN, stage): {MATTER} for stage in UNSEALED},
    **{(Action.RENEW, stage): {MATTER} for stage in UNSEALED},
}


def decide(action: Action, slot: str, *records: str, to_slot: str = "", reason_id: str = "r1") -> Decision:
    to_slots = ("am_nhac",) if slot == MATTER else ()
    return Decision(action, slot, records or PUPILS, to_slot=to_slot, reason_id=reason_id, to_slots=to_slots)


def after(term: ClassTerm, *decisions: Decision) -> ClassTerm:
    for decision in decisions:
        term = apply(term, decision, plan(term, decision))
    return term


def at(stage: Stage, term: ClassTerm | None = None) -> ClassTerm:
    """A class all of whose records stand at `stage`."""
    term = term or open_class_term(SUBJECTS, PUPILS)
    steps = [step for before in Stage if Stage(before) in WAY for step in WAY[before]]
    for action, slot in steps:
        if class_stage(term) is stage:
            return term
        term = after(term, decide(action, slot))
    return term


def stages(term: ClassTerm) -> list[Stage]:
    return [record.stage for record in term.records.values()]


@pytest.mark.parametrize(("action", "stage", "slot"), list(product(Action, Stage, SLOTS)))
def test_every_action_is_for_some_slots_at_some_stages(action: Action, stage: Stage, slot: str) -> None:
    term = at(stage)
    if stage is Stage.ENTRY:
        term = after(term, decide(Action.SUBMIT, "am_nhac"))
    decision = decide(action, slot, to_slot=slot if slot in SUBJECTS else "am_nhac")
    if slot in ALLOWED.get((action, stage), set()):
        assert plan(term, decision)
        return
    with pytest.raises(DomainError) as refused:
        plan(term, decision)
    assert set(refused.value.record_ids) == set(PUPILS)


@pytest.mark.parametrize("stage", list(WAY))
def test_each_stage_leads_to_the_next(stage: Stage) -> None:
    term = after(at(stage), *(decide(action, slot) for action, slot in WAY[stage]))
    following = list(Stage)[list(Stage).index(stage) + 1]
    assert stages(term) == [following] * 3


@pytest.mark.parametrize(
    ("stage", "slots"),
    [
        (Stage.ENTRY, ("toan", "am_nhac", HOMEROOM)),
        (Stage.SUBMITTED, (HOMEROOM,)),
        (Stage.REVIEWED, ("toan", "am_nhac")),
        (Stage.SUBJECT_SIGNED, (HOMEROOM,)),
        (Stage.HOMEROOM_SIGNED, (PRINCIPAL,)),
        (Stage.APPROVED, (SEAL,)),
        (Stage.SEALED, ()),
        (Stage.ISSUED, ()),
    ],
)
def test_a_record_waits_for_the_slots_of_its_stage(stage: Stage, slots: tuple[str, ...]) -> None:
    assert waiting_slots(at(stage).records["a"]) == slots
    assert STAGE_NAMES[stage]


def test_a_record_is_submitted_once_its_last_slot_is() -> None:
    term = after(at(Stage.ENTRY), decide(Action.SUBMIT, "toan", "a"), decide(Action.SUBMIT, HOMEROOM, "a"))
    assert stages(term)[0] is Stage.ENTRY
    assert stages(after(term, decide(Action.SUBMIT, "am_nhac", "a"))) == [Stage.SUBMITTED, Stage.ENTRY, Stage.ENTRY]


@pytest.mark.parametrize(("stage", "steps"), [(Stage.ENTRY, 1), (Stage.REVIEWED, 1)])
def test_what_was_given_is_not_given_twice(stage: Stage, steps: int) -> None:
    done = [decide(action, slot) for action, slot in WAY[stage][:steps]]
    term = after(at(stage), *done)
    with pytest.raises(Conflict, match="đã được"):
        plan(term, done[-1])


def test_one_teacher_signs_several_subjects_at_once() -> None:
    both = replace(decide(Action.SIGN, "toan"), more_slots=("am_nhac",))
    assert both.slots == ("toan", "am_nhac")
    assert stages(after(at(Stage.REVIEWED), both)) == [Stage.SUBJECT_SIGNED] * 3
    with pytest.raises(Conflict, match="đã được ký"):
        plan(after(at(Stage.REVIEWED), decide(Action.SIGN, "am_nhac", "b")), both)


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (replace(decide(Action.SIGN, "toan"), more_slots=("toan",)), "bị lặp lại"),
        (replace(decide(Action.SIGN, "toan"), more_slots=(HOMEROOM,)), "nhiều môn học"),
        (replace(decide(Action.SIGN, HOMEROOM), more_slots=("toan",)), "nhiều môn học"),
        (replace(decide(Action.SIGN, "toan"), more_slots=("van_hoc",)), "nhiều môn học"),
        (replace(decide(Action.REVIEW, HOMEROOM), more_slots=("toan",)), "nhiều môn học"),
        (replace(decide(Action.RETURN, "toan", to_slot="toan"), more_slots=("am_nhac",)), "nhiều môn học"),
    ],
)
def test_only_subjects_are_signed_together_and_each_once(decision: Decision, words: str) -> None:
    with pytest.raises(NotAllowed, match=words) as refused:
        plan(at(Stage.REVIEWED), decision)
    assert refused.value.record_ids == PUPILS


def test_a_return_reopens_one_slot_and_takes_its_signature_back() -> None:
    term = after(at(Stage.SUBJECT_SIGNED), decide(Action.RETURN, HOMEROOM, "a", to_slot="toan"))
    record = term.records["a"]
    assert (record.stage, record.revision, record.open_slots, record.unsigned_slots) == (
        Stage.ENTRY, 2, ("toan",), ("toan",)
    )  # fmt: skip
    assert stages(term)[1:] == [Stage.SUBJECT_SIGNED] * 2


def test_a_corrected_record_needs_only_the_signature_it_lost() -> None:
    back = (decide(Action.RETURN, HOMEROOM, "a", to_slot="toan"), decide(Action.SUBMIT, "toan", "a"))
    term = after(at(Stage.SUBJECT_SIGNED), *back, decide(Action.REVIEW, HOMEROOM, "a"))
    assert waiting_slots(term.records["a"]) == ("toan",)
    assert stages(after(term, decide(Action.SIGN, "toan", "a"))) == [Stage.SUBJECT_SIGNED] * 3


def test_what_goes_back_to_homeroom_keeps_the_subject_signatures() -> None:
    back = decide(Action.RETURN, HOMEROOM, "a", to_slot=HOMEROOM)
    term = after(at(Stage.SUBJECT_SIGNED), back, decide(Action.SUBMIT, HOMEROOM, "a"))
    assert after(term, decide(Action.REVIEW, HOMEROOM, "a")).records["a"].stage is Stage.SUBJECT_SIGNED


@pytest.mark.parametrize(
    ("decision", "words"),
    [
        (decide(Action.RETURN, HOMEROOM, to_slot="toan", reason_id=""), "phải có lý do"),
        (decide(Action.HOLD, HOMEROOM, reason_id=""), "phải có lý do"),
        (decide(Action.RETURN, HOMEROOM, to_slot="van_hoc"), "không có môn học"),
        (decide(Action.RETURN, HOMEROOM, to_slot=PRINCIPAL), "không có môn học"),
        (decide(Action.RETURN, "toan", to_slot="am_nhac"), "của môn mình"),
        (decide(Action.SUBMIT, "van_hoc"), "không có môn học"),
        (decide(Action.SIGN, PRINCIPAL), "giáo viên bộ môn và giáo viên chủ nhiệm"),
        (replace(decide(Action.REVIEW, HOMEROOM), record_ids=()), "Chưa chọn"),
        (decide(Action.REVIEW, HOMEROOM, "a", "a"), "lặp lại"),
    ],
)
def test_what_can_never_be_allowed_is_refused_in_words(decision: Decision, words: str) -> None:
    with pytest.raises(NotAllowed, match=words):
        plan(at(Stage.REVIEWED), decision)


def test_records_of_another_class_are_named_and_not_found() -> None:
    with pytest.raises(NotFound) as refused:
        plan(at(Stage.SUBMITTED), decide(Action.REVIEW, HOMEROOM, "a", "x", "y"))
    assert refused.value.record_ids == ("x", "y")


def test_one_refused_record_refuses_the_decision_and_only_it_is_named() -> None:
    term = after(at(Stage.SUBMITTED), decide(Action.REVIEW, HOMEROOM, "b"))
    with pytest.raises(Conflict) as refused:
        plan(term, decide(Action.REVIEW, HOMEROOM))
    assert refused.value.record_ids == ("b",)


def test_several_refused_records_are_counted_in_the_message() -> None:
    with pytest.raises(Conflict, match=r"\(3 học sinh\)"):
        plan(at(Stage.ENTRY), decide(Action.REVIEW, HOMEROOM))


def test_a_slot_that_is_open_is_not_returned_again() -> None:
    term = after(at(Stage.SUBMITTED), decide(Action.RETURN, HOMEROOM, to_slot="toan"))
    with pytest.raises(Conflict, match="đang mở"):
        plan(term, decide(Action.RETURN, HOMEROOM, to_slot="toan"))


@pytest.mark.parametrize("stage", UNSEALED)
def test_a_held_record_does_nothing_but_wait_for_its_release_or_leave(stage: Stage) -> None:
    term = after(at(stage), decide(Action.HOLD, PRINCIPAL, "a"))
    assert waiting_slots(term.records["a"]) == (PRINCIPAL,)
    others = {Action.RELEASE, Action.DETACH_BEGIN, Action.RENEW}
    for action, slot in product([each for each in Action if each not in others], SLOTS):
        with pytest.raises(DomainError):
            plan(term, decide(action, slot, "a", to_slot="toan"))
    assert not after(term, decide(Action.RELEASE, HOMEROOM, "a")).records["a"].held


@pytest.mark.parametrize("slot", ["toan", SEAL])
def test_only_homeroom_and_principal_release(slot: str) -> None:
    term = after(at(Stage.REVIEWED), decide(Action.HOLD, PRINCIPAL, "a"))
    with pytest.raises(NotAllowed):
        plan(term, decide(Action.RELEASE, slot, "a"))


def test_one_held_pupil_does_not_keep_the_others_back() -> None:
    term = after(at(Stage.ENTRY), decide(Action.HOLD, HOMEROOM, "c"))
    for action, slot in [step for steps in WAY.values() for step in steps]:
        term = after(term, decide(action, slot, "a", "b"))
    assert stages(term) == [Stage.ISSUED, Stage.ISSUED, Stage.ENTRY]
    assert not finished(term)
    assert class_stage(term) is Stage.ISSUED


def test_a_released_record_follows_in_a_part_of_its_own() -> None:
    term = after(at(Stage.SUBJECT_SIGNED), decide(Action.HOLD, HOMEROOM, "c"), decide(Action.SIGN, HOMEROOM, "a", "b"))
    term = after(term, decide(Action.RELEASE, HOMEROOM, "c"), decide(Action.SIGN, HOMEROOM, "c"))
    assert [record.part for record in term.records.values()] == [1, 1, 2]
    assert stages(after(term, decide(Action.APPROVE, PRINCIPAL, "c"))) == [
        Stage.HOMEROOM_SIGNED, Stage.HOMEROOM_SIGNED, Stage.APPROVED
    ]  # fmt: skip


@pytest.mark.parametrize(("action", "slot", "stage"), [
    (Action.APPROVE, PRINCIPAL, Stage.HOMEROOM_SIGNED), (Action.SEAL, SEAL, Stage.APPROVED),
])  # fmt: skip
def test_a_class_summary_moves_on_whole(action: Action, slot: str, stage: Stage) -> None:
    with pytest.raises(Conflict, match="đủ học sinh") as refused:
        plan(at(stage), decide(action, slot, "a", "b"))
    assert refused.value.record_ids == ("c",)


@pytest.mark.parametrize("stage", [Stage.HOMEROOM_SIGNED, Stage.APPROVED])
@pytest.mark.parametrize("action", [Action.HOLD, Action.RETURN])
def test_a_class_summary_falls_apart_when_a_record_leaves_it(action: Action, stage: Stage) -> None:
    decision = decide(action, PRINCIPAL, "b", to_slot="toan" if action is Action.RETURN else "")
    changes = plan(at(stage), decision)
    assert {rid: (record.stage, record.part) for rid, record in changes.items() if rid != "b"} == {
        "a": (Stage.SUBJECT_SIGNED, 0), "c": (Stage.SUBJECT_SIGNED, 0)
    }  # fmt: skip
    gone = changes["b"]
    assert gone.part == 0
    assert gone.stage is (Stage.SUBJECT_SIGNED if action is Action.HOLD else Stage.ENTRY)


def test_only_the_part_that_lost_a_record_falls_apart() -> None:
    term = after(at(Stage.SUBJECT_SIGNED), decide(Action.SIGN, HOMEROOM, "a"), decide(Action.SIGN, HOMEROOM, "b", "c"))
    term = after(term, decide(Action.HOLD, PRINCIPAL, "c"))
    assert stages(term) == [Stage.HOMEROOM_SIGNED, Stage.SUBJECT_SIGNED, Stage.SUBJECT_SIGNED]
    assert term.in_part(1) == {"a"}
    assert term.in_part(0) == frozenset()


def test_parts_are_never_numbered_twice() -> None:
    term = after(at(Stage.HOMEROOM_SIGNED), decide(Action.RETURN, PRINCIPAL, "a", to_slot=HOMEROOM))
    term = after(term, decide(Action.SIGN, HOMEROOM, "b", "c"))
    assert (term.parts, term.records["b"].part) == (2, 2)


def test_the_class_stands_where_its_last_unheld_record_stands() -> None:
    term = after(at(Stage.SUBMITTED), decide(Action.REVIEW, HOMEROOM, "a", "b"))
    assert class_stage(term) is Stage.SUBMITTED
    assert class_stage(after(term, decide(Action.HOLD, HOMEROOM, "c"))) is Stage.REVIEWED
    assert class_stage(after(term, decide(Action.HOLD, HOMEROOM))) is Stage.SUBMITTED


def test_what_is_sealed_is_to_be_issued_and_ends_the_term() -> None:
    term = at(Stage.SEALED)
    assert to_issue(term) == PUPILS
    assert not finished(term)
    assert finished(at(Stage.ISSUED))
    assert to_issue(at(Stage.ISSUED)) == ()
