"""Chores that nobody starts: one small workflow, run by a schedule for each chore."""

from dataclasses import dataclass
from datetime import timedelta

from temporalio import workflow
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
)
from temporalio.common import RetryPolicy

with workflow.unsafe.imports_passed_through():
    from activities.forgotten import ForgottenOrders
    from activities.upkeep import Chore, UpkeepActivities

    from workflows.queues import HEARTBEAT_TIMEOUT, MAIN_QUEUE, PROOF_QUEUE

EVERY = {
    Chore.PROVE: timedelta(minutes=1),
    Chore.PUBLISH: timedelta(minutes=1),
    Chore.WATCH: timedelta(days=1),
    Chore.RENEW: timedelta(days=30),
    Chore.SWEEP: timedelta(hours=1),
    Chore.CARRY: timedelta(minutes=5),
}
_RETRY = RetryPolicy(initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5), maximum_attempts=10)


@dataclass(frozen=True)
class UpkeepInput:
    chore: Chore


@workflow.defn
class UpkeepWorkflow:
    @workflow.run
    async def run(self, work: UpkeepInput) -> int:
        if work.chore is Chore.CARRY:
            return await self._carry()
        return await workflow.execute_activity_method(
            UpkeepActivities.do_chore,
            work.chore,
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=timedelta(hours=1),
            heartbeat_timeout=HEARTBEAT_TIMEOUT,
            retry_policy=_RETRY,
            summary=work.chore.value,
        )

    async def _carry(self) -> int:
        return await workflow.execute_activity_method(
            ForgottenOrders.carry_forgotten,
            task_queue=PROOF_QUEUE,
            start_to_close_timeout=timedelta(minutes=5),
            retry_policy=_RETRY,
            summary=Chore.CARRY.value,
        )


def schedule_id(chore: Chore) -> str:
    return f"upkeep/{chore.value}"


async def ensure_schedules(client: Client) -> None:
    """Make the schedules that are not there yet; those that are stay as an operator may have set them."""
    for chore, interval in EVERY.items():
        try:
            await client.create_schedule(schedule_id(chore), _schedule(chore, interval))
        except ScheduleAlreadyRunningError:
            continue


def _schedule(chore: Chore, interval: timedelta) -> Schedule:
    return Schedule(
        action=ScheduleActionStartWorkflow(
            UpkeepWorkflow.run, UpkeepInput(chore), id=f"upkeep-run/{chore.value}", task_queue=MAIN_QUEUE
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=interval)]),
        # One at a time: what came in between, the run that is under way or the next one does.
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP),
    )
