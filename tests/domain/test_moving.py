"""Records that leave a class, come into one, and are opened again: what follows for them and for the others."""

from dataclasses import replace

import pytest

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.decisions import Action, Decision
from domain.errors import Conflict, DomainError, NotAllowed
from domain.lifecycle import apply, class_stage, finished, open_class_term, plan, waiting_slots
from domain.record_states import MATTER, ClassTerm
from domain.stages import Stage

SUBJECTS = ("toan", "am_nhac")
PUPILS = ("a", "b", "c")
TO_HOMEROOM_SIGNED = (
    (Action.SUBMIT, "toan"), (Action.SUBMIT, "am_nhac"), (Action.SUBMIT, HOMEROOM), (Action.REVIEW, HOMEROOM),
    (Action.SIGN, "toan"), (Action.SIGN, "am_nhac"), (Action.SIGN, HOMEROOM),
)  # fmt: skip
TO_ISSUED = (*TO_HOMEROOM_SIGNED, (Action.APPROVE, PRINCIPAL), (Action.SEAL, SEAL), (Action.ISSUE, SEAL))


def does(term: ClassTerm, action: Action, slot: str, *pupils: str, to_slots: tuple[str, ...] = ()) -> ClassTerm:
    decision = Decision(action, slot, pupils or tuple(term.records), reason_id="r1", to_slots=to_slots)
    return apply(term, decision, plan(term, decision))


def moved(term: ClassTerm, action: Action, *pupils: str, to_slots: tuple[str, ...] = ()) -> ClassTerm:
    return does(term, action, MATTER, *pupils, to_slots=to_slots)


def after(steps: tuple[tuple[Action, str], ...]) -> ClassTerm:
    term = open_class_term(SUBJECTS, PUPILS)
    for action, slot in steps:
        term = does(term, action, slot)
    return term


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.RETURN, Action.HOLD, Action.RELEASE, Action.UNLOCK])
def test_nothing_is_done_with_a_record_that_is_moving(action: Action) -> None:
    term = moved(after(()), Action.DETACH_BEGIN, "a")
    slot = MATTER if action is Action.UNLOCK else "toan" if action is Action.SUBMIT else HOMEROOM
    decision = Decision(action, slot, ("a",), to_slot="toan", reason_id="r1", to_slots=("toan",))
    with pytest.raises(Conflict, match="chuyển trường"):
        plan(term, decision)
    assert waiting_slots(term.records["a"]) == ()


def test_the_class_goes_on_without_a_record_that_is_moving() -> None:
    term = moved(after(()), Action.DETACH_BEGIN, "a")
    for action, slot in TO_HOMEROOM_SIGNED:
        term = does(term, action, slot, "b", "c")
    assert class_stage(term) is Stage.HOMEROOM_SIGNED


def test_a_class_summary_falls_apart_when_a_pupil_is_about_to_leave() -> None:
    term = moved(after(TO_HOMEROOM_SIGNED), Action.DETACH_BEGIN, "a")
    assert {record.stage for record in term.records.values()} == {Stage.SUBJECT_SIGNED}
    assert {record.part for record in term.records.values()} == {0}


def test_a_cancelled_move_leaves_the_record_where_it_stood() -> None:
    before = does(after(()), Action.HOLD, HOMEROOM, "a")
    term = moved(moved(before, Action.DETACH_BEGIN, "a"), Action.DETACH_CANCEL, "a")
    assert term == before


def test_a_record_that_has_left_is_nowhere_in_the_class() -> None:
    term = moved(moved(after(()), Action.DETACH_BEGIN, "a"), Action.DETACH_COMMIT, "a")
    assert set(term.records) == {"b", "c"}


def test_a_class_whose_last_open_record_left_is_finished() -> None:
    term = after(())
    for action, slot in TO_ISSUED:
        term = does(term, action, slot, "b", "c")
    assert not finished(term)
    assert finished(moved(moved(term, Action.DETACH_BEGIN, "a"), Action.DETACH_COMMIT, "a"))


@pytest.mark.parametrize("action", [Action.DETACH_CANCEL, Action.DETACH_COMMIT])
def test_only_what_began_to_move_moves(action: Action) -> None:
    with pytest.raises(Conflict):
        moved(after(()), action, "a")


@pytest.mark.parametrize("steps", [TO_ISSUED[:-1], TO_ISSUED])
def test_a_sealed_record_stays_with_the_school_that_sealed_it(steps: tuple[tuple[Action, str], ...]) -> None:
    with pytest.raises(Conflict, match="đóng dấu"):
        moved(after(steps), Action.DETACH_BEGIN, "a")


def test_a_pupil_who_comes_starts_with_everything_open_also_in_a_finished_class() -> None:
    term = moved(after(TO_ISSUED), Action.ATTACH, "d")
    assert term.records["d"] == open_class_term(SUBJECTS, ("d",)).records["d"]
    assert not finished(term)
    with pytest.raises(Conflict):
        moved(term, Action.ATTACH, "d")


def test_a_recall_opens_the_parts_that_are_wrong_and_asks_only_for_their_signatures() -> None:
    term = moved(after(TO_ISSUED), Action.RECALL, "a", to_slots=("toan", HOMEROOM))
    record = term.records["a"]
    assert (record.stage, record.revision, record.part) == (Stage.ENTRY, 2, 0)
    assert record.open_slots == ("toan", HOMEROOM)
    assert record.unsigned_slots == ("toan",)
    assert {term.records[pupil].stage for pupil in ("b", "c")} == {Stage.ISSUED}


def test_where_records_bear_every_signature_a_recall_asks_for_all_of_them() -> None:
    term = replace(after(TO_ISSUED), signs_records=True)
    assert moved(term, Action.RECALL, "a", to_slots=("toan",)).records["a"].unsigned_slots == SUBJECTS


def test_an_unlock_keeps_other_subjects_signatures() -> None:
    term = moved(after(TO_HOMEROOM_SIGNED), Action.UNLOCK, "a", to_slots=("toan",))
    assert (term.records["a"].stage, term.records["a"].unsigned_slots) == (Stage.ENTRY, ("toan",))
    assert {term.records[pupil].stage for pupil in ("b", "c")} == {Stage.SUBJECT_SIGNED}


@pytest.mark.parametrize("action", [Action.UNLOCK, Action.RECALL])
@pytest.mark.parametrize(
    ("decision", "error"),
    [
        (Decision(Action.UNLOCK, MATTER, ("a",), reason_id="", to_slots=("toan",)), NotAllowed),
        (Decision(Action.UNLOCK, MATTER, ("a",), reason_id="r1"), NotAllowed),
        (Decision(Action.UNLOCK, MATTER, ("a",), reason_id="r1", to_slots=("van_hoc",)), NotAllowed),
        (Decision(Action.UNLOCK, PRINCIPAL, ("a",), reason_id="r1", to_slots=("toan",)), NotAllowed),
    ],
)
def test_opening_again_needs_a_reason_and_parts_of_the_class(
    action: Action, decision: Decision, error: type[DomainError]
) -> None:
    term = after(TO_ISSUED if action is Action.RECALL else TO_HOMEROOM_SIGNED)
    with pytest.raises(error):
        plan(term, replace(decision, action=action))


def test_a_part_that_is_open_is_not_unlocked() -> None:
    with pytest.raises(Conflict, match="đang mở"):
        moved(after(()), Action.UNLOCK, "a", to_slots=("toan",))


AT = {
    Stage.ENTRY: TO_HOMEROOM_SIGNED[:1], Stage.SUBMITTED: TO_HOMEROOM_SIGNED[:3],
    Stage.SUBJECT_SIGNED: TO_HOMEROOM_SIGNED[:6], Stage.HOMEROOM_SIGNED: TO_HOMEROOM_SIGNED,
    Stage.APPROVED: TO_ISSUED[:8], Stage.SEALED: TO_ISSUED[:9], Stage.ISSUED: TO_ISSUED,
}  # fmt: skip


@pytest.mark.parametrize("stage", [Stage.SUBJECT_SIGNED, Stage.HOMEROOM_SIGNED, Stage.APPROVED])
def test_new_data_of_a_pupil_is_signed_again_and_nothing_is_opened(stage: Stage) -> None:
    before = after(AT[stage])
    term = moved(before, Action.RENEW, "a")
    assert term.records["a"] == replace(before.records["a"], stage=Stage.SUBJECT_SIGNED, revision=2, part=0)
    assert {term.records[each].stage for each in "bc"} == {Stage.SUBJECT_SIGNED}


def test_a_new_name_asks_for_the_sheets_again() -> None:
    record = moved(after(AT[Stage.APPROVED]), Action.RENEW, "a", to_slots=SUBJECTS).records["a"]
    assert (record.stage, record.unsigned_slots, record.open_slots) == (Stage.REVIEWED, SUBJECTS, ())


@pytest.mark.parametrize("stage", [Stage.ENTRY, Stage.SUBMITTED])
def test_new_data_leaves_what_is_being_entered_where_it_is(stage: Stage) -> None:
    before = after(AT[stage]).records["a"]
    record = moved(after(AT[stage]), Action.RENEW, "a", to_slots=("toan",)).records["a"]
    assert (record.stage, record.open_slots) == (stage, before.open_slots)


@pytest.mark.parametrize("stage", [Stage.SEALED, Stage.ISSUED])
def test_what_bears_the_seal_is_not_renewed(stage: Stage) -> None:
    with pytest.raises(Conflict):
        moved(after(AT[stage]), Action.RENEW, "a")


def test_a_record_that_is_held_is_renewed_and_stays_held() -> None:
    held = does(after(AT[Stage.APPROVED]), Action.HOLD, PRINCIPAL, "a")
    assert moved(held, Action.RENEW, "a").records["a"].held


def test_only_a_matter_renews_and_only_with_a_reason() -> None:
    term, renewal = after(AT[Stage.APPROVED]), Decision(Action.RENEW, MATTER, ("a",), reason_id="r1")
    for wrong in (
        replace(renewal, slot=PRINCIPAL), replace(renewal, reason_id=""), replace(renewal, to_slots=(HOMEROOM,)),
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            plan(term, wrong)
