"""Playing a transfer without a database, for histories that must replay: each activity answers where it stands next."""

from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.matter_papers import MatterSigned
from domain.curriculum import PRINCIPAL, SEAL
from domain.decisions import Action, BookDecision, Decision
from domain.matters.signing import action_of
from domain.record_states import MATTER
from domain.transfers import phases
from domain.transfers.messages import (
    AlarmNote,
    SealedPaper,
    StuckNote,
    TransferAlarm,
    TransferDeed,
    TransferRef,
    TransferStanding,
)
from domain.transfers.phases import Deed, Direction, Phase
from tests.workflows.playing import FAILURES
from workflows.messages import Outcome
from workflows.queues import MAIN_QUEUE, MATTER_QUEUE, PROOF_QUEUE, SIGN_QUEUE
from workflows.transfer import TransferWorkflow, transfer_workflow_id
from workflows.transfer_runs import run_of

Histories = dict[str, str]


@dataclass
class Remembered:
    """What a database would say, of one transfer at a time; each list of books is asked for once."""

    standing: TransferStanding
    limits: tuple[TransferAlarm, ...] = ()
    refusals: int = 0

    def go(self, phase: Phase) -> TransferStanding:
        self.standing = replace(self.standing, phase=phase, version=self.standing.version + 1, alarms=self.limits)
        return self.standing

    @activity.defn
    def load_transfer(self, _: TransferRef) -> TransferStanding:
        return self.standing

    @activity.defn
    def take_transfer_deed(self, deed: TransferDeed) -> TransferStanding:
        return self.go(phases.require(self.standing.direction, self.standing.phase, deed.deed))

    @activity.defn
    def note_transfer_alarm(self, note: AlarmNote) -> TransferStanding:
        left = tuple(each for each in self.standing.alarms if each.key != note.key)
        self.limits = ()
        self.standing = replace(self.standing, alarms=left, version=self.standing.version + 1)
        return self.standing

    def step(self, action: Action, attempt: int) -> list[BookDecision]:
        decision = Decision(action, MATTER, ("record-1",), matter_id=self.standing.matter_id)
        return [BookDecision("class-term-1", f"transfer/{action}/{attempt}", decision)]

    @activity.defn
    def list_books_to_detach(self, ref: TransferRef) -> list[BookDecision]:
        is_first = self.standing.phase is Phase.DETACHING
        return self.step(Action.DETACH_BEGIN, ref.attempt) if is_first else []

    @activity.defn
    def list_books_to_attach(self, ref: TransferRef) -> list[BookDecision]:
        return self.step(Action.ATTACH, ref.attempt) if self.standing.phase is Phase.ATTACHING else []

    @activity.defn
    def list_books_to_commit(self, ref: TransferRef) -> list[BookDecision]:
        return self.step(Action.DETACH_COMMIT, ref.attempt)

    @activity.defn
    def list_books_to_undo(self, ref: TransferRef) -> list[BookDecision]:
        return self.step(Action.DETACH_CANCEL, ref.attempt)

    @activity.defn
    def note_detached(self, _: TransferRef) -> TransferStanding:
        if self.refusals > 0:
            self.refusals -= 1
            raise ApplicationError("Còn sổ của học sinh chưa dừng.", type="Conflict", non_retryable=True)
        return self.go(Phase.WRITING)

    @activity.defn
    def note_transfer_signed(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.WRITING)

    @activity.defn
    def note_transfer_sealed(self, _: SealedPaper) -> TransferStanding:
        return self.go(Phase.PACKING)

    @activity.defn
    def move_enrolment(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.COMMITTING)

    @activity.defn
    def note_committed(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.PLACED)

    @activity.defn
    def list_stopped_pages(self, _: TransferRef) -> list[str]:
        return ["page-1"]

    @activity.defn
    def list_stopped_extracts(self, _: TransferRef) -> list[str]:
        return ["extract-1"]

    @activity.defn
    def note_undone(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.CANCELLED)

    @activity.defn
    def withdraw_transfer(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.UNDOING)

    @activity.defn
    def note_transfer_stuck(self, _: StuckNote) -> TransferStanding:
        self.standing = replace(self.standing, version=self.standing.version + 1)
        return self.standing

    @activity.defn
    def load_signatures(self, _: TransferRef) -> list[MatterSigned]:
        return []

    @activity.defn
    def decide_in_book(self, _: BookDecision) -> None:
        return

    @activity.defn
    def complete_matter_order(self, order_id: str) -> MatterSigned:
        field = order_id.partition("/")[0]
        return MatterSigned(field, "document-1", "a" * 64, is_sealed=field == SEAL)

    @activity.defn
    def pack_transfer(self, _: TransferRef) -> TransferStanding:
        return self.go(Phase.CHECKING)


@asynccontextmanager
async def transfer_workers(
    client: Client, known: Remembered, threads: ThreadPoolExecutor
) -> AsyncIterator[WorkflowHandle[TransferWorkflow, str]]:
    """The workers, and a transfer that has just begun."""
    of_matters: list[Callable[..., Any]] = [
        known.load_transfer, known.take_transfer_deed, known.note_transfer_alarm, known.list_books_to_detach,
        known.list_books_to_attach, known.list_books_to_commit, known.list_books_to_undo, known.note_detached,
        known.note_transfer_signed, known.note_transfer_sealed, known.move_enrolment, known.note_committed,
        known.note_undone, known.withdraw_transfer, known.decide_in_book, known.note_transfer_stuck,
        known.load_signatures, known.list_stopped_pages, known.list_stopped_extracts,
    ]  # fmt: skip
    queues: dict[str, list[Callable[..., Any]]] = {
        MATTER_QUEUE: of_matters,
        SIGN_QUEUE: [known.complete_matter_order],
        PROOF_QUEUE: [known.pack_transfer],
    }
    async with AsyncExitStack() as stack:
        main = Worker(
            client, task_queue=MAIN_QUEUE, workflows=[TransferWorkflow], max_cached_workflows=0,
            workflow_failure_exception_types=FAILURES,
        )  # fmt: skip
        await stack.enter_async_context(main)
        for queue, acts in queues.items():
            worker = Worker(client, task_queue=queue, activities=acts, activity_executor=threads)
            await stack.enter_async_context(worker)
        yield await client.start_workflow(
            TransferWorkflow.run, run_of(known.standing), id=transfer_workflow_id(known.standing.matter_id),
            task_queue=MAIN_QUEUE,
        )  # fmt: skip


def begun() -> Remembered:
    late = TransferAlarm("answer/remind/2026-12-01", datetime.now().astimezone() + timedelta(days=3))
    return Remembered(TransferStanding(str(uuid4()), Direction.WITHIN, Phase.REQUESTED, 1, (late,)))


async def do(handle: WorkflowHandle[TransferWorkflow, str], known: Remembered, deed: Deed) -> None:
    act = TransferDeed(known.standing.matter_id, deed, "staff-1", reason_id="reason-1")
    await handle.execute_update(deed.value, act, id=str(uuid4()), result_type=TransferStanding)


async def sign(handle: WorkflowHandle[TransferWorkflow, str], known: Remembered, field: str) -> None:
    action, order_id = action_of(field), f"{field}/{uuid4()}"
    decision = Decision(action, field, ("document-1",), order_id=order_id, matter_id=known.standing.matter_id)
    await handle.execute_update(action.value, decision, id=order_id, result_type=Outcome)


async def until(clock: WorkflowEnvironment, handle: WorkflowHandle[TransferWorkflow, str], phase: Phase) -> None:
    """Turned a little each time: on this clock nothing passes by itself."""
    for _ in range(100):
        if (await handle.query(TransferWorkflow.snapshot)).phase is phase:
            return
        await clock.fast_forward(handle, timedelta(seconds=1))
    raise TimeoutError(phase)


async def moved(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Reminded, accepted, released, signed, sealed, sent back once, and placed."""
    known = begun()
    with clock.with_time_skipping_disabled():
        async with transfer_workers(clock.client, known, threads) as handle:
            await clock.fast_forward(handle, timedelta(days=4))
            await do(handle, known, Deed.ACCEPT)
            await do(handle, known, Deed.RELEASE)
            for again in (True, False):
                await until(clock, handle, Phase.WRITING)
                await sign(handle, known, PRINCIPAL)
                await clock.fast_forward(handle, timedelta(seconds=1))
                await sign(handle, known, SEAL)
                await until(clock, handle, Phase.CHECKING)
                await do(handle, known, Deed.SEND_BACK if again else Deed.CONFIRM)
            await handle.result()
            return {"transfer-moved": (await handle.fetch_history()).to_json()}


async def undone(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Cancelled by somebody while the paper waits for its signatures."""
    known = begun()
    with clock.with_time_skipping_disabled():
        async with transfer_workers(clock.client, known, threads) as handle:
            for deed in (Deed.ACCEPT, Deed.RELEASE):
                await do(handle, known, deed)
            await until(clock, handle, Phase.WRITING)
            await do(handle, known, Deed.CANCEL)
            await handle.result()
            return {"transfer-undone": (await handle.fetch_history()).to_json()}


async def withdrawn(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Cancelled from outside."""
    known = begun()
    with clock.with_time_skipping_disabled():
        async with transfer_workers(clock.client, known, threads) as handle:
            await do(handle, known, Deed.ACCEPT)
            await handle.cancel()
            await handle.result()
            return {"transfer-withdrawn": (await handle.fetch_history()).to_json()}


async def stuck(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Refused, reminded and told of, then let go; the second run begins while the seal is waited for."""
    known = begun()
    known.refusals, soon = 3, datetime.now().astimezone() + timedelta(seconds=30)
    known.limits = (TransferAlarm("release/remind/2026-12-01", soon),)
    with clock.with_time_skipping_disabled():
        async with transfer_workers(clock.client, known, threads) as handle:
            for deed in (Deed.ACCEPT, Deed.RELEASE):
                await do(handle, known, deed)
            for _ in range(10):
                await clock.fast_forward(handle, timedelta(seconds=20))
            await until(clock, handle, Phase.WRITING)
            await sign(handle, known, PRINCIPAL)
            first = (await handle.describe()).run_id
            await clock.fast_forward(handle, timedelta(seconds=1))
            await handle.signal("start_afresh")
            await clock.fast_forward(handle, timedelta(seconds=1))
            await sign(handle, known, SEAL)
            await until(clock, handle, Phase.CHECKING)
            await do(handle, known, Deed.CONFIRM)
            await handle.result()
            ended = clock.client.get_workflow_handle(handle.id, run_id=first)
            newest = clock.client.get_workflow_handle(handle.id)
            return {
                "transfer-stuck-first-run": (await ended.fetch_history()).to_json(),
                "transfer-stuck-second-run": (await newest.fetch_history()).to_json(),
            }


PLAYS = (moved, undone, withdrawn, stuck)
