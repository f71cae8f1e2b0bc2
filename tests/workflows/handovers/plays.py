"""Playing a handover on a clock that can be turned, with activities that keep no database, for histories to replay."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from temporalio import activity
from temporalio.client import Client, WorkflowHandle
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.matter_papers import MatterSigned
from domain.decisions import Action, Decision
from domain.matters import MatterKind, workflow_id
from domain.matters.handover_messages import HandoverRung, HandoverStep, OpenHandover
from domain.matters.handovers import Deed, HandoverStanding, HandoverState, Times, alarms_of
from domain.matters.signing import action_of
from tests.workflows.playing import FAILURES
from workflows.handover import HandoverRun, HandoverWorkflow
from workflows.messages import Outcome
from workflows.queues import MAIN_QUEUE, SIGN_QUEUE

Histories = dict[str, str]
FIELDS = ("giver", "taker", "principal")
_NEXT = {
    Deed.CONFIRM: HandoverState.ACCEPTING,
    Deed.ACCEPT: HandoverState.SIGNING,
    Deed.CANCEL: HandoverState.CANCELLED,
}


@dataclass
class FakeHandovers:
    """Goes from step to step as it is told; the last signature and the moment end it."""

    since: datetime
    state: HandoverState = HandoverState.CONFIRMING
    signed: list[str] = field(default_factory=list)

    @property
    def at(self) -> datetime:
        return self.since + timedelta(days=10)

    def standing(self) -> HandoverStanding:
        times = Times(self.since, self.since + timedelta(days=3), self.at, None)
        left = tuple(each for each in FIELDS if each not in self.signed)
        unsigned = left if self.state is HandoverState.SIGNING else ()
        return HandoverStanding(self.state.value, alarms_of(self.state, times), unsigned)

    @activity.defn(name="open_handover")
    def open(self, _: OpenHandover) -> HandoverStanding:
        return self.standing()

    @activity.defn(name="take_handover_step")
    def take(self, step: HandoverStep) -> HandoverStanding:
        self.state = _NEXT.get(step.deed, self.state)
        return self.standing()

    @activity.defn(name="ring_handover")
    def ring(self, rung: HandoverRung) -> HandoverStanding:
        if len(self.signed) == len(FIELDS):
            self.state = HandoverState.DONE if rung.at >= self.at else HandoverState.STANDING
        return self.standing()

    @activity.defn(name="complete_matter_order")
    def complete(self, order_id: str) -> MatterSigned:
        self.signed.append(order_id.partition("/")[0])
        return MatterSigned(self.signed[-1], "paper", "0" * 64)


@asynccontextmanager
async def handover_workers(client: Client, fake: FakeHandovers, threads: ThreadPoolExecutor) -> AsyncIterator[None]:
    main = Worker(
        client, task_queue=MAIN_QUEUE, workflows=[HandoverWorkflow], activities=[fake.open, fake.take, fake.ring],
        activity_executor=threads, max_cached_workflows=0, workflow_failure_exception_types=FAILURES,
    )  # fmt: skip
    sign = Worker(client, task_queue=SIGN_QUEUE, activities=[fake.complete], activity_executor=threads)
    async with main, sign:
        yield


async def begin(client: Client, fake: FakeHandovers, number: int) -> WorkflowHandle[Any, str]:
    matter_id = str(UUID(int=number))
    handle = await client.start_workflow(
        HandoverWorkflow.run,
        HandoverRun(matter_id),
        id=workflow_id(MatterKind.HANDOVER, matter_id),
        task_queue=MAIN_QUEUE,
    )
    asked = OpenHandover(matter_id, "retirement", "school-1", "head", "leaver", "reason-1", fake.at)
    await handle.execute_update("open", asked, id=matter_id)
    return handle


async def step(handle: WorkflowHandle[Any, str], deed: Deed, who: str) -> None:
    matter_id = handle.id.partition("/")[2]
    await handle.execute_update(deed.value, HandoverStep(matter_id, deed, who, f"{deed}-1"), id=f"{deed}-1")


async def sign(handle: WorkflowHandle[Any, str], name: str) -> None:
    matter_id, order_id, action = handle.id.partition("/")[2], f"{name}/order", action_of(name)
    decision = Decision(action, name, ("paper",), actor_id=name, order_id=order_id, matter_id=matter_id)
    update = {Action.SIGN: "sign", Action.APPROVE: "approve"}[action]
    await handle.execute_update(update, decision, id=order_id, result_type=Outcome)


async def whole(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Confirmed, accepted after a reminder, the minutes signed by three, over once the moment has come."""
    fake = FakeHandovers(datetime.now().astimezone())
    async with handover_workers(clock.client, fake, threads):
        with clock.with_time_skipping_disabled():
            handle = await begin(clock.client, fake, 1)
            await step(handle, Deed.CONFIRM, "leaver")
        await clock.fast_forward(handle, timedelta(days=3))
        with clock.with_time_skipping_disabled():
            await step(handle, Deed.ACCEPT, "taker")
            for name in FIELDS:
                await sign(handle, name)
        await clock.fast_forward(handle, timedelta(days=20))
        await handle.result()
        return {"handover-whole": (await handle.fetch_history()).to_json()}


async def cancelled(clock: WorkflowEnvironment, threads: ThreadPoolExecutor) -> Histories:
    """Opened, the run begun afresh, and cancelled."""
    fake = FakeHandovers(datetime.now().astimezone())
    async with handover_workers(clock.client, fake, threads):
        with clock.with_time_skipping_disabled():
            handle = await begin(clock.client, fake, 2)
            first = (await handle.describe()).run_id
            await handle.signal(HandoverWorkflow.start_afresh)
            await step(handle, Deed.CANCEL, "head")
            await handle.result()
        ended = await clock.client.get_workflow_handle(handle.id, run_id=first).fetch_history()
        return {"handover-first-run": ended.to_json(), "handover-cancelled": (await handle.fetch_history()).to_json()}


PLAYS = (whole, cancelled)
