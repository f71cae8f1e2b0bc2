"""The class-term's workflow: decisions, refusals, repeats, faults. Every task here replays the whole history."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import pytest
from temporalio.client import WithStartWorkflowOperation, WorkflowExecutionStatus, WorkflowUpdateFailedError
from temporalio.common import WorkflowIDConflictPolicy
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import WorkflowEnvironment

from domain.curriculum import HOMEROOM, PRINCIPAL, SEAL
from domain.deadlines import Deadline, Hook
from domain.decisions import Action, Decision, Failure
from domain.errors import Conflict, Incomplete
from domain.stages import Stage
from tests.fakes import FakeDatabase, FakePapers
from tests.workflows.changed import BUG, BuggyClassTermWorkflow
from tests.workflows.playing import Book, opening, start_book, workers
from workflows import reading
from workflows.class_term import ClassTermWorkflow, workflow_id
from workflows.queues import MAIN_QUEUE


async def test_a_term_goes_from_entry_to_issue_and_ends(book: Book, database: FakeDatabase, papers: FakePapers) -> None:
    await book.whole_term()
    assert await book.handle.result() == Stage.ISSUED
    assert database.actions == [
        "submit:toan", "submit:am_nhac", "submit:homeroom", "review:homeroom", "sign:toan", "sign:am_nhac",
        "sign:homeroom", "approve:principal", "seal:seal", "issue:seal",
    ]  # fmt: skip
    assert list(database.written) == list(range(1, 11))
    assert [work.decision.slot for work in papers.completed] == ["toan", "am_nhac", HOMEROOM, PRINCIPAL, SEAL]


async def test_an_answer_names_its_number_records_and_stage(book: Book, database: FakeDatabase) -> None:
    outcome = await book.do(Action.SUBMIT, "toan", ["r01", "r02"])
    assert (outcome.seq, outcome.done, outcome.failed, outcome.stage) == (1, ("r01", "r02"), (), Stage.ENTRY)
    written = database.written[1]
    assert set(written.changes) == {"r01", "r02"}
    assert (written.class_term_id, written.is_late) == (book.state.class_term_id, False)


async def test_a_refusal_leaves_no_trace_in_history(book: Book, database: FakeDatabase) -> None:
    await book.do(Action.SUBMIT, "toan")
    before = await book.event_count()
    refused = await book.refusal(book.decision(Action.APPROVE, PRINCIPAL))
    assert (refused.type, refused.details) == ("Conflict", (list(book.records),))
    assert (await book.refusal(book.decision(Action.REVIEW, "toan"))).type == "NotAllowed"
    assert (await book.refusal(book.decision(Action.SUBMIT, "toan", ["r99"]))).type == "NotFound"
    assert await book.event_count() == before
    assert database.attempts["record_decision"] == 1


async def test_a_decision_goes_through_its_own_door_only(book: Book) -> None:
    refused = await book.refusal(book.decision(Action.SUBMIT, "toan"), update="hold")
    assert (refused.type, refused.message) == ("Conflict", "Lệnh không đúng loại.")


async def test_an_unreadable_decision_is_refused_and_the_workflow_lives(book: Book) -> None:
    with pytest.raises(WorkflowUpdateFailedError):
        await book.handle.execute_update("submit", {"action": "dance"}, id="unreadable")
    assert (await book.do(Action.SUBMIT, "toan")).seq == 1


async def test_the_same_command_is_one_decision(book: Book, database: FakeDatabase) -> None:
    decision = book.decision(Action.SUBMIT, "toan")
    together = await asyncio.gather(*(book.send(decision, "command-1") for _ in range(3)))
    assert {outcome.seq for outcome in together} == {1}
    assert (await book.send(decision, "command-1")).seq == 1
    assert database.attempts["record_decision"] == 1


async def test_a_command_keeps_its_answer_in_the_next_run(book: Book, database: FakeDatabase) -> None:
    decision = book.decision(Action.SUBMIT, "toan")
    first = await book.send(decision, "command-1")
    await book.start_afresh()
    assert await book.send(decision, "command-1") == first
    assert (await book.refusal(decision, "command-2")).type == "Conflict"
    assert (await book.do(Action.SUBMIT, "am_nhac")).seq == 2
    assert database.actions == ["submit:toan", "submit:am_nhac"]


async def test_a_new_run_stands_where_the_old_one_stood(book: Book) -> None:
    await book.submit_all()
    await book.do(Action.HOLD, PRINCIPAL, ["r03"], reason_id="reason-1")
    before = await book.snapshot()
    await book.start_afresh()
    assert await book.snapshot() == before
    await book.do(Action.REVIEW, HOMEROOM, ["r01", "r02"])


async def test_of_two_who_sign_the_same_slot_one_wins(book: Book, papers: FakePapers) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    signing = [book.decision(Action.SIGN, "toan", order_id=f"order-{number}") for number in (1, 2)]
    answers = await asyncio.gather(*map(book.send, signing), return_exceptions=True)
    lost = [answer for answer in answers if isinstance(answer, WorkflowUpdateFailedError)]
    assert len(lost) == 1
    assert len(papers.completed) == 1


async def test_a_fault_of_the_database_is_tried_again(book: Book, database: FakeDatabase) -> None:
    database.breaks = 2
    assert (await book.do(Action.SUBMIT, "toan")).seq == 1
    assert (database.attempts["record_decision"], len(database.written)) == (3, 1)


async def test_a_fault_while_signing_is_tried_again(book: Book, papers: FakePapers) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    papers.breaks = 1
    assert (await book.do(Action.SIGN, "toan")).done == book.records
    assert len(papers.completed) == 2


async def test_what_the_database_refuses_is_the_answer_and_changes_nothing(book: Book, database: FakeDatabase) -> None:
    before = await book.snapshot()
    database.refuses = Incomplete("Còn thiếu dữ liệu của 1 học sinh.", ("r02",))
    refused = await book.refusal(book.decision(Action.SUBMIT, "toan"))
    assert (refused.type, refused.message, refused.details) == ("Incomplete", database.refuses.message, (["r02"],))
    assert await book.snapshot() == before
    database.refuses = None
    assert (await book.do(Action.SUBMIT, "toan")).seq == 1


async def test_what_signing_refuses_is_the_answer_and_changes_nothing(book: Book, papers: FakePapers) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    before = await book.snapshot()
    papers.refuses = Conflict("Lệnh ký đã hết hạn; hãy bắt đầu lại.")
    assert (await book.refusal(book.decision(Action.SIGN, "toan"))).type == "Conflict"
    assert await book.snapshot() == before


async def test_records_that_cannot_be_signed_stay_and_the_others_go_on(book: Book, papers: FakePapers) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    papers.fails = {"r02": "RecordChanged"}
    outcome = await book.do(Action.SIGN, "toan")
    assert (outcome.done, outcome.failed) == (("r01", "r03"), (Failure("r02", "RecordChanged"),))
    records = (await book.snapshot()).records
    assert [record.unsigned_slots for record in records.values()] == [("am_nhac",), ("toan", "am_nhac"), ("am_nhac",)]


async def test_a_teacher_signs_several_subjects_with_one_decision(book: Book, database: FakeDatabase) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    attempts = database.attempts["record_decision"]
    outcome = await book.do(Action.SIGN, "toan", more_slots=("am_nhac",))
    assert (outcome.done, outcome.stage) == (book.records, Stage.SUBJECT_SIGNED)
    # Projected together with the papers, so no second activity was needed.
    assert database.written[outcome.seq].decision.slots == ("toan", "am_nhac")
    assert database.attempts["record_decision"] == attempts


async def test_a_sheet_that_cannot_be_signed_waits_and_the_teacher_s_others_go_on(
    book: Book, papers: FakePapers, database: FakeDatabase
) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    papers.fails_sheets = {"toan": "Invalid"}
    outcome = await book.do(Action.SIGN, "toan", more_slots=("am_nhac",))
    assert (outcome.done, outcome.stage) == (book.records, Stage.REVIEWED)
    assert {(failure.code, failure.slot) for failure in outcome.failed} == {("Invalid", "toan")}
    assert {record.unsigned_slots for record in (await book.snapshot()).records.values()} == {("toan",)}
    assert database.actions[-1] == "sign:am_nhac"
    papers.fails_sheets = {}
    assert (await book.do(Action.SIGN, "toan")).stage == Stage.SUBJECT_SIGNED


async def test_nothing_signed_at_all_is_a_failure(book: Book, papers: FakePapers, database: FakeDatabase) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    papers.fails = {"r01": "PaperMissing", "r02": "NotSigned", "r03": "PaperMissing"}
    refused = await book.refusal(book.decision(Action.SIGN, "toan"))
    assert (refused.type, refused.details[0]) == ("SigningFailed", ["r02"])
    assert "sign:toan" not in database.actions


async def test_a_returned_record_is_corrected_while_the_others_wait(book: Book, database: FakeDatabase) -> None:
    await book.submit_all()
    back = await book.do(Action.RETURN, HOMEROOM, ["r02"], to_slot="toan", reason_id="reason-1")
    assert back.stage == Stage.ENTRY
    await book.do(Action.REVIEW, HOMEROOM, ["r01", "r03"])
    await book.do(Action.SUBMIT, "toan", ["r02"])
    await book.do(Action.REVIEW, HOMEROOM, ["r02"])
    await book.sign_subjects()
    await book.finish()
    assert await book.handle.result() == Stage.ISSUED
    assert [record.revision for record in database.written[len(database.written)].changes.values()] == [1, 2, 1]


async def test_a_held_pupil_keeps_the_term_open_for_a_part_of_its_own(book: Book, database: FakeDatabase) -> None:
    await book.do(Action.HOLD, HOMEROOM, ["r03"], reason_id="reason-1")
    others = ["r01", "r02"]
    await book.submit_all(others)
    await book.do(Action.REVIEW, HOMEROOM, others)
    await book.sign_subjects(others)
    await book.finish(others)
    assert (await book.handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await book.do(Action.RELEASE, PRINCIPAL, ["r03"])
    await book.submit_all(["r03"])
    await book.do(Action.REVIEW, HOMEROOM, ["r03"])
    await book.sign_subjects(["r03"])
    await book.finish(["r03"])
    assert await book.handle.result() == Stage.ISSUED
    assert database.actions.count("issue:seal") == 2
    assert (await book.snapshot()).parts == 2


async def test_after_the_end_a_resent_command_gets_its_answer_and_a_new_one_a_clear_refusal(book: Book) -> None:
    await book.submit_all()
    await book.do(Action.REVIEW, HOMEROOM)
    await book.sign_subjects()
    await book.do(Action.SIGN, HOMEROOM)
    await book.do(Action.APPROVE, PRINCIPAL)
    sealing = book.decision(Action.SEAL, SEAL)
    answer = await book.send(sealing, "seal-1")
    assert await book.handle.result() == Stage.ISSUED
    assert await book.send(sealing, "seal-1") == answer
    with pytest.raises(RPCError, match="already completed") as refused:
        await book.do(Action.HOLD, PRINCIPAL, reason_id="reason-1")
    assert refused.value.status is RPCStatusCode.NOT_FOUND


async def test_a_bug_in_a_validator_is_refused_and_the_workflow_lives(
    temporal_env: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    async with workers(temporal_env.client, database, papers, threads, BuggyClassTermWorkflow):
        book = await start_book(temporal_env.client)
        refused = await book.refusal(book.decision(Action.HOLD, HOMEROOM, reason_id=BUG))
        assert (refused.type, database.written) == ("KeyError", {})
        assert (await book.do(Action.HOLD, HOMEROOM, reason_id="reason-1")).seq == 1
        await book.end()


async def test_the_query_says_who_is_waited_for(book: Book) -> None:
    await book.do(Action.SUBMIT, "toan", ["r01", "r02"])
    await book.do(Action.HOLD, HOMEROOM, ["r03"], reason_id="reason-1")
    waiting = {each.slot: each.record_ids for each in await book.handle.query(ClassTermWorkflow.waiting)}
    assert waiting == {"am_nhac": ("r01", "r02"), HOMEROOM: ("r01", "r02"), PRINCIPAL: ("r03",)}


async def test_search_and_ui_show_stage_deadline_and_slots(book: Book) -> None:
    await book.submit_all()
    description = await book.handle.describe()
    found = description.typed_search_attributes
    assert (found[reading.STAGE], found[reading.WAITING_FOR]) == (Stage.SUBMITTED, [HOMEROOM])
    assert (found[reading.DUE_AT], found[reading.OVERDUE]) == (book.state.deadline.due_at, False)
    assert await description.static_summary() == "Sổ lớp 1A1 · Học kì I 2026-2027"


def test_however_many_subjects_are_signed_the_summary_stays_short() -> None:
    many = Decision(Action.SIGN, "toan", ("r01",), more_slots=tuple(f"mon_{number}" for number in range(20)))
    assert reading.who_acts(many) == "toan và 20 môn khác"
    assert reading.who_acts(Decision(Action.SIGN, "toan", ("r01",))) == "toan"


async def test_a_moved_deadline_is_noted_before_the_next_run_begins(book: Book, database: FakeDatabase) -> None:
    database.note_breaks = 1
    later = book.state.deadline.due_at.replace(year=2100)
    assert await book.move_deadline(2, later) == 2
    await book.start_afresh()
    assert [(note.policy_version, note.due_at, note.hook) for note in database.notes] == [(2, later, None)]
    assert (await book.snapshot()).deadline.due_at == later


async def test_a_deadline_moved_before_the_timer_is_armed_is_noted_first(
    temporal_env: WorkflowEnvironment, database: FakeDatabase, papers: FakePapers, threads: ThreadPoolExecutor
) -> None:
    state = opening()
    past = Deadline(2, state.deadline.due_at.replace(year=2020))
    start = WithStartWorkflowOperation(
        ClassTermWorkflow.run,
        state,
        id=workflow_id(state.school_year, state.class_id, state.term),
        task_queue=MAIN_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.FAIL,
    )
    async with workers(temporal_env.client, database, papers, threads):
        move = temporal_env.client.execute_update_with_start_workflow(
            "set_deadline", past, start_workflow_operation=start, result_type=int
        )
        assert await move == 2
        book = Book(temporal_env.client, await start.workflow_handle(), state)
        await book.start_afresh()
        assert database.hooks == [None, *Hook]
        await book.end()
