"""Playing the workflows of corrections on a clock that can be turned, for histories that must replay."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowUpdateFailedError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.corrections import MatterAlarm, StuckBook
from activities.matter_papers import MatterSigned
from activities.refusals import refusal
from domain.decisions import Action, BookDecision, Decision
from domain.errors import Conflict
from domain.matters import MatterKind
from domain.matters.corrections import Alarm, CorrectionCommand, CorrectionPlan, Deed
from domain.record_states import MATTER
from tests.workflows.playing import FAILURES
from workflows.matter_starting import WORKFLOWS as MATTERS
from workflows.matter_starting import decide_correction, matter_options
from workflows.pupil_papers import ExtractWorkflow, IdentityWorkflow
from workflows.queues import MAIN_QUEUE, MATTER_QUEUE, SIGN_QUEUE
from workflows.recall import RecallWorkflow
from workflows.unlock import UnlockWorkflow

WORKFLOWS = [UnlockWorkflow, RecallWorkflow, IdentityWorkflow, ExtractWorkflow]
Histories = dict[str, str]
Play: TypeAlias = Callable[[WorkflowEnvironment, ThreadPoolExecutor], Awaitable[Histories]]


@dataclass
class Scripted:
    """Activities that answer as the play says, by what has happened; a book refuses as often as it is told to."""

    plan: Callable[["Scripted"], CorrectionPlan] = lambda _: CorrectionPlan()
    refusals: int = 0
    taken: int = 0
    told: int = 0
    reminded: int = 0
    signed: int = 0

    def begin(self, plan: Callable[["Scripted"], CorrectionPlan]) -> None:
        self.plan, self.taken, self.told, self.reminded, self.signed = plan, 0, 0, 0, 0

    @activity.defn
    def take_correction(self, _command: CorrectionCommand) -> None:
        self.taken += 1

    @activity.defn
    def plan_correction(self, _matter_id: str) -> CorrectionPlan:
        return self.plan(self)

    @activity.defn
    def decide_in_book(self, _work: BookDecision) -> None:
        if self.refusals:
            self.refusals -= 1
            raise refusal(Conflict("Hồ sơ đang được tạm giữ."))
        self.told += 1

    @activity.defn
    def note_alarm(self, _due: MatterAlarm) -> None:
        self.reminded += 1

    @activity.defn
    def note_signature(self, _matter_id: str) -> None:
        self.signed += 1

    @activity.defn
    def note_stuck(self, _stuck: StuckBook) -> None:
        self.taken = 0

    @activity.defn
    def complete_matter_order(self, order_id: str) -> MatterSigned:
        field = order_id.partition("/")[0]
        return MatterSigned(field, "paper-1", "a" * 64, is_sealed=field == "seal")

    def activities(self) -> Sequence[Callable[..., Any]]:
        return [
            self.take_correction, self.plan_correction, self.decide_in_book, self.note_alarm, self.note_signature,
            self.note_stuck,
        ]  # fmt: skip


@asynccontextmanager
async def correction_workers(client: Client, threads: ThreadPoolExecutor) -> AsyncIterator[Scripted]:
    script = Scripted()
    main = Worker(
        client, task_queue=MAIN_QUEUE, workflows=WORKFLOWS, max_cached_workflows=0,
        workflow_failure_exception_types=FAILURES,
    )  # fmt: skip
    matters = Worker(client, task_queue=MATTER_QUEUE, activities=script.activities(), activity_executor=threads)
    sign = Worker(client, task_queue=SIGN_QUEUE, activities=[script.complete_matter_order], activity_executor=threads)
    async with AsyncExitStack() as stack:
        for worker in (main, matters, sign):
            await stack.enter_async_context(worker)
        yield script


def command(kind: str, deed: Deed) -> CorrectionCommand:
    return CorrectionCommand(
        kind, f"{kind}-1", deed, "staff-1", command_id=f"{kind}/{deed.value}", reason_id="reason-1"
    )


def order(action: Action) -> BookDecision:
    decision = Decision(action, MATTER, ("r01",), actor_id="staff-1", reason_id="reason-1", to_slots=("toan",))
    return BookDecision("class-term-1", f"{action.value}/1", decision)


async def _history(clock: WorkflowEnvironment, workflow_id: str) -> str:
    handle = clock.client.get_workflow_handle(workflow_id)
    await handle.result()
    # A refusal's stack trace names the machine that it was recorded on.
    return re.sub(r'("stackTrace": ?)"(?:[^"\\]|\\.)*"', r'\1""', (await handle.fetch_history()).to_json())


async def unlock(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Carried out at the second try, reminded of, and over."""
    now = datetime.now(UTC)
    alarms = (Alarm("soon/1", now + timedelta(hours=20)), Alarm("over/1", now + timedelta(hours=24)))

    def plan(state: Scripted) -> CorrectionPlan:
        if state.told:
            return CorrectionPlan(alarms=alarms[state.reminded :])
        return CorrectionPlan((order(Action.UNLOCK),) if state.taken else (), alarms)

    script.begin(plan)
    script.refusals = 1
    with clock.with_time_skipping_disabled():
        with suppress(WorkflowUpdateFailedError):
            await decide_correction(clock.client, command("unlock", Deed.EXECUTE))
        await decide_correction(clock.client, command("unlock", Deed.EXTEND))
        handle = clock.client.get_workflow_handle("unlock/unlock-1")
        await clock.fast_forward(handle, timedelta(days=2))
        return {"correction-unlock": await _history(clock, "unlock/unlock-1")}


async def recall(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Both terms are told, one after the other."""
    orders = (order(Action.RECALL), order(Action.RECALL))
    script.begin(lambda state: CorrectionPlan(orders[state.told :] if state.taken else ()))
    await decide_correction(clock.client, command("recall", Deed.GRANT))
    return {"correction-recall": await _history(clock, "recall/recall-1")}


async def identity(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Approved, signed by the principal, sealed."""
    await _sealed(clock, script, "identity", Deed.GRANT)
    return {"correction-identity": await _history(clock, "identity/identity-1")}


async def identity_refused(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Approved; of two books the first refuses, and the other is told all the same."""
    orders = (order(Action.RENEW), order(Action.RENEW))
    script.begin(lambda state: CorrectionPlan(orders if state.taken else ()))
    script.refusals = 1
    with suppress(WorkflowUpdateFailedError):
        await decide_correction(clock.client, command("identity", Deed.GRANT))
    return {"correction-identity-refused": await _history(clock, "identity/identity-1")}


async def extract(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Checked, signed by the principal, sealed."""
    await _sealed(clock, script, "extract", Deed.CONFIRM)
    return {"correction-extract": await _history(clock, "extract/extract-1")}


async def taken_up(clock: WorkflowEnvironment, script: Scripted) -> Histories:
    """Temporal's state was lost: what two books had to be told, and a signature that nobody had noted."""
    orders = (order(Action.RECALL), order(Action.RECALL))
    script.begin(lambda state: CorrectionPlan(orders[state.told :]))
    await _begun_again(clock, MatterKind.RECALL)
    script.begin(lambda _: CorrectionPlan())
    await _begun_again(clock, MatterKind.EXTRACT)
    return {
        "correction-recall-taken-up": await _history(clock, "recall/recall-1"),
        "correction-extract-taken-up": await _history(clock, "extract/extract-1"),
    }


async def _begun_again(clock: WorkflowEnvironment, kind: MatterKind) -> None:
    """As `hocba rebuild` begins it."""
    matter_id = f"{kind.value}-1"
    options = matter_options(kind, matter_id)
    await clock.client.start_workflow(MATTERS[kind].run, matter_id, start_signal="take_up", **options)


async def _sealed(clock: WorkflowEnvironment, script: Scripted, kind: str, deed: Deed) -> None:
    fields = ("principal", "seal")
    script.begin(lambda state: CorrectionPlan(awaited=fields[state.signed :] if state.taken else ()))
    await decide_correction(clock.client, command(kind, deed))
    handle = clock.client.get_workflow_handle(f"{kind}/{kind}-1")
    for field, action in zip(fields, (Action.APPROVE, Action.SEAL), strict=True):
        decision = Decision(
            action, field, ("paper-1",), actor_id="staff-1", order_id=f"{field}/1", matter_id=f"{kind}-1"
        )
        await _at_rest(handle)
        await handle.execute_update(decision.action.value, decision, id=decision.order_id)


async def _at_rest(handle: Any) -> None:  # noqa: ANN401
    """Until the workflow has read what it waits for.

    On the time-skipping server a workflow that refuses an update while an activity answers may never go on.
    """
    async with asyncio.timeout(60):
        while True:
            events = (await handle.fetch_history()).events
            if events[-1].event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED:
                return
            await asyncio.sleep(0.1)


def _with_workers(scene: Callable[[WorkflowEnvironment, Scripted], Awaitable[Histories]]) -> Play:
    async def play(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
        async with correction_workers(clock.client, threads) as script:
            return await scene(clock, script)

    return play


PLAYS = tuple(_with_workers(each) for each in (unlock, recall, identity, identity_refused, extract, taken_up))
